"""What a case is about, whom, how urgent, and whether two things are one."""

from __future__ import annotations

from dataclasses import replace

from handlers import people
from handlers.access import Act, Relation
from handlers.answers import answer, stop
from handlers.changes import change
from handlers.commands import WITH_CASE, command
from handlers.desk import Ask, Desk, Matter, take_reference
from handlers.messages import Choice, Choices, Prompt, Refused, Reply, Text, say
from handlers.questions import SUBJECTS, category_question, subject_question
from handlers.view import shown
from handlers.words import shortened
from store.procedure import Category
from store.records import About, Case, Person, Role, Subject

WHICH_CATEGORY = "I know no category “{typed}”. Which of these is it?"
STAYS = "Case {reference} is about a child undressed. Only the safeguarding lead can change that now."
WHICH_PERSON = "Which member of staff?"
SOMEBODY_ELSE = "Somebody else"
NAME_THEM = "Who is it? Type the name."
DID_YOU_MEAN = "Did you mean one of these?"
NOBODY_OF_THESE = "No, somebody else"
NOW_URGENT = "Case {reference} is urgent now. Leadership is being told."
PART = "Added to case {reference}."
OUT_OF_SIGHT = "Done. You no longer see this case; somebody else looks after it."
NOT_YOUR_CASE = "That case is not open, or not yours."
SHORT_LIST = 12


@command(
    "case category",
    usage="/case category REFERENCE KIND",
    bare=WITH_CASE,
    may=Act.CLASSIFY,
    summary="say what a case is mostly about",
)
async def category(ask: Ask, desk: Desk) -> Reply:
    """Set the category; what waited for that may be fetched from now on, or never."""
    reference, typed = take_reference(ask.words, category.usage)
    chosen = _category_named(typed, desk)
    if chosen is None:
        matter = await desk.case_for(ask.person, reference, Act.CLASSIFY)
        lead = [Text(WHICH_CATEGORY.format(typed=shortened(typed, 40)))] if typed else []
        return Reply(tuple(lead)) + category_question(matter.case, desk)

    def move(case: Case) -> Case:
        if case.category == chosen.key and not case.waiting:
            return case
        before = desk.procedure.named(case.category)
        if before and before.withhold and not chosen.withhold and not ask.person.has(Role.DSL):
            raise Refused(STAYS.format(reference=case.reference))
        return case.categorise(
            chosen.key, urgent=chosen.urgent, withhold=chosen.withhold, by=ask.person.id, at=ask.at
        )

    matter = await change(desk, ask.person, reference, Act.CLASSIFY, move)
    for part in await desk.store.joined_to(matter.case.reference):
        if part.settled and part.category is None and ask.person.id in part.reporters:
            await change(desk, ask.person, part.reference, Act.CLASSIFY, move, part=True)
    if chosen.withhold and Relation.REPORTER in matter.relations:
        return stop(matter.case, desk)
    return await _next(ask, matter, desk)


def _category_named(typed: str, desk: Desk) -> Category | None:
    wanted = typed.strip().lower()
    return next((c for c in desk.procedure.category if wanted in (c.key, c.name.lower())), None)


@command(
    "case about",
    usage="/case about REFERENCE WHO",
    bare=WITH_CASE,
    may=Act.CLASSIFY,
    summary="say whom a case is about: school, head, pupil, parent, me, or a name",
)
async def about(ask: Ask, desk: Desk) -> Reply:
    """Name the subject, who from that moment no longer sees that the case exists."""
    reference, typed = take_reference(ask.words, about.usage)
    matter = await desk.case_for(ask.person, reference, Act.CLASSIFY)
    if not typed:
        return subject_question(matter.case)
    kind, _, name = typed.partition(" ")
    kind, name = kind.lower(), name.strip()
    if kind == Subject.STAFF and not name:
        return await _short_list(matter.case, desk)
    if kind == Subject.STAFF and name == "?":
        return Reply((Prompt(NAME_THEM, f"case about {reference} {Subject.STAFF}", "Name", short=True),))
    named = await _subject(ask, kind, name, typed, desk)
    if isinstance(named, list):
        return _who_of(matter.case, named, name or typed)
    matter = await change(
        desk, ask.person, reference, Act.CLASSIFY, lambda c: c.concern(named, by=ask.person.id, at=ask.at)
    )
    return await _next(ask, matter, desk)


async def _subject(ask: Ask, kind: str, name: str, typed: str, desk: Desk) -> About | list[Person]:
    """Whom the words mean; a list where they could mean several of the people we know."""
    if kind == "id" and name:
        return _about(await people.known(name, desk))
    if kind == "only":
        return About(Subject.STAFF, name=shortened(name, 80))
    wanted = name if kind == Subject.STAFF else typed
    subject = _subject_named(wanted)
    if subject == Subject.ME:
        return About(Subject.ME, person=ask.person.id)
    if subject:
        return About(subject)
    if kind in (Subject.PUPIL, Subject.PARENT):
        return About(kind, name=shortened(name, 80))
    found = await people.matching(wanted, desk)
    if len(found) == 1 and found[0].name.lower() == wanted.lower():
        return _about(found[0])
    return found or About(Subject.STAFF, name=shortened(wanted, 80))


