"""The only place that wires things together."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from bot.cli.ask import cache_file
from bot.clock import start_clock
from bot.front_end import FrontEnd
from bot.logs import request
from bot.metrics import Metrics, chat_of, kind_of, timed
from bot.open_store import open_store
from bot.outbox.delivery import Delivery
from bot.outbox.fetcher import Fetcher
from bot.outbox.menus import USUAL, offer, own_menu
from bot.settings import Settings, SettingsError
from handlers import reception
from handlers.desk import Desk
from handlers.messages import Incoming, Reply
from handlers.policies.statement import accept_all
from handlers.rules.calendar import Calendar
from handlers.rules.limits import Limits
from handlers.sweep import sweep
from store.base import StoreUnavailable
from store.policies import Policies
from store.school.procedure import load_procedure
from store.school.school import load_school

if TYPE_CHECKING:  # PostgreSQL's packages are an extra
    from store.postgres import Database

MEGABYTE = 1_000_000
SHARED = 16  # folders of texts
HALF = "{rest} set, but {missing} is not. Set it in the environment or in .env."
SWAPPED = "{name} begins with {wrong}: the two tokens of Slack are swapped. The bot's begins with xoxb-."
AFTER = 2.0  # seconds for what is being sent and fetched

log = structlog.get_logger()


@dataclass(slots=True)
class Bot:
    """Everything, wired: what comes in goes through `receive`, what is owed goes out by itself."""

    desk: Desk
    delivery: Delivery
    fetcher: Fetcher
    front_ends: dict[str, FrontEnd]
    metrics: Metrics = field(default_factory=Metrics)
    _work: set[asyncio.Task[object]] = field(default_factory=set)

    async def receive(self, incoming: Incoming) -> Reply | None:
        with request():
            begun = time.perf_counter()
            reply = await self.take(incoming)
            took = round(1000 * (time.perf_counter() - begun), 1)
            log.info("answered", chat=chat_of(incoming.sender.account), kind=kind_of(incoming), ms=took)
        self.wake()
        return reply

    async def take(self, incoming: Incoming) -> Reply | None:
        """What comes in, answered; what is owed goes out at the next `work`."""
        begun = time.perf_counter()
        reply = await reception.receive(incoming, self.desk)
        self.metrics.received(incoming, time.perf_counter() - begun)
        try:
            reader = await self.desk.store.by_account(incoming.sender.account)
        except StoreUnavailable:
            if reply and reply.of:  # what shows somebody a case is not shown where that cannot be noted
                raise
            return reply
        return self.delivery.watcher.watched(reply, reader.id) if reply and reader else reply

    def wake(self) -> None:
        """Deliver and fetch soon, without waiting for the minute."""
        for job in (self.delivery.tick, self.fetcher.tick):
            self._in_background(job())

    def prepare(self) -> None:
        """Make the policy texts ready in a thread, so that the first question need not wait for it."""
        self._in_background(asyncio.to_thread(self.desk.policies.prepare))

    def offer_menus(self) -> None:
        """Show each person the commands that they may use."""
        self._in_background(self._offer_menus())

    async def _offer_menus(self) -> None:
        for person in await self.desk.store.people():
            if own_menu(person):
                offer(person, self.front_ends)

    async def work(self) -> None:
        """Fetch, remind and deliver what is due, and return when that is done."""
        await self.fetcher.tick()
        await self.minute()

    async def minute(self) -> None:
        """What the clock does: owe what has come due, and deliver it."""
        try:
            await sweep(self.desk)
        except Exception as error:
            log.error("reminders not written", why=type(error).__name__)
        await self.delivery.tick()

    def kept_up(
        self, job: Callable[[], Coroutine[Any, Any, None]]
    ) -> Callable[[], Coroutine[Any, Any, None]]:
        """The same job for the clock; what it has begun when the clock ends is finished by `wind_down` and `close`."""

        async def run() -> None:
            with suppress(asyncio.CancelledError):
                await asyncio.shield(self._in_background(job()))

        return run

    def _in_background(self, job: Coroutine[Any, Any, object]) -> asyncio.Task[object]:
        task = asyncio.create_task(_tried(job))
        self._work.add(task)
        task.add_done_callback(self._work.discard)
        return task

    async def settled(self, seconds: float = 5) -> None:
        """Wait for what `wake` has begun."""
        if self._work:
            await asyncio.wait(self._work, timeout=seconds)

    async def wind_down(self) -> None:
        """Begin nothing more, finish what is being sent and fetched, and leave the rest as it was."""
        self.delivery.stop()
        self.fetcher.stop()
        await self.settled(AFTER)
        self.fetcher.give_up()

    async def close(self) -> None:
        """Finish what is under way, but wait for no database that hangs."""
        with suppress(TimeoutError):
            async with asyncio.timeout(AFTER):
                await self.settled()
                await self.delivery.watcher.settled()
        await self.desk.store.close()


async def _tried(job: Coroutine[Any, Any, object]) -> None:
    """What fails is tried again at the next minute, if not before."""
    try:
        await job
    except Exception as error:
        log.error("not done in the background", why=type(error).__name__)


async def build(
    settings: Settings,
    front_ends: dict[str, FrontEnd],
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    *,
    database: Database | None = None,
    metrics: Metrics | None = None,
) -> Bot:
    """Read the school's files and open the store; `database` and `metrics` are those that several schools share.

    Raises FileMistake for a mistake in a file, and StoreUnavailable.
    """
    procedure = load_procedure(settings.policy_texts)
    school = load_school(settings.school_file)
    metrics = metrics or Metrics()
    store = timed(await open_store(settings, database), metrics)
    links = [front_end.join_link for front_end in front_ends.values()]
    channels = (*settings.leadership_channel, *school.leadership_channel)
    desk = Desk(
        store=store,
        procedure=procedure,
        policies=_texts_in(settings.policy_texts.absolute()),
        calendar=Calendar(school),
        now=now,
        channels=tuple(address for c in channels if (address := address_of(c))),
        platforms=frozenset(front_ends),
        join_link=lambda code: next(filter(None, (link(code) for link in links)), None),
        roles_changed=lambda person: offer(person, front_ends),
        max_file_bytes=settings.max_file_mb * MEGABYTE,
        backup_to="" if settings.database_url else settings.backup_to,
        limits=Limits(
            acts=settings.acts_a_minute,
            reports=settings.reports_an_hour,
            messages=10 * settings.reports_an_hour,
        ),
    )
    return Bot(desk, Delivery(desk, front_ends, metrics), Fetcher(desk, front_ends), front_ends, metrics)


@lru_cache(maxsize=SHARED)
def _texts_in(folder: Path) -> Policies:
    """Schools that have no texts of their own share those in memory."""
    return Policies(folder, cache_file())


def address_of(channel: str) -> str:
    """`C0123` or `#…` is Slack's, `-100123` or `@…` is Telegram's; an address stays as it is."""
    if ":" in channel:
        return channel
    return f"telegram:{channel}" if channel[:1] in "-@0123456789" else f"slack:{channel}"


def chats(settings: Settings) -> dict[str, FrontEnd]:
    """The chats that have a token. Raises SettingsError for half of a setting."""
    found: dict[str, FrontEnd] = {}
    refuse_halves(settings)
    if settings.slack_bot_token:
        from bot.slack import SlackFrontEnd

        found["slack"] = SlackFrontEnd(settings)
    if settings.telegram_bot_token:
        from bot.telegram import TelegramFrontEnd

        found["telegram"] = TelegramFrontEnd(settings, commands=USUAL)
    return found


def refuse_halves(settings: Settings) -> None:
    """Half of a chat's settings is a slip, not a wish for the terminal. Raises SettingsError."""
    if not settings.slack_bot_token and (settings.slack_app_token or settings.slack_signing_secret):
        raise SettingsError(HALF.format(rest="Slack's other settings are", missing="SLACK_BOT_TOKEN"))
    if not settings.telegram_bot_token and (
        settings.telegram_webhook_url or settings.telegram_webhook_secret
    ):
        raise SettingsError(HALF.format(rest="Telegram's webhook is", missing="TELEGRAM_BOT_TOKEN"))
    for name, token, wrong in (
        ("SLACK_BOT_TOKEN", settings.slack_bot_token, "xapp-"),
        ("SLACK_APP_TOKEN", settings.slack_app_token, "xoxb-"),
    ):
        if token and token.get_secret_value().startswith(wrong):
            raise SettingsError(SWAPPED.format(name=name, wrong=wrong))


async def run_terminal(settings: Settings) -> int:
    """The chat in the terminal; the number of lines that were not understood."""
    from bot.terminal import TerminalFrontEnd, move_in
    from bot.terminal.moving import MovingClock

    zone = Calendar(load_school(settings.school_file)).zone
    clock = MovingClock(zone)
    waiting: list[Callable[[], Awaitable[None]]] = []

    async def work() -> None:
        for job in waiting:
            await job()

    terminal = TerminalFrontEnd(clock, work)
    bot = await build(settings, {"terminal": terminal}, clock.now)
    clock.next_due = bot.desk.store.next_due
    waiting.append(bot.work)
    await move_in(bot.desk.store, clock.now())
    await accept_all(await bot.desk.store.people(), bot.desk)
    minutes = start_clock(bot.work)
    try:
        await terminal.run(bot.take)
    finally:
        minutes.shutdown(wait=False)
        with suppress(asyncio.CancelledError):
            await bot.close()
    return terminal.not_understood
