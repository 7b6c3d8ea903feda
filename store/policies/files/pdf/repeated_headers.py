"""Finds the header of a table where it is drawn again on top of the next page."""

from __future__ import annotations

from collections.abc import Sequence

from store.policies.files.pdf.drawn import PdfLine
from store.policies.files.pdf.layout import Layout
from store.policies.files.pdf.tables import split_cells

#: Lines of a header.
_TALLEST = 4


def without_repeated_headers(lines: Sequence[PdfLine], layout: Layout) -> list[PdfLine]:
    """The lines, without those on top of a page that the page before has above its table."""
    pages: dict[int, list[PdfLine]] = {}
    for line in lines:
        pages.setdefault(line.page, []).append(line)
    kept: list[PdfLine] = []
    for number, here in pages.items():
        repeated = _count_repeated(pages.get(number - 1, []), here, layout)
        kept += here[repeated:]
    return kept


def _count_repeated(before: Sequence[PdfLine], here: Sequence[PdfLine], layout: Layout) -> int:
    """How many of the first lines of a page are a header that stands on the page before."""
    if len(here) < 2 or len(split_cells(here[0], layout)) < 2:
        return 0
    top = [line.text for line in here[:_TALLEST]]
    for n, line in enumerate(before):
        if line.text != top[0]:
            continue
        size = 1
        while size < len(top) and n + size < len(before) and before[n + size].text == top[size]:
            size += 1
        return size
    return 0
