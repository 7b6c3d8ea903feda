"""A table as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table with a line for its head and for each row, and a line break at its end."""
    dashes = ["---"] * len(head)
    return "".join(_line(row) for row in (head, dashes, *rows))


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(_escape, cells))} |\n"


def _escape(cell: str) -> str:
    """A bar within a cell would begin another one, and `<` a tag of HTML."""
    return cell.replace("|", "\\|").replace("<", "\\<")
