"""A line of a text, and what stands around it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

#: A line of a glossary, or of a text's particulars: `SAR: subject access request`.
LABELLED = re.compile(r"[A-Z][^.:;,!?]{0,40}:[ \t]+\S")


@dataclass(slots=True)
class TextLine:
    """A line without the blanks at its ends."""

    start: int
    end: int
    #: Blanks before it.
    indent: int
    text: str
    #: blank, rule, heading, bullet, row (of a table), text, or letter: its date, greeting, close
    kind: str = "text"
    #: Of a heading: 1 for the uppermost, and its words.
    level: int = 0
    heading: str = ""
    #: An item of a list that has no marks, but is set in.
    is_bare_item: bool = False
    #: Of what a program puts below every e-mail.
    is_below_email: bool = False

    def make_heading(self, level: int, words: str) -> None:
        self.kind = "heading"
        self.level = level
        self.heading = words


def is_blank(lines: Sequence[TextLine], n: int) -> bool:
    """True before the first line and after the last, too."""
    return not 0 <= n < len(lines) or not lines[n].text


def next_with_text(lines: Sequence[TextLine], n: int) -> TextLine | None:
    for line in lines[n + 1 : n + 6]:
        if line.text:
            return line
    return None
