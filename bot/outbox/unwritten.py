"""What became of notices and could not be written: the store was away for a moment.

Their claims stay meanwhile, and nobody else sends them. Without this they would wait until the
lease has passed, urgent ones too.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Generic, TypeVar

#: For so long it is tried again: later on, others may have claimed them.
TRIED_FOR = timedelta(minutes=2)
#: Seconds between two tries.
PAUSE = 2.0

T = TypeVar("T")


class Unwritten(Generic[T]):
    """Groups of notices, each of which is one write."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._left: list[tuple[datetime, Sequence[T]]] = []

    def keep(self, group: Sequence[T], since: datetime | None = None) -> None:
        """Keep a group to be written later. `since`: when it should have been first."""
        first = since or self._now()
        if self._now() - first < TRIED_FOR:
            self._left.append((first, group))

    async def write(self, write: Callable[[datetime, Sequence[T]], Awaitable[None]]) -> None:
        """Try all of them once more, each with the time since which it waits."""
        left, self._left = self._left, []
        for since, group in left:
            await write(since, group)
