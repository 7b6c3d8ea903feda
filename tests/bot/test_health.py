"""What machines ask the bot: does it live, is it ready, and its numbers, which name nobody."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from bot.app import Bot
from bot.build import build
from bot.monitoring.health import place_of
from bot.run import ProcessRole, Service, serve, stop
from bot.server import Servers
from bot.settings import Settings, SettingsError
from store.errors import StoreUnavailable
from tests.bot.test_run import bot, environment
from tests.crash.processes import free_port
from tests.doubles.slack import SlackDouble
from tests.doubles.telegram import TelegramDouble
from tests.patience import PATIENCE
from tests.talks.stage import settings


async def asked(port: int, path: str, host: str = "127.0.0.1") -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://{host}:{port}{path}") as answer,
    ):
        return answer.status, await answer.text()


async def asked_when_up(port: int, path: str) -> tuple[int, str]:
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                return await asked(port, path)
            except aiohttp.ClientError:
                await asyncio.sleep(0.02)


@asynccontextmanager
async def served(settings: Settings) -> AsyncIterator[tuple[Bot, Servers]]:
    made, servers = await build(settings, {}), Servers()
    service = Service(settings, made, ProcessRole.ALL)
    try:
        await serve(settings, service, servers)
        yield made, servers
    finally:
        await stop([service], servers)


async def test_it_lives_is_ready_and_counts(tmp_path: Path) -> None:
    async with SlackDouble() as slack:
        asha, port, numbers = slack.user("UASHA", "Asha Patel"), free_port(), free_port()
        given = environment(tmp_path, PORT=str(port), METRICS=str(numbers), **slack.environment)
        async with bot(given):
            await slack.until(lambda: slack.sockets.open)
            assert await asked(port, "/health") == (200, "ok\n")
            assert await asked(port, "/ready") == (200, "ready\n")
            assert (await asked(port, "/metrics"))[
                0
            ] == 404  # what faces the internet shows no numbers

            await slack.message(asha, "They plan to hurt Noor Malik")
            await slack.tap(asha, await slack.next(asha), "The school")
            await slack.tap(asha, await slack.next(asha), "Threat of violence")
            await slack.next(asha)
            status, page = await asked(numbers, "/metrics")
            assert status == 200
            for line in (
                'headsup_received_total{chat="slack",kind="message"} 1.0',
                'headsup_received_total{chat="slack",kind="tap"} 2.0',
                "headsup_reports_total 1.0",
                'headsup_store_seconds_count{call="save"}',
                "headsup_notices_overdue_seconds 0.0",
            ):
                assert line in page
            for word in ("Asha", "UASHA", "Noor", "hurt", "violence"):
                assert word not in page
            assert set(re.findall(r"(\w+)=\"", page)) <= {
                *("chat", "kind", "permanent", "call", "le", "urgent", "disk", "school"),
            }


async def test_without_a_connection_it_is_not_ready(tmp_path: Path) -> None:
    async with TelegramDouble() as telegram:
        port = free_port()
        given = environment(tmp_path, PORT=str(port), **telegram.environment)
        given["TELEGRAM_API_URL"] = f"http://127.0.0.1:{free_port()}"
        async with bot(given):
            assert await asked_when_up(port, "/ready") == (503, "not ready: telegram\n")
            assert await asked(port, "/health") == (200, "ok\n")


async def test_numbers_are_for_this_machine_alone_unless_it_is_said(tmp_path: Path) -> None:
    outside = socket.gethostbyname(socket.gethostname())
    assert place_of("9100") == ("127.0.0.1", 9100)
    assert place_of("10.0.0.5:9100") == ("10.0.0.5", 9100)
    assert place_of("[::1]:9100") == ("::1", 9100)
    async with TelegramDouble() as telegram:
        port = free_port()
        async with bot(environment(tmp_path, METRICS=str(port), **telegram.environment)):
            assert (await asked_when_up(port, "/metrics"))[0] == 200
            if not outside.startswith("127."):
                with pytest.raises(aiohttp.ClientError):
                    await asked(port, "/metrics", outside)


@pytest.mark.parametrize(
    ("given", "said"), [("x", "METRICS is a port"), ("70000", "METRICS is a port")]
)
async def test_what_is_no_place_is_a_sentence(tmp_path: Path, given: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        async with served(settings(tmp_path, METRICS=given)):
            pass


async def test_a_store_that_does_not_answer_is_not_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()

    async def no_answer(source: str) -> str | None:
        raise StoreUnavailable("gone")

    async with served(settings(tmp_path, PORT=str(port))) as (made, _):
        assert await asked(port, "/ready") == (200, "ready\n")
        monkeypatch.setattr(made.desk.store, "by_source", no_answer)
        assert await asked(port, "/ready") == (503, "not ready: store\n")


async def test_nothing_listens_where_nothing_is_set(tmp_path: Path) -> None:
    async with served(settings(tmp_path)) as (_, servers):
        assert servers._runners == []


@pytest.mark.parametrize(
    "call",
    [
        b"POST /health HTTP/1.1\r\nHost: a\r\nX-Long: " + b"a" * 9_000 + b"\r\n\r\n",
        b"POST /" + b"a" * 9_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"no HTTP at all\r\n\r\n",
    ],
)
async def test_a_call_that_is_no_http_does_not_fill_the_log(
    tmp_path: Path, call: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    port = free_port()
    async with served(settings(tmp_path, PORT=str(port))):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(call)
        assert (await reader.readline()).split()[1].startswith(b"4")
        writer.close()
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
