"""Figures: how many cases of each kind there were, for leaders and for the governors."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from handlers.cases.figures.counted import CountedCases, counted_cases, readers_of
from handlers.cases.figures.files import figures_csv, figures_pdf, figures_picture
from handlers.cases.figures.page import (
    FiguresPage,
    NowStanding,
    Row,
    name_of,
    page_for_governors,
    page_for_leaders,
)
from handlers.commands import command
from handlers.desk import Ask, Desk
from handlers.messages import Choice, Choices, File, Heading, Part, Refused, Reply, Table, Text
from handlers.policies.questions import gaps_for
from handlers.rules import access
from handlers.rules.access import Act
from handlers.rules.figures import count
from handlers.rules.suppression import Hidden
from handlers.rules.terms import Compared, Period, Terms
from handlers.text.dates import whole_date
from handlers.text.words import full_day, shortened
from store.model.kinds import NoticeKind
from store.model.records import Notice, Person, Role

HEADING = "Figures: {period}"
FOR_GOVERNORS = "Figures for the governors: {period}"
DAYS = "{first} to {last}"
COLUMNS = "now  before  year before"
COLUMNS_OF_A_YEAR = "now  before"
MEANT = "“before” is {before}{year_before}."
MEANT_TOO = ", “year before” is {period}"
SMALL = "<5: fewer than 5. –: not shown, as it would tell one of those."
IN_CHAT = {Hidden.FEWER: "<5", Hidden.WITHHELD: "–"}
WHICH_DAYS = (
    "I cannot read “{typed}” as a time to count. Type: /figures this term, last term, 2026-27, or "
    "two dates such as 1/9/2026 to 31/12/2026"
)
NOT_BEGUN = "{period} has not begun, so there is nothing to count yet."
WRONG_WAY_ROUND = "{first} is after {last}. Type the earlier date first."
TERM_IS_OVER = "A new term has begun. These are the governors’ figures of the last one."

#: Words for how it is to come, taken out wherever they stand.
HOW = re.compile(r"(?:^|(?<=\s))(?:--)?(?:as\s+)?(pdf|csv|for[ -]governors)(?=\s|$)", re.IGNORECASE)
SCHOOL_YEAR = re.compile(r"(20\d\d)\s*[-/–]\s*(?:20)?(\d\d)")
#: What is typed has single spaces by then.
BETWEEN = re.compile(r" (?:to|until|till|and|[-–]) |(?<=\d) (?=\d{4}-)", re.IGNORECASE)
#: Years that can be asked for.
EARLIEST, LATEST_YEAR = 2000, 2200
#: How long after a term has begun its page is still sent.
LATEST = timedelta(days=14)


#: Anything short that ends in a year.
A_DAY = r".{1,30}\d{4}"


@dataclass(frozen=True, slots=True)
class _Wanted:
    compared: Compared
    #: `pdf`, `csv`, or nothing for the chat.
    form: str
    for_governors: bool


@command(
    "figures",
    usage="/figures [this term|last term|2026-27|FROM to TO] [for-governors]",
    may=Act.FIGURES,
    summary="how many cases of each kind, to read, as a PDF or for a spreadsheet",
    bare=rf"((this|last) (term|year)|20\d\d[-/–]\d\d|{A_DAY} to {A_DAY})?( for-governors)?",
)
async def figures(ask: Ask, desk: Desk) -> Reply:
    """Figures of a term, a school year or any days: in the chat, or as a file."""
    wanted = _read(ask.words, ask.at, desk)
    periods = wanted.compared.all
    cases = await counted_cases(ask.person, periods, desk, for_governors=wanted.for_governors)
    page = await _page(ask.person, cases, wanted, desk)
    if not wanted.form:
        title = _title(page, ask.at, desk)
        picture = await asyncio.to_thread(figures_picture, page, title, desk)
        return _in_chat(page, ask.at, desk) + Reply((picture,) if picture else ())
    name = _file_name(page)
    if wanted.form == "csv":
        return Reply((File(figures_csv(page), f"{name}.csv", "text/csv"),))
    title = _title(page, ask.at, desk)
    content = await asyncio.to_thread(figures_pdf, page, title, ask.at, desk)
    return Reply((File(content, f"{name}.pdf", "application/pdf"),))


# --- what is asked for ----------------------------------------------------------------------------


def compared_of(typed: str, now: datetime, desk: Desk) -> Compared:
    """The period that is typed, as `last term`, beside those before it. Raises Refused."""
    period = _period(" ".join(typed.split()), now, desk)
    if period.first > desk.calendar.local(now).date():
        raise Refused(NOT_BEGUN.format(period=period.name))
    return Terms(desk.calendar.school).compared(period)


def _read(words: str, now: datetime, desk: Desk) -> _Wanted:
    """Raises Refused."""
    how = [found.lower() for found in HOW.findall(words)]
    compared = compared_of(HOW.sub(" ", words), now, desk)
    form = next((each for each in how if each in ("pdf", "csv")), "")
    return _Wanted(compared, form, any(each.startswith("for") for each in how))


def _period(typed: str, now: datetime, desk: Desk) -> Period:
    terms = Terms(desk.calendar.school)
    today = desk.calendar.local(now).date()
    term, year = terms.term_of(today), terms.year_of(today)
    known = {
        "": term,
        "this term": term,
        "last term": terms.before(term),
        "this year": terms.year(year),
        "last year": terms.year(year - 1),
    }
    if typed.lower() in known:
        return known[typed.lower()]
    school_year = SCHOOL_YEAR.fullmatch(typed)
    if school_year and (int(school_year[1]) + 1) % 100 == int(school_year[2]):
        return terms.year(int(school_year[1]))
    return _between(typed)


def _between(typed: str) -> Period:
    days = []
    for words in BETWEEN.split(typed.removeprefix("from "), maxsplit=1):
        day = whole_date(words)
        if day is not None and EARLIEST <= day.year <= LATEST_YEAR:
            days.append(day)
    if len(days) != 2:
        raise Refused(WHICH_DAYS.format(typed=shortened(typed, 60)))
    first, last = days
    if first > last:
        raise Refused(WRONG_WAY_ROUND.format(first=full_day(first), last=full_day(last)))
    return Period(DAYS.format(first=full_day(first), last=full_day(last)), first, last)


# --- what is answered -----------------------------------------------------------------------------


async def _page(person: Person, cases: CountedCases, wanted: _Wanted, desk: Desk) -> FiguresPage:
    readers = await readers_of(person, desk, for_governors=wanted.for_governors)
    lacking = await _lacking_for_all(readers, desk)
    counted = [count(cases.incidents, cases.erased, each) for each in wanted.compared.all]
    standing = NowStanding(cases.overdue, lacking)
    make = page_for_governors if wanted.for_governors else page_for_leaders
    return make(wanted.compared, counted, standing, desk)


async def _lacking_for_all(readers: Sequence[Person], desk: Desk) -> int:
    """How many questions without an answer all of these people may read."""
    known_to_each = []
    for reader in readers:
        gaps = await gaps_for(reader, desk)
        known_to_each.append({gap.digest for gap in gaps})
    return len(set.intersection(*known_to_each))


def _in_chat(page: FiguresPage, now: datetime, desk: Desk) -> Reply:
    compared = page.compared
    of_year = ""
    if compared.year_before:
        of_year = MEANT_TOO.format(period=compared.year_before.name)
    meant = MEANT.format(before=compared.before.name, year_before=of_year)
    period = compared.period
    days = DAYS.format(first=full_day(period.first), last=full_day(period.last))
    lines = [SMALL, *page.lines] if page.for_governors else page.lines
    parts: list[Part] = [
        Heading(_title(page, now, desk)),
        Text(f"{days}. {meant}"),
        Table(figures_table(page)),
        Text("\n".join(lines)),
        Choices(tuple(_choices(page))),
    ]
    return Reply(tuple(parts))


def _title(page: FiguresPage, now: datetime, desk: Desk) -> str:
    name = name_of(page.compared.period, desk.calendar.local(now).date())
    return (FOR_GOVERNORS if page.for_governors else HEADING).format(period=name)


def figures_table(page: FiguresPage) -> str:
    """Numbers first: a name that is too long for a phone then goes on below the names."""
    heads = COLUMNS if page.compared.year_before else COLUMNS_OF_A_YEAR
    widths = [len(head) for head in re.split(r" {2}", heads)]
    lines = [heads]
    for row in (*page.rows, page.total):
        lines.append(_table_line(row, widths))
    return "\n".join(lines)


def _table_line(row: Row, widths: list[int]) -> str:
    placed = []
    for cell, width in zip(row.cells, widths, strict=True):
        words = IN_CHAT[cell] if isinstance(cell, Hidden) else str(cell)
        placed.append(words.rjust(width))
    return "  ".join((*placed, row.name))


def _choices(page: FiguresPage) -> list[Choice]:
    period = page.compared.period
    days = f"{period.first} to {period.last}"
    governors = " for-governors" if page.for_governors else ""
    choices = [
        Choice("As PDF", f"figures pdf {days}{governors}"),
        Choice("As CSV", f"figures csv {days}{governors}"),
    ]
    if page.for_governors:
        return choices
    return [*choices, Choice("For the governors", f"figures {days} for-governors")]


def _file_name(page: FiguresPage) -> str:
    period = page.compared.period
    whose = "figures-for-governors" if page.for_governors else "figures"
    return f"{whose}-{period.first}-{period.last}"


# --- the governors' page, each term ---------------------------------------------------------------


async def owe_figures(desk: Desk, now: datetime) -> None:
    """Owe the chair the page of the last term, from the opening of a term's first school day on."""
    calendar = desk.calendar
    term = Terms(calendar.school).term_of(calendar.local(now).date())
    first = calendar.opening(calendar.school_day_from(term.first))
    if not first <= now < first + LATEST or not calendar.is_school_time(now):
        return
    for person in await desk.store.having((Role.CHAIR,)):
        if person.since <= first:
            key = f"figures {term.first} {person.id}"
            await desk.store.owe(Notice(key, NoticeKind.FIGURES, person.id, now, waits=True))


async def figures_notice(notice: Notice, desk: Desk) -> Reply | None:
    """The page as it stands when it is sent; nothing where nothing was ever counted."""
    person = await desk.store.person(notice.to)
    if not access.may(person, Act.FIGURES):
        return None
    _, first, _ = notice.key.split()
    terms = Terms(desk.calendar.school)
    last_term = terms.compared(terms.before(terms.term_of(date.fromisoformat(first))))
    cases = await counted_cases(person, last_term.all, desk, for_governors=True)
    if not (cases.incidents or cases.erased):
        return None
    page = await _page(person, cases, _Wanted(last_term, "", for_governors=True), desk)
    return Reply((Text(TERM_IS_OVER),)) + _in_chat(page, desk.now(), desk)
