"""Fetches the evidence that is wanted, a few pieces at a time, through the chat that it came in by."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import structlog

from bot.front_end import FrontEnd
from handlers.desk import Desk
from handlers.fetching import fetch
from store.records import Evidence

AT_ONCE = 4

log = structlog.get_logger()


class Fetcher:
    """`tick` may be called at any time; what is being fetched is not fetched twice."""

    def __init__(self, desk: Desk, front_ends: Mapping[str, FrontEnd]) -> None:
        self.desk = desk
        self.front_ends = front_ends
        self._under_way: set[tuple[str, int]] = set()
        self._places = asyncio.Semaphore(AT_ONCE)

    async def tick(self) -> None:
        """Fetch all that is wanted now."""
        wanted = [
            (reference, item)
            for reference, item in await self.desk.store.wanted(self.desk.now())
            if (reference, item.number) not in self._under_way and self._platform(item) in self.front_ends
        ]
        self._under_way.update((reference, item.number) for reference, item in wanted)
        await asyncio.gather(*(self._fetch(reference, item) for reference, item in wanted))

    async def _fetch(self, reference: str, item: Evidence) -> None:
        try:
            async with self._places:
                await fetch(reference, item, self.front_ends[self._platform(item)].fetch, self.desk)
        except Exception as error:
            log.error("evidence not kept", case=reference, number=item.number, why=type(error).__name__)
        finally:
            self._under_way.discard((reference, item.number))

    @staticmethod
    def _platform(item: Evidence) -> str:
        return item.source.split(":")[0]
