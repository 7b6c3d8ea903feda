"""Figures of several schools together, for a trust: sums in which no school's cases show.

Whoever leads one of the schools knows its own counts, and what the sum has besides is of the
others. So a sum is shown only where it would not tell a small count of those either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from handlers.cases.figures.counted import counted_for, who_may_count
from handlers.cases.figures.page import (
    OTHERS,
    OVERDUE,
    REMOVALS,
    TOTAL,
    FiguresPage,
    Row,
    in_words,
)
from handlers.desk import Desk
from handlers.rules.figures import Figures, count
from handlers.rules.suppression import Cell, sum_alone, suppress_sums
from handlers.rules.terms import Compared


@dataclass(frozen=True, slots=True)
class SchoolFigures:
    """What was counted of one school."""

    compared: Compared
    #: Of each of the periods that are compared.
    figures: Sequence[Figures]
    overdue: int
    #: The keys of the kinds that governors count, and their names, as its procedure has them.
    kinds: Sequence[tuple[str, str]]
    #: The local day on which it was counted.
    day: date


async def school_figures(compared: Compared, desk: Desk) -> SchoolFigures:
    """Of one school, what counts on its governors' page."""
    readers = await who_may_count(desk)
    cases = await counted_for(readers, compared.all, desk, for_governors=True)
    figures = [count(cases.incidents, cases.erased, period) for period in compared.all]
    kinds = [(row.key, row.name) for row in desk.procedure.category if row.governors]
    day = desk.calendar.local(desk.now()).date()
    return SchoolFigures(compared, figures, cases.overdue, kinds, day)


def summed_page(schools: Sequence[SchoolFigures]) -> FiguresPage:
    """The sums, as one page. The names of kinds and periods are those of the first school."""
    first = schools[0]
    columns = []
    for number in range(min(len(school.figures) for school in schools)):
        counts = [_counts(school, number, first.kinds) for school in schools]
        columns.append(suppress_sums(counts))
    rows = []
    names = [*(name for _, name in first.kinds), OTHERS]
    for place, name in enumerate(names):
        rows.append(Row(name, tuple(column.cells[place] for column in columns)))
    total = Row(TOTAL, tuple(column.total for column in columns))
    overdue = _sum([school.overdue for school in schools])
    lines = (_removals(schools), OVERDUE.format(number=overdue))
    return FiguresPage(first.compared, tuple(rows), total, (), lines, for_governors=True)


def _counts(school: SchoolFigures, number: int, kinds: Sequence[tuple[str, str]]) -> list[int]:
    """The counts of a school in one column: of each kind, and of all others."""
    figures = school.figures[number]
    counts = [figures.kinds[key] for key, _ in kinds]
    return [*counts, figures.total - sum(counts)]


def _removals(schools: Sequence[SchoolFigures]) -> str:
    """Of how many it is gone is told only where it is not told of how few it is not."""
    columns = []
    for school in schools:
        removals = school.figures[0].removals
        left = removals.asked - removals.gone
        columns.append([removals.gone, left])
    column = suppress_sums(columns)
    return REMOVALS.format(asked=in_words(column.total), gone=in_words(column.cells[0]))


def _sum(counts: Sequence[int]) -> str:
    cell: Cell = sum_alone(counts)
    return in_words(cell)
