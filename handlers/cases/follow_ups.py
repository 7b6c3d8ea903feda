"""Working the procedure: what came of a step, who does it, until when; and follow-ups of one's own."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from handlers.cases.ownership import able_to_work
from handlers.cases.view import show_case
from handlers.commands import WITH_CASE, command
from handlers.desk import Ask, Desk, Matter, take_reference
from handlers.messages import Choice, Choices, Prompt, Refused, Reply, Text, say
from handlers.rules.access import Act
from handlers.text.dates import day_named, due_on
from handlers.text.words import moment, shortened
from handlers.workflow import people
from handlers.workflow.changes import change
from handlers.workflow.reminders import without_warning
from store.model.case import Case
from store.model.records import FollowUp, Progress

WHICH_STEP = "Which step? Type: {usage}\nOpen steps of case {reference}: {steps}."
NO_STEPS = "Case {reference} has no open step."
WHY_NOT = "Why is it not needed? (Case {reference}: {what})"
UNTIL_WHEN = (
    "Until when, and why? For example: friday, because she is away. (Case {reference}: {what})"
)
UNTIL_AND_WHY = "Say until when, and why: friday, because she is away."
TWICE = "It was put off twice already. Only the headteacher can put it off again."
PUT_OFF = "Put off until {due}. {moved}"
WHO_DOES_IT = "Who should do it? (Case {reference}: {what})"
NOT_TO = "{name} cannot be given a step of case {reference}."
HOW_TO_ADD = "Say what is to be done, and by when: {usage}"
ADDED = "Case {reference}: “{what}” is due {due}. {moved}"
POSTED_AGAIN = "Noted that it was posted again."
MOST_PUT_OFF = 2
BREAK = re.compile(r"\s*(?:[,;–—]\s*(?:because\b|as\b)?|\bbecause\b|\s-\s)\s*", re.IGNORECASE)
WHAT_BY_WHEN = re.compile(
    r"(?P<what_in>.+)\s+(?P<day_in>in \d{1,3} school days?)|(?P<what>.+)\s+(?:by|on|until)\s+(?P<day>[^\"”]+)",
    re.DOTALL | re.IGNORECASE,
)
LONGEST = 160


@command(
    "case done",
    usage="/case done REFERENCE STEP",
    may=Act.WORK,
    summary="a step of the procedure is done",
    bare=WITH_CASE,
)
async def done(ask: Ask, desk: Desk) -> Reply:
    """Settle a step as done."""
    return await _settle(ask, Progress.DONE, done.usage, desk)


@command(
    "case refused",
    usage="/case refused REFERENCE STEP",
    may=Act.WORK,
    summary="whoever was asked has refused",
    bare=WITH_CASE,
)
async def refused(ask: Ask, desk: Desk) -> Reply:
    """Settle a step as refused, which opens what follows from that."""
    return await _settle(ask, Progress.REFUSED, refused.usage, desk)


@command(
    "case not-removed",
    usage="/case not-removed REFERENCE STEP",
    may=Act.WORK,
    summary="the post is still there",
    bare=WITH_CASE,
)
async def not_removed(ask: Ask, desk: Desk) -> Reply:
    """Settle a check: the post is still there, which opens what follows from that."""
    return await _settle(ask, Progress.NOT_REMOVED, not_removed.usage, desk)


@command(
    "case not-needed",
    usage="/case not-needed REFERENCE STEP WHY",
    may=Act.WORK,
    summary="a step is not needed, and why",
    bare=WITH_CASE,
)
async def not_needed(ask: Ask, desk: Desk) -> Reply:
    """Settle a step as not needed; asks why."""
    matter, step, why = await _step(ask, not_needed.usage, desk)
    if not why:
        question = WHY_NOT.format(reference=matter.case.reference, what=step.what)
        prompt = Prompt(question, f"case not-needed {matter.case.reference} {step.key}", "Reason")
        return matter.shown_in(Reply((prompt,)))
    return await _settle(ask, Progress.NOT_NEEDED, not_needed.usage, desk)


async def _settle(ask: Ask, progress: str, usage: str, desk: Desk) -> Reply:
    matter, step, why = await _step(ask, usage, desk)
    key, me = step.key, ask.person.id
    return await _moved(
        ask, matter, desk, lambda c: c.settle_step(key, progress, by=me, at=ask.at, why=why[:500])
    )


@command(
    "case hand",
    usage="/case hand REFERENCE STEP to NAME",
    may=Act.WORK,
    summary="ask somebody to do a step",
    bare=WITH_CASE,
)
async def hand(ask: Ask, desk: Desk) -> Reply:
    """Give one step to somebody who may work the case."""
    matter, step, typed = await _step(ask, hand.usage, desk)
    reference = matter.case.reference
    typed = people.without_to(typed)
    able = await able_to_work(matter, desk)
    if not typed:
        options = tuple(
            Choice(p.name, f"case hand {reference} {step.key} id {p.id}") for p in able[:50]
        )
        question = WHO_DOES_IT.format(reference=reference, what=step.what)
        return matter.shown_in(Reply((Text(question), Choices(options, menu=question))))
    person = await people.person_meant(typed, desk)
    if person not in able:
        raise matter.refusal(NOT_TO.format(name=person.name, reference=reference))
    return await _moved(
        ask, matter, desk, lambda c: c.hand_step(step.key, person.id, by=ask.person.id, at=ask.at)
    )


@command(
    "case postpone",
    usage="/case postpone REFERENCE STEP until DAY, because REASON",
    may=Act.WORK,
    summary="put a step off, twice at most",
    bare=WITH_CASE,
)
async def postpone(ask: Ask, desk: Desk) -> Reply:
    """Put a step off until a day, with a reason; the third time is the head's to decide.

    Where the case is about the head, that is the chair, whom nobody else's cases reach.
    """
    matter, step, words = await _step(ask, postpone.usage, desk)
    reference = matter.case.reference
    if step.postponed >= MOST_PUT_OFF and not matter.may(ask.person, Act.PUT_OFF_AGAIN):
        raise Refused(TWICE)
    if not words:
        question = UNTIL_WHEN.format(reference=reference, what=step.what)
        prompt = Prompt(question, f"case postpone {reference} {step.key}", "Until when, and why")
        return matter.shown_in(Reply((prompt,)))
    until, why = (*BREAK.split(words, maxsplit=1), "")[:2]
    if not why.strip():
        raise Refused(UNTIL_AND_WHY)
    due, moved = due_on(day_named(until, ask.at, desk.calendar), ask.at, desk.calendar)
    said = PUT_OFF.format(due=moment(due, desk.calendar), moved=moved).strip()

    def move(case: Case) -> Case:
        later = case.postpone_step(step.key, due, why.strip()[:500], by=ask.person.id, at=ask.at)
        return without_warning(later, step.key, ask.at, desk.calendar)

    return replace(say(said) + await _moved(ask, matter, desk, move), replaces=True)


@command(
    "case add",
    usage="/case add REFERENCE “what” by DAY",
    may=Act.WORK,
    summary="add a follow-up of your own",
    bare=WITH_CASE,
)
async def add(ask: Ask, desk: Desk) -> Reply:
    """A follow-up of one's own, due when school closes on a day."""
    reference, words = take_reference(ask.words, add.usage)
    match = WHAT_BY_WHEN.fullmatch(words)
    if not match:
        raise Refused(HOW_TO_ADD.format(usage=add.usage))
    what = shortened((match["what"] or match["what_in"]).strip(" \"“”'"), LONGEST)
    due, moved = due_on(
        day_named(match["day"] or match["day_in"], ask.at, desk.calendar), ask.at, desk.calendar
    )
    matter = await desk.case_for(ask.person, reference, Act.WORK)
    await _moved(
        ask, matter, desk, lambda c: c.add_step(what, due, "owner", by=ask.person.id, at=ask.at)
    )
    said = ADDED.format(
        reference=matter.case.reference, what=what, due=moment(due, desk.calendar), moved=moved
    )
    return matter.shown_in(say(said.strip()))


