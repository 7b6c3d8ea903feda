"""One after another: what takes much memory is not done twice at a time."""

from __future__ import annotations

import asyncio
from weakref import WeakKeyDictionary


class LoopLock:
    """A lock for each event loop: there may be several in one process."""

    def __init__(self) -> None:
        self._locks: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = (
            WeakKeyDictionary()
        )

    def here(self) -> asyncio.Lock:
        """The lock of the event loop that is running."""
        return self._locks.setdefault(asyncio.get_running_loop(), asyncio.Lock())
