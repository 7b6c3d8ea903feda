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
