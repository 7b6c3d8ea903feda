"""The bot at work: its clock, its chats and its server, from the start until a signal says stop."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Collection, Coroutine
from contextlib import suppress
from enum import StrEnum
from typing import Any

import structlog

from bot.app import Bot
from bot.build import build
from bot.clock import start_clock
from bot.front_end import FrontEnd
from bot.health import health, numbers
from bot.nightly import IN_A_DATABASE, Nightly
from bot.server import Servers
from bot.settings import Settings, SettingsError, addressed
from handlers.desk import Desk
from store.model.address import Address, Platform
from store.model.records import Role

BETWEEN_SEARCHES = 20_000  # new objects until garbage is searched for; one report makes hundreds
STOP = 5.0  # seconds for all that the chats have under way when the bot stops
LAST = 2.0  # seconds for ending the connections of the chats after that
ONE_PROCESS = "Several processes can share the work only with DATABASE_URL. Without it, leave out --only {part}."
MADE_UP = "this folder holds the made-up people of the terminal; choose a fresh HEADSUP_DATA for real work"
NO_SCHOOL = "there is no school file, so there are no school holidays and no telephone numbers"
NO_PHONE = (
    "safeguarding_phone is not set in the school file; reporters are told to ring without a number"
)
NO_HEAD = "nobody is headteacher yet; invite one: headsup invite NAME --role head"

log = structlog.get_logger()


class Part(StrEnum):
    """What a process does, where several share a database."""

    ALL = "all"
    WEB = "web"  # take in what people send
    WORKER = "worker"  # remind, fetch and deliver by the clock


class Service:
    """The bot of one school at work: its clock ticks from the beginning, its chats take in from `start` on."""

    def __init__(self, settings: Settings, bot: Bot, part: Part) -> None:
        self.bot = bot
        self.taking = {} if part == Part.WORKER else bot.front_ends
        self.running: dict[asyncio.Task[None], str] = {}
        self._nightly = Nightly(settings, bot.desk)
        jobs = (
            bot.kept_up(bot.minute),
            bot.kept_up(bot.fetcher.tick),
            *([self._nightly.minute] if bot.desk.backup_to else []),
        )
        self._clock = start_clock(*(() if part == Part.WEB else jobs))

    def start(self) -> None:
        self.running = {
            asyncio.create_task(front_end.run(self.bot.receive)): name
            for name, front_end in self.taking.items()
        }
        self.bot.wake()
        self.bot.offer_menus()

    async def wind_down(self) -> None:
        """Take in nothing more, begin nothing more by the clock, and finish what is being sent and fetched."""
        for front_end in self.taking.values():
            front_end.stop_taking()
        self._clock.pause()  # a shutdown would cut off what it is sending
        self._nightly.stop()
        await self.bot.wind_down()

    async def hang_up(self) -> None:
        """Answer what was taken in, and end the connections."""
        for task in self.running:
            task.cancel()
        if self.running:
            await asyncio.wait(self.running)

    async def close(self) -> None:
        for task in self.running:
            task.cancel()
        await asyncio.gather(*self.running, return_exceptions=True)
        self._clock.shutdown(wait=False)
        await self.bot.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST):
                await asyncio.gather(
                    *(front_end.close() for front_end in self.bot.front_ends.values())
                )


async def stop(services: Collection[Service], servers: Servers) -> None:
    """Take nothing more, and finish what was taken. What takes too long was not acknowledged, and is sent again."""
    with suppress(TimeoutError):
        async with asyncio.timeout(STOP):
            await asyncio.gather(servers.close(), *(service.wind_down() for service in services))
            await asyncio.gather(*(service.hang_up() for service in services))
    await asyncio.gather(*(service.close() for service in services))


async def run_chats(
    settings: Settings, front_ends: dict[str, FrontEnd], part: Part = Part.ALL
) -> None:
    """Run until a signal says stop. Raises SettingsError when no chat is left that can run, and StoreUnavailable."""
    refuse_parts(settings, part)
    bot = await build(settings, front_ends)
    spare_the_collector()
    stopping = asyncio.create_task(until_told(signalled(), bot.desk.store.outgrown()))
    service, servers = Service(settings, bot, part), Servers()
    try:
        await serve(settings, service, servers, part)
        service.start()
        bot.prepare()
        await warn(settings, bot.desk)
        log.info("running", chats=sorted(front_ends))
        await _until_stopped(service.running, stopping)
    finally:
        await stop([service], servers)
        log.info("stopped")


def refuse_parts(settings: Settings, part: Part) -> None:
    """Raises SettingsError where several processes cannot share the work."""
    if part != Part.ALL and settings.database_url is None:
        raise SettingsError(ONE_PROCESS.format(part=part))


def spare_the_collector() -> None:
    """What was read at the start stays, and need not be searched for garbage again."""
    gc.freeze()
    gc.set_threshold(BETWEEN_SEARCHES)


def signalled() -> asyncio.Event:
    """Set when the process is told to stop."""
    event = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, event.set)
    return event


async def until_told(signal: asyncio.Event, outgrown: Coroutine[Any, Any, None]) -> None:
    """Wait until the process is told to stop. Raises StoreUnavailable where the store fits it no more."""
    waiting = asyncio.create_task(signal.wait()), asyncio.create_task(outgrown)
    try:
        done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            await task
    finally:
        for each in waiting:
            each.cancel()


async def serve(
    settings: Settings, service: Service, servers: Servers, part: Part = Part.ALL
) -> None:
    """Raises SettingsError."""
    bot = service.bot
    routes = [
        route for front_end in service.taking.values() for route in front_end.routes(bot.receive)
    ]
    asked = health(lambda: bot.desk.store.by_source("is anybody there"), service.taking)
    if routes or (part != Part.WORKER and "port" in settings.model_fields_set):
        await servers.listen(settings, [*routes, *asked])
    await servers.show_numbers(settings, [numbers(lambda: [bot.desk.store], bot.metrics), *asked])


async def warn(settings: Settings, desk: Desk) -> None:
    """What works, and should be mended all the same."""
    people = await desk.store.people()
    for sentence, holds in (
        (
            MADE_UP,
            any(
                Address.parse(account).platform == Platform.TERMINAL
                for person in people
                for account in person.accounts
            ),
        ),
        (NO_SCHOOL, not settings.school_file.exists()),
        (NO_PHONE, settings.school_file.exists() and not desk.calendar.school.safeguarding_phone),
        (NO_HEAD, not await desk.store.having((Role.HEAD,))),
        (IN_A_DATABASE, bool(settings.backup_to and settings.database_url)),
    ):
        if holds:
            log.warning(addressed(sentence, settings))


async def _until_stopped(
    running: dict[asyncio.Task[None], str], stopping: asyncio.Task[None]
) -> None:
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
    if stopping.done():
        await stopping
