"""The only place that wires things together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog

from bot.app import Bot
from bot.chats import address_of
from bot.clock import start_clock
from bot.front_end import FrontEnd, is_token_refused
from bot.monitoring.metrics import Metrics, measure_store
from bot.open_store import open_store
from bot.open_texts import texts_in
from bot.outbox.delivery import Delivery
from bot.outbox.fetcher import Fetcher
from bot.outbox.homes import Homes
from bot.outbox.menus import offer_menu
from bot.settings import Settings
from handlers.desk import Desk
from handlers.policies.statement import accept_all
from handlers.rules.calendar import Calendar
from handlers.rules.limits import Limits
from handlers.workflow.pictures.words import program
from store.disk.aside import sweep_aside, sweep_temporary
from store.errors import Trouble
from store.fields_kept import note_fields_kept
from store.model.address import Platform
from store.school.procedure import load_procedure
from store.school.school import load_school

if TYPE_CHECKING:  # PostgreSQL's packages are an extra
    from store.postgres import Database

MEGABYTE = 1_000_000

#: Messages that one person may send for each case that they may open: a report comes in several.
MESSAGES_A_REPORT = 10

#: Lines of a file that the terminal reads which one person may say in a minute.
IN_A_FILE = 10_000

log = structlog.get_logger()


async def build(
    settings: Settings,
    front_ends: dict[str, FrontEnd],
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    *,
    database: Database | None = None,
    metrics: Metrics | None = None,
) -> Bot:
    """Read the school's files and open the store. `now` gives UTC.

    `database` and `metrics` are those that several schools share. Raises FileMistake for a mistake
    in a file, StoreUnavailable, and SettingsError.
    """
    sweep_aside(settings.headsup_data)
    sweep_temporary()
    procedure = load_procedure(settings.policy_texts, settings.trust_texts)
    school = load_school(settings.school_file, settings.trust_file)
    metrics = metrics or Metrics()
    opened = await open_store(settings, database)
    try:
        await opened.take_part()
        await note_fields_kept(opened)
    except Trouble:
        await opened.close()
        raise
    store = measure_store(opened, metrics)
    channels = (*settings.leadership_channel, *school.leadership_channel)
    desk = Desk(
        store=store,
        procedure=procedure,
        policies=texts_in(settings.policy_texts.absolute()),
        calendar=Calendar(school),
        now=now,
        channels=tuple(address_of(channel) for channel in channels),
        platforms=frozenset(front_ends),
        cut_off=lambda: _cut_off(front_ends),
        join_link=lambda code: _first_join_link(code, front_ends.values()),
        roles_changed=lambda person: offer_menu(person, front_ends),
        max_file_bytes=settings.max_file_mb * MEGABYTE,
        data=settings.headsup_data,
        reads_pictures=bool(program()),
        backup_to=settings.backup_place,
        limits=Limits(
            acts=settings.acts_a_minute,
            reports=settings.reports_an_hour,
            messages=MESSAGES_A_REPORT * settings.reports_an_hour,
        ),
    )
    delivery = Delivery(desk, front_ends, metrics)
    fetcher = Fetcher(desk, front_ends, delivery.alarm)
    return Bot(desk, delivery, fetcher, front_ends, Homes(desk, front_ends), metrics)


def _cut_off(front_ends: Mapping[str, FrontEnd]) -> frozenset[str]:
    """The platforms that refuse the bot's token."""
    return frozenset(name for name, each in front_ends.items() if is_token_refused(each))


def _first_join_link(code: str, front_ends: Collection[FrontEnd]) -> str | None:
    for front_end in front_ends:
        link = front_end.join_link(code)
        if link:
            return link
    return None


async def run_terminal(settings: Settings) -> int:
    """Run the chat in the terminal. Returns the number of lines that were not understood."""
    from bot.terminal import TerminalFrontEnd, move_in
    from bot.terminal.moving import MovingClock

    zone = Calendar(load_school(settings.school_file, settings.trust_file)).zone
    clock = MovingClock(zone)

    # The terminal is made before the bot whose work it starts.
    waiting: list[Callable[[], Awaitable[None]]] = []

    async def work() -> None:
        for job in waiting:
            await job()

    # Nobody floods a chat of their own, and a file of commands is longer than a minute's typing.
    if "acts_a_minute" not in settings.model_fields_set:
        settings = settings.model_copy(update={"acts_a_minute": IN_A_FILE})

    terminal = TerminalFrontEnd(clock, work)
    bot = await build(settings, {Platform.TERMINAL.value: terminal}, clock.now)
    clock.next_due = bot.desk.store.next_due
    waiting.append(bot.work)
    await move_in(bot.desk.store, clock.now())
    await accept_all(await bot.desk.store.people(), bot.desk)

    minutes = start_clock(bot.work)
    try:
        await terminal.run(bot.answer)
    finally:
        minutes.shutdown(wait=False)
        with suppress(asyncio.CancelledError):
            await bot.close()
    return terminal.not_understood
