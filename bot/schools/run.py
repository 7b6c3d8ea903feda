"""Runs the bots of several schools in one process, and follows as chats are connected and taken away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

import structlog
from aiohttp import web
from structlog.contextvars import bound_contextvars

from bot.build import build, chats
from bot.clock import start_clock
from bot.health import health, numbers
from bot.metrics import Metrics
from bot.run import Part, Service, signalled, spare_the_collector, stop, until_told, warn
from bot.schools.open import (
    NO_CHAT,
    NO_FOLDER,
    NOT_OPENED,
    REFUSED,
    has_slack,
    keys_of,
    open_installations,
    public_url,
    with_chats,
    without_folder,
)
from bot.server import Servers
from bot.settings import Settings, SettingsError, TokenRefused, of_school
from bot.slack.front_end import PATH
from bot.slack.oauth import install_routes
from bot.slack.workspaces import Handler, Workspaces, is_refused
from store.errors import Conflict, Trouble
from store.policies import Policies
from store.postgres import Database
from store.postgres.installations import Installation, Installations

TELEGRAM = "/telegram/{bot}"
LOOK_AGAIN = 5.0  # seconds until a chat that nobody knows is looked for again

ONE_ALONE = "HEADSUP_SCHOOL is set, so this process serves that school alone"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Running:
    """One school at work."""

    installed: tuple[Installation, ...]  # what it was made of
    service: Service
    handlers: dict[str, Handler] = field(default_factory=dict)  # by platform

    @property
    def is_whole(self) -> bool:
        """Whether no chat has ended but for a token that is refused, which no new start mends."""
        ended = [task for task in self.service.running if task.done() and not task.cancelled()]
        return all(isinstance(task.exception(), TokenRefused) for task in ended)


class Schools:
    """Every school that has a chat. `refresh` belongs to the clock."""

    def __init__(
        self, settings: Settings, database: Database, installations: Installations, part: Part
    ) -> None:
        self._settings, self._database = settings, database
        self._installations, self._part = installations, part
        self.metrics = Metrics()
        self._running: dict[str, Running] = {}
        self._connected: Sequence[Installation] = ()  # as of when it was looked last
        self._told: dict[str, str] = {}  # what is wrong, by school: said once
        self._turn = asyncio.Lock()
        self._looked = 0.0
        self._closed = False
        self._unprepared: list[Policies] = []
        self._preparing: asyncio.Task[None] | None = None

    @property
    def services(self) -> list[Service]:
        return [running.service for running in self._running.values()]

    async def refresh(self) -> None:
        """Start what was connected, stop what was taken away, and start anew what has changed. It never raises.

        It is finished, also when its caller is cancelled.
        """
        await asyncio.shield(asyncio.create_task(self._in_turn()))

    async def _in_turn(self) -> None:
        async with self._turn:
            await self._refresh()

    async def _refresh(self) -> None:
        self._looked = time.monotonic()
        if self._closed:
            return
        try:
            wanted = await self._wanted()
        except Trouble as error:
            log.error("schools not looked up", why=str(error))
            return
        for key, running in list(self._running.items()):
            if running.installed != wanted.get(key) or not running.is_whole:
                await stop([running.service], Servers())
                del self._running[key]
        for key in wanted.keys() - self._running.keys():
            with bound_contextvars(school=key):  # what is begun here says so in every line
                await self._start(key, wanted[key])
        self.metrics.away(len({i.school for i in self._connected} - self._running.keys()))
        self._prepare()

    async def find(self, platform: str, key: str) -> Handler | None:
        """What takes in the requests of a chat; None where it is no school's."""
        if handler := self._find(platform, key):
            return handler
        async with self._turn:  # the school may be about to start
            if not self._find(platform, key) and time.monotonic() - self._looked > LOOK_AGAIN:
                await self._refresh()
        is_known = any((i.platform, i.key) == (platform, key) for i in self._connected)
        return self._find(platform, key) or (_away if is_known else None)

    async def close(self) -> None:
        """Start nothing more. What runs is stopped by whoever runs it."""
        self._closed = True
        self._unprepared.clear()
        async with self._turn:
            pass  # whatever was being started or stopped

    def routes(self) -> list[web.RouteDef]:
        """What the chats call. Raises SettingsError."""
        public_url(self._settings)
        return [
            web.post(TELEGRAM, self._telegram),
            *(self._slack() if has_slack(self._settings) else []),
        ]

    def asked(self) -> list[web.RouteDef]:
        """One school's chat that is away does not keep the others' from being sent what they should have."""
        return health(self._installations.all, {})

    def numbers(self) -> web.RouteDef:
        return numbers(lambda: [service.bot.desk.store for service in self.services], self.metrics)

    async def _wanted(self) -> dict[str, tuple[Installation, ...]]:
        """The chats of each school that can run."""
        self._connected = await self._installations.all()
        found: dict[str, tuple[Installation, ...]] = {}
        for installation in self._connected:
            school, platform = installation.school, installation.platform
            if installation.token is None:
                self._tell(school, NOT_OPENED.format(platform=platform, school=school))
            else:
                found[school] = (*found.get(school, ()), installation)
        here = keys_of(self._settings)
        for school in without_folder(self._settings, self._connected):
            self._tell(school, NO_FOLDER)
        for school in set(here) - {installation.school for installation in self._connected}:
            self._tell(school, NO_CHAT.format(school=school))
        return {school: installed for school, installed in found.items() if school in here}

    async def _start(self, key: str, installed: tuple[Installation, ...]) -> None:
        """Whatever is wrong with one school keeps that school alone from starting."""
        try:
            settings = with_chats(of_school(self._settings, key), installed)
            bot = await build(
                settings, chats(settings), database=self._database, metrics=self.metrics
            )
            await warn(settings, bot.desk)
        except Trouble as error:
            self._tell(key, str(error))
            return
        except Exception as error:
            log.error("school not started", exc_info=error)
            return
        service = Service(settings, bot, self._part)
        handlers = {
            name: route.handler
            for name, front_end in service.taking.items()
            for route in front_end.routes(bot.receive)
        }
        service.start()
        for task, platform in service.running.items():
            task.add_done_callback(partial(self._ended, key, platform))
        self._running[key] = Running(installed, service, handlers)
        self._unprepared.append(bot.desk.policies)
        self._told.pop(key, None)
        log.info("running", chats=sorted(bot.front_ends))

    def _ended(self, key: str, platform: str, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if isinstance(error, TokenRefused):
            self._tell(key, REFUSED.format(platform=platform, school=key))
        elif error:
            self._tell(
                key, str(error) if isinstance(error, SettingsError) else type(error).__name__
            )

    def _tell(self, key: str, words: str) -> None:
        if self._told.get(key) != words:
            self._told[key] = words
            log.warning(words, school=key)

    def _prepare(self) -> None:
        """Make the texts of one school after the other ready for questions."""

        async def prepare() -> None:
            while self._unprepared:
                policies = self._unprepared.pop()
                try:
                    await asyncio.to_thread(policies.prepare)
                except Exception as error:
                    log.error("texts not prepared", exc_info=error)

        if self._preparing is None or self._preparing.done():
            self._preparing = asyncio.create_task(prepare())

    def _find(self, platform: str, key: str) -> Handler | None:
        for school, running in self._running.items():
            if any((i.platform, i.key) == (platform, key) for i in running.installed):
                return _named(school, running.handlers.get(platform))
        return None

    async def _telegram(self, request: web.Request) -> web.StreamResponse:
        handler = await self.find("telegram", request.match_info["bot"])
        return await handler(request) if handler else web.Response(status=403)

    def _slack(self) -> list[web.RouteDef]:
        secret = self._settings.slack_signing_secret
        workspaces = Workspaces(
            secret.get_secret_value() if secret else "", partial(self.find, "slack"), self._removed
        )
        installing = install_routes(self._settings, self._installations, self._installed)
        return [web.post(PATH, workspaces.take), *installing]

    async def _installed(self, school: str, team: str, name: str, token: str) -> bool:
        made = Installation("slack", team, school, name, token, datetime.now(UTC))
        try:
            await self._installations.put(made)
        except Conflict:
            return False
        await self.refresh()
        return True

    async def _removed(self, team: str) -> None:
        """Forget a token that Slack takes no more. An old event may speak of one that was replaced since.

        Raises StoreUnavailable, and DeliveryFailed where Slack cannot be asked.
        """
        for found in await self._installations.all():
            if (found.platform, found.key) != ("slack", team) or found.token is None:
                continue
            if await is_refused(found.token, self._settings.slack_api_url):
                await self._installations.drop(found)
                log.warning("slack removed", school=found.school)
                await self.refresh()


async def _away(_: web.Request) -> web.StreamResponse:
    """Of a school that does not run, perhaps for a mistake in a file of its own: what comes is sent again."""
    return web.Response(status=503)


def _named(school: str, handler: Handler | None) -> Handler | None:
    """The same, saying in every line of the log which school it is."""
    if handler is None:
        return None

    async def take(request: web.Request) -> web.StreamResponse:
        with bound_contextvars(school=school):
            return await handler(request)

    return take


async def run_schools(settings: Settings, part: Part = Part.ALL) -> None:
    """Run until a signal says stop. Raises SettingsError and StoreUnavailable."""
    keys_of(settings)
    database, installations = await open_installations(settings)
    schools, servers = Schools(settings, database, installations, part), Servers()
    stopping = asyncio.create_task(until_told(signalled(), database.outgrown()))
    try:
        if part != Part.WORKER:
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
