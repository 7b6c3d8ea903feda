"""Notices to chat: every one that is due is sent once, and tried again until it has been."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import structlog

from bot.front_end import FrontEnd
from handlers.alerts import passed_up
from handlers.desk import Desk
from handlers.messages import DeliveryFailed, Reply
from handlers.notices import worded
from store.base import Conflict
from store.records import Notice

AT_ONCE = 100  # notices claimed together
LEASE = 300.0  # seconds in which a claimed notice is sent and noted
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=10)

log = structlog.get_logger()


class Delivery:
    """Sends what the store owes. `tick` may be called at any time, from anywhere."""

    def __init__(self, desk: Desk, front_ends: Mapping[str, FrontEnd]) -> None:
        self.desk = desk
        self.front_ends = front_ends
        self._one_at_a_time = asyncio.Lock()
        self._sent: dict[str, str] = {}  # sent, and not yet noted: the disk was full

    async def tick(self) -> None:
        """Send all that is due now; each person's notices in their order."""
        async with self._one_at_a_time:
            while claimed := await self.desk.store.claim(self.desk.now(), AT_ONCE, LEASE):
                queues: defaultdict[str, list[tuple[str, Notice]]] = defaultdict(list)
                for reference, notice in claimed:
                    queues[notice.to].append((reference, notice))
                await asyncio.gather(*(self._deliver_all(queue) for queue in queues.values()))

    async def _deliver_all(self, queue: list[tuple[str, Notice]]) -> None:
        for reference, notice in queue:
            try:
                await self._deliver(reference, notice)
            except Exception as error:
                log.error("notice not settled", case=reference, kind=notice.kind, why=type(error).__name__)

    async def _deliver(self, reference: str, notice: Notice) -> None:
        if message := self._sent.get(notice.key):
            await self._settle(reference, notice, "sent", message)
            return
        now = self.desk.now()
        if notice.waits and not self.desk.calendar.is_school_time(now):
            opens = self.desk.calendar.school_time_from(now)
            await self.desk.store.settle(reference, replace(notice, due=opens))
            return
        reply = await worded(reference, notice, self.desk)
        if reply is None:
            await self._settle(reference, notice, "moot")
            return
        result = await self._send(reply, notice)
        if isinstance(result, str):
            self._sent[notice.key] = result
            await self._settle(reference, notice, "sent", result)
        elif result.permanent:
            log.warning("notice cannot be delivered", case=reference, kind=notice.kind, key=notice.key)
            await self._settle(reference, notice, "failed")
            await self._pass_up(reference, notice)
        else:
            await self._postpone(reference, notice, result)

    async def _send(self, reply: Reply, notice: Notice) -> str | DeliveryFailed:
        """Where it went, or why it could not go to any of the person's accounts."""
        failure = DeliveryFailed("no way to reach this person", permanent=True)
        for address in await self._addresses(notice):
            front_end = self.front_ends[address.split(":")[0]]
            try:
                return f"{address} {await front_end.send(address, reply)}"
            except DeliveryFailed as error:
                failure = error if failure.permanent else failure
        return failure

    async def _addresses(self, notice: Notice) -> list[str]:
        if notice.kind == "channel":
            addresses: tuple[str, ...] = (notice.to,)
        else:
            addresses = (await self.desk.store.person(notice.to)).accounts
        return [address for address in addresses if address.split(":")[0] in self.front_ends]

    async def _settle(self, reference: str, notice: Notice, result: str, message: str = "") -> None:
        settled = replace(notice, settled=self.desk.now(), result=result, message=message)
        await self.desk.store.settle(reference, settled)
        self._sent.pop(notice.key, None)

    async def _postpone(self, reference: str, notice: Notice, failure: DeliveryFailed) -> None:
        pause = min(FIRST_PAUSE * 2 ** min(notice.tries, 10), LONGEST_PAUSE)
        if failure.retry_after is not None:
            pause = timedelta(seconds=failure.retry_after)
        later = replace(notice, due=self.desk.now() + pause, tries=notice.tries + 1)
        await self.desk.store.settle(reference, later)

    async def _pass_up(self, reference: str, notice: Notice) -> None:
        while True:
            case = await self.desk.store.case(reference)
            owing = await passed_up(case, notice, self.desk)
            try:
                if owing is not case:
                    await self.desk.store.save(owing)
            except Conflict:
                continue
            return
