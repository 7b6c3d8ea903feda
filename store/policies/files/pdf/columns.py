"""Finds where on a page the cells of tables begin."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from store.policies.files.pdf.drawn import WORD_SIGN, Fragment, PdfLine

_NARROW = re.compile(r"[iljtfrI.,;:'’|!() -]")
_WIDE = re.compile(r"[mwMWA-HJ-Z]")


def find_columns(lines: Sequence[PdfLine]) -> Iterator[tuple[int, int]]:
    """Each page's number and a place on it, in points, where cells of a table begin.

    That is where letters go on after a gap in one line, and do so or begin in another as well.
    """
    places = Counter[tuple[int, int]]()
    gaps: list[tuple[int, int]] = []
    for line in lines:
        after_gaps = [(line.page, round(x)) for x in _find_gaps(line)]
        places[line.page, round(line.x)] += 1
        places.update(after_gaps)
        gaps += after_gaps

    for page, x in gaps:
        near = places[page, x - 1] + places[page, x] + places[page, x + 1]
        if near > 1:
            yield page, x


def _find_gaps(line: PdfLine) -> Iterator[float]:
    """Where letters go on after a wide gap within a line, in points from the left."""
    for before, fragment in pairwise(line.inked):
        width = estimate_width(before)
        gap = fragment.x - before.x - width
        is_wide = gap > 0.8 * fragment.size + 0.2 * width
        if is_wide and WORD_SIGN.search(fragment.text):
            yield fragment.x


def estimate_width(fragment: Fragment) -> float:
    """About how wide letters are drawn, in points.

    A PDF need not tell the widths; those of the usual fonts differ by a tenth.
    """
    text = fragment.text.strip()
    if fragment.is_even:
        return fragment.size * 0.6 * len(text)
    narrow = len(_NARROW.findall(text))
    wide = len(_WIDE.findall(text))
    others = len(text) - narrow - wide
    return fragment.size * (0.29 * narrow + 0.72 * wide + 0.51 * others)
