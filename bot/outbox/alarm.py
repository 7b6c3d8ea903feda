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
        self._timers: set[asyncio.TimerHandle] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopped = False

    def set(self, seconds: float = 0.0) -> None:
        """Do the job after so many seconds, unless `stop` comes before."""
        if self._stopped:
            return
        pause = seconds + MARGIN if seconds > 0 else 0.0
        timer = asyncio.get_running_loop().call_later(pause, lambda: self._ring(timer))
        self._timers.add(timer)

    def stop(self) -> None:
        """Begin nothing more."""
        self._stopped = True
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()

    async def drain(self) -> None:
        """Wait for what has begun."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _ring(self, timer: asyncio.TimerHandle) -> None:
        self._timers.discard(timer)
        task = asyncio.create_task(self._do())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _do(self) -> None:
        try:
            await self._job()
        except Exception as error:
            log.error("not done in the background", why=type(error).__name__)
