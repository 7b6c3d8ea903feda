"""What leaders do with a case, and the note that anybody may add to their own."""

from __future__ import annotations

import re
from dataclasses import replace

from handlers.cases.reporting.next_question import with_question_of_named
from handlers.cases.separation import separation_of
from handlers.cases.view import show_case
from handlers.commands import WITH_CASE, command
from handlers.desk import JOINING, Ask, Desk, take_reference
from handlers.matter import Matter
from handlers.messages import Choice, Choices, NotYours, Prompt, Reply, Text, say
from handlers.rules import access
from handlers.rules.access import WORKERS, Act
from handlers.text.words import shortened
from handlers.workflow import people
from handlers.workflow.changes import apply, change, without_lost_owner
from handlers.workflow.reach import can_answer, who_may_be_told
from store.model.case import Case
from store.model.records import Person, Status
from store.school.procedure import Outcome

WHAT_TO_NOTE = "What should be noted with case {reference}?"
SEND_AGAIN = "Nothing was kept. Send it again, and I will keep it as a new report."
NOTED = "Noted with case {reference}."
TO_WHOM = "Who should look after case {reference}?"
NOT_TO = "{name} cannot look after case {reference}."
HOW_CLOSED = "How does case {reference} end?"
WHY_CLOSE = "An urgent step of case {reference} is open: {what}. Why is it closed all the same?"
WHICH_OUTCOME = "I know no outcome “{typed}”. How does case {reference} end?"
WHY_REOPEN = "Why is case {reference} opened again?"
IN_A_RING = "Case {to} is part of case {reference} already."
TO_A_CLOSED_ONE = "Case {to} is closed. Reopen it first, and then join the other to it."
YOU_ALONE = (
    "Then nobody but you would see case {to}, as the words of case {part} may mean all the others "
    "who look after it. First say who case {part} is about: /case about {part}"
)
JOINED_MEANWHILE = "Case {reference} has just become part of case {root}. Look at that one first."
#: Characters.
NOTE_LIMIT = 20_000
REASON = 500
#: People in one menu; whoever is beyond them is named by typing.
MOST_OFFERED = 50


@command(
    "case take",
    usage="/case take REFERENCE",
    bare=WITH_CASE,
    may=Act.WORK,
    summary="look after a case yourself",
)
async def take(ask: Ask, desk: Desk) -> Reply:
    """Become the owner."""
    reference, _ = take_reference(ask.words, take.usage)
    me = ask.person.id
    matter = await change(
        desk, ask.person, reference, Act.WORK, lambda c: c.give(me, by=me, at=ask.at)
    )
    return await _shown(ask, matter, desk)


@command(
    "case give",
    usage="/case give REFERENCE to NAME",
    bare=WITH_CASE,
    may=Act.WORK,
    summary="ask somebody to look after a case",
)
async def give(ask: Ask, desk: Desk) -> Reply:
    """Make somebody else the owner, who is told."""
    reference, typed = take_reference(ask.words, give.usage)
    matter = await desk.case_for(ask.person, reference, Act.WORK)
    typed = people.without_to(typed)
    if not typed:
        able = _able_to_look_after(matter, desk)
        options = tuple(
            Choice(p.name, f"case give {matter.case.reference} to id {p.id}")
            for p in able[:MOST_OFFERED]
        )
        question = TO_WHOM.format(reference=matter.case.reference)
        typed_name = f"case give {matter.case.reference} to"
        menu = Choices(options, menu=question, typed=typed_name)
        return matter.shown_in(Reply((Text(question), menu)))
    person = await people.person_meant(typed, desk)
    if person.id not in {p.id for p in _able_to_look_after(matter, desk)}:
        raise matter.refusal(NOT_TO.format(name=person.name, reference=matter.case.reference))
    matter = await change(
        desk,
        ask.person,
        matter,
        Act.WORK,
        lambda c: c.give(person.id, by=ask.person.id, at=ask.at),
    )
    # Their role may have been taken in this very moment.
    await without_lost_owner(desk, matter.case.reference)
    return await _shown(ask, matter, desk)


