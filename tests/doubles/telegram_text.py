"""How Telegram reads text: its HTML, what it makes links of by itself, keyboards, and what it refuses.

Written from https://core.telegram.org/bots/api#formatting-options, #inlinekeyboardmarkup and #setmycommands.
"""

from __future__ import annotations

import html
import json
import re
from typing import Any

TEXT = 4_096
CAPTION = 1_024

_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
_TOKEN = re.compile(r"<(/?)([^\s>]*)([^>]*)>|&(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);|<|[^<&]+|&")
_FOUND = (
    (
        "url",
        re.compile(
            r"(?:https?|ftp|tg)://[^\s<>]+|\b(?:[\w-]+\.)+(?:com|org|net|uk|me|io|example)\b(?:/\S*)?"
        ),
    ),
    ("email", re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,64}\.\w+")),
    ("mention", re.compile(r"(?<!\w)@[A-Za-z]\w{3,31}")),
    ("hashtag", re.compile(r"(?<!\w)#\w*[^\W\d]\w*")),
    ("bot_command", re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@\w+)?")),
)


class Refusal(Exception):
    """What the Bot API answers instead of a result."""

    def __init__(self, description: str, code: int = 400, **parameters: int) -> None:
        super().__init__(description)
        prefix = {400: "Bad Request: ", 403: "Forbidden: ", 409: "Conflict: "}.get(code, "")
        self.code, self.description, self.parameters = code, prefix + description, parameters


def units(text: str) -> int:
    """Its length in UTF-16 units. A half of a surrogate pair is no text."""
    try:
        return len(text.encode("utf-16-le")) // 2
    except UnicodeEncodeError:
        raise Refusal("strings must be encoded in UTF-8") from None


def part(text: str, offset: int, length: int) -> str:
    """The words of an entity."""
    return text.encode("utf-16-le")[2 * offset : 2 * (offset + length)].decode("utf-16-le")


def read(text: str, mode: str | None, limit: int = TEXT) -> tuple[str, list[dict[str, Any]]]:
    """The plain text and its entities, as Telegram would show them. Raises Refusal."""
    if mode not in (None, "", "HTML"):
        raise Refusal("unsupported parse_mode")
    units(text)
    plain, entities = _parse(text) if mode == "HTML" else (text, [])
    plain = re.sub(r"[\x00-\x09\x0b-\x1f]", " ", plain)
    before = units(plain) - units(plain.lstrip())
    plain = plain.strip()
    if not plain:
        raise Refusal("message text is empty" if limit == TEXT else "caption is empty")
    if units(plain) > limit:
        raise Refusal("message is too long" if limit == TEXT else "message caption is too long")
    kept = []
    for entity in entities:
        begin = max(0, entity["offset"] - before)
        end = min(entity["offset"] - before + entity["length"], units(plain))
        if end > begin:
            kept.append({**entity, "offset": begin, "length": end - begin})
    return plain, with_found(plain, kept)


