"""The one way to change a case that exists."""

from __future__ import annotations

from collections.abc import Callable

from handlers.access import Act
from handlers.consequences import with_consequences
from handlers.desk import Desk, Matter
from handlers.messages import Refused
from store.base import Conflict
from store.records import Case, Person

TOO_BUSY = "Others are changing case {reference} at this moment. Please try again."
TRIES = 20


async def change(
    desk: Desk,
    person: Person,
    reference: str,
    act: Act,
    move: Callable[[Case], Case],
    *,
    part: bool = False,
) -> Matter:
    """Make a move on the freshest state of a case, and owe the notices that follow from it.

    `part`: on the very case that was named, also where it was joined to another.
    Gives back the matter as it is then. Raises Refused, and IllegalMove from the move.
    """
    for _ in range(TRIES):
        matter = await desk.case_for(person, reference, act)
        case = await desk.store.case(matter.named) if part else matter.case
        moved = move(case)
        if moved is case:
            return matter
        try:
            saved = await desk.store.save(await with_consequences(moved, desk))
        except Conflict:
            continue
        return await _seen_now(desk, person, reference, saved)
    raise Refused(TOO_BUSY.format(reference=reference))


async def _seen_now(desk: Desk, person: Person, reference: str, saved: Case) -> Matter:
    """The matter, without relations when the change took it out of the person's sight."""
    try:
        return await desk.case_for(person, reference, Act.SEE)
    except Refused:
        return Matter(saved, frozenset())
