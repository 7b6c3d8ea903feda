"""What a reporter reads: that it has arrived, what not to do, and the next question."""

from __future__ import annotations

from handlers.alerts import recipients
from handlers.desk import Desk, Matter
from handlers.messages import Choice, Choices, Heading, Part, Reply, Text
from handlers.questions import category_question, subject_question
from handlers.received import alike, described, unkept
from store.records import Case, Person, State, Status

CASE = "Case {reference}"
WITH = "Kept with case {reference}"
RECEIVED = "Kept: {what}."
NOTHING_YET = "Noted: {what}."
DO_NOT = "Please do not reply to it, pass it on or discuss it online."
THANKS = "Thank you. {who} You need do no more; “/case {reference}” shows where it stands."
TOLD_NOW = "Leadership is being told now."
TOLD_SOON = "Leadership is told in school hours."
NOBODY = "No leader uses Heads Up yet, so please tell the headteacher in person."
PART_OR_NEW = "Is it part of case {reference}, or something new?"
PART = "Part of {reference}"
NEW = "A new case"
SAME_BEFORE = "It looks like your case {reference}."
STOP = "Case {reference}: please stop here"
STOP_PICTURE = "Do not copy it, pass it on, delete it, or show it to anybody. I have not fetched it."
STOP_RING = "Ring the safeguarding lead now{phone}. If a child is in danger, ring 999 first."
STOP_TOLD = "The safeguarding lead is being told that you reported it, without the picture."
AS_FILE = "A photo arrives smaller than it was. Sent “as a file”, it keeps its full size."


async def answer(matter: Matter, person: Person, desk: Desk, *, skip: frozenset[str] = frozenset()) -> Reply:
    """The answer to a report, with the next question that is open and not in `skip`."""
    case = matter.case
    if _withheld(case, desk):
        return stop(case, desk)
    head = Heading((CASE if case.settled else WITH).format(reference=case.reference))
    if not case.settled and case.joined_to:
        return Reply((head, *_received(case), *await _part_or_new(case, desk)), replaces=True)
    parts: list[Part] = [head, *_received(case)]
    for other in await alike(person, Matter(case, frozenset()), desk):
        choice = Choice(
            PART.format(reference=other.reference), f"case same {case.reference} {other.reference}"
        )
        parts += [Text(SAME_BEFORE.format(reference=other.reference)), Choices((choice,))]
    question = _question(case, desk, skip)
    thanks = (Text(await _thanks(case, desk)),) if question is None else question.parts
    return Reply((*parts, *thanks), replaces=True)


def _question(case: Case, desk: Desk, skip: frozenset[str]) -> Reply | None:
    if case.status == Status.CLOSED:
        return None
    if (case.category is None or case.waiting) and "category" not in skip:
        return category_question(case, desk)
    if case.about is None and "about" not in skip:
        return subject_question(case)
    return None


def _withheld(case: Case, desk: Desk) -> bool:
    category = desk.procedure.named(case.category)
    return bool(category and category.withhold)


def _received(case: Case) -> list[Text]:
    kept = [e for e in case.evidence if e.state == State.KEPT]
    lines = [RECEIVED.format(what=described(kept))] if kept else []
    return [Text("\n".join([*lines, *unkept(case.evidence), DO_NOT]))]


async def _part_or_new(case: Case, desk: Desk) -> list[Text | Choices]:
    to = case.joined_to or ""
    choices = [
        Choice(PART.format(reference=to), f"case same {case.reference} {to}", "primary"),
        Choice(NEW, f"case apart {case.reference}"),
    ]
    if case.waiting:
        choices += [
            Choice(c.name, f"case category {case.reference} {c.key}", "danger")
            for c in desk.procedure.category
            if c.withhold
        ]
    return [Text(PART_OR_NEW.format(reference=to)), Choices(tuple(choices))]


async def _thanks(case: Case, desk: Desk) -> str:
    told = TOLD_NOW if case.urgent else TOLD_SOON
    who = told if await recipients(case, desk) else NOBODY
    return THANKS.format(who=who, reference=case.reference)


def stop(case: Case, desk: Desk) -> Reply:
    """What to do about a picture of a child undressed."""
    phone = desk.calendar.school.safeguarding_phone
    ring = STOP_RING.format(phone=f" on {phone}" if phone else "")
    return Reply(
        (Heading(STOP.format(reference=case.reference)), Text("\n".join((STOP_PICTURE, ring, STOP_TOLD)))),
        replaces=True,
    )
