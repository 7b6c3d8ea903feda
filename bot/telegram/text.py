"""Plain text as Telegram counts and takes it."""

from __future__ import annotations

import re

_OTHER_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")


def well_formed(text: str) -> str:
    """A text without lone halves of surrogate pairs: they are no characters, and cannot be stored.

    Two halves that belong together become their character, a lone one becomes U+FFFD.
    """
    if text.isascii() or not _SURROGATES.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def clean(text: str) -> str:
    """A text without what Telegram refuses or drops: control characters, other line ends."""
    if text.isprintable():
        return text
    lines = _OTHER_LINE_ENDS.sub("\n", well_formed(text))
    return _CONTROL.sub("", lines)


def weigh(text: str) -> int:
    """The length of a text in UTF-16 code units, as Telegram counts."""
    if text.isascii():
        return len(text)
    return len(text.encode("utf-16-le")) // 2


def start_of(text: str, limit: int) -> str:
    """As much of a text as fits into `limit` UTF-16 units."""
    # A character has two units at most, so most texts need not be weighed.
    if len(text) * 2 <= limit or weigh(text) <= limit:
        return text
    return text.encode("utf-16-le")[: 2 * limit].decode("utf-16-le", "ignore")


def split(text: str, limit: int) -> tuple[str, str]:
    """What fits into `limit` UTF-16 units, and the rest.

    The first part ends with a line or a word where one ends in its second half.
    """
    head = start_of(text, limit)
    if head == text:
        return text, ""
    for end in ("\n", " "):
        at = head.rfind(end)
        if at >= len(head) // 2:
            return text[:at], text[at + 1 :]
    return head, text[len(head) :]


def cut(text: str, limit: int) -> str:
    """One line of at most `limit` UTF-16 units; what had to be cut ends with `…`."""
    line = " ".join(clean(text).split())
    if weigh(line) <= limit:
        return line
    return start_of(line, limit - 1) + "…"


def is_visible(text: str) -> bool:
    """Tells a text with something to see in it from one of blanks and control characters alone."""
    return any(character.isprintable() and not character.isspace() for character in text)
