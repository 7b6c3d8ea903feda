"""To whom the bot has just said something: what they type then may be meant as an answer to it."""

from __future__ import annotations

from handlers.desk import Desk
from handlers.rules.pause import PAUSE


def note_spoken(person: str, desk: Desk) -> None:
    """Remember that somebody, by their id, has a new message of the bot's.

    It is forgotten when the process ends: what they type is then a report, as ever.
    """
    desk.memory.remember(_key(person), desk.now())


def has_spoken_lately(person: str, desk: Desk) -> bool:
    """Whether they had one within the last ten minutes."""
    at = desk.memory.told.get(_key(person))
    return at is not None and desk.now() - at <= PAUSE


def _key(person: str) -> str:
    return f"spoken {person}"
