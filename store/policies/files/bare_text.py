"""Reads a file of bare text or Markdown: its characters, and the title on top of it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from store.policies.files.header import find_body
from store.policies.files.reading import FileTooLarge, OtherKind
from store.policies.lines import read_lines
from store.policies.plain import read_plain
from store.policies.text_line import TextLine
from store.policies.texts import LARGEST

#: Lines with words among which a text says what it is about.
TOP = 12
TOO_LONG = (
    "{name} has more than {most} million characters, which is more than any policy. "
    "Add the policy alone."
)
NO_TEXT = (
    "{name} is no text, or in an alphabet that cannot be told. Save it as UTF-8, and add that."
)
_ABOUT = re.compile(
    r"(?:subject|re)[ \t]*:[ \t]*(?:(?:fwd?|re)[ \t]*:[ \t]*)*(?P<what>\S.{2,88})", re.IGNORECASE
)
_LETTER = re.compile(r"[^\W\d_]")


def refuse_what_is_too_long(name: str, size: int) -> None:
    """`size`: bytes of the text in UTF-8."""
    if size > LARGEST:
        raise FileTooLarge(TOO_LONG.format(name=name, most=LARGEST // 1_000_000))


def decode_text(name: str, data: bytes) -> str:
    """Every character of a bare text, in whichever of the usual ways they were written."""
    for encoding in _likely_encodings(data):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise OtherKind(NO_TEXT.format(name=name))


def _likely_encodings(data: bytes) -> tuple[str, ...]:
    # The mark of UTF-32 begins with that of UTF-16.
    if data.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return ("utf-32",)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    # Of two bytes of a Latin letter in UTF-16, one is nought.
    if data[1::2].count(0) * 3 > len(data):
        return ("utf-16-le",)
    if data[::2].count(0) * 3 > len(data):
        return ("utf-16-be",)
    return ("utf-8-sig", "cp1252")


def title_on_top(text: str) -> str:
    """The first line that a reader sees, where it looks like a title.

    Marks of Markdown and of HTML are none of it. Of a letter or an e-mail it is what it says that
    it is about; else the first line below the greeting, for above it are addresses.
    """
    plain = read_plain(text, find_body(text))
    lines = read_lines(plain.words, plain.body)
    top = [line for line in lines if line.text][:TOP]
    for line in top:
        about = _ABOUT.match(line.text)
        if about:
            return about["what"]
    for line in _below_greeting(top):
        # A rule across the page stands above many a title.
        if line.kind != "rule":
            return _title_of(line)
    return ""


def _below_greeting(lines: Sequence[TextLine]) -> Sequence[TextLine]:
    """What follows the last line that only letters have; all where there is none."""
    below = lines
    for number, line in enumerate(lines):
        if line.kind == "letter":
            below = lines[number + 1 :]
    return below


def _title_of(line: TextLine) -> str:
    if line.kind == "heading":
        return line.heading
    if line.kind == "text" and _is_like_title(line.text):
        return line.text
    return ""


def _is_like_title(words: str) -> bool:
    return len(words) <= 90 and bool(_LETTER.search(words)) and words[-1] not in ".,;:!?-"
