"""Finds what stands above and below the text: headers and footers, page numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from store.policies.files.pdf.drawn import Page, PdfLine

PAGE_NUMBER = re.compile(
    r"(?:p(?:age|\.)?\s*)?[-–|]?\s*\d{1,4}\s*[-–|]?(?:\s*(?:of|/)\s*\d{1,4})?|page\s*\d{1,4}.*",
    re.IGNORECASE,
)


def without_numbers(text: str) -> str:
    return re.sub(r"\d+", "#", " ".join(text.lower().split()))


def find_margins(pages: Sequence[Page]) -> set[int]:
    """The `id` of each line that is a running header or footer, or the number of a page."""
    return _find_running_lines(pages) | _find_page_numbers(pages)


def _find_running_lines(pages: Sequence[Page]) -> set[int]:
    """The `id` of each line that stands in one place on many pages; numbers in it may differ."""
    found: set[int] = set()
    outermost = _find_outermost(pages)
    many = max(2, round(0.4 * len(pages)))
    for lines in _sort_by_place(pages):
        on_pages = sorted({line.page for line in lines})
        ids = {id(line) for line in lines}
        if len(on_pages) >= many:
            found |= ids
        elif _are_close(on_pages):
            # The header of one chapter. Further in, two short lines of the text itself may be
            # alike on facing pages.
            found |= ids & outermost
    return found


def _find_outermost(pages: Sequence[Page]) -> set[int]:
    """The `id` of the first and the last line of each page."""
    outermost: set[int] = set()
    for page in pages:
        if page.lines:
            outermost |= {id(page.lines[0]), id(page.lines[-1])}
    return outermost


def _sort_by_place(pages: Sequence[Page]) -> list[list[PdfLine]]:
    """Lines at the edges of the pages, those of like words at a like height together."""
    places: dict[tuple[str, int], list[PdfLine]] = {}
    for page in pages:
        for line in page.lines:
            if line.is_at_edge:
                place = (without_numbers(line.text), round(line.y / 6))
                places.setdefault(place, []).append(line)
    return list(places.values())


def _are_close(pages: Sequence[int]) -> bool:
    """Two of the pages follow each other, or with one other between them, as left-hand pages do."""
    return any(following - page <= 2 for page, following in pairwise(pages))


def _find_page_numbers(pages: Sequence[Page]) -> set[int]:
    """The `id` of each line at the edge of a page that is no more than its number."""
    found: set[int] = set()
    for page in pages:
        for line in (*page.lines[:1], *page.lines[-2:]):
            if not line.is_at_edge or not PAGE_NUMBER.fullmatch(line.text):
                continue
            # On a single page a bare number may be one of the text's own.
            if len(pages) > 1 or "page" in line.text.lower():
                found.add(id(line))
    return found
