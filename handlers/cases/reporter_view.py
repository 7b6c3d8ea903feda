"""What a reporter reads: that it has arrived, what not to do, and the next question."""

from __future__ import annotations

from handlers.cases.evidence_words import describe, similar_cases, unkept_lines
from handlers.cases.questions import about_words, category_question, subject_question, urgent_choice
from handlers.cases.view import other_route
from handlers.desk import Desk, Matter
from handlers.messages import Choice, Choices, Heading, Part, Reply, Text
from handlers.policies.passages import policy_choice
from handlers.workflow.alerts import nobody_told, recipients
from store.model.case import Case
from store.model.records import Person, State, Status

CASE = "Case {reference}"
WITH = "Kept with case {reference}"
RECEIVED = "Kept: {what}."
RECORDED = "{category}{urgent}{about}"
DO_NOT = "Please do not reply to it, pass it on or discuss it online."
THANKS = "Thank you. {who} “/case {reference}” shows where it stands."
TOLD_NOW = "Leadership is being told now."
TOLD_SOON = "Leadership is told in school hours."
LATER = "All right. I shall ask again."
PART_OR_NEW = "Is it part of case {reference}, or something new?"
PART = "Part of {reference}"
NEW = "A new case"
SAME_BEFORE = "It looks like your case {reference}."
STOP = "Case {reference}: please stop here"
STOP_PICTURE = "Do not copy it, pass it on, delete it, or show it to anybody. {fetched}"
NOT_FETCHED = "I have not fetched it."
FETCHED = "It had been fetched before; it is locked away now."
STOP_RING = "Ring the safeguarding lead now{phone}. If a child is in danger, ring 999 first."
STOP_TOLD = "The safeguarding lead is being told that you reported it, without the picture."
STOP_NOBODY = "Nobody here could be told, so please do ring now."
AS_FILE = "A photo arrives smaller than it was. Sent “as a file”, it keeps its full size."


async def answer(case: Case, person: Person, desk: Desk, *, ask_now: bool = True) -> Reply:
    """The answer to a report, with the next question that is open; with none where `ask_now` is False."""
    reply = await (stop(case, desk) if case.withheld else _answer(case, person, desk, ask_now))
    return reply.mentioning([case.reference])


async def _answer(case: Case, person: Person, desk: Desk, ask_now: bool) -> Reply:
    head = Heading((CASE if case.settled else WITH).format(reference=case.reference))
    if not case.settled and case.joined_to:
        asked = Reply((head, *_received(case, desk), *_part_or_new(case, desk)), replaces=True)
        return asked.mentioning([case.joined_to])
    parts: list[Part] = [head, *_received(case, desk)]
    similar = await similar_cases(person, Matter(case, frozenset(), case), desk)
    for other in similar:
        choice = Choice(
            PART.format(reference=other.reference), f"case same {case.reference} {other.reference}"
        )
        parts += [Text(SAME_BEFORE.format(reference=other.reference)), Choices((choice,))]
    question = _question(case, desk)
    if question and ask_now:
        parts += question.parts
    else:
        unknown = question and case.category is None
        parts += [Text(LATER if unknown else await _thanks(case, desk)), *_last(case, desk)]
    reply = Reply(tuple(parts), replaces=True)
    return reply.mentioning(other.reference for other in similar)


def _question(case: Case, desk: Desk) -> Reply | None:
    if case.status == Status.CLOSED:
        return None
    if case.category is None or case.waiting:
        return category_question(case, desk)
    return subject_question(case) if case.about is None else None


def _received(case: Case, desk: Desk) -> list[Text]:
    kept = [e for e in case.evidence if e.state == State.KEPT]
    lines = [RECEIVED.format(what=describe(kept))] if kept else []
    category = desk.procedure.named(case.category)
    if category:
        urgent = ", urgent" if case.urgent else ""
        about = f", about {about_words(case.about)}" if case.about else ""
        lines.insert(0, RECORDED.format(category=category.name, urgent=urgent, about=about))
    return [Text("\n".join([*lines, *unkept_lines(case.evidence), DO_NOT]))]


def _part_or_new(case: Case, desk: Desk) -> list[Part]:
    to = case.joined_to or ""
    choices = [
        Choice(PART.format(reference=to), f"case same {case.reference} {to}", "primary"),
        Choice(NEW, f"case apart {case.reference}"),
        *urgent_choice(case),
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
    who = told if await recipients(case, desk) else nobody_told(case)
    if route := await other_route([case.summary], desk):
        who = f"{who} {route}"
    return THANKS.format(who=who, reference=case.reference)


def _last(case: Case, desk: Desk) -> list[Part]:
    """What may be tapped when nothing is left to ask."""
    urgent = () if case.status == Status.CLOSED else urgent_choice(case)
    choices = (*urgent, *policy_choice(case.category, desk))
    return [Choices(choices)] if choices else []


async def stop(case: Case, desk: Desk) -> Reply:
    """What to do about a picture of a child undressed."""
    phone = desk.calendar.school.safeguarding_phone
    fetched = any(e.state == State.KEPT and e.sha256 for e in case.evidence)
    lines = (
        STOP_PICTURE.format(fetched=FETCHED if fetched else NOT_FETCHED),
        STOP_RING.format(phone=f" on {phone}" if phone else ""),
        STOP_TOLD if await recipients(case, desk) else STOP_NOBODY,
    )
    parts = Heading(STOP.format(reference=case.reference)), Text("\n".join(lines))
    return Reply(parts, replaces=True).mentioning([case.reference])
