"""The next question about a case: whom it is about, which of several, and then what.

It is asked of its reporter, by whatever shows them the case.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from hashlib import sha256

from handlers.cases.reporting.questions import Known, category_question, subject_question
from handlers.desk import Desk
from handlers.matter import Matter, People
from handlers.messages import LONGEST_COMMAND, Choice, Choices, Reply, Text
from handlers.rules.names.offices import LIKE_THE_HEAD
from handlers.text.words import listed
from handlers.workflow.concerned.own_words import may_say_kind, may_say_whom, may_settle, own_words
from handlers.workflow.people import one_of_each_name
from store.model.case import Case
from store.model.records import About, Person, Status

DID_YOU_MEAN = "Did you mean one of these?"
NOBODY_OF_THESE = "No, somebody else"
#: Of whom the words name besides whom it is said to be about.
APPOINTED = "{name} was given a role by somebody from whom this case is kept. Shall {name} see it?"
APPOINTED_MAY = "Yes, show it to {name}"
WORDS_MAY_MEAN = "The words may mean {names}. Is it about them, or did they post it?"
YES = "Yes: {name}"
NOT_ABOUT_THEM = "No, it is not about them"
#: In place of a name: those whom the words may mean are not meant.
NONE = "none"
#: People to choose from.
SHORT_LIST = 12


async def next_question(person: Person, matter: Matter, desk: Desk) -> Reply | None:
    """The first question that is open to this person; None where none is.

    Whom it is about is not asked of somebody who is, or may be, whom it is about.
    """
    case = matter.named
    if case.status == Status.CLOSED:
        return None
    known = known_to(person, matter, desk)
    if may_say_whom(person, matter) and _is_whom_open(matter, known):
        return subject_question(case, known, desk)
    unsettled = subject_to_settle(person, matter)
    if unsettled:
        return await which_of(case, unsettled, desk)
    if _is_kind_open(person, matter):
        return category_question(case, known, desk)
    return named_question(person, matter, case)


def subject_to_settle(person: Person, matter: Matter) -> About | None:
    """The first name that may mean several people, of which this person may say who it is."""
    case = matter.named
    for subject in case.subjects:
        is_asked = subject.candidates and subject.name and not subject.is_of_words
        if is_asked and may_settle(person, matter, case, subject):
            return subject
    return None


def named_question(person: Person, matter: Matter, case: Case) -> Reply | None:
    """Is it about those whom the words name besides? None where that is not open to this person.

    Until it is answered, they are shut out.
    """
    named = words_to_settle(person, matter, case)
    if not named:
        appointed = appointed_to_settle(person, matter, case)
        return _appointed_question(appointed, case) if appointed else None
    about = f"case about {case.reference}"
    question = WORDS_MAY_MEAN.format(names=listed((each.name for each in named), "or"))
    options = []
    for each in named:
        options.append(Choice(YES.format(name=each.name), f"{about} id {each.candidates[0]}"))
    options.append(Choice(NOT_ABOUT_THEM, f"{about} {NONE} {named_mark(named)}"))
    return Reply((Text(question), Choices(tuple(options))), replaces=not case.withheld)


def _appointed_question(appointed: About, case: Case) -> Reply:
    """Asked of one at a time, and with no other answer: as long as nobody says yes, it is no."""
    command = f"case about {case.reference} {NONE} {named_mark([appointed])}"
    choice = Choice(APPOINTED_MAY.format(name=appointed.name), command)
    question = Text(APPOINTED.format(name=appointed.name))
    return Reply((question, Choices((choice,))), replaces=not case.withheld)


async def question_of_insiders(
    person: Person, matter: Matter, case: Case, desk: Desk
) -> Reply | None:
    """Which of several is meant, by what was said or by words: to those who look after it.

    Its reporter answers no more from when somebody else has worked on it.
    """
    unsettled = subject_to_settle(person, matter)
    if unsettled:
        return await which_of(case, unsettled, desk)
    for poster in case.posters:
        if poster.candidates and poster.name and may_settle(person, matter, case, poster):
            return await which_of(case, poster, desk, verb="posted")
    return named_question(person, matter, case)


def with_question_of_named(
    reply: Reply, person: Person, matter: Matter, before: Case, case: Case
) -> Reply:
    """A reply to somebody's words, and whether it is about those whom they have just named.

    `before`, `case`: the case in which they wrote, as it was and as it is.
    """
    named = [each for each in case.subjects if each.is_of_words]
    if set(named) <= set(before.subjects):
        return reply
    question = named_question(person, matter, case)
    return reply + question if question else reply


def words_to_settle(person: Person, matter: Matter, case: Case) -> list[About]:
    """Those whom the words name besides, of whom this person may say whether they are meant."""
    named = (each for each in case.subjects if each.is_of_words and not each.appointed)
    return [each for each in named if may_settle(person, matter, case, each)]


def appointed_to_settle(person: Person, matter: Matter, case: Case) -> About | None:
    """The first of those given a role by somebody from whom the case is kept, whom this person may
    let see it.
    """
    for each in case.subjects:
        if each.appointed and may_settle(person, matter, case, each):
            return each
    return None


def named_mark(named: Iterable[About]) -> str:
    """Six digits by which a button knows these and no others."""
    facts = "\n".join(f"{each.label} {each.person} {each.candidates}" for each in named)
    return sha256(facts.encode()).hexdigest()[:6]


def known_to(person: Person, matter: Matter, desk: Desk) -> Known:
    """All of it; to its reporter, what they have said of it themselves."""
    if matter.whole:
        return Known.all_of(matter.named)
    said = own_words(person, matter.named)
    return Known(said.subjects, said.kind.is_urgent(desk.procedure))


def _subjects_said(matter: Matter, known: Known) -> Collection[About]:
    """Those of the subjects that somebody knows whom anybody has named."""
    if not matter.whole:
        return known.subjects
    return [each for each in known.subjects if not (each.is_of_matter or each.is_of_words)]


def _is_kind_open(person: Person, matter: Matter) -> bool:
    """Whether it is to be said of what kind it is, by this person."""
    case = matter.named
    if case.category is not None:
        # Of what waits, whoever sent it is asked again.
        return bool(case.waiting)
    return matter.whole or may_say_kind(person, matter)


def _is_whom_open(matter: Matter, known: Known) -> bool:
    """Whether it is not known to this person whom it is about, nor whom that is about which it was
    joined to.
    """
    case = matter.named
    subjects = _subjects_said(matter, known)
    if case.joined_to is None or subjects:
        return not subjects
    mine = [each for each in matter.summaries if not set(each.reporters).isdisjoint(case.reporters)]
    return not any(each.subjects for each in mine)


async def which_of(case: Case, subject: About, desk: Desk, *, verb: str = "about") -> Reply:
    """Which of those is it whom the words may mean?"""
    about, name = f"case {verb} {case.reference}", subject.name
    found = People(await desk.store.having((), subject.candidates))
    options = []
    if LIKE_THE_HEAD.search(name):
        options.append(Choice("The headteacher", f"{about} head"))
    known = [person for id in subject.candidates if (person := found.get(id))]
    for person in one_of_each_name(known)[:SHORT_LIST]:
        options.append(Choice(person.name, f"{about} id {person.id}"))
    # A name that is cut in the middle of a character loses that character.
    otherwise = f"{about} only {name}".encode()[:LONGEST_COMMAND].decode(errors="ignore")
    options.append(Choice(NOBODY_OF_THESE, otherwise))
    # What is to be done about a child undressed stays in sight.
    replaces = not case.withheld
    return Reply((Text(DID_YOU_MEAN), Choices(tuple(options))), replaces=replaces)
