"""What a case is about, how urgent it is, and whether two things are one. Whom it is about:
`subject.py`.

A choice is made for the case that was named, also where it was joined to another. One that its
reporter has not yet called part of another stands alone from the moment that anything is said of
it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from hashlib import sha256

from handlers.cases.pictures.releasing import (
    have_you_seen,
    numbers_released,
    split_listed,
    to_be_seen,
)
from handlers.cases.reporting.next_question import known_to
from handlers.cases.reporting.questions import EVERY, category_named, category_question
from handlers.cases.reporting.reporter_view import answer, part_question
from handlers.cases.separation import separation_of
from handlers.cases.view import show_case
from handlers.commands import WITH_CASE, command
from handlers.desk import JOINING, Ask, Desk, take_reference
from handlers.matter import Matter
from handlers.messages import Choice, Choices, Reply, Text, say
from handlers.rules.access import Act, Relation
from handlers.text.words import listed, shortened
from handlers.workflow.changes import Move, apply, change, without_lost_owner
from handlers.workflow.concerned.own_words import may_say_kind, own_words
from store.model.case import Case, Classification
from store.model.records import SYSTEM, Person, Status
from store.school.procedure import Category

WHICH_CATEGORY = "I know no category “{typed}”. Which of these is it?"
#: Who is told of it stands in the answer below.
NOW_URGENT = "Case {reference} is urgent now."
PART = "Added to case {reference}."
CLOSED_STAYS_APART = "Case {to} is closed, so this is a case of its own."
IN_A_RING = "Case {to} is part of case {reference} already."
NOT_APART = "Case {reference} was joined by a leader; please ask them."
#: Of a case that would stand alone.
LETS_IN = "Then case {reference} can be seen by somebody who does not see it now: {names}. Go on?"
SURE_APART = "Yes, a case of its own"
LEADERS_PART = "Leadership has worked on case {reference} already; please ask them."
NOT_YOUR_OWN = (
    "Others say now what this case is about. You can add a note to it, and read what you sent."
)
OUT_OF_SIGHT = "Done. You no longer see this case; somebody else looks after it."


@command(
    "case category",
    usage="/case category REFERENCE KIND",
    may=Act.CLASSIFY,
    summary="say what a case is mostly about",
    bare=WITH_CASE,
)
async def category(ask: Ask, desk: Desk) -> Reply:
    """Set the category; what waited for that may be fetched from now on, or never."""
    reference, typed = take_reference(ask.words, category.usage)
    chosen, pieces = _chosen(typed, desk)
    matter = await desk.case_for(ask.person, reference, Act.CLASSIFY)
    if chosen is None:
        return _which_category(typed, ask.person, matter, desk)

    _refuse_its_subject(matter, chosen, ask.person)
    alone = await _standing_alone(ask, matter, desk)
    may_let_go = not chosen.withhold and matter.may(ask.person, Act.UNLOCK)
    if may_let_go and matter.named.withheld:
        return have_you_seen(matter, chosen, desk)

    is_about_them = matter.is_about(ask.person)

    def move(case: Case) -> Case:
        if is_about_them and case.category not in (None, chosen.key):
            return case
        numbers = numbers_released(case, ask, pieces)
        if _is_said(case, chosen, ask.person) and not numbers:
            return case
        return _categorised(alone(case), chosen, ask, numbers)

    matter = await change(desk, ask.person, matter, Act.CLASSIFY, move, named=True)
    parts = await _with_the_rest(matter, chosen, ask, desk)
    if chosen.withhold and Relation.REPORTER in matter.relations:
        return await answer(matter, ask.person, desk)
    reply = await next_of(ask, matter, desk)
    for part in parts:
        reply += part_question(part, ask.person, desk)
    if may_let_go and to_be_seen(matter.named):
        reply += have_you_seen(matter, chosen, desk)
    return reply


def _which_category(typed: str, person: Person, matter: Matter, desk: Desk) -> Reply:
    """The question what it is about; with every kind, where something was typed or asked for."""
    known = known_to(person, matter, desk)
    question = category_question(matter.named, known, desk, every=bool(typed))
    if typed == EVERY:
        return replace(matter.asking(question), replaces=True)
    if typed:
        question = say(WHICH_CATEGORY.format(typed=shortened(typed, 40))) + question
    return matter.asking(question)


def _refuse_its_subject(matter: Matter, chosen: Category, person: Person) -> None:
    """Raises Refused where what kind it is of is not this person's to say.

    What they have said themselves they may say again; and first of what they alone have sent, that
    it shows a child undressed.
    """
    case = matter.named
    is_own = own_words(person, case).kind.category == chosen.key
    is_alone = len(matter.summaries) == 1 and set(case.reporters) <= set(person.ids)
    is_undressed = chosen.withhold and case.category is None and is_alone
    if not is_own and not is_undressed and not may_say_kind(person, matter):
        raise matter.refusal(NOT_YOUR_OWN)


def _is_said(case: Case, chosen: Category, person: Person) -> bool:
    """Whether it is of this kind already; of one of its reporters, whether they said so, too."""
    if case.category != chosen.key or case.withheld != chosen.withhold:
        return False
    is_reporter = not set(person.ids).isdisjoint(case.reporters)
    is_to_note = is_reporter and own_words(person, case).kind.category != chosen.key
    # That it is about a child undressed is shown to all of them, and since when is counted.
    return chosen.withhold or not is_to_note


def _chosen(typed: str, desk: Desk) -> tuple[Category | None, int | None]:
    """The category that was typed or tapped, and how many pieces the card had listed."""
    named = category_named(typed, desk)
    if named:
        return named, None
    words, pieces = split_listed(typed)
    return category_named(words, desk), pieces


def _categorised(
    case: Case,
    chosen: Category,
    ask: Ask,
    releases: Collection[int] = frozenset(),
    *,
    by: str = "",
) -> Case:
    """The case, about this; it releases pieces by their numbers.

    `by`: whose word that is, where it is not the asker's.
    """
    said = Classification(
        chosen.key, urgent=chosen.urgent, withhold=chosen.withhold, releases=releases
    )
    return case.categorise(said, by=by or ask.person.id, at=ask.at)


async def _with_the_rest(matter: Matter, chosen: Category, ask: Ask, desk: Desk) -> list[Case]:
    """What the same person sent later, and called part of this, is about the same. Who may not look
    after what is withheld lets go of it.

    No card had listed what came with it: gives the parts of which that still waits.
    """
    if chosen.withhold:
        await without_lost_owner(desk, matter.named.reference)
    waiting = []
    for part in matter.summaries:
        if part.joined_to != matter.named.reference:
            continue
        mine = not set(part.reporters).isdisjoint(ask.person.ids)
        if part.settled and part.category is None and mine:
            case = await apply(desk, part.reference, lambda case: _categorised(case, chosen, ask))
            if case.waiting:
                waiting.append(case)
    return waiting


@command(
    "case urgent",
    usage="/case urgent REFERENCE",
    may=Act.CLASSIFY,
    summary="say that a case cannot wait; leadership is told at once",
    bare=WITH_CASE,
)
async def urgent(ask: Ask, desk: Desk) -> Reply:
    """Tell leadership at once, at any hour; what is urgent of a part is urgent of the whole."""
    reference, _ = take_reference(ask.words, urgent.usage)
    seen = await desk.case_for(ask.person, reference, Act.CLASSIFY)
    alone = await _standing_alone(ask, seen, desk)

    def move(case: Case) -> Case:
        if case.make_urgent(by=ask.person.id, at=ask.at) is case:
            return case
        return alone(case).make_urgent(by=ask.person.id, at=ask.at)

    matter = await change(desk, ask.person, seen, Act.CLASSIFY, move, named=True)
    if matter.named.joined_to:
        root = matter.summaries[0]
        if root.status == Status.OPEN:
            await apply(desk, root.reference, lambda c: c.make_urgent(by=ask.person.id, at=ask.at))
    said = matter.shown_in(say(NOW_URGENT.format(reference=matter.named.reference)))
    return replace(said + await next_of(ask, matter, desk), replaces=True)


@command(
    "case later",
    usage="/case later REFERENCE",
    may=Act.CLASSIFY,
    summary="leave a question open",
    typed=False,
)
async def later(ask: Ask, desk: Desk) -> Reply:
    """Leave the questions open; they are asked again."""
    reference, _ = take_reference(ask.words, later.usage)
    matter = await desk.case_for(ask.person, reference, Act.CLASSIFY)
    return await answer(matter, ask.person, desk, ask_now=False)


@command(
    "case same",
    usage="/case same REFERENCE REFERENCE",
    may=Act.CLASSIFY,
    summary="one's later report is part of one's earlier case",
    typed=False,
)
async def same(ask: Ask, desk: Desk) -> Reply:
    """Make a report of one's own part of another case of one's own."""
    reference, rest = take_reference(ask.words, same.usage)
    to, _ = take_reference(rest, same.usage)
    async with desk.store.alone(JOINING):
        target = await desk.case_for(ask.person, to, Act.CLASSIFY)
        part = await desk.case_for(ask.person, reference, Act.CLASSIFY)
        _refuse_if_about(ask.person, part, target)
        _refuse_ring(part, target)
        root = target.summaries[0]
        if root.status == Status.CLOSED:
            reply = await _apart(ask, reference, desk)
            said = target.shown_in(say(CLOSED_STAYS_APART.format(to=to)))
            return replace(said + reply, replaces=True)
        known = desk.procedure.named(target.named.category)
        if part.named.withheld and part.may(ask.person, Act.UNLOCK):
            # That it is part of another case says nothing of a picture, which nobody has seen.
            known = None

        def move(case: Case) -> Case:
            joined = case.join(root.reference, by=ask.person.id, at=ask.at)
            # What waits is not let go by this: it is asked what that is.
            return _of_the_same_kind(joined, target.named, known, ask, desk) if known else joined

        matter = await change(desk, ask.person, part, Act.CLASSIFY, move, named=True)
    if matter.named.waiting and target.named.category:
        return await answer(matter, ask.person, desk)
    if known is None:
        return await answer(target, ask.person, desk)
    return replace(target.shown_in(say(PART.format(reference=to))), replaces=True)


def _of_the_same_kind(case: Case, target: Case, kind: Category, ask: Ask, desk: Desk) -> Case:
    """A part, of the kind that its whole is of. What others have made of that is no word of the
    reporter's: they have said of the part what they said of the whole.
    """
    said = desk.procedure.named(own_words(ask.person, target).kind.category)
    if said == kind:
        return _categorised(case, kind, ask)
    if said and not said.withhold:
        case = _categorised(case, said, ask)
    return _categorised(case, kind, ask, by=SYSTEM)


def _refuse_if_about(person: Person, part: Matter, target: Matter) -> None:
    """Raises Refused where one of the two is about this person, and the bot has not asked."""
    # Where it was joined for now, it has.
    was_asked = part.named.joined_to is not None and not part.named.settled
    if not was_asked and (target.is_about(person) or part.is_about(person)):
        raise part.refusal(NOT_YOUR_OWN)


def _refuse_ring(part: Matter, target: Matter) -> None:
    """Raises Refused where the case to join to is part of the one to be joined."""
    case = part.named
    if part.summaries[0].reference == target.summaries[0].reference and case.joined_to is None:
        words = IN_A_RING.format(reference=case.reference, to=target.named.reference)
        raise target.refusal(words)


@command(
    "case apart",
    usage="/case apart REFERENCE",
    may=Act.CLASSIFY,
    summary="what was joined is a case of its own again",
    bare=WITH_CASE,
)
async def apart(ask: Ask, desk: Desk) -> Reply:
    """Let a report stand as a case of its own."""
    reference, sure = take_reference(ask.words, apart.usage)
    return await _apart(ask, reference, desk, sure)


async def _apart(ask: Ask, reference: str, desk: Desk, sure: str = "") -> Reply:
    """`sure`: what a button says with which somebody has confirmed whom that lets in."""
    matter = await desk.case_for(ask.person, reference, Act.CLASSIFY)
    case = matter.named
    if case.joined_to is None:
        return await next_of(ask, matter, desk)

    separation = await separation_of(case, matter.around, desk)
    is_about = matter.is_about(ask.person)
    if matter.may(ask.person, Act.WORK):
        mark = _mark_of(separation.lets_in)
        if separation.lets_in and sure != mark:
            return matter.shown_in(_lets_in(case, separation.lets_in, mark))
    elif case.settled or separation.is_for_leaders(is_about=is_about):
        words = NOT_APART if case.settled else LEADERS_PART
        raise matter.refusal(words.format(reference=case.reference))

    def move(case: Case) -> Case:
        if case.joined_to is None:
            return case
        return separation.take_out(case, by=ask.person.id, at=ask.at)

    matter = await change(desk, ask.person, matter, Act.CLASSIFY, move, named=True)
    return await next_of(ask, matter, desk)


def _lets_in(case: Case, people: Iterable[Person], mark: str) -> Reply:
    names = listed(dict.fromkeys(person.name for person in people))
    sure = Choice(SURE_APART, f"case apart {case.reference} {mark}", "danger")
    return Reply((Text(LETS_IN.format(reference=case.reference, names=names)), Choices((sure,))))


def _mark_of(people: Iterable[Person]) -> str:
    """What confirms that these are let in, and no others: nobody types it unasked."""
    ids = "\n".join(sorted(person.id for person in people))
    return sha256(ids.encode()).hexdigest()[:6]


async def _standing_alone(ask: Ask, matter: Matter, desk: Desk) -> Move:
    """The move that lets a report stand alone which its reporter has not yet called part of
    another; none, where that would let somebody see more than they do.
    """
    named = matter.named
    if named.settled:
        return lambda case: case
    separation = await separation_of(named, matter.around, desk)
    if separation.is_for_leaders(is_about=matter.is_about(ask.person)):
        return lambda case: case

    def move(case: Case) -> Case:
        return case if case.settled else separation.take_out(case, by=ask.person.id, at=ask.at)

    return move


async def next_of(ask: Ask, matter: Matter, desk: Desk) -> Reply:
    """Reporters get the next question; others see the case."""
    if not matter.relations:
        return replace(say(OUT_OF_SIGHT), replaces=True)
    if Relation.REPORTER in matter.relations and matter.case.owner not in ask.person.ids:
        return await answer(matter, ask.person, desk)
    return replace(await show_case(ask.person, matter, desk), replaces=True)
