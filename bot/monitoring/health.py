"""What machines ask the bot: does it live, is it ready, and its numbers."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

from bot.front_end import FrontEnd, is_token_refused
from bot.monitoring import logs
from bot.monitoring.metrics import Metrics
from bot.settings import Settings
from store.base import Store

#: Seconds for the store to answer.
PATIENCE = 3.0
TEXT = "text/plain; version=0.0.4; charset=utf-8"
HERE = "127.0.0.1"
NO_LOG = "the log cannot be written; is its disk full, or its reader gone?"


def chats_away(taking: Mapping[str, FrontEnd], sending: Mapping[str, FrontEnd]) -> list[str]:
    """The names of the chats that do not work now, sorted.

    `taking`: those in which people are heard; `sending`: all to which something is sent.
    """
    away = {name for name, front_end in taking.items() if not front_end.connected}
    away |= {name for name, front_end in sending.items() if is_token_refused(front_end)}
    return sorted(away)


def health(
    store: Callable[[], Awaitable[object]], away: Callable[[], list[str]]
) -> list[web.RouteDef]:
    """The routes `/health`, for whether the process lives, and `/ready`, for whether it can work.

    `store` is a question to the store, and `away` names the chats that do not work. Where the
    store does not answer, a chat is away, or the log cannot be written, `/ready` gives status 503,
    and names what it is.
    """

    async def lives(_: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def ready(_: web.Request) -> web.Response:
        missing = away()
        if not await _answers(store):
            missing.append("store")
        if not logs.is_written():
            missing.append(NO_LOG)
        if missing:
            return web.Response(
                status=503, text="".join(f"not ready: {name}\n" for name in missing)
            )
        return web.Response(text="ready\n")

    return [web.get("/health", lives), web.get("/ready", ready)]


def disks_of(settings: Settings) -> Mapping[str, Path]:
    """The folders on whose disks the bot needs room, by what is kept there."""
    disks = {"temporary": Path(tempfile.gettempdir())}
    if settings.database_url is None:
        disks["data"] = settings.headsup_data
    if settings.backup_to and "://" not in settings.backup_to:
        disks["backups"] = Path(settings.backup_to)
    return disks


def numbers(
    stores: Callable[[], Iterable[Store]],
    away: Callable[[], list[str]],
    metrics: Metrics,
    disks: Mapping[str, Path],
) -> web.RouteDef:
    """`/metrics` for Prometheus. `away` names the chats that do not work."""

    async def page(_: web.Request) -> web.Response:
        metrics.chats_away(len(away()))
        metrics.logged(logs.errors_logged())
        # A share that does not answer holds up neither the bot nor the other numbers.
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await asyncio.to_thread(_look_for_room, metrics, disks)
        body = await metrics.page(stores(), datetime.now(UTC))
        return web.Response(body=body, headers={"Content-Type": TEXT})

    return web.get("/metrics", page)


def _look_for_room(metrics: Metrics, disks: Mapping[str, Path]) -> None:
    for name, folder in disks.items():
        metrics.room(name, folder)


async def _answers(store: Callable[[], Awaitable[object]]) -> bool:
    try:
        async with asyncio.timeout(PATIENCE):
            await store()
    except Exception:
        return False
    return True


def place_of(setting: str) -> tuple[str, int]:
    """`9100` -> this machine alone; `10.0.0.5:9100` -> there. Raises ValueError."""
    host, _, port = setting.rpartition(":")
    number = int(port)
    if not 0 <= number <= 65535:
        raise ValueError(setting)
    return host.strip("[]") or HERE, number
