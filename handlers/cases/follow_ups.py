"""The procedure: what came of a step, who does it, until when; and follow-ups of one's own."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from handlers.cases.ownership import MOST_OFFERED, REASON, able_to_work
from handlers.cases.reporting.next_question import with_question_of_named
from handlers.cases.view import show_case, what_is_next
from handlers.commands import WITH_CASE, command
from handlers.desk import Ask, Desk, take_reference
from handlers.matter import Matter
from handlers.messages import CANCEL, Choice, Choices, Prompt, Refused, Reply, Text, say
from handlers.rules.access import Act
from handlers.text.due import NotDue, due_named, what_and_due
from handlers.text.words import moment, shortened
from handlers.workflow import people
from handlers.workflow.changes import Move, change
from handlers.workflow.joined_cases import change_parts
from handlers.workflow.reach import can_answer, is_by_mail_alone
from handlers.workflow.reminders import without_warning
from handlers.workflow.removals import Saying, posts_of, with_step_noted
from handlers.workflow.steps.procedure import OWNER
from store.model.case import Case
from store.model.records import FollowUp, Progress

WHICH_STEP = "Which step? Type: {usage}\nOpen steps of case {reference}: {steps}."
NO_STEPS = "Case {reference} has no open step."
DID = "Case {reference} · {said}"
SETTLED = "{progress}: {what}"
HANDED = "gave “{what}” to {name}"
HANDED_BY_MAIL = (
    "gave “{what}” to {name}, who is told by mail alone and cannot say here that it is done: ring "
    "them, and mark it for them"
)
DONE_AND = "{question} (Case {reference}: {what})"
WHY_NOT = "Why is it not needed? (Case {reference}: {what})"
UNTIL_WHEN = (
    "Until when, and why? For example: friday, because she is away. (Case {reference}: {what})"
)
UNTIL_AND_WHY = "Say until when, and why: friday, because she is away."
TWICE = "It was put off twice already. Only the headteacher can put it off again."
PUT_OFF = "put off until {due}. {moved}"
WHO_DOES_IT = "Who should do it? (Case {reference}: {what})"
NOT_TO = "{name} cannot be given a step of case {reference}."
WHAT_AND_WHEN = (
    "What is to be done, and by when? For example: ring the parents by friday. (Case {reference})"
)
BY_WHEN = "By when? For example: friday, or tomorrow 3pm. (Case {reference}: {what})"
ADDED = "Case {reference}: “{what}” is due {due}. {moved}"
POSTED_AGAIN = "Noted that it was posted again."
MOST_PUT_OFF = 2
#: Between a day and the reason for it.
BREAK = re.compile(
    r"[,;–—]\s*(?:(?:because|as|since)\b)?|\b(?:because|as|since)\b|\s-\s", re.IGNORECASE
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
    asked = await _step_asked(ask, done.usage, desk)
    question = _question_of(asked, desk)
    if question and asked.step.is_open and not asked.words:
        reference = asked.matter.case.reference
        words = DONE_AND.format(question=question, reference=reference, what=asked.step.what)
        prompt = Prompt(words, f"case done {reference} {asked.step.key}", "Note")
        return asked.matter.shown_in(Reply((prompt,)))
    return await _settle(ask, asked, Progress.DONE, desk)


def _question_of(asked: _StepAsked, desk: Desk) -> str:
    """What the procedure asks of whoever says that a step is done; nothing for most."""
    step = desk.procedure.step(asked.matter.case.category, asked.step.key)
    return step.asks if step else ""


@command(
    "case refused",
    usage="/case refused REFERENCE STEP",
    may=Act.WORK,
    summary="whoever was asked has refused",
    bare=WITH_CASE,
)
async def refused(ask: Ask, desk: Desk) -> Reply:
    """Settle a step as refused, which opens what follows from that."""
    asked = await _step_asked(ask, refused.usage, desk)
    return await _settle(ask, asked, Progress.REFUSED, desk)


@command(
    "case not-removed",
    usage="/case not-removed REFERENCE STEP",
    may=Act.WORK,
    summary="the post is still there",
    bare=WITH_CASE,
)
async def not_removed(ask: Ask, desk: Desk) -> Reply:
    """Settle a check: the post is still there, which opens what follows from that."""
    asked = await _step_asked(ask, not_removed.usage, desk)
    return await _settle(ask, asked, Progress.NOT_REMOVED, desk)


@command(
    "case not-needed",
    usage="/case not-needed REFERENCE STEP WHY",
    may=Act.WORK,
    summary="a step is not needed, and why",
    bare=WITH_CASE,
)
async def not_needed(ask: Ask, desk: Desk) -> Reply:
    """Settle a step as not needed; asks why."""
    asked = await _step_asked(ask, not_needed.usage, desk)
    reference, step = asked.matter.case.reference, asked.step
    if not asked.words:
        question = WHY_NOT.format(reference=reference, what=step.what)
        prompt = Prompt(question, f"case not-needed {reference} {step.key}", "Reason")
        return asked.matter.shown_in(Reply((prompt,)))
    return await _settle(ask, asked, Progress.NOT_NEEDED, desk)


async def _settle(ask: Ask, asked: _StepAsked, progress: Progress, desk: Desk) -> Reply:
    """Note what came of a step; words after its key are the reason."""
    key, why = asked.step.key, asked.words[:REASON]
    matter = asked.matter
    posts = posts_of(matter)
    saying = Saying(ask.person.id, ask.at, desk.calendar.local(ask.at).date())
    of_procedure = desk.procedure.step(matter.case.category, key)
    says = of_procedure.removal if of_procedure else ""

    def note(case: Case) -> Case:
        return with_step_noted(case, posts, says, progress, saying, desk)

    def settle(case: Case) -> Case:
        # Last, so that whoever has a step that follows hears of it.
        return note(case).settle_step(key, progress, by=ask.person.id, at=ask.at, why=why)

    said = SETTLED.format(progress=progress, what=asked.step.what)
    reply = await _change_and_say(ask, matter, desk, settle, said)
    await change_parts(matter, note, desk)
    return reply


@command(
    "case hand",
    usage="/case hand REFERENCE STEP to NAME",
    may=Act.WORK,
    summary="ask somebody to do a step",
    bare=WITH_CASE,
)
async def hand(ask: Ask, desk: Desk) -> Reply:
    """Give one step to somebody who may work the case."""
    asked = await _step_asked(ask, hand.usage, desk)
    matter, step = asked.matter, asked.step
    reference = matter.case.reference
    able = able_to_work(matter, desk)
    typed = people.without_to(asked.words)
    if not typed:
        question = WHO_DOES_IT.format(reference=reference, what=step.what)
        # Who is told by mail alone can be typed, and is not proposed.
        proposed = [person for person in able if can_answer(person, desk)]
        options = [
            Choice(person.name, f"case hand {reference} {step.key} id {person.id}")
            for person in proposed[:MOST_OFFERED]
        ]
        typed_name = f"case hand {reference} {step.key} to"
        menu = Choices(tuple(options), menu=question, typed=typed_name)
        return matter.shown_in(Reply((Text(question), menu)))

    person = await people.person_meant(typed, desk)
    if person not in able:
        raise matter.refusal(NOT_TO.format(name=person.name, reference=reference))

    def give(case: Case) -> Case:
        return case.hand_step(step.key, person.id, by=ask.person.id, at=ask.at)

    words = HANDED_BY_MAIL if is_by_mail_alone(person) else HANDED
    said = words.format(what=step.what, name=person.name)
    return await _change_and_say(ask, matter, desk, give, said)


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
    asked = await _step_asked(ask, postpone.usage, desk)
    matter, step = asked.matter, asked.step
    if step.postponed >= MOST_PUT_OFF and not matter.may(ask.person, Act.PUT_OFF_AGAIN):
        raise Refused(TWICE)
    if not asked.words:
        reference = matter.case.reference
        question = UNTIL_WHEN.format(reference=reference, what=step.what)
        return _until_when(asked, question)

    until, *reasons = BREAK.split(asked.words, maxsplit=1)
    why = reasons[0].strip() if reasons else ""
    if not why:
        return _until_when(asked, UNTIL_AND_WHY) + Reply((CANCEL,))
    try:
        due, moved = due_named(until, ask.at, desk.calendar)
    except Refused as refusal:
        return _until_when(asked, str(refusal)) + Reply((CANCEL,))
    said = PUT_OFF.format(due=moment(due, desk.calendar), moved=moved).strip()

    def put_off(case: Case) -> Case:
        later = case.postpone_step(step.key, due, why[:REASON], by=ask.person.id, at=ask.at)
        return without_warning(later, step.key, ask.at, desk.calendar)

    return await _change_and_say(ask, matter, desk, put_off, said)


def _until_when(asked: _StepAsked, question: str) -> Reply:
    """The question, whose answer puts the step off."""
    command = f"case postpone {asked.matter.case.reference} {asked.step.key}"
    prompt = Prompt(question, command, "Until when, and why", dated=True)
    return asked.matter.shown_in(Reply((prompt,)))


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
    matter = await desk.case_for(ask.person, reference, Act.WORK)
    try:
        found = what_and_due(words, ask.at, desk.calendar)
    except NotDue as refusal:
        return _by_when(matter, refusal.what, str(refusal)) + Reply((CANCEL,))
    if not found:
        return _what_and_when(matter, words)
    what, (due, moved) = shortened(found[0], LONGEST), found[1]

    def add_step(case: Case) -> Case:
        return case.add_step(what, due, OWNER, by=ask.person.id, at=ask.at)

    changed = await change(desk, ask.person, matter, Act.WORK, add_step)
    root, when = matter.case.reference, moment(due, desk.calendar)
    said = ADDED.format(reference=root, what=what, due=when, moved=moved)
    reply = matter.shown_in(say(said.strip()))
    return with_question_of_named(reply, ask.person, changed, matter.case, changed.case)


def _what_and_when(matter: Matter, what: str) -> Reply:
    """Ask for what is missing of a follow-up."""
    reference = matter.case.reference
    if what:
        return _by_when(matter, what, BY_WHEN.format(reference=reference, what=what[:LONGEST]))
    question = WHAT_AND_WHEN.format(reference=reference)
    return matter.shown_in(Reply((Prompt(question, f"case add {reference}", "What, by when"),)))


def _by_when(matter: Matter, what: str, question: str) -> Reply:
    """The question, whose answer adds the follow-up."""
    command = f"case add {matter.case.reference} “{what[:LONGEST]}” by"
    return matter.shown_in(Reply((Prompt(question, command, "By when"),)))


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

    def note(case: Case) -> Case:
        return case.posted_again(by=ask.person.id, at=ask.at)

    reply = await _change_and_show(ask, matter, desk, note)
    return replace(say(POSTED_AGAIN) + reply, replaces=True)


@dataclass(frozen=True, slots=True)
class _StepAsked:
    """A step of a matter that somebody has named, and the words behind it."""

    matter: Matter
    step: FollowUp
    words: str


async def _step_asked(ask: Ask, usage: str, desk: Desk) -> _StepAsked:
    """The step that the words name. Raises Refused, with the open steps that there are."""
    reference, words = take_reference(ask.words, usage)
    matter = await desk.case_for(ask.person, reference, Act.WORK)
    key, _, rest = words.partition(" ")
    found = matter.case.follow_up(key.lower())
    if found is not None:
        return _StepAsked(matter, found, rest.strip())

    root = matter.case.reference
    steps = ", ".join(step.key for step in matter.case.follow_ups if step.is_open)
    if not steps:
        raise matter.refusal(NO_STEPS.format(reference=root))
    raise matter.refusal(WHICH_STEP.format(usage=usage, reference=root, steps=steps))


async def _change_and_show(ask: Ask, matter: Matter, desk: Desk, move: Move) -> Reply:
    changed = await change(desk, ask.person, matter, Act.WORK, move)
    return replace(await show_case(ask.person, changed, desk), replaces=True)


async def _change_and_say(ask: Ask, matter: Matter, desk: Desk, move: Move, said: str) -> Reply:
    """A line that says what was done, and what is next, in place of the card."""
    changed = await change(desk, ask.person, matter, Act.WORK, move)
    if not changed.whole:
        return replace(await show_case(ask.person, changed, desk), replaces=True)
    words = DID.format(reference=changed.case.reference, said=said)
    reply = changed.shown_in(say(words, *what_is_next(changed, desk)))
    reply = with_question_of_named(reply, ask.person, changed, matter.case, changed.case)
    return replace(reply, replaces=True)
