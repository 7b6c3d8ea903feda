"""Writes what was found in a PDF as Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from store.policies.files.pdf.divided_words import count_words, join_lines
from store.policies.files.pdf.drawn import PdfLine
from store.policies.files.pdf.groups import group_lines, is_heading, is_large
from store.policies.files.pdf.layout import Layout, measure_layout
from store.policies.files.pdf.markers import BULLET, NUMBER
from store.policies.files.pdf.repeated_headers import without_repeated_headers
from store.policies.files.pdf.tables import read_row


@dataclass(frozen=True, slots=True)
class PdfDocument:
    title: str
    #: In Markdown.
    text: str


@dataclass(frozen=True, slots=True)
class _PdfBlock:
    """A paragraph, a bullet, a heading or a row of a table."""

    #: text, heading, item or row
    kind: str
    words: str
    markdown: str
    #: Cells of a row of a table.
    cells: int = 0


@dataclass(frozen=True, slots=True)
class _HeadingLevels:
    """The levels of headings, from 1, by the size of their letters."""

    by_size: dict[float, int]
    #: For those in bold that are no larger than the text.
    otherwise: int

    def of(self, heading: PdfLine) -> int:
        return self.by_size.get(heading.size, self.otherwise)


def render_document(lines: Sequence[PdfLine]) -> PdfDocument:
    """The title, and the text in Markdown: a blank line between blocks, but not within a list."""
    layout = measure_layout(lines)
    lines = without_repeated_headers(lines, layout)
    groups = _put_notes_last(list(group_lines(lines, layout)), layout)
    words = count_words([line.text for line in lines])
    levels = _find_heading_levels(groups, layout)

    title = ""
    rendered: list[str] = []
    before = ""
    for group in groups:
        block = _render_group(group, layout, words, levels)
        if block.kind == "heading":
            title = title or block.words
        is_next_of_its_kind = block.kind == before and block.kind in ("item", "row")
        if rendered and not is_next_of_its_kind:
            rendered.append("")
        rendered.append(block.markdown)
        if block.kind == "row" and before != "row":
            rendered.append("|" + " --- |" * block.cells)
        before = block.kind
    return PdfDocument(title, "\n".join(rendered) + "\n")


def _put_notes_last(groups: Sequence[Sequence[PdfLine]], layout: Layout) -> list[Sequence[PdfLine]]:
    """The groups, with the notes at the feet of pages at the end of the section they stand in.

    Else one would stand between what introduces a list and the list, on the next page.
    """
    sorted_groups: list[Sequence[PdfLine]] = []
    notes: list[Sequence[PdfLine]] = []
    for group in groups:
        if group[0].begins_note and group[0].size < layout.body:
            notes.append(group)
            continue
        if is_heading(group, layout):
            sorted_groups += notes
            notes = []
        sorted_groups.append(group)
    return sorted_groups + notes


def _find_heading_levels(groups: Sequence[Sequence[PdfLine]], layout: Layout) -> _HeadingLevels:
    """The largest headings have level 1 where they can be the title, on the first page, else 2."""
    sizes: set[float] = set()
    for group in groups:
        if is_heading(group, layout) and is_large(group[0], layout):
            sizes.add(group[0].size)
    large = sorted(sizes, reverse=True)

    top = 2
    if large:
        largest = [group for group in groups if group[0].size == large[0]]
        first_page = groups[0][0].page
        if len(largest) <= 2 and largest[0][0].page == first_page:
            top = 1
    by_size = {size: min(level, 5) for level, size in enumerate(large, top)}
    return _HeadingLevels(by_size, otherwise=min(len(large) + top, 6))


def _render_group(
    group: Sequence[PdfLine], layout: Layout, words: Counter[str], levels: _HeadingLevels
) -> _PdfBlock:
    text = join_lines([line.text for line in group], words)
    if is_heading(group, layout):
        return _PdfBlock("heading", text, "#" * levels.of(group[0]) + " " + text)
    cells = read_row(group, layout, words)
    if cells:
        return _PdfBlock("row", text, "| " + " | ".join(cells) + " |", len(cells))
    bullet = BULLET.match(text)
    if bullet:
        return _PdfBlock("item", text, "- " + text[bullet.end() :])
    if group[0].begins_item:
        return _PdfBlock("item", text, "- " + text)
    if NUMBER.match(text):
        return _PdfBlock("item", text, text)
    return _PdfBlock("text", text, text)
