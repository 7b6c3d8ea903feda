"""The rows of tables: between bars, or in columns that are drawn with blanks or dots."""

from __future__ import annotations

import re
from collections.abc import Sequence

from store.policies.marks import BULLET
from store.policies.text_line import TextLine
from store.policies.unit import Place

#: Below the header of a table.
_DELIMITERS = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?")
#: Between the columns of a table that is drawn with blanks.
GAP = re.compile(
    r"[ \u00a0]{3,}|[ \u00a0]*\t[ \t\u00a0]*|(?:(?<!\s)\s+)?(?:\.{4,}|…{2,}|(?: \.){4,})\s*"
)
#: A telephone number, an address or a day, as stands in a row of a table and not above it.
_A_FACT = re.compile(r"\d[\d ]{4,}\d|@|\d/\d")
#: The first of two cells in a table that tells, row by row, what is known of the text itself.
_PARTICULARS = re.compile(
    r"(?:(?:policy|document) [^|]*|owner|author|approved|adopted|ratified|responsib[^|]*"
    r"|(?:(?:next|last|date of) )?review[^|]*)(?: by| on| date)?:? *\|[^|]*",
    re.IGNORECASE,
)


def is_table_row(lines: Sequence[TextLine], n: int) -> bool:
    """A line between two bars; or cells with bars between, in a table that has begun."""
    text = lines[n].text
    if text.startswith("|"):
        return text.count("|") > 1
    if "|" not in text:
        return False
    is_header = n + 1 < len(lines) and "|" in lines[n + 1].text and is_delimiter(lines[n + 1])
    return is_header or (
        n > 0 and "|" in lines[n - 1].text and lines[n - 1].kind in ("row", "rule")
    )


def is_delimiter(line: TextLine) -> bool:
    """A line of hyphens below the header of a table."""
    return "-" in line.text and bool(_DELIMITERS.fullmatch(line.text))


def is_in_columns(lines: Sequence[TextLine], n: int) -> bool:
    """A row of a table that is drawn with blanks: the line above or below has as many columns."""
    columns = _count_columns(lines[n])
    if columns < 2:
        return False
    beside = [lines[m] for m in (n - 1, n + 1) if 0 <= m < len(lines)]
    return any(_count_columns(line) == columns for line in beside)


def _count_columns(line: TextLine) -> int:
    if BULLET.match(line.text) or line.text.endswith((".", ",", ";", "…")):
        return 0
    return len(GAP.split(line.text))


def continues_row(row: TextLine, following: TextLine) -> bool:
    """A line below a row in columns begins where one of its columns does, but the first."""
    if "|" in row.text:
        return False
    begin = [row.indent + gap.end() for gap in GAP.finditer(row.text)]
    return any(abs(following.indent - column) < 2 for column in begin)


def names_cells(header: str, row: str) -> bool:
    """Whether `header`, the first row of a table, says what the cells of another row are.

    Word and PDF do not say which row is a header, and one that gives a telephone number or an
    address is none, nor one that says who looks after the text; nor can it name more cells than
    there are.
    """
    if _A_FACT.search(header) or _PARTICULARS.fullmatch(_without_outer_bars(header)):
        return False
    return _count_bars(header) == _count_bars(row)


def _count_bars(row: str) -> int:
    """Those between the cells of a row, any of which may be empty."""
    return _without_outer_bars(row).count("|")


def _without_outer_bars(row: str) -> str:
    return row.strip().removeprefix("|").removesuffix("|").strip(" \t")


def find_cells(text: str, line: TextLine) -> Place:
    """Where the cells of a row begin and end, without the bars on both sides."""
    start, end = line.start, line.end
    while start < end and text[start] in "| \t":
        start += 1
    while end > start and text[end - 1] in "| \t":
        end -= 1
    return (start, end) if start < end else (line.start, line.end)
