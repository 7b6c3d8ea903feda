"""Parts lines into the cells of a table, and joins the cells of a row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from store.policies.files.pdf.columns import estimate_width
from store.policies.files.pdf.divided_words import join_lines
from store.policies.files.pdf.drawn import LIGATURES, WORD_SIGN, Fragment, PdfLine
from store.policies.files.pdf.layout import Layout, is_column
from store.policies.files.pdf.markers import BULLET

#: A number or a letter that stands in a column of its own before the words of its clause.
_LONE_NUMBER = re.compile(r"\(?[\w.]{1,6}[.)]|\d[\d.]*")


#: As many times the size of the letters is no gap between words.
_WIDE_GAP = 4


@dataclass(slots=True)
class _Cell:
    #: Where it begins, in points.
    x: float
    text: str


@dataclass(slots=True)
class _Column:
    """The lines of one cell of a row."""

    x: float
    lines: list[str]


def split_cells(line: PdfLine, layout: Layout) -> list[_Cell]:
    """What stands in the columns of one line; one cell in most lines, and never none."""
    cells = [_Cell(line.x, "")]
    before: Fragment | None = None
    for fragment in line.inked:
        if before is not None and _begins_cell(before, fragment, line.page, layout):
            cells.append(_Cell(fragment.x, ""))
        cells[-1].text += fragment.text
        before = fragment

    # Of three cells, the first may be a number: a row of a list of classes, or of steps.
    is_item = len(cells) == 2 and _is_marker(cells[0].text)
    if is_item or (len(cells) > 1 and _is_to_fill_in(line.text)):
        return [_Cell(line.x, line.text)]
    for cell in cells:
        cell.text = re.sub(r"\s+", " ", cell.text).translate(LIGATURES).strip()
    return cells


def _begins_cell(before: Fragment, fragment: Fragment, page: int, layout: Layout) -> bool:
    if not WORD_SIGN.search(fragment.text):
        return False
    gap = fragment.x - before.x - estimate_width(before) * 0.9
    if is_column(page, fragment.x, layout):
        return gap > 0.4 * fragment.size
    # The words of a header may stand in the middle of their cells.
    return gap > _WIDE_GAP * fragment.size + 0.2 * estimate_width(before)


def _is_marker(text: str) -> bool:
    """It is a bullet or a number, and what comes after it is the words of its item."""
    marker = text.strip()
    return bool(BULLET.match(marker + " x") or _LONE_NUMBER.fullmatch(marker))


def _is_to_fill_in(text: str) -> bool:
    return "__" in text or "...." in text or "……" in text


def _has_cells(group: Sequence[PdfLine], layout: Layout) -> bool:
    return any(len(split_cells(line, layout)) > 1 for line in group)


def is_row(group: Sequence[PdfLine], layout: Layout) -> bool:
    """A line of the group has several cells, or one stands level with the first, to its right."""
    if _has_cells(group, layout):
        return True
    first = group[0]
    return any(abs(line.y - first.y) < 2 and line.x > first.x + 2 for line in group[1:])


def read_row(group: Sequence[PdfLine], layout: Layout, words: Counter[str]) -> list[str]:
    """The cells of a row of a table, from left to right; empty for what is none."""
    if not is_row(group, layout):
        return []
    columns: list[_Column] = []
    for line in group:
        first, *others = split_cells(line, layout)
        above = _find_column_at(first.x, columns)
        if above is None:
            columns.append(_Column(first.x, [first.text]))
        else:
            above.lines.append(first.text)
        columns += [_Column(cell.x, [cell.text]) for cell in others]

    columns.sort(key=lambda column: column.x)
    return [join_lines(column.lines, words) for column in columns]


def _find_column_at(x: float, columns: Sequence[_Column]) -> _Column | None:
    for column in columns:
        if abs(column.x - x) <= 2:
            return column
    return None
