"""Finds the lines that belong together: a paragraph, a bullet, a heading, a row of a table.

A line that is larger or bolder than most is a heading. A gap, a bullet, a number or a short last
line begins a new paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from store.policies.files.pdf.drawn import PdfLine
from store.policies.files.pdf.layout import Layout, is_column
from store.policies.files.pdf.markers import BULLET, NUMBER, SIGN
from store.policies.files.pdf.tables import is_row, split_cells

#: Words after which a number at the beginning of the next line is a reference, and no list.
_RUNS_ON = re.compile(
    r"\b(?:section|paragraph|part|appendix|page|years?|stage|class|of|the|a|to|for|by|in|than)\Z",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.:;?!][\"'’”)\]]*\Z")
#: Points by which an item stands further in than the line above its list.
_LEAST_INSET = 8
_MOST_INSET = 60
LETTER = re.compile(r"[^\W\d_]")


def is_large(line: PdfLine, layout: Layout) -> bool:
    return line.size > layout.body * 1.07


def _looks_like_heading(line: PdfLine, layout: Layout) -> bool:
    text = line.text
    if not LETTER.search(text) or len(text) > 120:
        return False
    if len(split_cells(line, layout)) > 1:
        return False
    if is_large(line, layout):
        return True
    ends_as_text_does = text.endswith((".", ",", ";"))
    return line.is_bold and len(text) <= 90 and not ends_as_text_does


def is_heading(group: Sequence[PdfLine], layout: Layout) -> bool:
    if len(group) > 3 or BULLET.match(group[0].text):
        return False
    if not all(_looks_like_heading(line, layout) for line in group):
        return False
    return len(group) == 1 or is_large(group[0], layout)


def group_lines(lines: Sequence[PdfLine], layout: Layout) -> Iterator[list[PdfLine]]:
    """Lines that belong together: a paragraph, a bullet, a heading, a row of a table."""
    group: list[PdfLine] = []
    for line in lines:
        if group and _begins_group(group, line, layout):
            yield group
            line.begins_item = _is_set_in_item(group, line, layout)
            group = []
        group.append(line)
    if group:
        yield group


def _is_set_in_item(before: Sequence[PdfLine], line: PdfLine, layout: Layout) -> bool:
    """It is set in below a colon, or stands as far in as such an item right above it."""
    if _is_item(line.text) or is_row([line], layout) or _looks_like_heading(line, layout):
        return False
    first = before[0]
    if first.begins_item:
        return abs(line.x - first.x) < 2
    is_set_in = _LEAST_INSET < line.x - first.x < _MOST_INSET and first.page == line.page
    return is_set_in and before[-1].text.endswith(":") and not is_row(before, layout)


def _begins_set_in_item(group: Sequence[PdfLine], line: PdfLine, layout: Layout) -> bool:
    """It is the first item of a list without marks, or another one."""
    if group[0].begins_item and _is_another_item(group, line, layout):
        return True
    return group[-1].text.endswith(":") and _is_set_in_item(group, line, layout)


# The order matters: what is surest is asked first, tables, then looks, then places, then words.
def _begins_group(group: Sequence[PdfLine], line: PdfLine, layout: Layout) -> bool:
    """True where `line` begins something new after the lines of `group`."""
    last = group[-1]
    if _continues_row(group, line, layout):
        return False
    if is_row(group, layout) or len(split_cells(line, layout)) > 1:
        return True
    if _changes_look(last, line, layout):
        return True

    if _begins_set_in_item(group, line, layout):
        return True
    step = last.y - line.y
    if last.page != line.page or step < -2:
        return not _goes_on_elsewhere(last, line, layout)
    return _stands_apart(last, line, layout) or _begins_paragraph(group, line, layout)


def _stands_apart(last: PdfLine, line: PdfLine, layout: Layout) -> bool:
    """There is a gap between two lines of a column, or they are headings of their own."""
    step = last.y - line.y
    if _looks_like_heading(last, layout) and _looks_like_heading(line, layout):
        # One heading may be several lines; two short lines in bold are two headings.
        return step > 1.3 * (1.5 * line.size) or not is_large(line, layout)
    return step > 1.3 * max(layout.pitch, 1.15 * line.size)


def _changes_look(last: PdfLine, line: PdfLine, layout: Layout) -> bool:
    """A heading ends or begins between two lines, for they are not drawn alike."""
    if line.size == last.size and line.is_bold == last.is_bold:
        return False
    return _looks_like_heading(line, layout) or _looks_like_heading(last, layout)


def _goes_on_elsewhere(last: PdfLine, line: PdfLine, layout: Layout) -> bool:
    """True where `line`, on top of a new page or column, goes on with the sentence of `last`."""
    if _looks_like_heading(last, layout) and _looks_like_heading(line, layout):
        return False
    if _ends_sentence(last) or _is_item(line.text):
        return False
    return line.text[:1].islower() or not _is_short(last, layout)


def _begins_paragraph(group: Sequence[PdfLine], line: PdfLine, layout: Layout) -> bool:
    """True where the words of `line`, right below `group`, begin a paragraph or an item."""
    last = group[-1]
    if SIGN.match(line.text):
        return True
    ended = _ends_sentence(last)
    is_short = _is_short(last, layout)
    if not _is_item(line.text):
        return ended and (is_short or _is_further_out(group, line))
    if ended or is_short:
        return True
    # Within a list a number is the next item, but after “see section” it is a reference.
    return _is_item(group[0].text) and not _RUNS_ON.search(last.text)


def _is_further_out(group: Sequence[PdfLine], line: PdfLine) -> bool:
    """It begins to the left of where an item's own words do."""
    first = group[0]
    if line.page != group[-1].page or not (_is_item(first.text) or first.begins_item):
        return False
    begin = group[1].x if len(group) > 1 else _begin_of_words(first)
    return line.x < begin - _LEAST_INSET / 2


