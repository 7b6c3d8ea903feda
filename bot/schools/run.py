"""Runs the bots of several schools in one process.

It follows as chats are connected and taken away.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import structlog
from aiohttp import web
from structlog.contextvars import bound_contextvars

from bot.build import build
from bot.chats import CHATS, make_front_ends
from bot.clock import start_clock
from bot.front_end import is_token_refused
from bot.monitoring.health import disks_of, health, numbers
from bot.monitoring.metrics import Metrics
from bot.run import (
    ProcessRole,
    Service,
    spare_the_collector,
    stop,
    stop_signal,
    wait_for_stop,
    warn,
)
from bot.schools.open import (
    NO_FOLDER,
    NOT_OPENED,
    REFUSED,
    give_back,
    keys_of,
    no_chat,
    open_installations,
    with_chats,
    without_folder,
)
from bot.schools.shared_apps import SHARED_APPS
from bot.server import Servers
from bot.settings import Settings, SettingsError, TokenRefused, of_school, public_url
from store.base import Store
from store.errors import Trouble
from store.postgres import Database
from store.postgres.installations import Installation, Installations

#: Where the platform calls a bot that was connected by its token: the chat's settings say so too.
BOT_PATH = "/{platform}/{{bot}}"

#: Seconds until a chat that nobody knows is looked for again.
LOOK_AGAIN = 5.0

ONE_ALONE = "HEADSUP_SCHOOL is set, so this process serves that school alone"

#: Takes in one HTTP request of a platform.
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Running:
    """One school at work."""

    #: What it was made of.
    installed: tuple[Installation, ...]
    #: The school's own.
    settings: Settings
    service: Service
    #: What takes in the requests of each platform.
    handlers: dict[str, Handler] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """Whether no chat has ended but for a token that is refused: no new start mends that."""
        for task in self.service.running:
            if not task.done() or task.cancelled():
                continue
            if not isinstance(task.exception(), TokenRefused):
                return False
        return True

    @property
    def is_refused(self) -> bool:
        """Whether a platform refuses the token of one of its chats."""
        return any(map(is_token_refused, self.service.bot.front_ends.values()))


class Schools:
    """Every school that has a chat. `refresh` belongs to the clock."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        installations: Installations,
        role: ProcessRole,
    ) -> None:
        #: The deployment's.
        self.settings = settings
        self.installations = installations
        self.metrics = Metrics()
        self._database = database
        self._role = role
        self._running: dict[str, Running] = {}

        #: The chats of all schools, as of when they were looked up last.
        self._connected: Sequence[Installation] = ()
        self._looked_up = 0.0

        #: What is wrong, by school: it is said once.
        self._told: dict[str, str] = {}

        #: Schools are started and stopped by one at a time.
        self._turn = asyncio.Lock()
        self._closed = False

    @property
    def services(self) -> list[Service]:
        return [running.service for running in self._running.values()]

    async def refresh(self) -> None:
        """Start what was connected, stop what was taken away, start anew what has changed.

        It never raises. It is finished also where its caller is cancelled.
        """
        await asyncio.shield(asyncio.create_task(self._in_turn()))

    async def _in_turn(self) -> None:
        async with self._turn:
            await self._refresh()

    async def _refresh(self) -> None:
        self._looked_up = time.monotonic()
        if self._closed:
            return
        try:
            wanted = await self._look_up()
        except Trouble as error:
            log.error("schools not looked up", why=str(error))
            return

        for key, running in list(self._running.items()):
            if running.installed != wanted.get(key) or not running.is_whole:
                await stop([running.service], Servers())
                del self._running[key]
                await self._give_back(running, wanted.get(key, ()))

        for key in wanted.keys() - self._running.keys():
            # What is begun here says in every line of the log which school it is.
            with bound_contextvars(school=key):
                await self._start(key, wanted[key])

    async def _give_back(self, stopped: Running, wanted: Sequence[Installation]) -> None:
        """Once more what was disconnected: this process may have announced itself since."""
        kept = {(each.platform, each.key) for each in (*wanted, *self._connected)}
        for installation in stopped.installed:
            if (installation.platform, installation.key) in kept:
                continue
            try:
                await give_back(stopped.settings, installation)
            except Trouble as error:
                log.warning("not given back", platform=installation.platform, why=str(error))

    async def find(self, platform: str, key: str) -> Handler | None:
        """What takes in the requests of a chat; None where it is no school's."""
        handler = self._find(platform, key)
        if handler:
            return handler

        # The school may be about to start, or be connected just now.
        async with self._turn:
            is_old = time.monotonic() - self._looked_up > LOOK_AGAIN
            if is_old and not self._find(platform, key):
                await self._refresh()
        handler = self._find(platform, key)
        if handler is None and self._is_connected(platform, key):
            return _away
        return handler

    async def close(self) -> None:
        """Start nothing more. What runs is stopped by whoever runs it."""
        self._closed = True
        async with self._turn:
            # Whatever was being started or stopped is done now.
            pass

    def routes(self) -> list[web.RouteDef]:
        """What the platforms call. Raises SettingsError."""
        public_url(self.settings)
        routes: list[web.RouteDef] = []
        for chat in CHATS:
            app = SHARED_APPS.get(chat.platform)
            if app is None:
                path = BOT_PATH.format(platform=chat.platform)
                routes.append(web.post(path, partial(self._take, chat.platform)))
            elif app.is_set(self.settings):
                routes += app.routes(self)
        return routes

    def asked(self) -> list[web.RouteDef]:
        """The routes for who asks how the bot is.

        One school's chat that is away does not keep the others' from being sent what they should
        have, so the chats are not asked.
        """
        return health(self.installations.all, lambda: [])

    def numbers(self) -> web.RouteDef:
        """The route for Prometheus."""

        def stores() -> list[Store]:
            return [service.bot.desk.store for service in self.services]

        def away() -> list[str]:
            # Counted whenever somebody asks: a token that is refused is known at once, and the
            # next round is up to a minute away.
            self._count_away()
            return [chat for service in self.services for chat in service.chats_away()]

        return numbers(stores, away, self.metrics, disks_of(self.settings))

    def _count_away(self) -> None:
        connected = {installation.school for installation in self._connected}
        working = {key for key, running in self._running.items() if not running.is_refused}
        self.metrics.away(connected - working, connected)

    async def _look_up(self) -> dict[str, tuple[Installation, ...]]:
        """The chats of each school that can run. Tells what is wrong with the others."""
        self._connected = await self.installations.all()
        found: dict[str, tuple[Installation, ...]] = {}
        for installation in self._connected:
            school, platform = installation.school, installation.platform
            if installation.token is None:
                self._tell(school, NOT_OPENED.format(platform=platform, school=school))
            else:
                found[school] = (*found.get(school, ()), installation)

        here = keys_of(self.settings)
        for school in without_folder(self.settings, self._connected):
            self._tell(school, NO_FOLDER)
        for school in set(here) - {installation.school for installation in self._connected}:
            self._tell(school, no_chat(school))
        return {school: installed for school, installed in found.items() if school in here}

    async def _start(self, key: str, installed: tuple[Installation, ...]) -> None:
        """Whatever is wrong with one school keeps that school alone from starting."""
        try:
            settings = with_chats(of_school(self.settings, key), installed)
            bot = await build(
                settings,
                make_front_ends(settings),
                database=self._database,
                metrics=self.metrics,
            )
            await warn(settings, bot.desk)
        except Trouble as error:
            self._tell(key, str(error))
            return
        except Exception as error:
            log.error("school not started", exc_info=error)
            return

        service = Service(settings, bot, self._role)
        handlers: dict[str, Handler] = {}
        for name, front_end in service.taking.items():
            for route in front_end.routes(bot.receive):
                handlers[name] = route.handler
        service.start()
        for task, platform in service.running.items():
            task.add_done_callback(partial(self._ended, key, platform))
        self._running[key] = Running(installed, settings, service, handlers)
        bot.prepare()
        self._told.pop(key, None)
        log.info("running", chats=sorted(bot.front_ends))

    def _ended(self, key: str, platform: str, task: asyncio.Task[None]) -> None:
        """Tell why a chat has ended, unless it was stopped."""
        error = None if task.cancelled() else task.exception()
        if error is None:
            return
        if isinstance(error, TokenRefused):
            self._tell(key, REFUSED.format(platform=platform, school=key))
        elif isinstance(error, SettingsError):
            self._tell(key, str(error))
        else:
            self._tell(key, type(error).__name__)

    def _tell(self, key: str, words: str) -> None:
        if self._told.get(key) != words:
            self._told[key] = words
            log.warning(words, school=key)

    def _find(self, platform: str, key: str) -> Handler | None:
        for school, running in self._running.items():
            if _holds(running.installed, platform, key):
                handler = running.handlers.get(platform)
                return _naming_school(school, handler) if handler else None
        return None

    def _is_connected(self, platform: str, key: str) -> bool:
        return _holds(self._connected, platform, key)

    async def _take(self, platform: str, request: web.Request) -> web.StreamResponse:
        """Take in a request to one bot of a chat that was connected by a token."""
        handler = await self.find(platform, request.match_info["bot"])
        if handler is None:
            return web.Response(status=403)
        return await handler(request)


