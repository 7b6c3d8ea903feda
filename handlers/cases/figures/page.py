"""Figures as they are read: the rows of the table, and the lines below it.

A leader reads each count. On the page for the governors small ones are hidden, with what would
tell them, and there are no months and no sites.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from handlers.desk import Desk
from handlers.rules.figures import Figures, Removals, Spread
from handlers.rules.suppression import FEW, Cell, Hidden, alone, suppress
from handlers.rules.terms import Compared, Period
from handlers.text.words import listed
from store.model.removals import NO_SITE

NO_CATEGORY = "No category yet"
OTHERS = "Other kinds"
TOTAL = "All together"
NO_LINK = "no link kept"

SO_FAR = "{period}, so far"

TAKEN, CLOSED = "Taken", "Closed"
SPREAD = "{what} within {median} (half of them), {nine_tenths} (nine in ten)."
TOO_FEW = "{what}: too few to say how long it took."
NONE_YET = "{what}: none yet."
REMOVALS = "Removal asked for: {asked}. Gone: {gone}."
SITES = "Posts by site: {sites}."
SITE = "{site} {gone} of {asked} gone"
OVERDUE = "Overdue now: {number}."
LACKING = "Questions that the policy texts do not answer: {number}."
#: Sites that are named.
MOST_SITES = 6


@dataclass(frozen=True, slots=True)
class Row:
    """A kind, and how many in the period, in the one before it, and in that of a year before."""

    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class FiguresPage:
    """All that is said of one period, to a leader or to the governors."""

    compared: Compared
    #: The kinds; each has a cell for each period.
    rows: tuple[Row, ...]
    total: Row
    #: Month, as `2026-11`, and how many; nothing for the governors.
    months: tuple[tuple[str, int], ...]
    lines: tuple[str, ...]
    for_governors: bool


@dataclass(frozen=True, slots=True)
class NowStanding:
    """What is counted of this moment, whatever the period."""

    overdue: int
    lacking: int


def page_for_leaders(
    compared: Compared, figures: Sequence[Figures], standing: NowStanding, desk: Desk
) -> FiguresPage:
    """`figures`: of the period, and of those it is compared with."""
    rows = []
    for key, name in _kinds(figures, desk):
        cells = tuple(each.kinds[key] for each in figures)
        rows.append(Row(name, cells))
    total = Row(TOTAL, tuple(each.total for each in figures))
    now = figures[0]
    # Of a month that has not begun, nothing is counted: 0 would be read as good news.
    this_month = f"{desk.calendar.local(desk.now()):%Y-%m}"
    begun = [month for month in compared.period.months if month <= this_month]
    months = tuple((month, now.in_month(month)) for month in begun)
    lines = (
        _spread_line(TAKEN, now.taken),
        _spread_line(CLOSED, now.closed),
        REMOVALS.format(asked=now.removals.asked, gone=now.removals.gone),
        *_site_lines(now),
        OVERDUE.format(number=standing.overdue),
        LACKING.format(number=standing.lacking),
    )
    return FiguresPage(compared, tuple(rows), total, months, lines, for_governors=False)


def page_for_governors(
    compared: Compared, figures: Sequence[Figures], standing: NowStanding, desk: Desk
) -> FiguresPage:
    """The same, with small counts hidden. Each column is hidden by itself."""
    counted = [row for row in desk.procedure.category if row.governors]
    keys = [row.key for row in counted]
    columns = []
    for each in figures:
        counts = [each.kinds[key] for key in keys]
        columns.append(suppress([*counts, each.total - sum(counts)]))
    rows = []
    for number, name in enumerate([*(row.name for row in counted), OTHERS]):
        rows.append(Row(name, tuple(column.cells[number] for column in columns)))

    now = figures[0]
    lines = (
        _spread_line(TAKEN, now.taken, least=FEW),
        _spread_line(CLOSED, now.closed, least=FEW),
        _removals_line(now.removals),
        OVERDUE.format(number=in_words(alone(standing.overdue))),
        LACKING.format(number=in_words(alone(standing.lacking))),
    )
    total = Row(TOTAL, tuple(column.total for column in columns))
    return FiguresPage(compared, tuple(rows), total, (), lines, for_governors=True)


def _removals_line(removals: Removals) -> str:
    """How many were asked for, and are gone: not both, where few are left between them."""
    asked, gone = alone(removals.asked), alone(removals.gone)
    is_told = isinstance(asked, int) and isinstance(gone, int)
    if is_told and 0 < removals.asked - removals.gone < FEW:
        gone = Hidden.WITHHELD
    return REMOVALS.format(asked=in_words(asked), gone=in_words(gone))


def name_of(period: Period, today: date) -> str:
    """The period's name, which says where it is not over. `today`: a local day."""
    return SO_FAR.format(period=period.name) if period.holds(today) else period.name


def in_words(cell: Cell) -> str:
    return cell.value if isinstance(cell, Hidden) else str(cell)


def _kinds(figures: Sequence[Figures], desk: Desk) -> Iterable[tuple[str, str]]:
    """Key and name of each kind to list: those that the governors count, and what there is."""
    found = {key for each in figures for key in each.kinds}
    for row in desk.procedure.category:
        if row.governors or row.key in found:
            found.discard(row.key)
            yield row.key, row.name
    for key in sorted(found):
        yield key, key or NO_CATEGORY


def _spread_line(what: str, spread: Spread, least: int = 1) -> str:
    if spread.number < least:
        return (NONE_YET if least == 1 else TOO_FEW).format(what=what)
    median, nine_tenths = how_long(spread.median), how_long(spread.nine_tenths)
    return SPREAD.format(what=what, median=median, nine_tenths=nine_tenths)


def _site_lines(figures: Figures) -> list[str]:
    named = []
    for site, posts in figures.by_site[:MOST_SITES]:
        name = NO_LINK if site == NO_SITE else site
        named.append(SITE.format(site=name, gone=posts.gone, asked=posts.asked))
    return [SITES.format(sites=listed(named))] if named else []


def how_long(span: timedelta) -> str:
    """`12 minutes`, `5 hours`, `9 days`: rounded up, so that it is no less than it was."""
    minutes = max(1, -(-span // timedelta(minutes=1)))
    if minutes < 120:
        return f"{minutes} minute{'s' if minutes > 1 else ''}"
    hours = -(-minutes // 60)
    if hours < 48:
        return f"{hours} hours"
    return f"{-(-hours // 24)} days"
