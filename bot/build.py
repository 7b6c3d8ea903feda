"""The only place that wires things together."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import time
from collections.abc import Awaitable, Callable, Collection, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import structlog
from aiohttp import web

from bot.ask import cache_file
from bot.backup import IN_A_DATABASE, Nightly
from bot.clock import start_clock
from bot.delivery import Delivery
from bot.fetcher import Fetcher
from bot.front_end import FrontEnd
from bot.health import health, numbers, place_of
from bot.logs import request
from bot.metrics import Metrics, chat_of, kind_of, timed
from bot.opening import open_store
from bot.settings import Settings, SettingsError
from handlers import reception
from handlers.calendar import Calendar
from handlers.desk import Desk
from handlers.limits import Limits
from handlers.menu import COMMANDS
from handlers.messages import Incoming, Reply
from handlers.statement import accept_all
from handlers.sweep import sweep
from store.policies import Policies
from store.procedure import load_procedure
from store.records import Person, Role
from store.school import load_school

MEGABYTE = 1_000_000
BETWEEN_SEARCHES = 20_000  # new objects until garbage is searched for; one report makes hundreds
MAX_BODY = 4 * 1024 * 1024  # bytes of one HTTP request; platforms send far less
HALF = "{rest} set, but {missing} is not. Set it in the environment or in .env."
SWAPPED = "{name} begins with {wrong}: the two tokens of Slack are swapped. The bot's begins with xoxb-."
ONE_PROCESS = (
    "Several processes can share the work only with DATABASE_URL. Without it, leave out --only {part}."
)
MADE_UP = "this folder holds the made-up people of the terminal; choose a fresh HEADSUP_DATA for real work"
NO_SCHOOL = "there is no school file, so there are no school holidays and no telephone numbers"
NO_PHONE = "safeguarding_phone is not set in the school file; reporters are told to ring without a number"
NO_HEAD = "nobody is headteacher yet; invite one: headsup invite NAME --role head"
PORT_TAKEN = "Port {port} cannot be used ({reason}). Choose another with PORT."
NO_SUCH_PLACE = (
    "METRICS is a port of this machine, such as 9100, or an address with one, such as 10.0.0.5:9100."
)
FINISH = 3.0  # seconds for the requests that are under way when the bot stops
STOP = 5.0  # seconds for all that the chats have under way then
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
        reader = await self.desk.store.by_account(incoming.sender.account)
        return self.delivery.watcher.watched(reply, reader.id) if reply and reader else reply

    def wake(self) -> None:
        """Deliver and fetch soon, without waiting for the minute."""
        for job in (self.delivery.tick, self.fetcher.tick):
            self._in_background(job())

    def prepare(self) -> None:
        """Make the policy texts ready in a thread, so that the first question need not wait for it."""
        self._in_background(asyncio.to_thread(self.desk.policies.prepare))

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
        task = asyncio.create_task(job)
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
        """Finish what is under way."""
        await self.settled(AFTER)
        await self.delivery.watcher.settled()
        await self.desk.store.close()


async def build(
    settings: Settings,
    front_ends: dict[str, FrontEnd],
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Bot:
    """Read the school's files and open the store.

    Raises FileMistake for a mistake in a file, and StoreUnavailable.
    """
    procedure = load_procedure(settings.policy_texts)
    calendar = Calendar(load_school(settings.school_file))
    metrics = Metrics()
    store = timed(await open_store(settings), metrics)
    links = [front_end.join_link for front_end in front_ends.values()]
    desk = Desk(
        store=store,
        procedure=procedure,
        policies=Policies(settings.policy_texts, cache_file()),
        calendar=calendar,
        now=now,
        channels=tuple(address for c in settings.leadership_channel if (address := address_of(c))),
        platforms=frozenset(front_ends),
        join_link=lambda code: next(filter(None, (link(code) for link in links)), None),
        max_file_bytes=settings.max_file_mb * MEGABYTE,
        backup_to="" if settings.database_url else settings.backup_to,
        limits=Limits(
            acts=settings.acts_a_minute,
            reports=settings.reports_an_hour,
            messages=10 * settings.reports_an_hour,
        ),
    )
    return Bot(desk, Delivery(desk, front_ends, metrics), Fetcher(desk, front_ends), front_ends, metrics)


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

        staff = Person("", "", (Role.STAFF,), (), datetime.now(UTC))
        shown = [(c.name, c.summary) for c in COMMANDS.all if c.is_for(staff) and " " not in c.name]
        found["telegram"] = TelegramFrontEnd(settings, commands=shown)
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


class Part(StrEnum):
    """What a process does, where several share a database."""

    ALL = "all"
    WEB = "web"  # take in what people send
    WORKER = "worker"  # remind, fetch and deliver by the clock


async def run_chats(settings: Settings, front_ends: dict[str, FrontEnd], part: Part = Part.ALL) -> None:
    """Run until a signal says stop. Raises SettingsError when no chat is left that can run."""
    if part != Part.ALL and settings.database_url is None:
        raise SettingsError(ONE_PROCESS.format(part=part))
    bot = await build(settings, front_ends)
    gc.freeze()  # what was read at the start stays, and need not be searched for garbage again
    gc.set_threshold(BETWEEN_SEARCHES)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    nightly = Nightly(settings, bot.desk)
    jobs = (
        bot.kept_up(bot.minute),
        bot.kept_up(bot.fetcher.tick),
        *([nightly.minute] if bot.desk.backup_to else []),
    )
    clock = start_clock(*(() if part == Part.WEB else jobs))
    taking = {} if part == Part.WORKER else front_ends
    servers = await _serve(settings, bot, part)
    running = {asyncio.create_task(f.run(bot.receive)): name for name, f in taking.items()}
    stopping = asyncio.create_task(stop.wait())
    try:
        bot.wake()
        bot.prepare()
        await _warn(settings, bot.desk)
        log.info("running", chats=sorted(front_ends))
        await _until_stopped(running, stopping)
    finally:
        clock.pause()  # a shutdown would cut off what it is sending
        nightly.stop()
        await _stop(servers, running, bot)
        clock.shutdown(wait=False)
        await bot.close()
        log.info("stopped")


async def _stop(servers: list[web.AppRunner], running: Collection[asyncio.Task[None]], bot: Bot) -> None:
    """Take nothing more, and finish what was taken. What takes too long was not acknowledged, and is sent again."""
    with suppress(TimeoutError):
        async with asyncio.timeout(STOP):
            await asyncio.gather(bot.wind_down(), *(server.cleanup() for server in servers))
            for task in running:
                task.cancel()
            if running:
                await asyncio.wait(running)
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


async def _warn(settings: Settings, desk: Desk) -> None:
    """What works, and should be mended all the same."""
    people = await desk.store.people()
    for sentence, holds in (
        (MADE_UP, any(account.startswith("terminal:") for person in people for account in person.accounts)),
        (NO_SCHOOL, not settings.school_file.exists()),
        (NO_PHONE, settings.school_file.exists() and not desk.calendar.school.safeguarding_phone),
        (NO_HEAD, not await desk.store.having((Role.HEAD,))),
        (IN_A_DATABASE, bool(settings.backup_to and settings.database_url)),
    ):
        if holds:
            log.warning(sentence)


async def _until_stopped(running: dict[asyncio.Task[None], str], stopping: asyncio.Task[bool]) -> None:
    """A chat whose token is refused ends alone; the other goes on."""
    left = set(running)
    if not left:
        await stopping
    while left and not stopping.done():
        await asyncio.wait({*left, stopping}, return_when=asyncio.FIRST_COMPLETED)
        for task in [task for task in left if task.done()]:
            left.discard(task)
            error = task.exception() if not task.cancelled() else None
            if error and (not left or not isinstance(error, SettingsError)):
                raise error
            if error:
                log.error(str(error), chat=running[task])


async def _serve(settings: Settings, bot: Bot, part: Part = Part.ALL) -> list[web.AppRunner]:
    """One HTTP server for every chat that is called rather than calls, and for who asks how the bot is.

    The numbers have a place of their own, so that what faces the internet does not show them.
    """
    taking = {} if part == Part.WORKER else bot.front_ends
    routes = [route for f in taking.values() for route in f.routes(bot.receive)]
    asked = health(bot.desk, taking)
    runners: list[web.AppRunner] = []
    try:
        if routes or (part != Part.WORKER and "port" in settings.model_fields_set):
            await _listen([*routes, *asked], None, settings.port, runners)
        if settings.metrics:
            host, port = place_of(settings.metrics)
            await _listen([numbers(bot.desk, bot.metrics), *asked], host, port, runners)
    except (SettingsError, ValueError) as error:
        for runner in runners:
            await runner.cleanup()
        await bot.close()
        if isinstance(error, SettingsError):
            raise
        raise SettingsError(NO_SUCH_PLACE) from error
    return runners


async def _listen(
    routes: list[web.RouteDef], host: str | None, port: int, runners: list[web.AppRunner]
) -> None:
    """Raises SettingsError."""
    app = web.Application(client_max_size=MAX_BODY)
    app.add_routes(routes)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=FINISH)
    await runner.setup()
    runners.append(runner)
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        number = error.errno or 0  # below 0: no such host
        reason = os.strerror(number) if number > 0 else "there is no such address"
        raise SettingsError(PORT_TAKEN.format(port=port, reason=reason)) from error


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
