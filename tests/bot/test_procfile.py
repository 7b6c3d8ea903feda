"""The processes that the Procfiles name, started by honcho as a platform starts them."""

from __future__ import annotations

import asyncio
import itertools
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.cli.alive import ask
from bot.settings import load
from tests.bot.test_run import environment
from tests.crash.processes import free_port
from tests.databases import database
from tests.doubles.slack import SlackDouble
from tests.patience import PATIENCE, until
from tests.talks.stage import ROOT

_schools = itertools.count()


@asynccontextmanager
async def honcho(procfile: str, settings: dict[str, str], *names: str) -> AsyncIterator[list[str]]:
    """What they say, for as long as the context lasts."""
    process = await asyncio.create_subprocess_exec(
        *(
            sys.executable,
            "-m",
            "honcho",
            "-f",
            str(ROOT / procfile),
            "-d",
            str(ROOT),
            "-e",
            "/dev/null",
        ),
        *("start", "--no-colour", *names),
        env=settings,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said: list[str] = []

    async def listen() -> None:
        assert process.stdout
        async for line in process.stdout:
            said.append(line.decode())

    listening = asyncio.create_task(listen())
    try:
        yield said
    finally:
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.wait(), PATIENCE)
        await listening
    assert "Traceback" not in "".join(said)


async def test_one_process_over_a_folder(tmp_path: Path) -> None:
    async with SlackDouble() as slack:
        asha = slack.user("UASHA", "Asha Patel")
        async with honcho("Procfile", environment(tmp_path, **slack.environment)):
            await slack.until(lambda: slack.sockets.open)
            await slack.message(asha, "Somebody wrote something")
            assert "Case" in (await slack.next(asha)).words


def port_before_free_ones() -> int:
    """One that is free, as are those on which `web` and `worker` then give their numbers."""
    while True:
        port = free_port()
        if all(_is_free(number) for number in (port + 1, port + 101)):
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return False
    return True


async def test_web_and_worker_over_a_database(tmp_path: Path) -> None:
    port = port_before_free_ones()
    async with SlackDouble(events_url=f"http://127.0.0.1:{port}/slack/events") as slack:
        asha, ben = slack.user("UASHA", "Asha Patel"), slack.user("UBEN", "Ben Okafor")
        settings = environment(
            tmp_path,
            DATABASE_URL=database(),
            HEADSUP_SCHOOL=f"procfile-{next(_schools)}",
            PORT=str(port),
            **slack.environment,
        )
        async with honcho("deploy/Procfile.database", settings) as said:
            await until(lambda: sum("running" in line for line in said) == 2)
            # Each gives its own numbers, though the two share their settings.
            for number in (port + 1, port + 101):
                asked = load({"METRICS": str(number)})
                assert await asyncio.to_thread(ask, asked, ready=True) == "ready"
            await slack.message(asha, "Somebody wrote something")
            assert "Case" in (await slack.next(asha)).words
            await slack.message(ben, "hello")
            assert "greeting" in (await slack.next(ben)).words
