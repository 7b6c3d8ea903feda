"""Runs the bots of several schools in one process, and follows as chats are connected and taken away."""

from __future__ import annotations

import asyncio
import time
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
from bot.running import Part, Service, signalled, spare_the_collector, stop
from bot.schools.opening import (
    NO_CHAT,
    NOT_OPENED,
    has_slack,
    keys_of,
    open_installations,
    public_url,
    with_chats,
)
from bot.serving import Servers
from bot.settings import Settings, SettingsError, of_school
from bot.slack.front_end import PATH
from bot.slack.installing import install_routes
from bot.slack.several import Handler, Workspaces, is_refused
from store.base import Conflict
from store.postgres import Database
from store.postgres.installations import Installation, Installations
from store.trouble import Trouble

TELEGRAM = "/telegram/{bot}"
LOOK_AGAIN = 5.0  # seconds until a chat that nobody knows is looked for again

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Running:
    """One school at work."""

    installed: tuple[Installation, ...]  # what it was made of
    service: Service
    handlers: dict[str, Handler] = field(default_factory=dict)  # by platform

    @property
    def is_whole(self) -> bool:
        """Whether no chat has ended but for a token that is refused."""
        ended = [task for task in self.service.running if task.done() and not task.cancelled()]
        return all(isinstance(task.exception(), SettingsError) for task in ended)


class Schools:
    """Every school that has a chat. `refresh` belongs to the clock."""

    def __init__(
        self, settings: Settings, database: Database, installations: Installations, part: Part
    ) -> None:
        self._settings, self._database, self._installations, self._part = (
            settings,
            database,
            installations,
            part,
        )
        self.metrics = Metrics()
        self._running: dict[str, Running] = {}
        self._known: set[tuple[str, str]] = set()  # platforms and keys of chats
        self._told: dict[str, str] = {}  # what is wrong, by school: said once
        self._turn = asyncio.Lock()
        self._looked = 0.0
        self._preparing: asyncio.Task[None] | None = None

    @property
    def services(self) -> list[Service]:
        return [running.service for running in self._running.values()]

    async def refresh(self) -> None:
        """Start what was connected, stop what was taken away, and start anew what has changed. It never raises."""
        async with self._turn:
            await self._refresh()

    async def _refresh(self) -> None:
        self._looked = time.monotonic()
        try:
            wanted = await self._wanted()
        except Trouble as error:
            log.error("schools not looked up", why=str(error))
            return
        for key, running in list(self._running.items()):
            if running.installed != wanted.get(key) or not running.is_whole:
                del self._running[key]
                await stop([running.service], Servers())
        for key in wanted.keys() - self._running.keys():
            with bound_contextvars(school=key):  # what is begun here says so in every line
                await self._start(key, wanted[key])
        self._prepare()

    async def find(self, platform: str, key: str) -> Handler | None:
        """What takes in the requests of a chat; None where it is no school's."""
        if handler := self._find(platform, key):
            return handler
        async with self._turn:  # the school may be about to start
            if not self._find(platform, key) and time.monotonic() - self._looked > LOOK_AGAIN:
                await self._refresh()
        return self._find(platform, key) or (_away if (platform, key) in self._known else None)

    async def close(self) -> None:
        """Start nothing more. What runs is stopped by whoever runs it."""
        if self._preparing:
            self._preparing.cancel()
        async with self._turn:
            self._looked = float("inf")

    def routes(self) -> list[web.RouteDef]:
        """What the chats call. Raises SettingsError."""
        public_url(self._settings)
        return [web.post(TELEGRAM, self._telegram), *(self._slack() if has_slack(self._settings) else [])]

    def asked(self) -> list[web.RouteDef]:
        """One school's chat that is away does not keep the others' from being sent what they should have."""
        return health(self._installations.all, {})

    def numbers(self) -> web.RouteDef:
        return numbers(lambda: [service.bot.desk.store for service in self.services], self.metrics)

    async def _wanted(self) -> dict[str, tuple[Installation, ...]]:
        found: dict[str, tuple[Installation, ...]] = {}
        installations = await self._installations.all()
        self._known = {(installation.platform, installation.key) for installation in installations}
        for installation in installations:
            if installation.token is None:
                self._tell(
                    installation.school,
                    NOT_OPENED.format(platform=installation.platform, school=installation.school),
                )
            else:
                found[installation.school] = (*found.get(installation.school, ()), installation)
        here = keys_of(self._settings)
        for school in set(here) - found.keys():
            self._tell(school, NO_CHAT.format(school=school))
        return {school: installed for school, installed in found.items() if school in here}

    async def _start(self, key: str, installed: tuple[Installation, ...]) -> None:
        try:
            settings = with_chats(of_school(self._settings, key), installed)
            front_ends = chats(settings)
            bot = await build(settings, front_ends, database=self._database, metrics=self.metrics)
        except Trouble as error:
            self._tell(key, str(error))
            return
        service = Service(settings, bot, self._part)
        handlers = {
            name: route.handler
            for name, front_end in service.taking.items()
            for route in front_end.routes(bot.receive)
        }
        service.start()
        for task in service.running:
            task.add_done_callback(lambda task: self._ended(key, task))
        self._running[key] = Running(installed, service, handlers)
        self._told.pop(key, None)
        log.info("running", school=key, chats=sorted(front_ends))

    def _ended(self, key: str, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()):
            self._tell(key, str(error) if isinstance(error, SettingsError) else type(error).__name__)

    def _tell(self, key: str, words: str) -> None:
        if self._told.get(key) != words:
            self._told[key] = words
            log.warning(words, school=key)

    def _prepare(self) -> None:
        """Make the texts of one school after the other ready for questions."""

        async def prepare() -> None:
            for service in self.services:
                await asyncio.to_thread(service.bot.desk.policies.prepare)

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
        """Forget a token that Slack takes no more. An old event may speak of one that was replaced since."""
        for found in await self._installations.all():
            if (found.platform, found.key) != ("slack", team):
                continue
            if found.token is None or await is_refused(found.token, self._settings.slack_api_url):
                await self._installations.drop("slack", team)
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
    stopping = signalled()
    try:
        if part != Part.WORKER:
            await servers.listen(settings, [*schools.routes(), *schools.asked()])
        await servers.show_numbers(settings, [schools.numbers(), *schools.asked()])
        await schools.refresh()
        clock = start_clock(schools.refresh)
        spare_the_collector()
        await stopping.wait()
        clock.shutdown(wait=False)
    finally:
        await schools.close()
        await stop(schools.services, servers)
        await database.close()
        log.info("stopped")
