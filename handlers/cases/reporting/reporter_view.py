"""What a reporter reads: that it has arrived, what not to do, and the next question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from handlers.cases.concerned.poster_words import poster_choice, posters_words
from handlers.cases.evidence.words import describe, similar_reports, unkept_lines
from handlers.cases.pictures.whom_to_ring import whom_to_ring
from handlers.cases.reporting.next_question import next_question
from handlers.cases.reporting.questions import (
    Known,
    category_question,
    change_choices,
    subjects_words,
    undressed_choices,
    urgent_choice,
)
from handlers.cases.view import other_route
from handlers.desk import Desk
from handlers.matter import Matter, Summaries
from handlers.messages import Choice, Choices, Heading, Part, Reply, Text, say
from handlers.policies.passages import policy_choice
from handlers.rules import access
from handlers.rules.access import is_about_head
from handlers.rules.names.in_words import may_speak_of
from handlers.rules.pause import PAUSE
from handlers.rules.unfinished import is_unfinished
from handlers.workflow.concerned.own_words import OwnWords, own_words
from handlers.workflow.telling.alerts import nobody_told, recipients
from store.model.case import Case
from store.model.records import Person, Role, State, Status, Summary

CASE = "Case {reference}"
WITH = "Kept with case {reference}"
RECEIVED = "Kept: {what}."
RECORDED = "{category}{urgent}{about}"
#: Until somebody says what it is.
ABOUT = "About {who}."
POSTED = "Posted by {who}."
DO_NOT = "Please do not reply to it, pass it on or discuss it online."
THANKS = "Thank you. {who} “/case {reference}” shows where it stands."
TOLD_NOW = "Leadership is being told now."
TOLD_SHORTLY = "Leadership is told shortly."
#: Where school is closed.
TOLD_SOON = "Leadership is told in school hours."
#: Where it is about the headteacher, and no other leader may be told.
CHAIR_TOLD = "The chair of governors is told. The headteacher is not."
#: Where it is about the chair of governors as well.
LEAD_TOLD = "The safeguarding lead is told. The headteacher and the chair of governors are not."
HEAD_NOT_TOLD = "{words} The headteacher is not."
LATER = "All right. I will ask again."
PART_OR_NEW = "Is it part of case {reference}, or something new?"
PART = "Part of {reference}"
NEW = "A new case"
SAME_BEFORE = "It looks like your case {reference}."
STOP = "Case {reference}: please stop here"
STOP_PICTURE = "Do not copy it, pass it on, delete it, or show it to anybody. {fetched}"
NOT_FETCHED = "I have not fetched it."
FETCHED = "It had been fetched before; it is locked away now."
STOP_RING = "Ring {who} now{phone}. If a child is in danger, ring 999 first."
STOP_TOLD = "{who} is being told that you reported it, without the picture."
STOP_NOBODY = "Nobody here could be told, so please do ring now."
AFTERWARDS = "Once you have rung, please answer this as well."
AS_FILE = "A photo arrives smaller than it was. Sent “as a file”, it keeps its full size."


async def answer(
    matter: Matter,
    person: Person,
    desk: Desk,
    *,
    ask_now: bool = True,
    own: Summaries | None = None,
) -> Reply:
    """The answer to a report, with the next question that is open; with none where `ask_now` is
    False.

    `own`: the summaries of all cases of this person, where they are known already.
    """
    case = matter.named
    said = own_words(person, case)
    if case.withheld:
        reply = await _stop(matter, person, desk, ask_now=ask_now)
    elif case.joined_to and not case.settled:
        reply = _part_or_new(matter, person, said, desk)
    else:
        similar = await _similar(person, case, own, desk)
        question = await next_question(person, matter, desk)
        if question and ask_now:
            end = _asked(matter, person, said, question, desk)
        else:
            end = _end(matter, person, said, question, desk)
        reply = _answer(case, said, similar, end, desk)
    reply = reply.mentioning([case.reference])
    return replace(reply, unfinished=case.reference) if is_unfinished(case) else reply


async def _stop(matter: Matter, person: Person, desk: Desk, *, ask_now: bool) -> Reply:
    """What to do first; whom it is about is asked below that."""
    reply = stop(matter, person, desk)
    question = await next_question(person, matter, desk) if ask_now else None
    return reply + say(AFTERWARDS) + question if question else reply


async def _similar(person: Person, case: Case, own: Summaries | None, desk: Desk) -> list[Summary]:
    summary = case.summary
    if not (summary.links or summary.hashes or summary.likenesses):
        return []
    if own is None:
        own = Summaries(await desk.store.related(reporters=person.ids))
    return similar_reports(person, case, own, desk)


def _answer(
    case: Case, said: OwnWords, similar: Sequence[Summary], end: Sequence[Part], desk: Desk
) -> Reply:
    parts: list[Part] = [_heading(case), *_received(case, said, desk)]
    for other in similar:
        parts += _same_before(case, other.reference)
    reply = Reply((*parts, *end), replaces=True)
    return reply.mentioning(other.reference for other in similar) if similar else reply


def _asked(
    matter: Matter, person: Person, said: OwnWords, question: Reply, desk: Desk
) -> Sequence[Part]:
    """What is asked now, below who is told, where that is not as it usually is."""
    if matter.is_about(person) or not _is_of_head(matter, said):
        return question.parts
    told = recipients(matter.named, matter.around, desk)
    if not told:
        return question.parts
    return (Text(_who_is_told(matter, said, told, desk)), *question.parts)


def _heading(case: Case) -> Heading:
    """What is kept with another case for now is not called a case."""
    words = CASE if case.settled else WITH
    return Heading(words.format(reference=case.reference), copied=case.reference)


def _same_before(case: Case, earlier: str) -> list[Part]:
    """That it looks like an earlier case of theirs, with a button that joins it to that one."""
    part = Choice(PART.format(reference=earlier), f"case same {case.reference} {earlier}")
    return [Text(SAME_BEFORE.format(reference=earlier)), Choices((part,))]


def _received(case: Case, said: OwnWords, desk: Desk) -> list[Text]:
    """What the reporter has said of it, what is kept and what is not, and what not to do."""
    lines = []
    category = desk.procedure.named(said.kind.category)
    if category:
        urgent = ", urgent" if said.kind.is_urgent(desk.procedure) else ""
        about = _about(category.name, said)
        lines.append(RECORDED.format(category=category.name, urgent=urgent, about=about))
    elif said.subjects:
        lines.append(ABOUT.format(who=subjects_words(said.subjects)))
    if said.posters:
        lines.append(POSTED.format(who=posters_words(said.posters)))
    kept = [item for item in case.evidence if item.state == State.KEPT]
    if kept:
        lines.append(RECEIVED.format(what=describe(kept)))
    return [Text("\n".join([*lines, *unkept_lines(case.evidence), DO_NOT]))]


def _about(category: str, said: OwnWords) -> str:
    """Whom it is about, where the category does not say so: “Complaint about the school” does."""
    who = subjects_words(said.subjects)
    is_said = not said.subjects or f"about {who}" in category.lower()
    return "" if is_said else f", about {who}"


def _part_or_new(matter: Matter, person: Person, said: OwnWords, desk: Desk) -> Reply:
    """Is what came soon after another report part of it?

    That it is urgent, or worse, can be said all the same.
    """
    case = matter.named
    to = _own_before(matter, person)
    choices = [
        Choice(PART.format(reference=to), f"case same {case.reference} {to}", "primary"),
        Choice(NEW, f"case apart {case.reference}"),
        *urgent_choice(case, said.kind.is_urgent(desk.procedure)),
    ]
    if case.waiting:
        choices += undressed_choices(case, desk)
    asked = (Text(PART_OR_NEW.format(reference=to)), Choices(tuple(choices)))
    reply = Reply((_heading(case), *_received(case, said, desk), *asked), replaces=True)
    return reply.mentioning([to])


def _own_before(matter: Matter, person: Person) -> str:
    """The reference of the case of theirs that it came soon after: what a leader has joined that to
    is not theirs to know.
    """
    own = []
    for part in matter.summaries:
        is_another = part.reference != matter.named.reference
        if is_another and not set(person.ids).isdisjoint(part.reporters):
            own.append(part)
    latest = max(own, key=lambda part: part.last_report_at, default=None)
    return latest.reference if latest else matter.named.joined_to or ""


def part_question(case: Case, person: Person, desk: Desk) -> Reply:
    """What is it that came later, and was called part of another case?"""
    heading = Heading(WITH.format(reference=case.joined_to))
    said = own_words(person, case)
    received = _received(case, said, desk)
    known = Known(said.subjects, said.kind.is_urgent(desk.procedure))
    reply = Reply((heading, *received)) + category_question(case, known, desk)
    return reply.mentioning([case.reference, case.joined_to or case.reference])


def _end(
    matter: Matter, person: Person, said: OwnWords, question: Reply | None, desk: Desk
) -> Sequence[Part]:
    """Thanks, and what may be tapped when nothing is asked now."""
    case = matter.named
    is_unknown = question is not None and case.category is None
    words = LATER if is_unknown else _thanks(matter, person, said, desk)
    choices = list(policy_choice(said.kind.category, desk))
    if case.status != Status.CLOSED:
        is_urgent = said.kind.is_urgent(desk.procedure)
        choices = [*urgent_choice(case, is_urgent), *_poster_choice(case, said), *choices]
        choices += change_choices(case)
    parts: list[Part] = [Text(words)]
    if choices:
        parts.append(Choices(tuple(choices)))
    return parts


def _poster_choice(case: Case, said: OwnWords) -> list[Choice]:
    """The button that asks who posted it, until the reporter has said so."""
    return [] if said.posters else [poster_choice(case)]


def _thanks(matter: Matter, person: Person, said: OwnWords, desk: Desk) -> str:
    case = matter.named
    told = recipients(case, matter.around, desk)
    if matter.is_about(person) and not access.concerns(person, [said]):
        # As where it is about nobody here: who is told would tell them what others have said.
        who = _when_told(said, desk)
    elif not told:
        who = nobody_told(case)
    else:
        who = _who_is_told(matter, said, told, desk)
    route = other_route([said], matter.people, desk)
    if route:
        who = f"{who} {route}"
    return THANKS.format(who=who, reference=case.reference)


def _who_is_told(matter: Matter, said: OwnWords, told: Sequence[Person], desk: Desk) -> str:
    words = _when_told(said, desk)
    if not _is_of_head(matter, said):
        return words
    if all(person.has(Role.CHAIR) for person in told):
        return CHAIR_TOLD
    chairs = matter.people.having((Role.CHAIR,))
    if matter.named.chair_recused and any(access.concerns(chair, [said]) for chair in chairs):
        return LEAD_TOLD
    return HEAD_NOT_TOLD.format(words=words)


def _when_told(said: OwnWords, desk: Desk) -> str:
    if said.kind.is_urgent(desk.procedure):
        return TOLD_NOW
    # Also where the pause is not over yet.
    soon = desk.now() + PAUSE
    is_shortly = desk.calendar.is_school_time(desk.now()) and desk.calendar.is_school_time(soon)
    return TOLD_SHORTLY if is_shortly else TOLD_SOON


def _is_of_head(matter: Matter, said: OwnWords) -> bool:
    """Tell whether what the reader has passed on is, or may be, about a headteacher by what they
    have said themselves: what others make of it is not theirs to know.
    """
    if matter.named.summary.speaks_of_head or is_about_head([said]):
        return True
    heads = matter.people.having((Role.HEAD,)) if said.concerned else ()
    return any(access.concerns(head, [said]) for head in heads)


def stop(matter: Matter, person: Person, desk: Desk) -> Reply:
    """What to do about a picture of a child undressed."""
    case = matter.named
    said = own_words(person, case)

    def is_meant(other: Person) -> bool:
        # By their own words alone: what leaders have said of it is not theirs to know.
        return access.concerns(other, [said]) or may_speak_of(case.open_words, other)

    to_ring = whom_to_ring(is_meant, matter.people, desk)
    was_fetched = any(item.state == State.KEPT and item.sha256 for item in case.evidence)
    told = STOP_NOBODY
    if to_ring.role and recipients(case, matter.around, desk):
        told = STOP_TOLD.format(who=to_ring.who_begins)
    lines = (
        STOP_PICTURE.format(fetched=FETCHED if was_fetched else NOT_FETCHED),
        STOP_RING.format(who=to_ring.who, phone=to_ring.on_phone),
        told,
    )
    parts = Heading(STOP.format(reference=case.reference)), Text("\n".join(lines))
    return Reply(parts, replaces=True).mentioning([case.reference])
