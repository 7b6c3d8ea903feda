"""What is said once to each person."""

from __future__ import annotations

from dataclasses import replace

from handlers.desk import Desk
from store.errors import Conflict, NotFound, StoreUnavailable
from store.model.records import Person


async def is_first_time(hint: str, person: Person, desk: Desk) -> bool:
    """Whether this is to be said to them now; from then on it has been.

    Where that cannot be noted, another time.
    """
    try:
        fresh = await desk.store.person(person.id)
        if hint in fresh.hints:
            return False
        await desk.store.save_person(replace(fresh, hints=(*fresh.hints, hint)))
    except (Conflict, NotFound, StoreUnavailable):
        return False
    return True