def _able_to_look_after(matter: Matter, desk: Desk) -> list[Person]:
    """Without those who are told by mail: a case of theirs would count as taken, and lie."""
    return [person for person in able_to_work(matter, desk) if can_answer(person, desk)]


def able_to_work(matter: Matter, desk: Desk) -> list[Person]:
    """Who may be asked to look after a case, or to do a step of it."""
    return who_may_be_told(matter.people.having(WORKERS), matter.summaries, desk)


@command(
    "case note",
    usage="/case note REFERENCE WORDS",
    bare=WITH_CASE,
    may=Act.NOTE,
    summary="add something that you know to a case",
)
async def note(ask: Ask, desk: Desk) -> Reply:
    """Add words to the chronology; reporters add to their own."""
    reference, words = take_reference(ask.words, note.usage)
    try:
        matter = await desk.case_for(ask.person, reference, Act.NOTE)
    except NotYours as refusal:
        if not words:
            raise
        # Whoever wrote that much may take it for kept.
        raise NotYours(f"{refusal} {SEND_AGAIN}", shows=refusal.shows) from refusal
    if not words:
        reference = matter.named.reference
        question = WHAT_TO_NOTE.format(reference=reference)
        return matter.shown_in(Reply((Prompt(question, f"case note {reference}", "Note"),)))
    kept = words[:NOTE_LIMIT]
    me = ask.person.id
    before = matter.named
    matter = await change(
        desk,
        ask.person,
        matter,
        Act.NOTE,
        lambda case: case.note(kept, by=me, at=ask.at),
        named=True,
    )
    said = matter.shown_in(say(NOTED.format(reference=matter.named.reference)))
    return with_question_of_named(said, ask.person, matter, before, matter.named)


@command(
    "case close",
    usage="/case close REFERENCE [OUTCOME] [because REASON]",
    bare=WITH_CASE,
    may=Act.WORK,
    summary="end a case, with its outcome",
)
async def close(ask: Ask, desk: Desk) -> Reply:
    """End a case; asked without an outcome, offer them."""
    reference, typed = take_reference(ask.words, close.usage)
    typed, _, why = typed.partition("because ")
    why = why.strip()
    wanted = typed.strip().lower()
    outcome = _outcome_named(wanted, desk)
    matter = await desk.case_for(ask.person, reference, Act.WORK)
    reference = matter.case.reference
    if outcome is None:
        words = WHICH_OUTCOME if wanted else HOW_CLOSED
        question = words.format(reference=reference, typed=shortened(typed, 40))
        return matter.shown_in(_outcomes(question, reference, desk))

    urgent = [f.what for f in matter.case.follow_ups if f.is_open and f.urgent]
    if urgent and not why:
        question = WHY_CLOSE.format(reference=reference, what=urgent[0])
        prompt = Prompt(question, f"case close {reference} {outcome.key} because", "Reason")
        return matter.shown_in(Reply((prompt,)))
    matter = await _close(ask, reference, outcome, why[:REASON], desk)
    return await _shown(ask, matter, desk)


def _outcome_named(wanted: str, desk: Desk) -> Outcome | None:
    for outcome in desk.procedure.outcome:
        if wanted in (outcome.key, outcome.name.lower()):
            return outcome
    return None


def _outcomes(question: str, reference: str, desk: Desk) -> Reply:
    options = [
        Choice(outcome.name, f"case close {reference} {outcome.key}")
        for outcome in desk.procedure.outcome
    ]
    return Reply((Text(question), Choices(tuple(options))), replaces=True)


