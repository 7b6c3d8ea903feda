"""Whoever is given a role by those whom a case concerns comes to see nothing of it by that: else a
headteacher, or a chair, would choose who looks after what is about them. Nor does a headteacher
who comes back as somebody new.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from handlers.desk import Desk
from handlers.rules import access
from handlers.rules.names.alike import may_be_one
from handlers.rules.pause import pause_ends
from handlers.workflow.concerned.candidates import is_not_meant, perhaps_about
from store.model.case import Case
from store.model.memos import RoleChange
from store.model.records import SYSTEM, About, Person, Subject, Summary


def lets_in_by_role(
    person: Person,
    before: Person | None,
    givers: Sequence[Person],
    matter: Sequence[Summary],
    desk: Desk,
) -> bool:
    """Tell whether a person's new roles would show them a matter that is kept from one of those who
    gave them.

    `before`: the person as they were.
    """
    if not any(access.is_kept_from(giver, matter) for giver in givers):
        return False
    was_inside = before is not None and _is_inside(before, matter, desk)
    return not was_inside and _is_inside(person, matter, desk)


def with_appointed(case: Case, person: Person, desk: Desk) -> Case:
    """The case, kept from this person until somebody who looks after it has let them in; unless
    they have looked after it themselves before, or nobody else does (`last_readers`).
    """
    if access.concerns(person, [case]) or _has_worked_on(person, case):
        return case
    about = About(Subject.UNSURE, name=person.name, candidates=person.ids, appointed=True)
    return case.concern_also(about, by=SYSTEM, at=desk.now())


def _has_worked_on(person: Person, case: Case) -> bool:
    """Whether this person has read or done something in it, and not as its reporter."""
    is_reporter = not set(person.ids).isdisjoint(case.reporters)
    return not is_reporter and any(entry.by in person.ids for entry in case.chronology)


def with_head_of_before(
    case: Case, person: Person, names: Mapping[str, Collection[str]], desk: Desk
) -> Case:
    """The case, perhaps about this person, who is called as a headteacher was whom it knows by id
    alone: an earlier version kept no names.

    `names`: by id, those that the log of roles has.
    """
    if is_not_meant(person, case) or access.concerns(person, [case]):
        return case
    if any(_may_be_called(person, name) for name in _names_of_heads(case, names)):
        return perhaps_about(case, [person], desk.now())
    return case


def _names_of_heads(case: Case, names: Mapping[str, Collection[str]]) -> set[str]:
    """Those of the headteachers whom a case knows by id alone."""
    found = set[str]()
    for about in case.concerned:
        if not about.names:
            for id in about.heads:
                found.update(names.get(id, ()))
    return found


def _may_be_called(person: Person, name: str) -> bool:
    return any(may_be_one(name, own) for own in person.names)


async def names_in_role_log(desk: Desk) -> dict[str, set[str]]:
    """The names that people had as their roles changed, by id."""
    names: dict[str, set[str]] = {}
    for change in await desk.store.memos(RoleChange):
        if change.person and change.name:
            names.setdefault(change.person, set()).add(change.name)
    return names


def _is_inside(person: Person, matter: Sequence[Summary], desk: Desk) -> bool:
    """Whether they see all of it, once its pause is over."""
    at = max(desk.now(), *(pause_ends(part, matter) for part in matter))
    found = access.relations(person, matter[0], matter, desk.procedure, at)
    return bool(found & access.INSIDE)
