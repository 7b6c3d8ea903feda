"""A clock that can be moved on, so that a term can be seen in five minutes."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from handlers.text.words import shortened

UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
HOW = "I cannot follow “{words}”. Type clock +90m, +3h, +2d or +1w, or clock 2026-11-23T08:00."
BACK = "The time can only be moved on; it is {now} now."
FAR = "That is too far ahead; at most ten years."
FARTHEST = timedelta(days=3660)

NextDue = Callable[[], Awaitable[datetime | None]]


class NotATime(Exception):
    """What was typed is no time to move to; the text says how to type one."""


class MovingClock:
    """Real time, and however far it was moved on."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self._ahead = timedelta()
        self.next_due: NextDue | None = (
            None  # so that what falls due on the way happens at its time
        )

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def local(self) -> datetime:
        return self.now().astimezone(self.zone)

    async def move(self, words: str, work: Callable[[], Awaitable[None]]) -> None:
        """Move on to a time, stopping for everything that falls due before it. Raises NotATime."""
        target = self._target(words)
        while self.next_due and (due := await self.next_due()) and due < target:
            if due > self.now():
                self._set(due)
            before = due
            await work()
            if await self.next_due() == before:
                break  # it could not be done now
        self._set(target)
        await work()

    def _set(self, to: datetime) -> None:
        self._ahead = to - datetime.now(UTC)

    def _target(self, words: str) -> datetime:
        now = self.now()
        if match := re.fullmatch(r"\+\s*(\d{1,6})\s*([mhdw])", words.strip()):
            step = timedelta(**{UNITS[match[2]]: int(match[1])})
            try:
                target = self._later(step)
            except OverflowError as error:
                raise NotATime(FAR) from error
        else:
            try:
                target = datetime.fromisoformat(words.strip())
                target = (target if target.tzinfo else target.replace(tzinfo=self.zone)).astimezone(
                    UTC
                )
            except (ValueError, OverflowError) as error:
                raise NotATime(HOW.format(words=shortened(words, 40))) from error
        if target < now:
            raise NotATime(BACK.format(now=f"{self.local():%Y-%m-%dT%H:%M}"))
        if target - now > FARTHEST:
            raise NotATime(FAR)
        return target

    def _later(self, step: timedelta) -> datetime:
        """Days and weeks keep the local time of day, also when the clocks change."""
        if step >= timedelta(days=1):
            return (self.local() + step).astimezone(UTC)
        return self.now() + step
