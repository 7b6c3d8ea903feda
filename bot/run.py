"""The bot at work: its clock, its chats and its server, from the start until a signal says stop."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Awaitable, Callable, Collection, Coroutine
from contextlib import suppress
from enum import StrEnum
from typing import Any

import structlog
from aiohttp import web

from bot.app import Bot
from bot.build import build
from bot.chats import is_made_up
from bot.clock import start_clock
from bot.digest_noted import DigestNoted
from bot.front_end import FrontEnd, HasToken
from bot.monitoring.health import chats_away, disks_of, health, numbers
from bot.nightly import Nightly
from bot.server import Servers
from bot.settings import Settings, SettingsError, addressed
from handlers.desk import Desk
from store.model.records import Role

#: New objects until garbage is searched for; one report makes hundreds.
BETWEEN_SEARCHES = 20_000

#: Seconds for all that the chats have under way when the bot stops.
STOP = 5.0

#: Seconds for ending the connections of the chats after that.
LAST = 2.0

ONE_PROCESS = (
    "Several processes can share the work only with DATABASE_URL. "
    "Without it, leave out --only {part}."
)
MADE_UP = (
    "this folder holds the made-up people of the terminal; "
    "choose a fresh HEADSUP_DATA for real work"
)
NO_SCHOOL = "there is no school file, so there are no school holidays and no telephone numbers"
NO_PHONE = (
    "safeguarding_phone is not set in the school file; reporters are told to ring without a number"
)
NO_HEAD = "nobody is headteacher yet; invite one: headsup invite NAME --role head"

log = structlog.get_logger()


class ProcessRole(StrEnum):
    """What a process does, where several share a database."""

    ALL = "all"

    #: Takes in what people send.
    WEB = "web"

    #: Reminds, fetches and delivers by the clock.
    WORKER = "worker"


class Service:
    """The bot of one school at work.

    Its clock ticks from the beginning; its chats take in what people send from `start` on.
    """

    def __init__(self, settings: Settings, bot: Bot, role: ProcessRole) -> None:
        self.bot = bot

        #: The chats that take in what people send, by platform.
        self.taking = {} if role == ProcessRole.WORKER else bot.front_ends

        #: What takes in for each chat, and the chat's platform.
        self.running: dict[asyncio.Task[None], str] = {}

        self._nightly = Nightly(settings, bot.desk, bot.metrics)
        jobs: list[Callable[[], Awaitable[None]]] = []
        if role != ProcessRole.WEB:
            # From the start on it should tick: what never does is noticed, too.
            bot.metrics.ticked(bot.desk.now())
            jobs += [bot.shielded(bot.minute), bot.shielded(bot.fetcher.tick)]
            jobs.append(DigestNoted(settings.headsup_school, bot.desk, bot.metrics).minute)
            if bot.desk.backup_to:
                jobs.append(self._nightly.minute)
        if role != ProcessRole.WORKER:
            jobs.append(bot.shielded(bot.note_heard))
        self._clock = start_clock(*jobs)
        #: What goes on beside the chats and the clock.
        self._beside: list[asyncio.Task[None]] = []

    def chats_away(self) -> list[str]:
        """The names of the chats that do not work now, sorted."""
        return chats_away(self.taking, self.bot.front_ends)

    def start(self) -> None:
        """Take in what people send, and send what is owed."""
        for name, front_end in self.taking.items():
            task = asyncio.create_task(front_end.run(self.bot.receive))
            self.running[task] = name
        self.bot.wake()
        self.bot.offer_menus()
        self._beside.append(asyncio.create_task(self._take_over()))
        for name, front_end in self.bot.front_ends.items():
            # Whoever takes in what people send there sees by itself whether the token is good.
            if name not in self.taking and isinstance(front_end, HasToken):
                self._beside.append(asyncio.create_task(front_end.watch()))

    async def _take_over(self) -> None:
        """Send at once what a process that has died was about to send."""
        while True:
            await self.bot.desk.store.claims_freed()
            self.bot.wake()

    async def wind_down(self) -> None:
        """Take in nothing more and begin nothing more by the clock; finish what is being sent."""
        for front_end in self.taking.values():
            front_end.stop_taking()
        for task in self._beside:
            task.cancel()
        # A shutdown would cut off what the clock is sending.
        self._clock.pause()
        self._nightly.stop()
        await self.bot.wind_down()

    async def hang_up(self) -> None:
        """Answer what was taken in, and end the connections."""
        for task in self.running:
            task.cancel()
        if self.running:
            await asyncio.wait(self.running)

    async def close(self) -> None:
        """End everything. The connections of the chats have LAST seconds for that."""
        ending = [*self.running, *self._beside]
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)
        self._clock.shutdown(wait=False)
        await self.bot.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST):
                await asyncio.gather(
                    *(front_end.close() for front_end in self.bot.front_ends.values())
                )


async def stop(services: Collection[Service], servers: Servers) -> None:
    """Take in nothing more, and finish what was taken in.

    What takes longer than STOP was not acknowledged, so the platform sends it again.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(STOP):
            await asyncio.gather(servers.close(), *(service.wind_down() for service in services))
            await asyncio.gather(*(service.hang_up() for service in services))
    await asyncio.gather(*(service.close() for service in services))


