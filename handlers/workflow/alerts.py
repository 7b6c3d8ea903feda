"""Who is told of a case, and when. What they are told is in `notices.py`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from handlers.desk import Desk
from handlers.rules import access
from handlers.workflow.steps import may_be_told
from store.model.case import Case
from store.model.kinds import ADDITIONS, FOR_REPORTERS, EntryKind, NoticeKind
from store.model.records import Notice, Person, Role, Status, Subject, Summary

REMIND_REPORTER = timedelta(minutes=15)
REMIND_LEADERS = timedelta(hours=1)
#: In which a reporter may say that something new is a case of its own.
SETTLING = timedelta(minutes=10)

NOBODY = "Nobody here can be told of it yet, so please tell the headteacher in person."
NOBODY_BUT_HEAD = "Nobody here can be told of it: please tell the chair of governors in person, not the headteacher."


async def with_alerts(case: Case, desk: Desk) -> Case:
    """The case with the notices that its state calls for. Keys make each one owed once."""
    now, reference = desk.now(), case.reference
    if case.status == Status.CLOSED:
        return case.owe(*[notice async for notice in _for_reporters(NoticeKind.CLOSED, case, desk)])
    if case.owner:
        case = case.owe(*[notice async for notice in _for_reporters(NoticeKind.TAKEN, case, desk)])
        if case.chronology[-1].what == EntryKind.GIVEN and (owner := case.owner):
            case = case.owe(
                Notice(
                    f"{reference} given {len(case.chronology)} {owner}",
                    NoticeKind.GIVEN,
                    owner,
                    now,
                )
            )
    soon = now if case.urgent else desk.calendar.next_school_minute(now)
    waits = not case.urgent
    people = await recipients(case, desk)
    if not people and not case.joined_to:
        key = f"{reference} nobody {desk.calendar.local(now):%Y-%m-%d}"
        later = now + REMIND_REPORTER
        case = case.owe(
            *(
                Notice(f"{key} {person}", NoticeKind.NOBODY, person, later)
                for person in case.reporters
            )
        )
    if case.joined_to:
        settling = now if case.settled else case.opened_at + SETTLING
        later = settling if case.urgent else desk.calendar.next_school_minute(settling)
        case = case.owe(*[_to(case, NoticeKind.MORE, person.id, later, waits) for person in people])
        if not case.urgent:
            return case
    case = case.owe(*_more(case, people, soon, waits))
    if case.category or case.urgent or (case.about and case.about.subject == Subject.HEAD):
        kind = NoticeKind.URGENT if case.urgent else NoticeKind.ALERT
        case = case.owe(*[_to(case, kind, person.id, soon, waits) for person in people])
        if await channel_may_know(case, desk):
            key = f"{reference} {'urgent ' if case.urgent else ''}channel"
            places = (
                Notice(f"{key} {place}", NoticeKind.CHANNEL, place, soon, waits=waits)
                for place in desk.channels
            )
            case = case.owe(*places)
    if case.category is None or case.waiting:
        later = desk.calendar.next_school_minute(case.opened_at + REMIND_LEADERS)
        case = case.owe(
            *(
                _to(case, NoticeKind.WAITING, person, case.opened_at + REMIND_REPORTER)
                for person in case.reporters
            ),
            *(_to(case, NoticeKind.UNCATEGORISED, person.id, later, True) for person in people),
        )
    return case


def _more(case: Case, people: Sequence[Person], soon: datetime, waits: bool) -> Iterator[Notice]:
    """What a reporter added after leadership was told."""
    last = case.chronology[-1]
    if last.what in ADDITIONS and last.by in case.reporters and case.category:
        for person in people:
            if person.id != last.by:
                key = f"{case.reference} more {len(case.chronology)} {person.id}"
                yield Notice(key, NoticeKind.MORE, person.id, soon, waits=waits)


def _to(case: Case, kind: str, person: str, due: datetime, waits: bool = False) -> Notice:
    # Whoever was told of it as something else is told again.
    told_as = f"withheld {kind}" if case.withheld else kind
    return Notice(f"{case.reference} {told_as} {person}", kind, person, due, waits=waits)


async def _for_reporters(kind: str, case: Case, desk: Desk) -> AsyncIterator[Notice]:
    """To everybody who reported a part of it, but not to the one who did it."""
    done = [
        e.by
        for e in case.chronology
        if e.what == kind or (kind == "taken" and e.what == EntryKind.GIVEN)
    ]
    by, times = done[-1] if done else "", len(done) if kind == NoticeKind.CLOSED else 1
    for part in await summaries_with(case, desk):
        for person in part.reporters:
            if person not in (by, case.owner):
                key = f"{part.reference} {kind} {times} {person}"
                yield Notice(key, kind, person, desk.now(), part.reference)


async def recipients(case: Case, desk: Desk) -> list[Person]:
    """Its owner, where there is one; else whom the category names; where that leaves nobody, the next of the ladder."""
    matter = await summaries_with(case, desk)
    category = desk.procedure.named(case.category)
    roles = set(category.alerts if category else desk.procedure.uncategorised.alerts)
    if any(part.about and part.about.subject == Subject.HEAD for part in matter):
        roles = {Role.CHAIR} | (roles if case.withheld else set())
    owners = {part.owner for part in matter}
    workers = [p for p in await desk.store.having(access.WORKERS) if may_be_told(p, matter, desk)]
    if not case.urgent and (found := [p for p in workers if not owners.isdisjoint(p.ids)]):
        return found
    for wanted in (roles, *({role} for role in desk.procedure.ladder)):
        if found := [p for p in workers if p.has(*wanted)]:
            return found
    return []


def nobody_told(case: Case) -> str:
    """What a reporter does where nobody may be told, or can be reached."""
    about_head = case.about is not None and case.about.subject == Subject.HEAD
    return NOBODY_BUT_HEAD if about_head else NOBODY


async def summaries_with(case: Case, desk: Desk) -> list[Summary]:
    """The summaries of a matter, with this not yet saved state of one of its cases."""
    summary = case.summary
    matter = [
        summary if s.reference == case.reference else s for s in await desk.matter_of(summary)
    ]
    if summary in matter:
        return matter
    # Joined just now.
    return [*matter, summary, *await desk.store.joined_to(summary.reference)]


async def channel_may_know(case: Case, desk: Desk) -> bool:
    """Nobody who may be in the channel is the subject of any part of it."""
    workers = await desk.store.having(access.WORKERS)
    for part in await summaries_with(case, desk):
        if part.about and part.about.subject == Subject.HEAD:
            return False
        if any(access.is_subject(person, part.about) for person in workers):
            return False
    return True


async def pass_up(case: Case, notice: Notice, desk: Desk) -> Case:
    """The case, owing to the next of the ladder what could not be delivered to this person."""
    told = {
        n.to
        for n in case.notices
        if (n.kind, n.step, n.stage) == (notice.kind, notice.step, notice.stage)
    }
    if notice.kind == NoticeKind.CHANNEL or notice.kind in FOR_REPORTERS:
        return case
    matter = await summaries_with(case, desk)
    for role in desk.procedure.ladder:
        people = [
            p
            for p in await desk.store.having((role,))
            if p.id not in told and may_be_told(p, matter, desk)
        ]
        if people:
            further = (
                replace(notice, key=f"{notice.key} for {p.id}", to=p.id, due=desk.now(), tries=0)
                for p in people
            )
            return case.owe(*further)
    return case
