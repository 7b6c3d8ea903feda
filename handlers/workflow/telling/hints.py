"""What is said once to each person."""

from __future__ import annotations

from dataclasses import replace

from handlers.desk import Desk
from store.errors import Conflict, StoreUnavailable
from store.model.records import Person


async def is_first_time(hint: str, person: Person, desk: Desk) -> bool:
    """Whether this is to be said to them now; from then on it has been.

    Where that cannot be noted, another time.
    """
    if hint in person.hints:
        return False
    try:
        await desk.store.save_person(replace(person, hints=(*person.hints, hint)))
    except (Conflict, StoreUnavailable):
        return False
    return True
