"""Joins lines to one, and words that the end of a line divides.

A hyphen at the end of a line goes where the rest of the text has the word without it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_LETTERS = re.compile(r"[^\W\d_]+")
#: The entry of the counted words that says whether the program divided words by itself.
_DIVIDES = "-"
#: First parts of words that are written with a hyphen more often than not.
_COMPOUND = re.compile(
    "self|non|cyber|e|co|well|anti|multi|one|two|three|full|half|high|low", re.IGNORECASE
)
_HYPHENATED = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_DIVIDED = re.compile(r"(?<![^\W\d_])([^\W\d_]+) ?[-\u2010\u00ad]\Z")
_DIVIDED_OVER_LINES = re.compile(r"(?<![^\W\d_])[^\W\d_]+ ?[-\u2010\u00ad]\n[^\W\d_]+")
_LINK = re.compile(r"(?:https?://|www\.)\S*[^\s.,;:)]\Z")
_REST_OF_LINK = re.compile(r"[^\s.,]+[/_=%&.][^\s.]")


def count_words(lines: Sequence[str]) -> Counter[str]:
    """How often each word stands in the text, without those that the end of a line divides.

    `_DIVIDES` is counted where so many lines end in a hyphen that the program must have divided
    words by itself; else a hyphen is the writer's own, but where neither part is a word of the
    text.
    """
    text = _DIVIDED_OVER_LINES.sub(" ", "\n".join(lines))
    text = re.sub(r"[\u2010\u00ad]", "-", text.lower())
    words = Counter(_HYPHENATED.findall(text))
    divided = [line for line in lines if _DIVIDED.search(line)]
    words[_DIVIDES] = int(len(divided) > 0.03 * len(lines))
    return words


def join_lines(lines: Sequence[str], words: Counter[str]) -> str:
    """The lines of one paragraph as one line."""
    text = ""
    for line in lines:
        text = _append_line(text, line, words)
    # U+00AD is a hyphen that was drawn, wherever it stands.
    return text.replace(" \u00ad", "-").replace("\u00ad", "-")


def _append_line(text: str, line: str, words: Counter[str]) -> str:
    divided = _DIVIDED.search(text)
    rest = _LETTERS.match(line)
    if divided and rest and (rest.group().islower() or divided.group(1).isupper()):
        word = _rejoin_word(divided.group(1), rest.group(), words)
        return text[: divided.start(1)] + word + line[rest.end() :]
    if _link_goes_on(text, line):
        return text + line
    if not text or text.endswith(("/", "-", "\u00ad")):
        return text + line
    return f"{text} {line}"


def _link_goes_on(text: str, line: str) -> bool:
    if not _LINK.search(text):
        return False
    return text.endswith("/") or bool(_REST_OF_LINK.match(line))


def _rejoin_word(first: str, second: str, words: Counter[str]) -> str:
    """A word that was divided at the end of a line, with its hyphen or without."""
    joined = (first + second).lower()
    compound = f"{first}-{second}".lower()
    is_compound = bool(_COMPOUND.fullmatch(first))
    if words[joined] != words[compound]:
        has_hyphen = words[compound] > words[joined]
    elif words[_DIVIDES]:
        has_hyphen = is_compound
    else:
        has_hyphen = is_compound or words[first.lower()] > 0 or words[second.lower()] > 0
    return f"{first}-{second}" if has_hyphen else first + second
