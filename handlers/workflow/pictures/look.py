"""A look at a picture that was kept: each is opened in a process of its own, one after another."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakKeyDictionary

from store.disk.picture import CANNOT_OPEN, look_here
from store.limited import LimitExceeded, Limits, run_limited_soon
from store.model.evidence import Picture

#: What a picture of the most pixels that are opened needs, with its colours in two forms at once.
LIMITS = Limits(memory=700_000_000, seconds=15)


@dataclass(frozen=True, slots=True)
class Look:
    picture: Picture | None = None
    problem: str = ""


#: Those who wait to open a picture, in each event loop.
_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()


async def look(path: Path) -> Look:
    """Open a file as a picture, whatever it claims to be. Never raises for what is in it."""
    turn = _turns.setdefault(asyncio.get_running_loop(), asyncio.Lock())
    async with turn:
        try:
            said = await run_limited_soon(look_here, LIMITS, str(path))
        except LimitExceeded:
            return Look(problem=CANNOT_OPEN)
    found = said["picture"]
    return Look(Picture(**found) if found else None, said["problem"])
