"""Bots as processes of their own: started, killed with -9, and waited for."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from tests.crash.nursery import Life, Started, start, start_between
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[2]


def environment(data: Path, **settings: str) -> dict[str, str]:
    """What a bot's process is given; nothing of the environment that the tests run in but where things are."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(data.parent),
        "XDG_CACHE_HOME": os.environ.get(
            "XDG_CACHE_HOME", str(data.parent)
        ),  # what is worked out once
        "PYTHONPATH": str(ROOT),
        "HEADSUP_DATA": str(data),
        "ACTS_A_MINUTE": "1000000",
        "REPORTS_AN_HOUR": "1000000",
        "POLICY_TEXTS": str(ROOT / "policy_texts"),
        **settings,
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Running:
    """One process."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._descriptor = os.pidfd_open(pid)  # so that no other process is meant, ever

    async def ended(self, seconds: float = PATIENCE) -> None:
        """Wait until it is no more. Raises TimeoutError."""
        loop, done = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._descriptor, done.set)
        try:
            async with asyncio.timeout(seconds):
                await done.wait()
        finally:
            loop.remove_reader(self._descriptor)

    async def stop(self, how: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._descriptor, how)
        await self.ended()
        os.close(self._descriptor)

    async def kill(self) -> None:
        """`kill -9`: it gets to say nothing."""
        await self.stop(signal.SIGKILL)

    async def end(self) -> None:
        """As a technician stops it."""
        await self.stop(signal.SIGTERM)


class Nursery:
    """Makes bots by forking one process that has imported everything."""

    async def start(self, folder: Path, environment: dict[str, str], log: Path) -> Running:
        with log.open("ab") as out:
            life = Life(["run"], str(folder), environment)
            started = await asyncio.to_thread(start, life, out.fileno())
        started.status.close()
        return Running(started.pid)


@asynccontextmanager
async def nursery() -> AsyncIterator[Nursery]:
    yield Nursery()


async def start_cold(
    folder: Path, environment: dict[str, str], log: Path
) -> asyncio.subprocess.Process:
    """`headsup run` from nothing, as `make run` does it."""
    with log.open("ab") as out:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            "run",
            cwd=folder,
            env=environment,
            stdin=-3,
            stdout=out,
            stderr=out,
        )


class Forked:
    """A bot of the nursery's, as asyncio shows a process."""

    def __init__(self, started: Started, stderr: asyncio.StreamReader) -> None:
        self.pid = started.pid
        self.returncode: int | None = None
        self.stderr = stderr
        self._status = started.status
        self._status.setblocking(False)

    def send_signal(self, how: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, how)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    async def wait(self) -> int:
        if self.returncode is None:
            said = await asyncio.get_running_loop().sock_recv(self._status, 16)
            self.returncode = int(said)
            self._status.close()
        return self.returncode


async def start_forked(
    folder: Path, environment: dict[str, str], *, ordinary: bool = False
) -> Forked:
    """`headsup run`, with what it says."""
    reading, writing = os.pipe()
    life = Life(["run"], str(folder), environment, ordinary=ordinary)
    try:
        started = await asyncio.to_thread(start, life, writing)
    finally:
        os.close(writing)
    said = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(said), os.fdopen(reading, "rb")
    )
    return Forked(started, said)


class Talking:
    """A process that takes lines, and answers with lines."""

    def __init__(
        self, pid: int, asked: asyncio.WriteTransport, answers: asyncio.StreamReader
    ) -> None:
        self._descriptor: int | None = os.pidfd_open(pid)
        self.asked = asked
        self.answers = answers

    def kill(self) -> None:
        """Nothing happens to one that has ended."""
        if self._descriptor is not None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._descriptor, signal.SIGKILL)

    def forget(self) -> None:
        """Once it has ended."""
        self.asked.close()
        assert self._descriptor is not None
        os.close(self._descriptor)
        self._descriptor = None


async def start_talking(life: Life) -> Talking:
    """What it complains of goes where the tests' own complaints go."""
    to_read, asked = os.pipe()
    answers, to_write = os.pipe()
    try:
        started = await asyncio.to_thread(start_between, life, to_read, to_write, 2)
    finally:
        os.close(to_read)
        os.close(to_write)
    started.status.close()
    loop = asyncio.get_running_loop()
    said = asyncio.StreamReader()
    await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(said), os.fdopen(answers, "rb")
    )
    transport, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, os.fdopen(asked, "wb"))
    return Talking(started.pid, transport, said)


class Cold:
    """`headsup run`, with what it says."""

    def __init__(self, process: Forked) -> None:
        self.process = process
        self.lines: list[str] = []
        self._heard = asyncio.Condition()
        self._listening = asyncio.create_task(self._listen())

    @property
    def text(self) -> str:
        return "".join(self.lines)

    async def _listen(self) -> None:
        assert self.process.stderr
        async for line in self.process.stderr:
            async with self._heard:
                self.lines.append(line.decode())
                self._heard.notify_all()

    async def says(self, words: str, times: int = 1) -> None:
        """Wait until it has said so on the console. Raises TimeoutError."""
        async with asyncio.timeout(PATIENCE), self._heard:
            while sum(words in line for line in self.lines) < times:
                await self._heard.wait()

    async def ends(self) -> int:
        """Its exit status, once it has ended by itself."""
        async with asyncio.timeout(PATIENCE):
            status = await self.process.wait()
            await self._listening
        return status

    def room(self, size: int = resource.RLIM_INFINITY) -> None:
        """From now on no file of it grows beyond so many bytes; nor does what is on a full disk."""
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@asynccontextmanager
async def cold(
    folder: Path, environment: dict[str, str], *, ordinary: bool = False
) -> AsyncIterator[Cold]:
    """`headsup run` for as long as the context lasts, or until it ends by itself.

    `ordinary`: permissions hold for it even where the tests run as root.
    """
    process = await start_forked(folder, environment, ordinary=ordinary)
    bot = Cold(process)
    try:
        yield bot
    finally:
        if process.returncode is None:
            process.terminate()
        await bot.ends()
    assert "Traceback" not in bot.text