def _begin_of_words(item: PdfLine) -> float:
    """Where the words of an item begin, after its mark, in points from the left."""
    mark, *words = item.inked
    has_own_mark = words and _is_item(f"{mark.text.strip()} x")
    return words[0].x if has_own_mark else item.x


def _is_another_item(group: Sequence[PdfLine], line: PdfLine, layout: Layout) -> bool:
    """Its first word would have had room on the line above: somebody ended that line."""
    if abs(line.x - group[0].x) >= 2:
        return True
    first_word = line.text.split(" ", 1)[0]
    return len(group[-1].text) + 1 + len(first_word) < 0.8 * layout.longest


def _continues_row(group: Sequence[PdfLine], line: PdfLine, layout: Layout) -> bool:
    """`line` is another cell of the row that `group` is, or more of one."""
    first, last = group[0], group[-1]
    if line.x <= first.x + 2:
        return False
    if first.page != line.page:
        return _continues_row_overleaf(group, line, layout)
    if _is_cell_beside(group, line, layout):
        return True
    # A column that has but one row on a page is known by the row itself.
    is_below_cell = any(abs(line.x - other.x) < 2 for other in group[1:])
    if not (is_below_cell or is_column(line.page, line.x, layout)):
        return False
    if abs(line.y - first.y) < 2:
        return True
    return line.y < last.y and is_row(group, layout)


def _is_cell_beside(group: Sequence[PdfLine], line: PdfLine, layout: Layout) -> bool:
    """The next cell to the right, whose words stand in the middle of its height."""
    first, last = group[0], group[-1]
    is_level = abs(line.y - first.y) < 0.7 * first.size
    return is_level and line.x > last.x + 2 and is_row(group, layout)


def _continues_row_overleaf(group: Sequence[PdfLine], line: PdfLine, layout: Layout) -> bool:
    """The end of the page divides a row: `line`, on the next page, is in one of its columns."""
    first, last = group[0], group[-1]
    if line.page != first.page + 1 or not is_row(group, layout):
        return False
    if not is_column(first.page, line.x, layout):
        return False
    is_top_of_page = last.page == first.page
    return is_top_of_page or line.y < last.y or line.x > last.x + 2


def _is_item(text: str) -> bool:
    return bool(BULLET.match(text) or NUMBER.match(text))


def _ends_sentence(line: PdfLine) -> bool:
    return bool(_SENTENCE_END.search(line.text))


def _is_short(line: PdfLine, layout: Layout) -> bool:
    return len(line.text) < 0.6 * layout.longest
