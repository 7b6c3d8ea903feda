"""What became of notices: written down beside them, or kept until the store takes it."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from bot.outbox.alarm import Alarm
from bot.outbox.owed import Owed
from bot.outbox.unwritten import PAUSE, Unwritten
from handlers.desk import Desk
from store.errors import StoreUnavailable
from store.model.kinds import NoticeResult

log = structlog.get_logger()


class Outcomes:
    """The notices that this process has claimed, and what it has to write of them."""

    def __init__(self, desk: Desk, alarm: Alarm) -> None:
        """`alarm` is set where something has to be written again."""
        self._desk = desk
        self._alarm = alarm
        self._under_way: set[tuple[str, str]] = set()
        #: Where a notice went whose sending is not noted yet, by its key: the disk was full.
        self._sent: dict[str, str] = {}
        self._unwritten: Unwritten[Owed] = Unwritten(desk.now)

    def begin(self, owed: Owed) -> bool:
        """Take a claimed notice; False where this process has it under way already."""
        if owed.key in self._under_way:
            return False
        self._under_way.add(owed.key)
        return True

    def end(self, notices: Iterable[Owed]) -> None:
        self._under_way.difference_update(owed.key for owed in notices)

    def note_message(self, owed: Owed, message: str) -> None:
        """Remember in which message a notice went, until that is written."""
        self._sent[owed.notice.key] = message

    def find_message(self, owed: Owed) -> str | None:
        """The message in which it went already, where that could not be written yet."""
        return self._sent.get(owed.notice.key)

    async def settle(self, of_one: Sequence[Owed], result: NoticeResult, message: str = "") -> None:
        """What became of notices of one case, or of no case."""
        now = self._desk.now()
        settled = []
        for owed in of_one:
            newer = replace(owed.notice, settled=now, result=result, message=message)
            settled.append(Owed(owed.reference, newer))
        await self.write(*settled)

    async def write(self, *of_one: Owed, since: datetime | None = None) -> None:
        """From here on, whoever claims these notices of one case, or of no case, may have them.

        Where the store is away it is tried again, and the notices stay claimed. `since`: when it
        was tried first. Raises StoreUnavailable all the same.
        """
        for owed in of_one:
            self._under_way.discard(owed.key)
        notices = [owed.notice for owed in of_one]
        try:
            await self._desk.store.settle(of_one[0].reference, *notices)
        except StoreUnavailable:
            self._unwritten.keep(of_one, since)
            self._alarm.set(PAUSE)
            raise
        for notice in notices:
            if notice.settled:
                self._sent.pop(notice.key, None)

    async def write_again(self) -> None:
        """Try once more what the store did not take."""
        await self._unwritten.write(self._write_again)

    async def _write_again(self, since: datetime, of_one: Sequence[Owed]) -> None:
        try:
            await self.write(*of_one, since=since)
        except StoreUnavailable:
            # That has been said, and it is kept for the next try.
            return
        except Exception as error:
            not_settled(of_one[0], error)


async def safely(owed: Owed, doing: Awaitable[None]) -> None:
    """What cannot be noted now is claimed again when its lease has passed."""
    try:
        await doing
    except Exception as error:
        not_settled(owed, error)


def not_settled(owed: Owed, error: Exception) -> None:
    why = type(error).__name__
    log.error("notice not settled", case=owed.reference, kind=owed.notice.kind, why=why)
