"""What is said of a matter as a whole is noted in each case that was joined to it as well."""

from __future__ import annotations

from handlers.desk import Desk
from handlers.matter import Matter
from handlers.workflow.changes import Move, apply
from store.model.case import Case
from store.model.records import Status


async def change_parts(matter: Matter, move: Move, desk: Desk) -> None:
    """Make a move with each open case that was joined to a matter's root.

    What the same message has changed before it does not change again.
    """
    for part in matter.joined:
        if part.status == Status.OPEN and move(part) is not part:
            await apply(desk, part.reference, lambda case: _moved_once(case, move, desk.source))


def _moved_once(case: Case, move: Move, source: str) -> Case:
    if case.status != Status.OPEN or (source and case.holds(source)):
        return case
    moved = move(case)
    return moved.came_of(source, case) if source and moved is not case else moved
