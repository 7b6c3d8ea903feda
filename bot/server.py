"""One HTTP server for every chat that is called rather than calls, and for who asks how the bot is.

The numbers have a place of their own, so that what faces the internet does not show them.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Sequence
from functools import partial
from typing import cast

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.log import server_logger

from bot.connections import MAX_BODY, Connection, Places, bounded
from bot.monitoring.health import place_of
from bot.settings import Settings, SettingsError

#: Seconds for the requests that are under way when the bot stops.
FINISH = 3.0

PORT_TAKEN = "Port {port} cannot be used ({reason}). Choose another with {setting}."
NO_SUCH_PLACE = (
    "METRICS is a port of this machine, such as 9100, or an address with one, "
    "such as 10.0.0.5:9100."
)


def _is_our_own(record: logging.LogRecord) -> bool:
    """Tells what went wrong here from a call that is no HTTP, which is only answered so.

    Whoever sends many of them would fill the log.
    """
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, HttpProcessingError)


#: What the server says of the calls that it gets.
_logger = server_logger.getChild("calls")
_logger.addFilter(_is_our_own)


class Servers:
    """What listens, until `close`."""

    def __init__(self) -> None:
        self._runners: list[web.AppRunner] = []
        self._listening: list[asyncio.Server] = []

    async def listen(self, settings: Settings, routes: Sequence[web.RouteDef]) -> None:
        """At PORT, to everybody. Raises SettingsError."""
        await self._listen(routes, None, settings.port, "PORT")

    async def show_numbers(self, settings: Settings, routes: Sequence[web.RouteDef]) -> None:
        """At METRICS, where that is set. Raises SettingsError."""
        if not settings.metrics:
            return
        try:
            host, port = place_of(settings.metrics)
        except ValueError as error:
            raise SettingsError(NO_SUCH_PLACE) from error
        await self._listen(routes, host, port, "METRICS")

    async def close(self) -> None:
        """Take no more requests, and finish those that are under way."""
        for listening in self._listening:
            listening.close()
        for runner in self._runners:
            await runner.cleanup()

    async def _listen(
        self, routes: Sequence[web.RouteDef], host: str | None, port: int, setting: str
    ) -> None:
        """`setting`: which one says so. Raises SettingsError, which names it."""
        app = web.Application(client_max_size=MAX_BODY, middlewares=[bounded])
        app.add_routes(routes)
        runner = web.AppRunner(app, access_log=None, logger=_logger, shutdown_timeout=FINISH)
        await runner.setup()
        self._runners.append(runner)
        # It has a server since `setup`.
        server = cast(web.Server, runner.server)
        welcome = partial(Connection, Places(), server)
        loop = asyncio.get_running_loop()
        try:
            listening = await loop.create_server(welcome, host, port, reuse_address=True)
        except OSError as error:
            # Below 0, where looking up the host's name failed.
            number = error.errno or 0
            reason = os.strerror(number) if number > 0 else "there is no such address"
            said = PORT_TAKEN.format(port=port, reason=reason, setting=setting)
            raise SettingsError(said) from error
        self._listening.append(listening)