@command(
    "case again",
    usage="/case again REFERENCE",
    may=Act.WORK,
    summary="it was posted again",
    bare=WITH_CASE,
)
async def again(ask: Ask, desk: Desk) -> Reply:
    """Say that it was posted again, which opens what follows from that."""
    reference, _ = take_reference(ask.words, again.usage)
    matter = await desk.case_for(ask.person, reference, Act.WORK)
    reply = await _moved(ask, matter, desk, lambda c: c.posted_again(by=ask.person.id, at=ask.at))
    return replace(say(POSTED_AGAIN) + reply, replaces=True)


async def _step(ask: Ask, usage: str, desk: Desk) -> tuple[Matter, FollowUp, str]:
    """The open step that the words name, and what follows them. Raises Refused, with the steps there are."""
    reference, words = take_reference(ask.words, usage)
    matter = await desk.case_for(ask.person, reference, Act.WORK)
    key, _, rest = words.partition(" ")
    found = matter.case.follow_up(key.lower())
    if found is not None:
        return matter, found, rest.strip()
    steps = ", ".join(f.key for f in matter.case.follow_ups if f.is_open)
    if not steps:
        raise matter.refusal(NO_STEPS.format(reference=matter.case.reference))
    raise matter.refusal(
        WHICH_STEP.format(usage=usage, reference=matter.case.reference, steps=steps)
    )


async def _moved(ask: Ask, matter: Matter, desk: Desk, move: Callable[[Case], Case]) -> Reply:
    changed = await change(desk, ask.person, matter.case.reference, Act.WORK, move)
    return replace(await show_case(ask.person, changed, desk), replaces=True)