def _subject_named(words: str) -> str | None:
    """`the school`, `School`, `head teacher` -> the subject, unless somebody is named."""
    wanted = " ".join(w for w in words.lower().split() if w not in ("a", "the", "about"))
    if wanted in ("head", "headteacher", "head teacher"):
        return Subject.HEAD
    return next(
        (key for key, label in SUBJECTS if wanted in (key, label.lower()) and key != Subject.STAFF), None
    )


def _about(person: Person) -> About:
    return About(Subject.HEAD if person.has(Role.HEAD) else Subject.STAFF, person.id, person.name)


async def _short_list(case: Case, desk: Desk) -> Reply:
    everybody = sorted(await desk.store.people(), key=lambda p: p.name.lower())
    named = {p.name for p in everybody}
    options = [Choice(p.name, f"case about {case.reference} id {p.id}") for p in everybody]
    options += [
        Choice(name, command)
        for name in desk.calendar.school.staff
        if name not in named and len((command := f"case about {case.reference} only {name}").encode()) <= 64
    ]
    other = Choice(SOMEBODY_ELSE, f"case about {case.reference} staff ?")
    if len(options) > SHORT_LIST:
        options = []
    return Reply((Text(WHICH_PERSON), Choices((*options, other), menu=WHICH_PERSON)), replaces=True)


def _who_of(case: Case, found: list[Person], name: str) -> Reply:
    options = [Choice(p.name, f"case about {case.reference} id {p.id}") for p in found[:SHORT_LIST]]
    command = f"case about {case.reference} only {name}".encode()[:64].decode(errors="ignore")
    return Reply((Text(DID_YOU_MEAN), Choices((*options, Choice(NOBODY_OF_THESE, command)))), replaces=True)


@command(
    "case urgent",
    usage="/case urgent REFERENCE",
    bare=WITH_CASE,
    may=Act.CLASSIFY,
    summary="say that a case cannot wait; leadership is told at once",
)
async def urgent(ask: Ask, desk: Desk) -> Reply:
    """Tell leadership at once, at any hour."""
    reference, _ = take_reference(ask.words, urgent.usage)
    matter = await change(
        desk, ask.person, reference, Act.CLASSIFY, lambda c: c.make_urgent(by=ask.person.id, at=ask.at)
    )
    said = say(NOW_URGENT.format(reference=matter.case.reference))
    return replace(said + await _next(ask, matter, desk), replaces=True)


@command(
    "case later",
    usage="/case later REFERENCE",
    bare=WITH_CASE,
    may=Act.CLASSIFY,
    summary="leave a question open",
    typed=False,
)
async def later(ask: Ask, desk: Desk) -> Reply:
    """Go on to the next question, leaving this one open."""
    reference, question = take_reference(ask.words, later.usage)
    matter = await desk.case_for(ask.person, reference, Act.CLASSIFY)
    skip = {"category"} if question == "category" else {"category", "about"}
    return await answer(matter, ask.person, desk, skip=frozenset(skip))


@command(
    "case same",
    usage="/case same REFERENCE REFERENCE",
    bare=WITH_CASE,
    may=Act.CLASSIFY,
    summary="one's later report is part of one's earlier case",
    typed=False,
)
async def same(ask: Ask, desk: Desk) -> Reply:
    """Make a report of one's own part of another case of one's own."""
    reference, rest = take_reference(ask.words, same.usage)
    to, _ = take_reference(rest, same.usage)
    target = await desk.case_for(ask.person, to, Act.CLASSIFY)
    if Relation.REPORTER not in target.relations and not target.whole:
        raise Refused(NOT_YOUR_CASE)
    known = desk.procedure.named(target.case.category)

    def move(case: Case) -> Case:
        joined = case.join(target.case.reference, by=ask.person.id, at=ask.at)
        if known and not known.withhold:
            joined = joined.categorise(known.key, urgent=False, withhold=False, by=ask.person.id, at=ask.at)
        return joined

    await change(desk, ask.person, reference, Act.CLASSIFY, move, part=True)
    if known is None:
        return await answer(target, ask.person, desk)
    return replace(say(PART.format(reference=target.case.reference)), replaces=True)


@command(
    "case apart",
    usage="/case apart REFERENCE",
    bare=WITH_CASE,
    may=Act.CLASSIFY,
    summary="one's later report is a case of its own",
    typed=False,
)
async def apart(ask: Ask, desk: Desk) -> Reply:
    """Let a report stand as a case of its own."""
    reference, _ = take_reference(ask.words, apart.usage)
    matter = await change(
        desk,
        ask.person,
        reference,
        Act.CLASSIFY,
        lambda c: c.part(by=ask.person.id, at=ask.at) if c.joined_to else c,
        part=True,
    )
    return await answer(matter, ask.person, desk)


async def _next(ask: Ask, matter: Matter, desk: Desk) -> Reply:
    """Reporters get the next question; others see the case."""
    if not matter.relations:
        return replace(say(OUT_OF_SIGHT), replaces=True)
    if matter.case.owner not in ask.person.ids and Relation.REPORTER in matter.relations:
        return await answer(matter, ask.person, desk)
    return replace(await shown(ask.person, matter, desk), replaces=True)
