"""A clock that can be moved on, so that a term can be seen in five minutes."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from handlers.text.words import shortened

HOW = "I cannot follow “{words}”. Type clock +90m, +3h, +2d or +1w, or clock 2026-11-23T08:00."
BACK = "The time can only be moved on; it is {now} now."
FAR = "That is too far ahead; at most ten years."
FARTHEST = timedelta(days=3660)

UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_STEP = re.compile(r"\+\s*(\d{1,6})\s*([mhdw])")

NextDue = Callable[[], Awaitable[datetime | None]]


class NotATime(Exception):
    """What was typed is no time to move to; the text says how to type one."""


class MovingClock:
    """Real time, and however far it was moved on; `zone` is that of times as typed and shown."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self._ahead = timedelta()
        #: When the next thing falls due, so that what falls due on the way happens at its time.
        self.next_due: NextDue | None = None

    def now(self) -> datetime:
        """In UTC."""
        return datetime.now(UTC) + self._ahead

    def local(self) -> datetime:
        return self.now().astimezone(self.zone)

    async def move(self, words: str, work: Callable[[], Awaitable[None]]) -> None:
        """Move on to a time, stopping for everything that falls due before it. Raises NotATime."""
        target = self._read_target(words)
        if self.next_due:
            await self._work_until(target, self.next_due, work)
        self._set(target)
        await work()

    async def _work_until(
        self, target: datetime, next_due: NextDue, work: Callable[[], Awaitable[None]]
    ) -> None:
        due = await next_due()
        while due and due < target:
            if due > self.now():
                self._set(due)
            before = due
            await work()
            due = await next_due()
            # What could not be done now would hold up the clock for ever.
            if due == before:
                break

    def _set(self, to: datetime) -> None:
        self._ahead = to - datetime.now(UTC)

    def _read_target(self, words: str) -> datetime:
        """The time in UTC that `+2d` or `2026-11-23T08:00` means. Raises NotATime."""
        now = self.now()
        step = _STEP.fullmatch(words.strip())
        target = self._read_step(step) if step else self._read_moment(words)
        if target < now:
            raise NotATime(BACK.format(now=f"{self.local():%Y-%m-%dT%H:%M}"))
        if target - now > FARTHEST:
            raise NotATime(FAR)
        return target

    def _read_step(self, step: re.Match[str]) -> datetime:
        """A time from now; days and weeks keep the local time of day when the clocks change."""
        length = timedelta(**{UNITS[step[2]]: int(step[1])})
        try:
            if length >= timedelta(days=1):
                return (self.local() + length).astimezone(UTC)
            return self.now() + length
        except OverflowError as error:
            raise NotATime(FAR) from error

    def _read_moment(self, words: str) -> datetime:
        """A date and time as typed; in the school's zone where it names none."""
        try:
            target = datetime.fromisoformat(words.strip())
            if not target.tzinfo:
                target = target.replace(tzinfo=self.zone)
            return target.astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise NotATime(HOW.format(words=shortened(words, 40))) from error
