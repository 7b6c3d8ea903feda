"""Slack says most words twice: in a message's `text`, and in its blocks. They are kept once."""

from __future__ import annotations

import re
from collections.abc import Sequence

#: What stands for a message where an app that cannot show it has nothing better to say.
PLACEHOLDERS = frozenset(
    {
        "this content can't be displayed.",
        "[no preview available]",
        "this message contains interactive elements.",
    }
)

#: Signs that Slack writes around words in `text`, and not in blocks.
_SIGNS = str.maketrans("", "", "*_~`>•◦▪\u200b")
_LIST_MARK = re.compile(r"^(?:•|\d+\.) ")
_BETWEEN = "\x00"


def is_placeholder(text: str) -> bool:
    """Tells Slack's words for what it does not show from words of a message."""
    return text.strip().replace("’", "'").lower() in PLACEHOLDERS


def merge(text: str, lines: Sequence[str]) -> str:
    """A message's text, and the lines of what else is in it, without what is said in both.

    The text as it was typed, where it says all of the lines; else the lines as they stand, after
    what the text alone says.
    """
    if _says_all(text, lines):
        return text

    shown = _Words("\n".join(lines))
    alone: list[str] = []
    for line in text.splitlines():
        if line.strip() and not shown.has(line):
            alone.append(line)
    return "\n".join([*alone, *lines])


def says_the_same(one: str, other: str) -> bool:
    """Tells whether two texts have the same words."""
    return _words_of(one) == _words_of(other)


def _says_all(text: str, lines: Sequence[str]) -> bool:
    """Tells whether the words of all lines are in the text, in the same order."""
    words = _Words(text)
    return all(words.find_next(_LIST_MARK.sub("", line)) for line in lines)


class _Words:
    """The words of a text, one after another."""

    def __init__(self, text: str) -> None:
        self._all = _joined(text)
        self._read = 0

    def has(self, line: str) -> bool:
        """Tells whether a line stands anywhere in it."""
        return _joined(line) in self._all

    def find_next(self, line: str) -> bool:
        """Tells whether a line stands in what has not been read yet, and reads it."""
        wanted = _joined(line)
        place = self._all.find(wanted, self._read)
        if place < 0:
            return False
        self._read = place + len(wanted) - len(_BETWEEN)
        return True


def _joined(text: str) -> str:
    return _BETWEEN + "".join(word + _BETWEEN for word in _words_of(text))


def _words_of(text: str) -> list[str]:
    return text.translate(_SIGNS).split()
