"""Work that goes on after Slack has its acknowledgement."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

R = TypeVar("R")


class Work:
    """Tasks of ours, so that none is lost or left over."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, coroutine: Coroutine[Any, Any, R]) -> asyncio.Task[R]:
        """Run it as a task, and keep hold of it: the event loop alone would not."""
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._let_go)
        return task

    def _let_go(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            # Whoever waits for it sees the error. Nobody may be waiting any more, and asyncio
            # would then log the error with all its words.
            task.exception()

    async def finish(self, seconds: float) -> None:
        """Wait for what is under way, and give up on the rest."""
        current = asyncio.current_task()
        tasks = {task for task in self._tasks if task is not current}
        if not tasks:
            return

        _, late = await asyncio.wait(tasks, timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Turns:
    """One at a time for each person, in the order in which they came."""

    def __init__(self) -> None:
        self._locks: dict[str, asyncio.Lock] = {}
        self._waiting: Counter[str] = Counter()

    @asynccontextmanager
    async def of(self, person: str) -> AsyncIterator[None]:
        """Wait for the turn of a person, and have it."""
        lock = self._locks.setdefault(person, asyncio.Lock())
        self._waiting[person] += 1
        try:
            async with lock:
                yield
        finally:
            self._waiting[person] -= 1
            if not self._waiting[person]:
                del self._waiting[person]
                del self._locks[person]


class Once:
    """What Slack sends again is not done, or answered, again.

    The last `most` keys are remembered.
    """

    def __init__(self, work: Work, most: int = 4_000) -> None:
        self._work = work
        self._most = most
        self._known: OrderedDict[str, asyncio.Task[bool]] = OrderedDict()

    async def do(self, key: str, job: Callable[[], Coroutine[Any, Any, bool]]) -> bool:
        """Do the job, or wait with whoever is doing it. Gives what the job gives.

        Where it raises or gives False, it may be done again.
        """
        task = self._known.get(key)
        if task is None:
            task = self._work.start(job())
            self._remember(key, task)

        done = False
        try:
            # The job goes on where one of those who wait for it is cancelled.
            done = await asyncio.shield(task)
        finally:
            if not done and task.done() and self._known.get(key) is task:
                del self._known[key]
        return done

    def _remember(self, key: str, task: asyncio.Task[bool]) -> None:
        self._known[key] = task
        while len(self._known) > self._most:
            self._known.popitem(last=False)