def with_found(plain: str, entities: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The entities, and what Telegram finds by itself outside code and links."""
    closed = [e for e in entities if e["type"] in ("code", "pre", "text_link")]
    taken = [(e["offset"], e["offset"] + e["length"]) for e in closed]
    found = list(entities)
    for kind, pattern in _FOUND:
        for match in pattern.finditer(plain):
            begin = units(plain[: match.start()])
            end = begin + units(match[0])
            if all(end <= a or begin >= b for a, b in taken):
                found.append({"type": kind, "offset": begin, "length": end - begin})
                taken.append((begin, end))
    return sorted(found, key=lambda e: (e["offset"], -e["length"]))


def _parse(text: str) -> tuple[str, list[dict[str, Any]]]:
    plain, offset, entities = "", 0, []
    opened: list[tuple[str, str, int]] = []
    for token in _TOKEN.finditer(text):
        at = len(text[: token.start()].encode())
        piece = token[0]
        if not piece.startswith("<"):
            piece = html.unescape(piece) if piece.startswith("&") and len(piece) > 1 else piece
            plain, offset = plain + piece, offset + units(piece)
            continue
        if token[2] is None:
            raise Refusal(f"can't parse entities: Unclosed start tag at byte offset {at}")
        name = token[2].lower()
        if token[1]:
            if not opened:
                raise Refusal(f"can't parse entities: Unexpected end tag at byte offset {at}")
            start, attributes, begin = opened.pop()
            if name and name != start:
                words = f'Unmatched end tag at byte offset {at}, expected "</{start}>", found "</{name}>"'
                raise Refusal(f"can't parse entities: {words}")
            if offset > begin:
                entities.append(_entity(start, attributes, begin, offset - begin))
        elif name not in _TAGS:
            raise Refusal(
                f'can\'t parse entities: Unsupported start tag "{name}" at byte offset {at}'
            )
        else:
            _check_nesting(name, [tag for tag, _, _ in opened])
            opened.append((name, token[3], offset))
    if opened:
        raise Refusal(
            f"can't parse entities: Can't find end tag corresponding to start tag \"{opened[-1][0]}\""
        )
    return plain, entities


def _entity(tag: str, attributes: str, offset: int, length: int) -> dict[str, Any]:
    entity: dict[str, Any] = {"type": _TAGS[tag], "offset": offset, "length": length}
    if tag == "blockquote" and "expandable" in attributes:
        entity["type"] = "expandable_blockquote"
    if tag == "a" and (href := re.search(r'href="([^"]*)"', attributes)):
        entity["url"] = html.unescape(href[1])
    return entity


def _check_nesting(inner: str, outer: list[str]) -> None:
    """Code holds nothing else, and is in nothing but a quotation; a quotation is in no quotation.

    Stricter than Telegram, which drops one of the two without a word.
    """
    code = {"code", "pre"}
    within_code = code & set(outer) or (inner in code and set(outer) - {"blockquote"})
    if within_code or (inner == "blockquote" and "blockquote" in outer):
        raise Refusal(f"can't parse entities: {inner} inside {outer[-1]}")


def markup(value: Any, *, inline_only: bool = False) -> dict[str, Any] | None:
    """A keyboard or a forced reply, checked. Raises Refusal."""
    if value in (None, ""):
        return None
    try:
        given: dict[str, Any] = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        raise Refusal("can't parse reply keyboard markup JSON object") from None
    if "inline_keyboard" in given:
        rows = given["inline_keyboard"]
        for row in rows:
            for button in row:
                _check_button(button)
        if sum(map(len, rows)) > 100 or any(len(row) > 8 for row in rows):
            raise Refusal("reply markup is too long")
        return given
    if inline_only:
        raise Refusal("inline keyboard expected")
    if given.get("force_reply") is True:
        placeholder = given.get("input_field_placeholder")
        if placeholder is not None and not 1 <= len(placeholder) <= 64:
            raise Refusal("input field placeholder must be 1-64 characters long")
        return given
    raise Refusal("object expected as reply markup")


def _check_button(button: dict[str, Any]) -> None:
    if not str(button.get("text", "")).strip():
        raise Refusal("text buttons are unallowed in the inline keyboard")
    # https://core.telegram.org/bots/api#inlinekeyboardbutton: exactly one of what it may do.
    unknown = set(button) - {"text", "style", "callback_data", "copy_text"}
    if unknown or ("callback_data" in button) == ("copy_text" in button):
        raise Refusal("text buttons are unallowed in the inline keyboard")
    if "copy_text" in button:
        copied = button["copy_text"]
        if set(copied) != {"text"} or not 1 <= len(str(copied["text"])) <= 256:
            raise Refusal("BUTTON_COPY_TEXT_INVALID")
    elif not 1 <= len(str(button["callback_data"]).encode()) <= 64:
        raise Refusal("BUTTON_DATA_INVALID")
    if button.get("style") not in (None, "primary", "danger", "success"):
        raise Refusal("invalid button style specified")


def check_commands(value: Any) -> list[dict[str, str]]:
    """The menu of commands, checked. Raises Refusal."""
    given: list[dict[str, str]] = json.loads(value) if isinstance(value, str) else value
    if not isinstance(given, list) or len(given) > 100:
        raise Refusal("BOT_COMMANDS_TOO_MUCH")
    for command in given:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", command.get("command", "")):
            raise Refusal("BOT_COMMAND_INVALID")
        if not 1 <= len(command.get("description", "")) <= 256:
            raise Refusal("BOT_COMMAND_DESCRIPTION_INVALID")
    return given
