"""Who is told of a case, when, and in which words.

A notice holds no words: they are chosen when it is sent, and only if the person may still see the case.
Alerts carry reference, category and urgency; what was said, and by whom, is behind “Open”.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from handlers import access
from handlers.access import Act, Relation
from handlers.desk import Desk, Matter
from handlers.messages import Choice, Choices, Heading, Refused, Reply, Text, say
from handlers.questions import category_question
from handlers.received import alike, described
from store.base import NotFound
from store.records import Case, Notice, Person, Role, State, Status, Subject, Summary

REMIND_REPORTER = timedelta(minutes=15)
REMIND_LEADERS = timedelta(hours=1)

URGENT = "Urgent: case {reference}"
NEW = "New case {reference}"
MORE = "More for case {reference}"
GIVEN = "Case {reference} is yours to look after now"
HEADINGS = {"more": MORE, "given": GIVEN}
UNCATEGORISED = "Nobody has said yet what it is about."
WITHHELD = (
    "The picture was not fetched, and nobody should pass it on, open it again or delete it. "
    "Speak to the person who reported it now."
)
CHANNEL = "{urgent}Case {reference}: {category}."
ALIKE = "It looks like case {reference}."
JOIN = "Join to {reference}"
WAITING = "Case {reference} is kept, but not what it is about. One tap tells the right person:"
TAKEN = "Case {reference}: somebody in leadership is looking after it now. Thank you for passing it on."
CLOSED = "Case {reference} is closed: leadership has dealt with it. Thank you for passing it on."
LOST = (
    "Case {reference}: I could not fetch what you sent ({what}). "
    "Please send it to me again, or show it to a leader."
)


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
    if case.joined_to and case.settled:
        return case.owe(*[_to(case, "more", p.id, soon) for p in await recipients(case, desk)])
    if case.category or case.urgent or (case.about and case.about.subject == Subject.HEAD):
        kind = "urgent" if case.urgent else "alert"
        people = await recipients(case, desk)
        case = case.owe(*[_to(case, kind, person.id, soon) for person in people])
        if await _channel_may_know(case, desk):
            key = f"{reference} {'urgent ' if case.urgent else ''}channel"
            case = case.owe(*(Notice(f"{key} {place}", "channel", place, soon) for place in desk.channels))
    if case.category is None or case.waiting:
        later = desk.calendar.next_school_minute(case.opened_at + REMIND_LEADERS)
        case = case.owe(
            *(_to(case, "waiting", person, case.opened_at + REMIND_REPORTER) for person in case.reporters),
            *[_to(case, "uncategorised", person.id, later) for person in await recipients(case, desk)],
        )
    return case


def _to(case: Case, kind: str, person: str, due: datetime) -> Notice:
    return Notice(f"{case.reference} {kind} {person}", kind, person, due)


async def _for_reporters(kind: str, case: Case, desk: Desk) -> AsyncIterator[Notice]:
    """To everybody who reported a part of it, but not to the one who did it."""
    by = case.chronology[-1].by
    times = sum(entry.what == kind for entry in case.chronology) if kind == "closed" else 1
    for part in await _matter_with(case, desk):
        for person in part.reporters:
            if person not in (by, case.owner):
                key = f"{part.reference} {kind} {times} {person}"
                yield Notice(key, kind, person, desk.now(), part.reference)


async def recipients(case: Case, desk: Desk) -> list[Person]:
    """Whom the category names; where that leaves nobody, the next of the ladder."""
    category = desk.procedure.named(case.category)
    roles = category.alerts if category else desk.procedure.uncategorised.alerts
    if case.about and case.about.subject == Subject.HEAD:
        roles = (Role.CHAIR,)
    matter = await _matter_with(case, desk)
    may = [p for p in await desk.store.people() if _may_be_told(p, matter, desk)]
    for wanted in (roles, *((role,) for role in desk.procedure.ladder)):
        if found := [person for person in may if person.has(*wanted)]:
            return found
    return []


async def _matter_with(case: Case, desk: Desk) -> list[Summary]:
    """The summaries of a matter, with this not yet saved state of one of its cases."""
    return [case.summary if s.reference == case.reference else s for s in await desk.matter_of(case.summary)]


def _may_be_told(person: Person, matter: list[Summary], desk: Desk) -> bool:
    reachable = any(account.split(":")[0] in desk.platforms for account in person.accounts)
    inside = access.relations(person, matter[0], matter, desk.procedure) & access.INSIDE
    return reachable and bool(inside)


async def _channel_may_know(case: Case, desk: Desk) -> bool:
    """Nobody who may be in the channel is the subject."""
    if case.about is None or not (case.about.person or case.about.subject == Subject.HEAD):
        return True
    people = await desk.store.people()
    return not any(p.has(*access.WORKERS) and access.is_subject(p, case.about) for p in people)


async def passed_up(case: Case, notice: Notice, desk: Desk) -> Case:
    """The case, owing to the next of the ladder what could not be delivered to this person."""
    if notice.kind not in ("urgent", "alert", "uncategorised", "more"):
        return case
    told = {n.to for n in case.notices if n.kind == notice.kind}
    matter = await _matter_with(case, desk)
    may = [p for p in await desk.store.people() if p.id not in told and _may_be_told(p, matter, desk)]
    for role in desk.procedure.ladder:
        if found := [person for person in may if person.has(role)]:
            return case.owe(*(_to(case, notice.kind, person.id, desk.now()) for person in found))
    return case


# --- words -------------------------------------------------------------------------------------------


async def worded(reference: str, notice: Notice, desk: Desk) -> Reply | None:
    """What a notice says now, or None when it is no longer needed, or no longer allowed."""
    if notice.kind == "channel":
        case = await desk.store.case(reference)
        if case.status == Status.CLOSED or not await _channel_may_know(case, desk):
            return None
        words = CHANNEL.format(
            urgent="Urgent. " if case.urgent else "", reference=reference, category=_category(case, desk)
        )
        return say(words)
    try:
        person = await desk.store.person(notice.to)
        matter = await desk.case_for(person, notice.reference or reference, Act.SEE)
    except (Refused, NotFound):
        return None
    if notice.kind in FOR_REPORTERS:
        if Relation.REPORTER not in matter.relations:
            return None
        return FOR_REPORTERS[notice.kind](notice.reference or reference, matter, desk)
    return await _for_leader(notice, person, matter, desk) if matter.whole else None


async def _for_leader(notice: Notice, person: Person, matter: Matter, desk: Desk) -> Reply | None:
    case, reference = matter.case, matter.case.reference
    moot = {
        "alert": case.urgent or case.owner is not None,
        "urgent": False,
        "more": False,
        "given": case.owner not in person.ids,
        "uncategorised": case.category is not None and not case.waiting,
    }
    if case.status == Status.CLOSED or moot[notice.kind]:
        return None
    category = desk.procedure.named(case.category)
    heading = HEADINGS.get(notice.kind, URGENT if case.urgent else NEW)
    lines = [_category(case, desk)]
    if category and category.withhold:
        lines.append(WITHHELD)
    choices = [Choice("Open", f"case {reference}")]
    if case.owner is None:
        choices.insert(0, Choice("I'll take it", f"case take {reference}", "primary"))
    if not case.urgent:
        choices.append(Choice("Urgent", f"case urgent {reference}", "danger"))
    for other in await alike(person, matter, desk):
        lines.append(ALIKE.format(reference=other.reference))
        choices.append(
            Choice(JOIN.format(reference=other.reference), f"case join {reference} to {other.reference}")
        )
    return Reply(
        (Heading(heading.format(reference=reference)), Text("\n".join(lines)), Choices(tuple(choices)))
    )


def _category(case: Case, desk: Desk) -> str:
    category = desk.procedure.named(case.category)
    return category.name if category else UNCATEGORISED.rstrip(".")


def _waiting(reference: str, matter: Matter, desk: Desk) -> Reply | None:
    case = matter.case
    if case.status == Status.CLOSED or (case.category and not case.waiting):
        return None
    return say(WAITING.format(reference=reference)) + category_question(case, desk)


def _taken(reference: str, matter: Matter, desk: Desk) -> Reply | None:
    return say(TAKEN.format(reference=reference))


def _closed(reference: str, matter: Matter, desk: Desk) -> Reply | None:
    return say(CLOSED.format(reference=reference))


def _lost(reference: str, matter: Matter, desk: Desk) -> Reply | None:
    cases = (matter.case, *matter.parts)
    lost = [e for case in cases for e in case.evidence if e.state in (State.LOST, State.TOO_LARGE)]
    return say(LOST.format(reference=reference, what=described(lost))) if lost else None


FOR_REPORTERS = {"waiting": _waiting, "taken": _taken, "closed": _closed, "lost": _lost}
