"""Reading Slack's JSON, in which any field may be missing, empty or null."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

Payload = Mapping[str, Any]


def first_text(payload: Payload, *names: str) -> str:
    """The first of these fields that is not empty, as text; nothing where all of them are."""
    for name in names:
        value = payload.get(name)
        if value:
            return str(value)
    return ""


def object_in(payload: Payload, name: str) -> Payload:
    """The object in a field; an empty one where the field is missing or null."""
    found: Payload = payload.get(name) or {}
    return found


def objects_in(value: object) -> list[Payload]:
    """The objects of a list; whatever else stands there is nothing that we know."""
    if not isinstance(value, list):
        return []
    return [item for item in value if isinstance(item, Mapping) and item]


def moment(ts: object) -> datetime | None:
    """Slack's `1732.000100`, seconds since 1970, as UTC; None for what is no time."""
    try:
        return datetime.fromtimestamp(float(str(ts)), UTC)
    except (ValueError, OverflowError, OSError):
        return None


# --- payloads with all that is always in them -----------------------------------------------------


def has_texts(payload: object, *names: str) -> bool:
    """Tells whether each of these fields holds text."""
    if not isinstance(payload, Mapping):
        return False
    return all(isinstance(payload.get(name), str) and payload[name] for name in names)


def is_readable(body: Payload) -> bool:
    """Tells what this app asked for, and has all that is always in it, from anything else.

    Older kinds of payloads are none of these; nor is any that would be the same if it came again.
    """
    if "command" in body:
        return has_texts(body, "command", "user_id")
    check = _CHECKS.get(first_text(body, "type"))
    return check is not None and check(body)


def _is_event(body: Payload) -> bool:
    return has_texts(body.get("event"), "type")


def _is_tap(body: Payload) -> bool:
    actions = objects_in(body.get("actions"))
    return _has_user(body) and bool(actions) and has_texts(actions[0], "action_id")


def _is_shortcut(body: Payload) -> bool:
    return _has_user(body) and has_texts(body, "callback_id")


def _is_message_shortcut(body: Payload) -> bool:
    return _is_shortcut(body) and isinstance(body.get("message"), dict)


def _is_form(body: Payload) -> bool:
    return _has_user(body) and has_texts(body.get("view"), "id", "callback_id")


def _has_user(body: Payload) -> bool:
    return has_texts(body.get("user"), "id")


_CHECKS = {
    "event_callback": _is_event,
    "block_actions": _is_tap,
    "shortcut": _is_shortcut,
    "message_action": _is_message_shortcut,
    "view_submission": _is_form,
}
