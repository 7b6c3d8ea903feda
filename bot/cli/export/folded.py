"""Words found in a text however they are spelt: capitals, accents, apostrophes and spaces aside."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

#: Apostrophes and hyphens as keyboards and word processors write them; and what stands for a space
#: in the name of a file.
ALIKE = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "`": "'", "‐": "-", "‑": "-", "–": "-", "_": " "}
)


class Finder:
    """Finds whole words, and can put something else in their place.

    `kept`: words that stay, also where some that are wanted are a part of them.
    """

    def __init__(self, wanted: Iterable[str], kept: Iterable[str] = ()) -> None:
        self._kept = {folded_words(words) for words in kept}
        # The longest first, so that a whole name goes before its parts.
        every = {*self._kept, *(folded_words(words) for words in wanted)} - {""}
        longest_first = sorted(every, key=lambda words: (-len(words), words))
        either = "|".join(re.escape(words).replace(r"\ ", r"\s+") for words in longest_first)
        self._pattern = re.compile(rf"(?<!\w)(?:{either})(?!\w)" if either else r"(?!)")

    def finds(self, text: str) -> bool:
        return self._pattern.search(_fold(text)[0]) is not None

    def around(self, text: str, characters: int) -> str:
        """The first place in the text, in one line with what stands to either side of it."""
        folded, places = _fold(text)
        match = self._pattern.search(folded)
        if match is None:
            return ""
        begin, end = places[match.start()], places[match.end()]
        return " ".join(text[max(begin - characters, 0) : end + characters].split())

    def replaced(self, text: str, instead: str) -> str:
        """The text with `instead` in each place; what is left stands as it did."""
        folded, places = _fold(text)
        parts: list[str] = []
        end = 0
        for match in self._pattern.finditer(folded):
            if folded_words(match[0]) in self._kept:
                continue
            parts += (text[end : places[match.start()]], instead)
            end = places[match.end()]
        parts.append(text[end:])
        return "".join(parts)


def folded_words(words: str) -> str:
    """The words in their plainest letters, with one space between them."""
    return " ".join(_fold(words)[0].split())


def _fold(text: str) -> tuple[str, list[int]]:
    """The text in its plainest letters, and for each of them its place in the text.

    The places have one more at their end: the text's length.
    """
    letters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for letter in _plain(character):
            letters.append(letter)
            places.append(place)
    return "".join(letters), [*places, len(text)]


def _plain(character: str) -> str:
    decomposed = unicodedata.normalize("NFKD", character.translate(ALIKE))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
