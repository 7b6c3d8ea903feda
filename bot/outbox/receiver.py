"""Somebody who is sent notices: not too many at once, and in their order."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

#: The clock ticks each minute, and never quite on time.
A_MINUTE = timedelta(seconds=50)
#: To one person in that time, urgent ones aside.
MESSAGES = 4


@dataclass(slots=True)
class Receiver:
    """A person, or a channel."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    #: Something failed: what is owed later does not overtake it.
    held_until: datetime | None = None
    #: Notices since then, so that they stay in order.
    put_off: int = 0
    lately: deque[datetime] = field(default_factory=lambda: deque(maxlen=MESSAGES))

    def free_at(self, now: datetime) -> datetime | None:
        """When something that can wait may be sent; None for now."""
        if self.held_until and now < self.held_until:
            return self.held_until
        if len(self.lately) == MESSAGES:
            free = self.lately[0] + A_MINUTE
            if now < free:
                return free
        self.held_until, self.put_off = None, 0
        return None
