"""Callers who sign nothing and mean harm: the bot goes on answering whoever asks meanwhile, and the next report."""

from __future__ import annotations

import asyncio
import gzip
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from bot.connections import ARRIVE, MAX_BODY, PLACES
from tests.crash.chats import InSlack
from tests.crash.processes import PATIENCE, Cold, cold, environment, free_port
from tests.doubles.slack import SlackDouble

pytestmark = pytest.mark.usefixtures("texts_are_ready")

#: Seconds of the processor: what the attacks cost at most, which took whole seconds each.
CHEAP = 0.5
MANY = PLACES + 50
PACKED = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
PATHS = ("/slack/events", "/", "/health", "/telegram/1", "/slack/install?state=x")

#: As far as a caller gets before it stops sending.
HALVES = (
    b"",
    b"POST /slack/events HT",
    b"POST /slack/events HTTP/1.1\r\nHost: x\r\nX-A: ",
    b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n"
    b"X-Slack-Request-Timestamp: 1\r\n\r\n{",
    b"POST /slack/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
    b"X-Slack-Request-Timestamp: 1\r\n\r\n5\r\nab",
)
NO_REQUESTS = (
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nA: " + b"a" * 20_000 + b"\r\n\r\n",
    b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"POST /slack/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
    b"X-Slack-Request-Timestamp: 1\r\n\r\nZZ\r\n",
)


@dataclass
class Target:
    """A bot that Slack calls, and that anybody else may call too."""

    bot: Cold
    port: int
    slack: InSlack

    @property
    def here(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def seconds_used(self) -> float:
        """Of the processor, since its start."""
        fields = Path(f"/proc/{self.bot.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    async def is_well(self) -> None:
        """It answers a newcomer, and the next report is kept."""
        assert await self.asked("/health") == 200
        assert await self.asked("/ready") == 200
        before = self.slack.seen("Case ")
        await self.slack.says("Have you seen this?")
        await self.slack.sees("Case ", times=before + 1)

    async def asked(self, path: str) -> int:
        patience = aiohttp.ClientTimeout(total=10)
        async with (
            aiohttp.ClientSession(timeout=patience) as client,
            client.get(self.here + path) as answer,
        ):
            return answer.status

    async def connect(self, data: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(data)
        return reader, writer


@pytest.fixture
async def target(tmp_path: Path) -> AsyncIterator[Target]:
    async with running(tmp_path) as target:
        yield target


@asynccontextmanager
async def running(tmp_path: Path) -> AsyncIterator[Target]:
    port = free_port()
    events = f"http://127.0.0.1:{port}/slack/events"
    async with SlackDouble(events_url=events, patience=20) as double:
        slack = InSlack(double)
        await slack.furnish(tmp_path / "data")
        given = environment(tmp_path / "data", PORT=str(port), **slack.environment)
        async with cold(tmp_path, given) as bot:
            await bot.says('"running"')
            target = Target(bot, port, slack)
            async with asyncio.timeout(PATIENCE):
                await _ready(target)
            yield target
            await target.is_well()
        assert "a library failed" not in bot.text


async def test_nothing_is_unpacked_for_who_has_signed_nothing(target: Target) -> None:
    bomb = gzip.compress(bytes(500_000_000), 9)
    before = target.seconds_used
    async with aiohttp.ClientSession() as client:

        async def send(path: str) -> None:
            async with client.post(target.here + path, data=bomb, headers=PACKED) as answer:
                assert answer.status in (404, 405, 413, 415)

        attacks = [asyncio.create_task(send(path)) for path in PATHS]
        await target.is_well()
        await asyncio.gather(*attacks)
    assert target.seconds_used - before < CHEAP


async def test_half_sent_requests_keep_nobody_out_and_are_ended(target: Target) -> None:
    before = target.seconds_used
    opened = [await target.connect(HALVES[n % len(HALVES)]) for n in range(MANY)]
    await target.is_well()
    async with asyncio.timeout(3 * ARRIVE):
        for reader, _ in opened:
            await _end_of(reader)
    for _, writer in opened:
        writer.close()
    assert target.seconds_used - before < 2 * CHEAP


async def test_who_sends_a_byte_now_and_then_is_ended_too(target: Target) -> None:
    reader, writer = await target.connect(HALVES[2])
    async with asyncio.timeout(3 * ARRIVE):
        ended = asyncio.create_task(_end_of(reader))
        while not ended.done():
            writer.write(b"a")
            await asyncio.wait([ended], timeout=0.2)
    writer.close()


@pytest.mark.parametrize("kind", ["long", "chunks"])
async def test_a_body_without_end_is_read_to_its_limit(target: Target, kind: str) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield bytes(MAX_BODY // 8)

    data = bytes(8 * MAX_BODY) if kind == "long" else chunks()
    headers = {"X-Slack-Request-Timestamp": "1"}
    async with aiohttp.ClientSession() as client:
        # It may hang up while we are sending.
        with suppress(aiohttp.ClientError):
            sent = client.post(f"{target.here}/slack/events", data=data, headers=headers)
            async with sent as answer:
                assert answer.status in (400, 413)
    await target.is_well()


async def test_what_is_no_request_is_not_logged(target: Target) -> None:
    said = len(target.bot.lines)
    for data in NO_REQUESTS:
        reader, writer = await target.connect(data)
        async with asyncio.timeout(3 * ARRIVE):
            await _end_of(reader)
        writer.close()
    assert target.bot.lines[said:] == []


async def _end_of(reader: asyncio.StreamReader) -> None:
    with suppress(ConnectionError):
        await reader.read()


async def _ready(target: Target) -> None:
    while True:
        if await target.asked("/ready") == 200:
            return
        await asyncio.sleep(0.05)
