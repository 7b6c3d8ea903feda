"""How most lines of a text look, and which look otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from store.policies.files.pdf.columns import find_columns
from store.policies.files.pdf.drawn import PdfLine, most_common


@dataclass(frozen=True, slots=True)
class Layout:
    """How most lines of a text look."""

    #: Size of the letters, in points.
    body: float
    #: From one line of a paragraph to the next, in points.
    pitch: float
    #: Characters of a full line.
    longest: float
    #: Number of a page, and where on it a cell of a table begins, in points.
    columns: frozenset[tuple[int, int]]


def measure_layout(lines: Sequence[PdfLine]) -> Layout:
    sizes = Counter[float]()
    for line in lines:
        sizes[line.size] += len(line.text)

    steps = Counter[float]()
    for line, following in pairwise(lines):
        step = line.y - following.y
        if line.page == following.page and 0 < step < 40:
            steps[round(step * 2) / 2] += 1

    lengths = sorted(len(line.text) for line in lines)
    third = max(1, len(lines) // 3)
    body = sizes.most_common(1)[0][0]
    return Layout(
        body=body,
        pitch=_find_pitch(steps, body),
        longest=median(lengths[-third:]),
        columns=frozenset(find_columns(lines)),
    )


def _find_pitch(steps: Counter[float], body: float) -> float:
    """From one line of a paragraph to the next, in points.

    In a text of short paragraphs and bullets, most steps are wider: from one to another.
    """
    many = 0.2 * max(steps.values(), default=0)
    usual = [step for step, number in steps.items() if number >= many and step >= body]
    return min(usual, default=most_common(steps, otherwise=14.0))


def is_column(page: int, x: float, layout: Layout) -> bool:
    nearest = round(x)
    return any((page, place) in layout.columns for place in (nearest - 1, nearest, nearest + 1))
