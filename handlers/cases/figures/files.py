"""Figures as a PDF to hand out, and as a CSV file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from handlers.cases.figures.page import FiguresPage, Row, in_words, name_of
from handlers.desk import Desk
from handlers.messages import File
from handlers.rules.suppression import Cell, Hidden
from handlers.text.csv_cells import to_csv
from handlers.text.figures_pdf import PrintedFigures, PrintedRow, draw_bars, print_figures
from handlers.text.words import full_day, shortened

KIND = "Category"
MADE = "{first} to {last}. Counted on {day}."
COUNTED = (
    "Each case counts once, by the day on which it was passed on; what was passed on twice and "
    "joined is one. What was sent by mistake is not counted."
)
ERASED = (
    "Of erased cases, kind and month are counted: in the period in which the month’s 15th lies."
)
APART = (
    "Cases that concern the headteacher are not on this page, whoever has made it: the chair of "
    "governors counts them apart."
)
SMALL = (
    "Counts under 5 read “fewer than 5”. “Not shown”: that count would tell another that is under "
    "5. Compare pages of whole terms only: two of almost the same days tell what lies between."
)
OWN = "For leaders: small counts are not hidden here. Use “for-governors” for a page to hand on."
LACKING = "Overdue cases and questions are as of that day."
#: Of several schools together.
TOGETHER = "{number} schools together"
OF_SCHOOLS = "Figures: {period}"
OWN_TERMS = (
    "These are the days of one school; where another has terms of its own, its own are counted."
)
NO_HEADS = "Cases that concern a headteacher are not on this page."
HIDDEN_OF_SCHOOLS = (
    "“Not shown”: to somebody who knows the counts of one school, it would tell a count under 5 of "
    "the others. Compare pages of whole terms only: two of almost the same days tell what lies "
    "between."
)
LACKING_OF_SCHOOLS = "Overdue cases are as of that day."
ALT = "Bars. {title}. {rows}."
#: Characters of what a picture shows, in words.
LONGEST_ALT = 1_000
#: Months that have room on the page.
MOST_MONTHS = 12


@dataclass(frozen=True, slots=True)
class _Frame:
    """What a printed page says besides its figures."""

    school: str
    title: str
    #: Local, on which it was counted.
    day: date
    notes: Sequence[str]


def figures_csv(page: FiguresPage) -> bytes:
    """A row for each kind, each month and each line of the page."""
    rows: list[tuple[str | int, ...]] = [("what", "", *_names(page))]
    for row in (*page.rows, page.total):
        rows.append(("kind", row.name, *map(_number_or_words, row.cells)))
    rows += [("month", month, number) for month, number in page.months]
    rows += [("note", line) for line in page.lines]
    return to_csv(rows)


def _number_or_words(cell: Cell) -> int | str:
    return cell.value if isinstance(cell, Hidden) else cell


def figures_pdf(page: FiguresPage, title: str, made_at: datetime, desk: Desk) -> bytes:
    """One page, of one school. Call it in a thread."""
    day = desk.calendar.local(made_at).date()
    return _print(page, _Frame(desk.calendar.school.name, title, day, _notes(page)))


def sums_pdf(page: FiguresPage, number: int, day: date) -> bytes:
    """One page, of `number` schools together, counted on that local day. Call it in a thread."""
    title = OF_SCHOOLS.format(period=name_of(page.compared.period, day))
    notes = (COUNTED, ERASED, OWN_TERMS, NO_HEADS, HIDDEN_OF_SCHOOLS, LACKING_OF_SCHOOLS)
    return _print(page, _Frame(TOGETHER.format(number=number), title, day, notes))


def _print(page: FiguresPage, frame: _Frame) -> bytes:
    period = page.compared.period
    first, last = full_day(period.first), full_day(period.last)
    most = _most_now(page)
    rows = [_printed(row, most) for row in page.rows]
    rows.append(_printed(page.total, 0))
    return print_figures(
        PrintedFigures(
            school=frame.school,
            title=frame.title,
            about=[MADE.format(first=first, last=last, day=full_day(frame.day))],
            heads=[KIND, *_names(page)],
            rows=rows,
            months=list(_months(page)),
            lines=page.lines,
            notes=frame.notes,
        )
    )


def figures_picture(page: FiguresPage, title: str, desk: Desk) -> File | None:
    """The bars of the period as a picture, and in words; None where there is no bar.

    Call it in a thread.
    """
    most = _most_now(page)
    if not most:
        return None
    rows = [_printed(row, most) for row in page.rows]
    said = [f"{row.name} {in_words(row.cells[0])}" for row in page.rows if row.cells[0] != 0]
    alt = ALT.format(title=title, rows="; ".join(said))
    content = draw_bars(desk.calendar.school.name, title, rows)
    return File(content, "figures.png", "image/png", shortened(alt, LONGEST_ALT))


def _most_now(page: FiguresPage) -> int:
    """The largest count of the period that is told, whose bar is the longest; 0 without one."""
    told = [row.cells[0] for row in page.rows if not isinstance(row.cells[0], Hidden)]
    return max(told, default=0)


def _names(page: FiguresPage) -> list[str]:
    return [each.name for each in page.compared.all]


def _printed(row: Row, most: int) -> PrintedRow:
    now = row.cells[0]
    has_bar = most > 0 and not isinstance(now, Hidden)
    bar = now / most if has_bar and isinstance(now, int) else None
    return PrintedRow(row.name, tuple(map(in_words, row.cells)), bar)


def _months(page: FiguresPage) -> Iterator[tuple[str, str, float]]:
    """The months with their bars, where they have room."""
    if len(page.months) > MOST_MONTHS:
        return
    most = max((number for _, number in page.months), default=0) or 1
    for month, number in page.months:
        name = f"{date.fromisoformat(f'{month}-01'):%b %Y}"
        yield name, str(number), number / most


def _notes(page: FiguresPage) -> list[str]:
    own = [APART, SMALL] if page.for_governors else [OWN]
    return [COUNTED, ERASED, *own, LACKING]
