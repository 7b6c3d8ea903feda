"""A look at a picture that was kept: each is opened in a process of its own, one after another."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from handlers.workflow.pictures.loop_lock import LoopLock
from store.disk.picture import CANNOT_OPEN, look_here
from store.limited import LimitExceeded, Limits, run_limited_soon
from store.model.evidence import Picture

#: What a picture of the most pixels that are opened needs, with its colours in two forms at once.
LIMITS = Limits(memory=700_000_000, seconds=15)


@dataclass(frozen=True, slots=True)
class Look:
    picture: Picture | None = None
    problem: str = ""


#: One picture is opened at a time.
_lock = LoopLock()


async def look(path: Path) -> Look:
    """Open a file as a picture, whatever it claims to be. Never raises for what is in it."""
    async with _lock.here():
        try:
            said = await run_limited_soon(look_here, LIMITS, str(path))
        except LimitExceeded:
            return Look(problem=CANNOT_OPEN)
    found = said["picture"]
    return Look(Picture(**found) if found else None, said["problem"])
