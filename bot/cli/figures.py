"""`headsup figures --all`: the cases of several schools together, by kind, for a trust."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from bot.cli.new_file import must_be_new, write_new
from bot.open_store import address, open_store
from bot.settings import Settings, SettingsError, of_school, schools_of
from handlers.cases.figures.figures import compared_of, figures_table
from handlers.cases.figures.files import figures_csv, sums_pdf
from handlers.cases.figures.page import FiguresPage, name_of
from handlers.cases.figures.summed import SchoolFigures, school_figures, summed_page
from handlers.desk import Desk
from handlers.messages import Refused
from handlers.rules.calendar import Calendar
from handlers.text.words import full_day
from store.errors import Trouble
from store.policies import Policies
from store.school.procedure import load_procedure
from store.school.school import load_school

NEEDS_ALL = (
    "This counts several schools together: headsup figures --all. For one school, type "
    "/figures in a chat."
)
ONE_WAY = "Choose one of --csv and --pdf."
NO_DATABASE = "Figures of several schools are those of one database: set DATABASE_URL and SCHOOLS."
TOO_FEW = "There is only one school here. For its figures, type /figures in a chat."
WRITTEN = "The page is in {file}."
HEADING = "Figures of {number} schools together: {period}"
DAYS = (
    "{first} to {last}; a school with terms of its own counts those. Cases that concern a "
    "headteacher are not counted."
)
HIDDEN = (
    "–: not shown, as somebody who knows one school's counts could work out a count under 5 of "
    "another."
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was typed."""

    #: `last term`, `2026-27`, `1/9/2026 to 31/12/2026`; nothing for this term.
    period: str
    as_csv: bool
    #: A new file, for a page of A4; else the answer is printed.
    pdf: Path | None = None


async def figures_of_all(settings: Settings, wanted: Wanted, now: datetime) -> list[str]:
    """The lines of the answer. `now`: UTC. Raises Trouble."""
    if wanted.pdf:
        if wanted.as_csv:
            raise Trouble(ONE_WAY)
        must_be_new(wanted.pdf)
    if settings.schools is None or address(settings) is None:
        raise SettingsError(NO_DATABASE)
    keys = schools_of(settings)
    if len(keys) < 2:
        raise Trouble(TOO_FEW)
    schools = [await _of_one(of_school(settings, key), wanted.period, now) for key in keys]
    page = summed_page(schools)
    if wanted.as_csv:
        return [figures_csv(page).decode("utf-8-sig").rstrip()]
    if wanted.pdf:
        content = await asyncio.to_thread(sums_pdf, page, len(schools), schools[0].day)
        write_new(wanted.pdf, content)
        return [WRITTEN.format(file=wanted.pdf)]
    return _lines(page, len(schools), schools[0].day)


async def _of_one(settings: Settings, period: str, now: datetime) -> SchoolFigures:
    """Raises Trouble."""
    store = await open_store(settings)
    try:
        desk = Desk(
            store=store,
            procedure=load_procedure(settings.policy_texts, settings.trust_texts),
            policies=Policies(settings.policy_texts, by_meaning=False),
            calendar=Calendar(load_school(settings.school_file, settings.trust_file)),
            now=lambda: now,
        )
        return await school_figures(compared_of(period, now, desk), desk)
    except Refused as refused:
        raise Trouble(str(refused)) from refused
    finally:
        await store.close()


def _lines(page: FiguresPage, number: int, day: date) -> list[str]:
    period = page.compared.period
    return [
        HEADING.format(number=number, period=name_of(period, day)),
        DAYS.format(first=full_day(period.first), last=full_day(period.last)),
        "",
        figures_table(page),
        "",
        HIDDEN,
        *page.lines,
    ]
