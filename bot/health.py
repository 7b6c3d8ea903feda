"""What machines ask the bot: does it live, is it ready, and its numbers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime

from aiohttp import web

from bot import logs
from bot.front_end import FrontEnd
from bot.metrics import Metrics
from store.base import Store

#: Seconds for the store to answer.
PATIENCE = 3.0
TEXT = "text/plain; version=0.0.4; charset=utf-8"
HERE = "127.0.0.1"
NO_LOG = "the log cannot be written; is its disk full, or its reader gone?"


def health(
    store: Callable[[], Awaitable[object]], front_ends: Mapping[str, FrontEnd]
) -> list[web.RouteDef]:
    """The routes `/health`, for whether the process lives, and `/ready`, for whether it can work.

    `store` is a question to the store. Where it or a chat does not answer, or the log cannot be
    written, `/ready` gives status 503, and names what it is.
    """

    async def lives(_: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def ready(_: web.Request) -> web.Response:
        missing = [
            name for name, front_end in sorted(front_ends.items()) if not front_end.connected
        ]
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


def numbers(stores: Callable[[], Iterable[Store]], metrics: Metrics) -> web.RouteDef:
    """`/metrics` for Prometheus."""

    async def page(_: web.Request) -> web.Response:
        body = await metrics.page(stores(), datetime.now(UTC))
        return web.Response(body=body, headers={"Content-Type": TEXT})

    return web.get("/metrics", page)


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
