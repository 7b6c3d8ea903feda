"""The procedure of a case: which steps are open, and whose they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from handlers.desk import Desk
from handlers.rules import access
from handlers.rules.access import Act
from store.errors import NotFound
from store.model.address import Address
from store.model.case import Case
from store.model.kinds import Clock
from store.model.records import FollowUp, Person, Progress, Role, Status, Summary
from store.school.procedure import AGAIN, OPENING, Step

OWNER = "owner"
CLOCKS = {
    "school day": Clock.SCHOOL,
    "working day": Clock.LEGAL,
    "hour": Clock.NOW,
    "minute": Clock.NOW,
}


def with_steps(case: Case, desk: Desk, now: datetime) -> Case:
    """The case with the follow-ups that its procedure calls for by now.

    What another category called for, and nobody has settled, ends; so does everything of a joined case. What ended
    with a case that was closed or joined is there again when the case is.
    """
    if case.status == Status.CLOSED:
        return case
    steps = () if case.joined_to else desk.procedure.steps(case.category)
    wanted = {step.key for step in steps}
    for follow_up in case.follow_ups:
        of_procedure = not follow_up.is_own
        if follow_up.is_open and (case.joined_to or (of_procedure and follow_up.key not in wanted)):
            case = case.with_follow_up(replace(follow_up, progress=Progress.ENDED, settled_at=now))
        elif follow_up.progress == Progress.ENDED and not of_procedure and not case.joined_to:
            case = case.with_follow_up(_opened_again(follow_up, desk, now))
    for step in steps:
        known = case.follow_up(step.key)
        if (known is None or known.progress == Progress.ENDED) and _is_called_for(step, case):
            case = case.with_follow_up(_follow_up(step, desk, now))
    return case


def _is_called_for(step: Step, case: Case) -> bool:
    progress = {f.key: f.progress for f in case.follow_ups}
    return any(
        word == OPENING
        or (word == AGAIN and case.again > 0)
        or word in progress.values()
        or progress.get(word) == Progress.DONE
        for word in step.after
    )


def _follow_up(step: Step, desk: Desk, now: datetime) -> FollowUp:
    return FollowUp(
        key=step.key,
        what=step.do,
        owner=step.owner,
        due=desk.calendar.due(now, step.due),
        clock=CLOCKS[step.due.unit],
        urgent=step.urgent,
        outcomes=step.outcomes,
        passage=step.passage,
        opened_at=now,
    )


def _opened_again(own: FollowUp, desk: Desk, now: datetime) -> FollowUp:
    """A follow-up of somebody's own; one whose day has passed meanwhile is due on the next school day."""
    due = own.due if own.due > now else desk.calendar.end_of_next_school_day(now)
    return replace(own, progress=Progress.OPEN, settled_at=None, opened_at=now, due=due, told=-1)


async def owners_of(
    follow_up: FollowUp, case: Case, matter: Sequence[Summary], desk: Desk
) -> list[Person]:
    """Whose it is: the person asked, or who looks after the case, or who has the role; else the next of the ladder."""
    for by_name in (follow_up.person, case.owner if follow_up.owner == OWNER else None):
        if by_name and (named := await _known(by_name, matter, desk)):
            return [named]
    role = Role.HEAD if follow_up.owner == OWNER else Role(follow_up.owner)
    for wanted in (role, *desk.procedure.ladder):
        if found := [p for p in await desk.store.having((wanted,)) if may_be_told(p, matter, desk)]:
            return found
    return []


async def _known(id: str, matter: Sequence[Summary], desk: Desk) -> Person | None:
    try:
        person = await desk.store.person(id)
    except NotFound:
        return None
    return person if may_be_told(person, matter, desk) else None


def may_be_told(person: Person, matter: Sequence[Summary], desk: Desk) -> bool:
    """Whether a notice about a case can reach this person, who may see all of it."""
    relations = access.relations(person, matter[0], matter, desk.procedure)
    return reachable(person, desk) and access.may_with(person, Act.WORK, relations)


def reachable(person: Person, desk: Desk) -> bool:
    """Whether one of the chats that are running reaches this person."""
    return any(Address.parse(account).platform in desk.platforms for account in person.accounts)


def is_above(person: Person, matter: Sequence[Summary], desk: Desk) -> bool:
    """Whether this person may hear that something is overdue, without seeing the case."""
    relations = access.relations(person, matter[0], matter, desk.procedure)
    return reachable(person, desk) and access.may_with(person, Act.HEAR, relations)
