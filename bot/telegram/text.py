"""Plain text as Telegram counts and takes it."""

from __future__ import annotations

import re

_LINES = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_HALVES = re.compile(r"[\ud800-\udfff]")


def whole(text: str) -> str:
    """The text with halves of surrogate pairs replaced: they are no characters, and cannot be stored."""
    if text.isascii() or not _HALVES.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def clean(text: str) -> str:
    """The text without what Telegram refuses or drops: control characters, other line ends."""
    return _CONTROL.sub("", _LINES.sub("\n", whole(text)))


def units(text: str) -> int:
    """Its length in UTF-16 code units, as Telegram counts."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def start(text: str, limit: int) -> str:
    """As much of the text as fits into `limit` UTF-16 units."""
    if len(text) * 2 <= limit or units(text) <= limit:
        return text
    return text.encode("utf-16-le")[: 2 * limit].decode("utf-16-le", "ignore")


def split(text: str, limit: int) -> tuple[str, str]:
    """What fits into `limit` UTF-16 units, up to the end of a line or word where one is near; and the rest."""
    head = start(text, limit)
    if head == text:
        return text, ""
    for end in ("\n", " "):
        at = head.rfind(end)
        if at >= len(head) // 2:
            return text[:at], text[at + 1 :]
    return head, text[len(head) :]


def shortened(text: str, limit: int) -> str:
    """One line of at most `limit` UTF-16 units."""
    line = " ".join(clean(text).split())
    return line if units(line) <= limit else start(line, limit - 1) + "…"


def visible(text: str) -> bool:
    """Whether there is anything to see in it."""
    return any(character.isprintable() and not character.isspace() for character in text)
