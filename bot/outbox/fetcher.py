"""Fetches the evidence that is wanted, a few pieces at a time, through the chat it came by."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.front_end import FrontEnd
from bot.outbox.alarm import Alarm
from handlers.desk import Desk
from handlers.workflow.fetching import fetch, is_wanted
from store.errors import NotFound, StoreUnavailable
from store.model.address import SourceKey
from store.model.evidence import Evidence

AT_ONCE = 4
#: Of a process that has begun to fetch something; after that, another's.
ITS_TURN = timedelta(minutes=5)

log = structlog.get_logger()


class Fetcher:
    """`tick` may be called at any time; what is being fetched is not fetched twice, by no process
    of the school.
    """

    def __init__(
        self, desk: Desk, front_ends: Mapping[str, FrontEnd], delivery: Alarm | None = None
    ) -> None:
        """`delivery` is set off for each piece, as somebody may be owed word of it."""
        self.desk = desk
        self.front_ends = front_ends
        self._delivery = delivery
        self._alarm = Alarm(self.tick)
        self._under_way: dict[tuple[str, int], tuple[Evidence, asyncio.Task[None]]] = {}
        # What only this process fetches, and until when.
        self._mine: dict[tuple[str, int], datetime] = {}
        self._places = asyncio.Semaphore(AT_ONCE)
        self._starting = asyncio.Lock()
        self._started = False
        self._stopping = False

    def stop(self) -> None:
        """Begin nothing more."""
        self._stopping = True
        self._alarm.stop()

    def give_up(self) -> None:
        """Leave what is still under way to the next process."""
        for _, task in list(self._under_way.values()):
            task.cancel()

    async def tick(self) -> None:
        """Stop what is no longer wanted, and fetch all that is wanted now."""
        if self._stopping:
            return
        async with self._starting:
            # What a process that died was fetching.
            if not self._started:
                await self.desk.store.discard_strays()
                self._started = True
        await self._stop_unwanted()
        tasks = []
        for reference, item in await self.desk.store.wanted(self.desk.now()):
            place = reference, item.number
            if place not in self._under_way and self._platform(item) in self.front_ends:
                task = asyncio.create_task(self._fetch(reference, item))
                self._under_way[place] = item, task
                task.add_done_callback(partial(self._forget, place))
                tasks.append(task)
        if tasks:
            await asyncio.wait(tasks)

    async def _stop_unwanted(self) -> None:
        """A picture may turn out to be one that nobody may have, while it is on its way."""
        for (reference, _), (item, task) in list(self._under_way.items()):
            try:
                if not await is_wanted(reference, item, self.desk):
                    task.cancel()
            except (NotFound, StoreUnavailable):
                task.cancel()

    async def _fetch(self, reference: str, item: Evidence) -> None:
        try:
            async with self._places:
                if self._stopping or not await self._is_mine(reference, item):
                    return
                front_end = self.front_ends[self._platform(item)]
                later = await fetch(reference, item, front_end.fetch, self.desk)
        except Exception as error:
            log.error(
                "evidence not kept", case=reference, number=item.number, why=type(error).__name__
            )
            return
        if later:
            self._alarm.set((later - self.desk.now()).total_seconds())
        elif self._delivery:
            self._delivery.set()

    async def _is_mine(self, reference: str, item: Evidence) -> bool:
        """Whether this process may fetch it.

        Where two did, one that gave up could take away what the other noted.
        """
        now, place = self.desk.now(), (reference, item.number)
        if place in self._mine and now < self._mine[place]:
            return True
        what = f"fetching {reference} {item.number}"
        if await self.desk.store.count(what, now, ITS_TURN, 1) is not None:
            return False
        self._mine = {known: until for known, until in self._mine.items() if now < until}
        self._mine[place] = now + ITS_TURN
        return True

    def _forget(self, place: tuple[str, int], task: asyncio.Task[None]) -> None:
        self._under_way.pop(place, None)

    @staticmethod
    def _platform(item: Evidence) -> str:
        return SourceKey.parse(item.source).platform
