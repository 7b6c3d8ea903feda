"""The one way to change a person who is here: on their freshest state, again until nobody else has
changed them meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from handlers.desk import Desk
from store.errors import Conflict
from store.model.records import Person


async def change_person(id: str, move: Callable[[Person], Person], desk: Desk) -> Person:
    """The person as stored after a move; the very same where it changes nothing.

    Raises NotFound and StoreUnavailable.
    """
    while True:
        fresh = await desk.store.person(id)
        moved = move(fresh)
        if moved == fresh:
            return fresh
        with suppress(Conflict):
            return await desk.store.save_person(moved)
