"""A log that cannot be written: every message is answered all the same, and /ready says what is wrong."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.bot.test_health import asked, asked_when_up
from tests.crash.chats import InSlack
from tests.crash.processes import environment, free_port, nursery
from tests.crash.test_bad_days import kept_texts
from tests.doubles.slack import SlackDouble

pytestmark = pytest.mark.usefixtures("texts_are_ready")


@asynccontextmanager
async def in_slack(data: Path) -> AsyncIterator[InSlack]:
    async with SlackDouble() as double:
        slack = InSlack(double)
        await slack.furnish(data)
        yield slack


async def _works_without_a_log(slack: InSlack, port: int) -> None:
    await slack.says("Have you seen this?")
    await slack.sees("Case ")
    await slack.says("And this?")
    await slack.sees("Case ", times=2)
    status, words = await asked(port, "/ready")
    assert status == 503
    assert "the log cannot be written" in words
    assert await asked(port, "/health") == (200, "ok\n")


async def test_on_a_full_disk(tmp_path: Path) -> None:
    data, port = tmp_path / "data", free_port()
    async with in_slack(data) as slack:
        given = environment(data, PORT=str(port), **slack.environment)
        async with nursery() as bots:
            bot = await bots.start(tmp_path, given, Path("/dev/full"))
            try:
                await asked_when_up(port, "/health")
                await _works_without_a_log(slack, port)
            finally:
                await bot.end()
    assert await kept_texts(data) == ["And this?", "Have you seen this?"]


async def test_when_its_reader_is_gone(tmp_path: Path) -> None:
    data, port = tmp_path / "data", free_port()
    async with in_slack(data) as slack:
        given = environment(data, PORT=str(port), **slack.environment)
        reader, writer = os.pipe()
        async with nursery() as bots:
            bot = await bots.start(tmp_path, given, Path(f"/proc/self/fd/{writer}"))
            os.close(writer)
            try:
                await asked_when_up(port, "/health")
                os.close(reader)
                await _works_without_a_log(slack, port)
            finally:
                await bot.end()
    assert await kept_texts(data) == ["And this?", "Have you seen this?"]