async def run_chats(
    settings: Settings, front_ends: dict[str, FrontEnd], role: ProcessRole = ProcessRole.ALL
) -> None:
    """Run until a signal says stop.

    Raises SettingsError when no chat is left that can run, and StoreUnavailable.
    """
    refuse_roles(settings, role)
    bot = await build(settings, front_ends)
    spare_the_collector()
    stopping = asyncio.create_task(wait_for_stop(stop_signal(), bot.desk.store.outgrown()))
    service, servers = Service(settings, bot, role), Servers()
    try:
        await serve(settings, service, servers, role)
        service.start()
        bot.prepare()
        await warn(settings, bot.desk)
        log.info("running", chats=sorted(front_ends))
        await _until_stopped(service.running, stopping)
    finally:
        await stop([service], servers)
        log.info("stopped")


def refuse_roles(settings: Settings, role: ProcessRole) -> None:
    """Raises SettingsError where several processes cannot share the work."""
    if role != ProcessRole.ALL and settings.database_url is None:
        raise SettingsError(ONE_PROCESS.format(part=role))


def spare_the_collector() -> None:
    """What was read at the start stays, and need not be searched for garbage again."""
    gc.freeze()
    gc.set_threshold(BETWEEN_SEARCHES)


def stop_signal() -> asyncio.Event:
    """An event that is set when the process is told to stop."""
    event = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, event.set)
    return event


async def wait_for_stop(told: asyncio.Event, outgrown: Coroutine[Any, Any, None]) -> None:
    """Wait until the process is told to stop.

    `outgrown` waits for another version of the bot to change what this one stores in, and raises
    StoreUnavailable then.
    """
    waiting = asyncio.create_task(told.wait()), asyncio.create_task(outgrown)
    try:
        done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            await task
    finally:
        for each in waiting:
            each.cancel()


async def serve(
    settings: Settings,
    service: Service,
    servers: Servers,
    role: ProcessRole = ProcessRole.ALL,
) -> None:
    """Listen for the platforms that call, and for who asks how the bot is. Raises SettingsError."""
    bot = service.bot
    routes: list[web.RouteDef] = []
    for front_end in service.taking.values():
        routes += front_end.routes(bot.receive)
    asked = health(lambda: bot.desk.store.by_source("is anybody there"), service.chats_away)

    # A worker needs no port; a bot that nobody calls, only where PORT is set.
    is_port_set = role != ProcessRole.WORKER and "port" in settings.model_fields_set
    if routes or is_port_set:
        await servers.listen(settings, [*routes, *asked])
    shown = numbers(lambda: [bot.desk.store], service.chats_away, bot.metrics, disks_of(settings))
    await servers.show_numbers(settings, [shown, *asked])


async def warn(settings: Settings, desk: Desk) -> None:
    """Log what works, and should be mended all the same."""
    people = await desk.store.people()
    has_school = settings.school_file.exists()
    warnings = []
    if any(is_made_up(person) for person in people):
        warnings.append(MADE_UP)
    if not has_school:
        warnings.append(NO_SCHOOL)
    if has_school and not desk.calendar.school.safeguarding_phone:
        warnings.append(NO_PHONE)
    if not await desk.store.having((Role.HEAD,)):
        warnings.append(NO_HEAD)
    for sentence in warnings:
        log.warning(addressed(sentence, settings))


async def _until_stopped(
    running: dict[asyncio.Task[None], str], stopping: asyncio.Task[None]
) -> None:
    """Wait for the stop, or for the last chat to end. Raises what the last one ended with.

    A chat whose token is refused ends alone; the others go on.
    """
    left = set(running)
    if not left:
        await stopping
    while left and not stopping.done():
        await asyncio.wait({*left, stopping}, return_when=asyncio.FIRST_COMPLETED)
        for task in running:
            if task in left and task.done():
                left.discard(task)
                _look_at_end(task, running[task], is_last=not left)
    if stopping.done():
        await stopping


def _look_at_end(task: asyncio.Task[None], platform: str, *, is_last: bool) -> None:
    """Log why a chat has ended; raise it where the bot cannot go on."""
    error = None if task.cancelled() else task.exception()
    if error is None:
        return
    if is_last or not isinstance(error, SettingsError):
        raise error
    log.error(str(error), chat=platform)
