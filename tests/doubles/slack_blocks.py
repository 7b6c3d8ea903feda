"""What Slack accepts as blocks and views; written from https://docs.slack.dev/reference/block-kit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

IN_MESSAGES = {"section", "header", "context", "divider", "actions", "rich_text"}
IN_VIEWS = IN_MESSAGES | {"input"}
# https://docs.slack.dev/reference/views/home-tab-views
IN_HOME = {"type", "blocks", "private_metadata", "callback_id", "external_id"}
MAX_VIEW = (
    250_000  # bytes: `view_too_large` of https://docs.slack.dev/reference/methods/views.publish
)
# https://docs.slack.dev/reference/block-kit/block-elements/button-element
OF_A_BUTTON = {
    *("type", "text", "action_id", "url", "value", "style", "confirm", "accessibility_label"),
}
MAX_TOGETHER = 13_200  # seen: https://github.com/slackapi/bolt-js/issues/2509


class Invalid(Exception):
    """Slack would refuse this; the text says where and why."""


def need(condition: object, why: str) -> None:
    if not condition:
        raise Invalid(why)


def check_message(blocks: Any) -> None:
    """Raises Invalid for blocks that chat.postMessage would refuse as `invalid_blocks`."""
    need(isinstance(blocks, list), "blocks is no list")
    need(len(blocks) <= 50, "more than 50 blocks")
    _check_blocks(blocks, IN_MESSAGES)


def check_view(view: Any) -> None:
    """Raises Invalid for a view that views.open would refuse."""
    need(isinstance(view, dict) and view.get("type") == "modal", "no modal")
    need(len(view.get("private_metadata", "")) <= 3_000, "private_metadata over 3000")
    need(len(view.get("callback_id", "")) <= 255, "callback_id over 255")
    for name in ("title", "submit", "close"):
        if name in view or name == "title":
            _plain(view.get(name), 24, name)
    blocks = view.get("blocks")
    need(isinstance(blocks, list) and 0 < len(blocks) <= 100, "a view has 1 to 100 blocks")
    if any(block.get("type") == "input" for block in blocks):
        need("submit" in view, "submit is required where there is an input")
    _check_blocks(blocks, IN_VIEWS)


def check_home(view: Any) -> None:
    """Raises Invalid for a view that views.publish would refuse."""
    need(isinstance(view, dict) and view.get("type") == "home", "no home")
    # A form's title and buttons have no place here.
    need(set(view) <= IN_HOME, f"not of a home: {set(view) - IN_HOME}")
    need(len(view.get("private_metadata", "")) <= 3_000, "private_metadata over 3000")
    need(len(view.get("callback_id", "")) <= 255, "callback_id over 255")
    need(len(view.get("external_id", "")) <= 255, "external_id over 255")
    blocks = view.get("blocks")
    need(isinstance(blocks, list) and len(blocks) <= 100, "a view has at most 100 blocks")
    _check_blocks(blocks, IN_VIEWS)


def words(blocks: list[dict[str, Any]]) -> str:
    """What a person reads in the blocks, without buttons and menus."""
    return "\n".join(filter(None, (_words(block) for block in blocks)))


def characters(blocks: list[dict[str, Any]]) -> int:
    return len(words(blocks))


def elements(blocks: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each button and menu with its block."""
    for block in blocks:
        if block["type"] == "actions":
            for element in block["elements"]:
                yield block, element
        elif block["type"] == "section" and "accessory" in block:
            yield block, block["accessory"]


def _words(block: dict[str, Any]) -> str:
    match block["type"]:
        case "section":
            texts = [block["text"]] if "text" in block else []
            return "\n".join(text["text"] for text in texts + block.get("fields", []))
        case "header":
            return str(block["text"]["text"])
        case "context":
            return " ".join(element.get("text", "") for element in block["elements"])
        case "rich_text":
            return "\n".join(
                "".join(e["text"] for e in part["elements"]) for part in block["elements"]
            )
    return ""


def _check_blocks(blocks: list[Any], allowed: set[str]) -> None:
    seen: set[str] = set()
    for place, block in enumerate(blocks):
        need(
            isinstance(block, dict) and block.get("type") in allowed,
            f"block {place}: no such type here",
        )
        name = block.get("block_id")
        if name is not None:
            need(isinstance(name, str) and 0 < len(name) <= 255, f"block {place}: block_id")
            need(name not in seen, f"block {place}: block_id is not unique")
            seen.add(name)
        try:
            _CHECKS[block["type"]](block)
        except (KeyError, TypeError, AttributeError) as error:
            raise Invalid(f"block {place}: {error!r}") from error


