"""Looks again when it is time, to the second: the clock looks once a minute."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

#: Seconds: a timer may ring a little early.
MARGIN = 0.01

log = structlog.get_logger()


class Alarm:
    """Does a job at once, or after some seconds, behind the back of whoever sets it."""

    def __init__(self, job: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._job = job
        self._waiting: set[asyncio.Task[None]] = set()
        self._working: set[asyncio.Task[None]] = set()
        self._stopped = False

    def set(self, seconds: float = 0.0) -> None:
        """Do the job after so many seconds, unless `stop` comes before."""
        if self._stopped:
            return
        pause = seconds + MARGIN if seconds > 0 else 0.0
        _hold(asyncio.create_task(self._ring(pause)), self._waiting)

    def stop(self) -> None:
        """Begin nothing more."""
        self._stopped = True
        for task in self._waiting:
            task.cancel()

    async def drain(self) -> None:
        """Wait for what has begun."""
        while self._working:
            await asyncio.wait(self._working)

    async def _ring(self, pause: float) -> None:
        await asyncio.sleep(pause)
        _hold(asyncio.create_task(self._do()), self._working)

    async def _do(self) -> None:
        try:
            await self._job()
        except Exception as error:
            log.error("not done in the background", why=type(error).__name__)


def _hold(task: asyncio.Task[None], tasks: set[asyncio.Task[None]]) -> None:
    """Keep hold of a task until it ends: the event loop alone would not."""
    tasks.add(task)
    task.add_done_callback(tasks.discard)
