"""A table as a CSV file that a spreadsheet opens, and in which no cell is a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

#: A cell that begins with one of these may be obeyed.
OBEYED = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def to_csv(rows: Iterable[Sequence[str | int]]) -> bytes:
    """The rows in UTF-8, with the mark by which Excel knows that."""
    out = io.StringIO()
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([_cell(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig", "replace")


def _cell(cell: str | int) -> str | int:
    """A number as it is; words that would be obeyed with an apostrophe before them."""
    if isinstance(cell, int):
        return cell
    words = cell.replace("\0", "")
    return f"'{words}" if words.lstrip(" ").startswith(OBEYED) else words