def _text(
    value: Any, limit: int, where: str, kinds: tuple[str, ...] = ("plain_text", "mrkdwn")
) -> None:
    need(isinstance(value, dict) and value.get("type") in kinds, f"{where}: no text object")
    need(
        isinstance(value["text"], str) and 1 <= len(value["text"]) <= limit,
        f"{where}: 1 to {limit} characters",
    )
    value["text"].encode()  # halves of characters are not UTF-8
    need("\x00" not in value["text"], f"{where}: NUL")
    need(value["type"] == "plain_text" or "emoji" not in value, f"{where}: emoji is for plain_text")
    need(value["type"] == "mrkdwn" or "verbatim" not in value, f"{where}: verbatim is for mrkdwn")


def _plain(value: Any, limit: int, where: str) -> None:
    _text(value, limit, where, ("plain_text",))


def _section(block: dict[str, Any]) -> None:
    need("text" in block or block.get("fields"), "section: text or fields")
    if "text" in block:
        _text(block["text"], 3_000, "section")
    need(len(block.get("fields", [])) <= 10, "section: at most 10 fields")
    for one in block.get("fields", []):
        _text(one, 2_000, "field")
    if "accessory" in block:
        _element(block["accessory"])


def _context(block: dict[str, Any]) -> None:
    need(1 <= len(block["elements"]) <= 10, "context: 1 to 10 elements")
    for element in block["elements"]:
        _text(element, 3_000, "context")


def _actions(block: dict[str, Any]) -> None:
    need(1 <= len(block["elements"]) <= 25, "actions: 1 to 25 elements")
    names = [element.get("action_id") for element in block["elements"]]
    need(len(names) == len(set(names)), "actions: action_id is not unique")
    for element in block["elements"]:
        _element(element)


def _element(element: dict[str, Any]) -> None:
    need(1 <= len(element["action_id"]) <= 255, "action_id")
    match element["type"]:
        case "button":
            _plain(element["text"], 75, "button")
            need(len(element.get("value", "")) <= 2_000, "button: value over 2000")
            need(element.get("style", "primary") in ("primary", "danger"), "button: style")
            need(set(element) <= OF_A_BUTTON, f"button: {set(element) - OF_A_BUTTON}")
            spoken = element.get("accessibility_label", "x")
            need(isinstance(spoken, str) and 1 <= len(spoken) <= 75, "button: accessibility_label")
            if "confirm" in element:
                _dialog(element["confirm"])
        case "static_select":
            if "placeholder" in element:
                _plain(element["placeholder"], 150, "placeholder")
            need(1 <= len(element["options"]) <= 100, "static_select: 1 to 100 options")
            for option in element["options"]:
                _plain(option["text"], 75, "option")
                need(1 <= len(option["value"]) <= 150, "option: value of 1 to 150 characters")
        case kind:
            raise Invalid(f"no such element here: {kind}")


def _dialog(dialog: dict[str, Any]) -> None:
    """https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object"""
    need(set(dialog) <= {"title", "text", "confirm", "deny", "style"}, "confirm: no such field")
    _plain(dialog["title"], 100, "confirm: title")
    _plain(dialog["text"], 300, "confirm: text")
    _plain(dialog["confirm"], 30, "confirm: confirm")
    _plain(dialog["deny"], 30, "confirm: deny")
    need(dialog.get("style", "primary") in ("primary", "danger"), "confirm: style")


def _rich(block: dict[str, Any]) -> None:
    need(block["elements"], "rich_text: empty")
    for part in block["elements"]:
        need(
            part["type"] in ("rich_text_section", "rich_text_quote", "rich_text_preformatted"),
            "rich_text: no such part",
        )
        for element in part["elements"]:
            need(element["type"] in ("text", "link"), "rich_text: no such element")
            need(set(element) <= {"type", "text", "url", "style"}, "rich_text: additional property")
            if element["type"] == "text":
                need(isinstance(element["text"], str) and element["text"], "rich_text: empty text")
                element["text"].encode()
                need("\x00" not in element["text"], "rich_text: NUL")


def _input(block: dict[str, Any]) -> None:
    _plain(block["label"], 2_000, "label")
    element = block["element"]
    need(1 <= len(element["action_id"]) <= 255, "action_id")
    match element["type"]:
        case "plain_text_input":
            need(0 < element.get("max_length", 3_000) <= 3_000, "plain_text_input: max_length")
            if "placeholder" in element:
                _plain(element["placeholder"], 150, "placeholder")
        case "file_input":
            need(1 <= element.get("max_files", 10) <= 10, "file_input: max_files")
        case "static_select":
            _element(element)
        case "datepicker":
            day = element.get("initial_date", "2026-01-01")
            need(re.fullmatch(r"\d{4}-\d{2}-\d{2}", day), "datepicker: initial_date")
            if "placeholder" in element:
                _plain(element["placeholder"], 150, "placeholder")
        case kind:
            raise Invalid(f"input: no such element: {kind}")


_CHECKS: dict[str, Callable[[dict[str, Any]], None]] = {
    "section": _section,
    "header": lambda block: _plain(block["text"], 150, "header"),
    "context": _context,
    "divider": lambda block: None,
    "actions": _actions,
    "rich_text": _rich,
    "input": _input,
}
