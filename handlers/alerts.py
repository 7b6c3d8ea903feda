"""Who is told of a case, and when. What they are told is in `notices.py`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from handlers import access
from handlers.desk import Desk
from handlers.steps import may_be_told
from store.records import Case, Notice, Person, Role, Status, Subject, Summary

REMIND_REPORTER = timedelta(minutes=15)
REMIND_LEADERS = timedelta(hours=1)
FOR_REPORTERS = ("waiting", "taken", "closed", "lost")


async def with_alerts(case: Case, desk: Desk) -> Case:
    """The case with the notices that its state calls for. Keys make each one owed once."""
    now, reference = desk.now(), case.reference
    if case.status == Status.CLOSED:
        return case.owe(*[notice async for notice in _for_reporters("closed", case, desk)])
    if case.owner:
        case = case.owe(*[notice async for notice in _for_reporters("taken", case, desk)])
        if case.chronology[-1].what == "given" and (owner := case.owner):
            case = case.owe(Notice(f"{reference} given {len(case.chronology)} {owner}", "given", owner, now))
    soon = now if case.urgent else desk.calendar.next_school_minute(now)
    waits = not case.urgent
    if case.joined_to and case.settled:
        return case.owe(*[_to(case, "more", p.id, soon, waits) for p in await recipients(case, desk)])
    if case.category or case.urgent or (case.about and case.about.subject == Subject.HEAD):
        kind = "urgent" if case.urgent else "alert"
        people = await recipients(case, desk)
        case = case.owe(*[_to(case, kind, person.id, soon, waits) for person in people])
        if await channel_may_know(case, desk):
            key = f"{reference} {'urgent ' if case.urgent else ''}channel"
            places = (
                Notice(f"{key} {place}", "channel", place, soon, waits=waits) for place in desk.channels
            )
            case = case.owe(*places)
    if case.category is None or case.waiting:
        later = desk.calendar.next_school_minute(case.opened_at + REMIND_LEADERS)
        case = case.owe(
            *(_to(case, "waiting", person, case.opened_at + REMIND_REPORTER) for person in case.reporters),
            *[_to(case, "uncategorised", person.id, later, True) for person in await recipients(case, desk)],
        )
    return case


def _to(case: Case, kind: str, person: str, due: datetime, waits: bool = False) -> Notice:
    return Notice(f"{case.reference} {kind} {person}", kind, person, due, waits=waits)


async def _for_reporters(kind: str, case: Case, desk: Desk) -> AsyncIterator[Notice]:
    """To everybody who reported a part of it, but not to the one who did it."""
    by = case.chronology[-1].by
    times = sum(entry.what == kind for entry in case.chronology) if kind == "closed" else 1
    for part in await matter_with(case, desk):
        for person in part.reporters:
            if person not in (by, case.owner):
                key = f"{part.reference} {kind} {times} {person}"
                yield Notice(key, kind, person, desk.now(), part.reference)


async def recipients(case: Case, desk: Desk) -> list[Person]:
    """Whom the category names; where that leaves nobody, the next of the ladder."""
    category = desk.procedure.named(case.category)
    roles: Sequence[Role] = category.alerts if category else desk.procedure.uncategorised.alerts
    if case.about and case.about.subject == Subject.HEAD:
        roles = (Role.CHAIR,)
    matter = await matter_with(case, desk)
    for wanted in (roles, *((role,) for role in desk.procedure.ladder)):
        if found := [p for p in await desk.store.having(wanted) if may_be_told(p, matter, desk)]:
            return found
    return []


async def matter_with(case: Case, desk: Desk) -> list[Summary]:
    """The summaries of a matter, with this not yet saved state of one of its cases."""
    return [case.summary if s.reference == case.reference else s for s in await desk.matter_of(case.summary)]


async def channel_may_know(case: Case, desk: Desk) -> bool:
    """Nobody who may be in the channel is the subject."""
    if case.about is None or not (case.about.person or case.about.subject == Subject.HEAD):
        return True
    return not any(access.is_subject(p, case.about) for p in await desk.store.having(access.WORKERS))


async def passed_up(case: Case, notice: Notice, desk: Desk) -> Case:
    """The case, owing to the next of the ladder what could not be delivered to this person."""
    told = {
        n.to for n in case.notices if (n.kind, n.step, n.stage) == (notice.kind, notice.step, notice.stage)
    }
    if notice.kind in ("channel", *FOR_REPORTERS):
        return case
    matter = await matter_with(case, desk)
    for role in desk.procedure.ladder:
        people = [
            p for p in await desk.store.having((role,)) if p.id not in told and may_be_told(p, matter, desk)
        ]
        if people:
            further = (
                replace(notice, key=f"{notice.key} for {p.id}", to=p.id, due=desk.now(), tries=0)
                for p in people
            )
            return case.owe(*further)
    return case
