"""Whoever is given a role by those whom a case concerns comes to see nothing of it by that: else a
headteacher, or a chair, would choose who looks after what is about them.
"""

from __future__ import annotations

from collections.abc import Sequence

from handlers.desk import Desk
from handlers.rules import access
from handlers.rules.pause import pause_ends
from handlers.workflow.concerned.candidates import is_not_meant, perhaps_about
from store.model.case import Case
from store.model.records import Person, Summary


def lets_in_by_role(
    person: Person,
    before: Person | None,
    givers: Sequence[Person],
    matter: Sequence[Summary],
    desk: Desk,
) -> bool:
    """Tell whether a person's new roles would show them a matter that is kept from all of those who
    gave them.

    `before`: the person as they were. Where only one of two who agreed is concerned by it, the
    other has answered for it.
    """
    if not givers or not all(access.is_kept_from(giver, matter) for giver in givers):
        return False
    was_inside = before is not None and _is_inside(before, matter, desk)
    return not was_inside and _is_inside(person, matter, desk)


def with_appointed(case: Case, person: Person, desk: Desk) -> Case:
    """The case, kept from this person until somebody who looks after it has let them in."""
    if is_not_meant(person, case) or access.concerns(person, [case]):
        return case
    return perhaps_about(case, [person], desk.now())


def _is_inside(person: Person, matter: Sequence[Summary], desk: Desk) -> bool:
    """Whether they see all of it, once its pause is over."""
    at = max(desk.now(), *(pause_ends(part, matter) for part in matter))
    found = access.relations(person, matter[0], matter, desk.procedure, at)
    return bool(found & access.INSIDE)