def _holds(installed: Sequence[Installation], platform: str, key: str) -> bool:
    return any((each.platform, each.key) == (platform, key) for each in installed)


async def _away(_: web.Request) -> web.StreamResponse:
    """Answers for a school that does not run, so that what comes is sent again.

    It may be away for a mistake in a file of its own.
    """
    return web.Response(status=503)


def _naming_school(school: str, handler: Handler) -> Handler:
    """A handler that says in every line of the log which school it is."""

    async def take(request: web.Request) -> web.StreamResponse:
        with bound_contextvars(school=school):
            return await handler(request)

    return take


async def run_schools(settings: Settings, role: ProcessRole = ProcessRole.ALL) -> None:
    """Run until a signal says stop. Raises SettingsError and StoreUnavailable."""
    # A mistake in SCHOOLS is said before the database is opened.
    keys_of(settings)
    database, installations = await open_installations(settings)
    schools, servers = Schools(settings, database, installations, role), Servers()
    stopping = asyncio.create_task(wait_for_stop(stop_signal(), database.outgrown()))
    try:
        if role != ProcessRole.WORKER:
            await servers.listen(settings, [*schools.routes(), *schools.asked()])
        await servers.show_numbers(settings, [schools.numbers(), *schools.asked()])
        await schools.refresh()
        clock = start_clock(schools.refresh)
        spare_the_collector()
        if settings.is_of_one_of_several:
            log.warning(ONE_ALONE, school=settings.headsup_school)
        await stopping
        clock.shutdown(wait=False)
    finally:
        await schools.close()
        await stop(schools.services, servers)
        await database.close()
        log.info("stopped")
