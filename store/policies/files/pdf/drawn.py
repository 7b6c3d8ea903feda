"""What is drawn on the pages of a PDF: letters, lines of them, pages."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

WORD_SIGN = re.compile(r"\w")
LIGATURES = {
    0xFB00: "ff",
    0xFB01: "fi",
    0xFB02: "fl",
    0xFB03: "ffi",
    0xFB04: "ffl",
    0xFB05: "st",
    0xFB06: "st",
}
#: Part of the page's height, from above and below, where running headers and footers stand.
_EDGE = 0.14


@dataclass(slots=True)
class Fragment:
    """Letters that were drawn together."""

    #: Place of the first letter from the left and from the bottom of the page, in points.
    x: float
    y: float
    #: Height of the letters, in points.
    size: float
    is_bold: bool
    #: Each letter is as wide as any other.
    is_even: bool
    text: str


@dataclass(slots=True)
class PdfLine:
    """What was drawn on one line of a page, from left to right."""

    fragments: list[Fragment]
    #: Number of the page, from 0.
    page: int
    #: Height of the page, in points.
    height: float
    #: It begins an item of a list whose bullets are no letters, so that they cannot be read.
    begins_item: bool = False

    @property
    def text(self) -> str:
        words = ""
        for number, fragment in enumerate(self.fragments):
            if self._is_note(number):
                # At the foot of a page, a blank parts it from the words of the note.
                words += f"[{fragment.text.strip()}]" if words else f"[{fragment.text.strip()}] "
            else:
                words += fragment.text
        return re.sub(r"[ \t\u00a0]+", " ", words).translate(LIGATURES).strip()

    def _is_note(self, number: int) -> bool:
        """A small raised number refers to a note, and is no figure of the word before it.

        Some fonts have letters of their own for it, which are narrower than the usual figures.
        """
        fragment = self.fragments[number]
        figures = fragment.text.strip()
        if not figures.isdecimal():
            return False
        is_small = fragment.size < 0.8 * self.size
        if is_small and fragment.y > self._baseline + 0.15 * self.size:
            return True
        after = self.fragments[number + 1 : number + 2]
        return bool(after) and 0 < after[0].x - fragment.x < 0.4 * fragment.size * len(figures)

    @property
    def begins_note(self) -> bool:
        """It begins with the number of a note, and is more than that."""
        return len(self.inked) > 1 and self.text.startswith("[") and self._is_note(0)

    @property
    def _baseline(self) -> float:
        """Where most of its letters stand, in points from the bottom of the page."""
        places = Counter[float]()
        for fragment in self.fragments:
            places[fragment.y] += len(fragment.text.strip())
        return most_common(places, otherwise=0.0)

    @property
    def inked(self) -> list[Fragment]:
        """The fragments that are more than blanks."""
        return [fragment for fragment in self.fragments if fragment.text.strip()]

    @property
    def x(self) -> float:
        for fragment in self.fragments:
            if fragment.text.strip():
                return fragment.x
        return 0.0

    @property
    def y(self) -> float:
        for fragment in self.fragments:
            if fragment.text.strip():
                return fragment.y
        return 0.0

    @property
    def size(self) -> float:
        """The size, to half a point, in which most of its letters are drawn."""
        sizes = Counter[float]()
        for fragment in self.fragments:
            sizes[round(fragment.size * 2) / 2] += len(fragment.text.strip())
        return most_common(sizes, otherwise=0.0)

    @property
    def is_bold(self) -> bool:
        """Each of its words is in bold; bullets and dashes between them do not count."""
        with_words = [f for f in self.fragments if WORD_SIGN.search(f.text)]
        return all(fragment.is_bold for fragment in with_words)

    @property
    def is_at_edge(self) -> bool:
        """It stands where running headers and footers do."""
        return not _EDGE < self.y / self.height < 1 - _EDGE


@dataclass(frozen=True, slots=True)
class Page:
    lines: list[PdfLine]
    has_picture: bool


def most_common(counted: Counter[float], *, otherwise: float) -> float:
    """What was counted most often, and first of several; `otherwise` where nothing was."""
    if not counted:
        return otherwise
    return counted.most_common(1)[0][0]