async def _close(ask: Ask, reference: str, outcome: Outcome, why: str, desk: Desk) -> Matter:
    """End the root of a matter.

    What its reporter has not called part of it stands alone from then on, unless that would show
    more people what was made of it: then it ends as a part.
    """
    async with desk.store.alone(JOINING):
        matter = await desk.case_for(ask.person, reference, Act.WORK)
        root = matter.case.reference
        if root != reference:
            raise matter.refusal(JOINED_MEANWHILE.format(reference=reference, root=root))
        for part in matter.summaries:
            if part.joined_to == reference and not part.settled:
                await _settle_part(ask, part.reference, matter, desk)
        return await change(
            desk,
            ask.person,
            reference,
            Act.WORK,
            lambda c: c.close(outcome.key, by=ask.person.id, at=ask.at, reason=why),
        )


async def _settle_part(ask: Ask, reference: str, matter: Matter, desk: Desk) -> None:
    """Let it stand alone, or be a part for good."""
    separation = await separation_of(await desk.store.case(reference), matter.around, desk)
    by, at = ask.person.id, ask.at

    def move(case: Case) -> Case:
        if case.settled:
            return case
        if separation.is_for_leaders(is_about=False):
            return case.join(matter.case.reference, by=by, at=at)
        return separation.take_out(case, by=by, at=at)

    await apply(desk, reference, move)


@command(
    "case reopen",
    usage="/case reopen REFERENCE WHY",
    bare=WITH_CASE,
    may=Act.WORK,
    summary="open a case again",
)
async def reopen(ask: Ask, desk: Desk) -> Reply:
    """Open a closed case again, with a reason."""
    reference, why = take_reference(ask.words, reopen.usage)
    matter = await desk.case_for(ask.person, reference, Act.WORK)
    if not why:
        question = WHY_REOPEN.format(reference=matter.case.reference)
        prompt = Prompt(question, f"case reopen {matter.case.reference}", "Reason")
        return matter.shown_in(Reply((prompt,)))
    matter = await change(
        desk,
        ask.person,
        matter,
        Act.WORK,
        lambda c: c.reopen(why[:REASON], by=ask.person.id, at=ask.at),
    )
    return await _shown(ask, matter, desk)


@command(
    "case join",
    usage="/case join REFERENCE to REFERENCE",
    bare=WITH_CASE,
    may=Act.WORK,
    summary="make two cases one; both references go on working",
)
async def join(ask: Ask, desk: Desk) -> Reply:
    """Make the first part of the second."""
    reference, rest = take_reference(ask.words, join.usage)
    rest = re.sub(r"^(to|with|and)\b\s*", "", rest, flags=re.IGNORECASE)
    to, _ = take_reference(rest, join.usage)
    async with desk.store.alone(JOINING):
        target = await desk.case_for(ask.person, to, Act.WORK)
        part = await desk.case_for(ask.person, reference, Act.WORK)
        root = target.case
        if root.reference == part.case.reference:
            raise target.refusal(IN_A_RING.format(reference=part.case.reference, to=to))
        if root.status == Status.CLOSED:
            raise target.refusal(TO_A_CLOSED_ONE.format(to=root.reference))
        if _would_be_alone(ask.person, target, part, desk):
            raise part.refusal(YOU_ALONE.format(part=part.case.reference, to=root.reference))
        matter = await change(
            desk,
            ask.person,
            part,
            Act.WORK,
            lambda c: c.join(root.reference, by=ask.person.id, at=ask.at),
        )
    await without_lost_owner(desk, root.reference)
    return await _shown(ask, matter, desk)


def _would_be_alone(person: Person, target: Matter, part: Matter, desk: Desk) -> bool:
    """Whether nobody else would look after what others look after now, as words of the one may mean
    them. What somebody has said of it may take it from others: that was meant.
    """
    others = [each for each in target.people.having(WORKERS) if each.id != person.id]
    both = (*target.summaries, *part.summaries)
    if who_may_be_told(others, both, desk):
        return False
    lose = who_may_be_told(others, target.summaries, desk)
    return any(access.is_kept_by_words(each, both) for each in lose)


async def _shown(ask: Ask, matter: Matter, desk: Desk) -> Reply:
    return replace(await show_case(ask.person, matter, desk), replaces=True)
