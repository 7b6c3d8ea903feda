"""`headsup alive`: whether the bot of this machine lives, asked where it listens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from bot.cli.alive import ask
from bot.monitoring.health import health
from bot.server import Servers
from bot.settings import load
from store.errors import Trouble
from tests.crash.processes import free_port


@asynccontextmanager
async def listening(missing: list[str], **settings: str) -> AsyncIterator[None]:
    async def store() -> None:
        pass

    servers = Servers()
    routes: list[web.RouteDef] = health(store, lambda: list(missing))
    given = load(settings)
    try:
        if given.metrics:
            await servers.show_numbers(given, routes)
        else:
            await servers.listen(given, routes)
        yield
    finally:
        await servers.close()


async def asked(*, ready: bool = False, **settings: str) -> str:
    return await asyncio.to_thread(ask, load(settings), ready=ready)


@pytest.mark.parametrize("place", ["{port}", "127.0.0.1:{port}", "0.0.0.0:{port}"])
async def test_at_metrics_which_a_worker_has(place: str) -> None:
    metrics = place.format(port=free_port())
    missing: list[str] = []
    async with listening(missing, METRICS=metrics):
        assert await asked(METRICS=metrics, PORT="1") == "ok"
        assert await asked(METRICS=metrics, ready=True) == "ready"
        missing.append("slack")
        assert await asked(METRICS=metrics) == "ok"
        with pytest.raises(Trouble, match="not ready: slack"):
            await asked(METRICS=metrics, ready=True)


async def test_at_port_where_there_are_no_numbers() -> None:
    port = str(free_port())
    async with listening([], PORT=port):
        assert await asked(PORT=port) == "ok"


async def test_nobody_is_there() -> None:
    with pytest.raises(
        Trouble, match="does not answer at http://127.0.0.1:.*no connection. Is it running"
    ):
        await asked(METRICS=str(free_port()))
    with pytest.raises(Trouble, match="no address"):
        await asked(METRICS="everywhere")


@pytest.mark.parametrize("status", [200, 404, 502])
async def test_another_program_at_the_port_is_not_taken_for_the_bot(status: int) -> None:
    async def page(_: web.Request) -> web.Response:
        return web.Response(status=status, text="<html>Welcome to nginx</html>")

    port = str(free_port())
    servers = Servers()
    try:
        await servers.listen(load({"PORT": port}), [web.get("/health", page)])
        with pytest.raises(Trouble, match="Something else answers at http") as raised:
            await asked(PORT=port)
        assert "html" not in str(raised.value)
    finally:
        await servers.close()
