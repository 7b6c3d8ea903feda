"""Whom a case is about.

From the moment that it is said, that person no longer sees that the case exists.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from handlers.cases.classify import NOT_YOUR_OWN, next_of
from handlers.cases.concerned.none_of_them import NoneOfThem
from handlers.cases.concerned.who_is_meant import (
    LISTED,
    ONLY,
    Said,
    none_of_those_meant,
    several_names,
    subject_meant,
)
from handlers.cases.reporting.next_question import (
    SHORT_LIST,
    appointed_to_settle,
    known_to,
    named_mark,
    subject_to_settle,
    which_of,
    words_to_settle,
)
from handlers.cases.reporting.questions import subject_question, subjects_words
from handlers.commands import WITH_CASE, command
from handlers.desk import Ask, Desk, take_reference
from handlers.matter import Matter
from handlers.messages import LONGEST_COMMAND, Choice, Choices, Part, Prompt, Reply, Text
from handlers.rules import access
from handlers.rules.access import Act
from handlers.rules.names.offices import LIKE_THE_HEAD
from handlers.rules.names.words import same_name
from handlers.text.words import listed
from handlers.workflow import people
from handlers.workflow.changes import change, without_lost_owner
from handlers.workflow.concerned.candidates import with_owner_again
from handlers.workflow.concerned.own_words import may_say_whom, may_settle, own_words
from store.model.case import Case
from store.model.records import About, Person, Status, Subject, ids_of

WHICH_PERSON = "Which member of staff?"
TAP_OR_TYPE = f"{WHICH_PERSON} Tap a name, or type it."
ME = "Me"
SOMEBODY_ELSE = "Somebody else"
NOT_SURE_WHO = "Not sure who"
NAME_THEM = "Who is it? Type the name. “Me” or “not sure” will do as well."
NOT_TO_TAKE_BACK = (
    "Only whoever looks after the case can say that it is not about somebody. Please tell them. "
    "You can still name somebody else as well."
)
NOT_TO_LET_IN = (
    "Leadership looks after that now, so only they can say that somebody is not meant. Please tell "
    "them."
)
ADDED = "That is added to what was said before."
INSTEAD_OF = "In place of: {name}"
LETS_IN = (
    "Then case {reference} can be seen by somebody who must not see it now: {names}. Is that right?"
)
MEANWHILE = (
    "Somebody else has just said something of case {reference}, so I have changed nothing. Please "
    "look at it, and say it again."
)
SURE = "Yes, it is not about them"
SURE_TYPED = "If so, type: /{command}"
#: Words that stand before what is to take the place of what was said; once that is confirmed, see
#: `sure_word`.
INSTEAD, SURELY = "instead", "surely"


@command(
    "case about",
    usage="/case about REFERENCE WHO",
    may=Act.CLASSIFY,
    summary="say who a case is about: school, head, pupil, parent, website, me, or a name",
    bare=WITH_CASE,
)
async def about(ask: Ask, desk: Desk) -> Reply:
    """Name a subject, besides those that there are; asked without one, ask.

    Words that may mean several people are kept at once, and all of them are its subjects until
    somebody has said which of them it is. To take one back is for those who look after the case.
    """
    reference, typed = take_reference(ask.words, about.usage)
    matter = await desk.case_for(ask.person, reference, Act.CLASSIFY)
    if not may_say_whom(ask.person, matter):
        raise matter.refusal(NOT_YOUR_OWN)
    if not typed:
        known = known_to(ask.person, matter, desk)
        return matter.asking(subject_question(matter.named, known, desk))

    said = Said.parse(typed)
    if said.kind == Subject.STAFF and said.name in ("", "?"):
        return matter.asking(await short_list(ask.person, matter.named, said.name == "?", desk))
    if takes_back(said):
        return await _instead(ask, matter, said, desk)
    none = NoneOfThem.parse(said.whole)
    if none is None:
        return await _somebody(ask, matter, said, desk)
    if none.somebody:
        return await _somebody(ask, matter, Said.parse(none.somebody), desk, none_of_words=True)
    return await _none(ask, matter, none.mark, desk)


def takes_back(said: Said) -> bool:
    """Tell whether what is said is to take the place of what was said before."""
    return said.kind == INSTEAD or said.kind.startswith(SURELY)


async def _somebody(
    ask: Ask, matter: Matter, said: Said, desk: Desk, *, none_of_words: bool = False
) -> Reply:
    """Name a subject. `none_of_words`: it is said besides that nobody else whom the case's words
    name is meant.
    """
    if matter.whole and any(subject.is_of_matter for subject in matter.named.subjects):
        # They say it for whoever is kept from it until then, and are told whom that lets in.
        return await _instead(ask, matter, replace(said, kind=INSTEAD, name=said.whole), desk)

    named = await _subjects(said, ask.person, matter.named, desk)

    def move(case: Case) -> Case:
        for each in named:
            case = _concerned(case, each, matter, ask)
        return _about_none_of_words(case, matter, "", ask) if none_of_words else case

    before = matter.named.subjects
    act = act_of_naming(named, matter.named)
    matter = await change(desk, ask.person, matter, act, move, named=True)
    await without_lost_owner(desk, matter.named.reference)
    return await _next(ask, matter, before, said, desk)


def act_of_naming(named: Iterable[About], case: Case) -> Act:
    """What naming these is. Of a closed case, too, its reporters may name somebody who may work
    here: it opens again by that.
    """
    is_closed = case.status == Status.CLOSED
    return Act.NOTE if is_closed and any(map(access.may_be_somebody, named)) else Act.CLASSIFY


def _concerned(case: Case, about: About, matter: Matter, ask: Ask) -> Case:
    """The case, about somebody as well: it is said of them what was open, or they are added."""
    by, at = ask.person.id, ask.at
    if _answers_at_last(about, matter, case, ask.person):
        return case.concern(about, by=by, at=at)
    answered = _answered_by(about, matter, case, ask.person)
    if not answered:
        return _with_another(case, about, ask)
    if about.nobody_of:
        # What was said stays: it may mean somebody who joins later.
        about = replace(about, name=answered[0].name)
    return case.concern_instead(answered, about, by=by, at=at)


def _answered_by(about: About, matter: Matter, case: Case, person: Person) -> list[About]:
    """What was open of whom it is about and is settled by this, as far as they may say so."""
    answered = []
    for subject in case.subjects:
        # That words mean whom they name lets nobody in.
        may = subject.is_of_words or may_settle(person, matter, case, subject)
        if may and answers(about, subject):
            answered.append(subject)
    return answered


def _with_another(case: Case, about: About, ask: Ask) -> Case:
    """The case, about somebody besides those who were named; the same where that is no news."""
    by, at = ask.person.id, ask.at
    is_said_already = not all(each.is_of_words for each in case.subjects)
    if about.subject == Subject.UNSURE and is_said_already:
        return case
    vague = list(filter(_is_left_open, case.subjects))
    if 0 < len(vague) < len(case.subjects):
        # That they were not sure stood beside those whom pictures or accounts have named by then.
        about = replace(about, not_meant=_not_meant_in(vague))
        return case.concern_instead(vague, about, by=by, at=at)
    if about in case.subjects and about.label in own_words(ask.person, case).labels:
        return case
    if any(map(access.may_be_somebody, case.subjects)):
        return case.concern_also(about, by=by, at=at)
    return case.concern(about, by=by, at=at)


def _is_left_open(about: About) -> bool:
    """Whether somebody has said that they are not sure."""
    return about.subject == Subject.UNSURE and not about.candidates


def _not_meant_in(said: Iterable[About]) -> tuple[str, ...]:
    return tuple(id for each in said for id in each.not_meant)


def _answers_at_last(about: About, matter: Matter, case: Case, person: Person) -> bool:
    """Whether somebody says whom a case is about that was taken out of a matter, which they may."""
    subjects = case.subjects
    is_open = bool(subjects) and all(subject.is_of_matter for subject in subjects)
    is_answer = about.subject != Subject.UNSURE
    return is_open and is_answer and all(may_settle(person, matter, case, s) for s in subjects)


def answers(about: About, open_one: About) -> bool:
    """Tell whether it says which of those it is whom earlier words may mean, or that it is none."""
    if not open_one.candidates:
        return False
    is_one_of_them = not {about.person, *about.heads}.isdisjoint(open_one.candidates)
    is_name = bool(about.nobody_of) and not open_one.is_of_words
    is_none_of_them = is_name and open_one.name.startswith(about.name)
    is_head = about.subject == Subject.HEAD and bool(LIKE_THE_HEAD.search(open_one.name))
    return is_one_of_them or is_none_of_them or is_head


async def _next(ask: Ask, matter: Matter, before: Sequence[About], said: Said, desk: Desk) -> Reply:
    """What is to be asked next: who was meant, or whether somebody was added by mistake."""
    unsettled = subject_to_settle(ask.person, matter)
    if unsettled:
        return matter.asking(await which_of(matter.named, unsettled, desk))
    reply = await next_of(ask, matter, desk)
    was_added = len(matter.named.subjects) > len(before) > 0
    if not was_added or not matter.whole:
        return reply
    command = f"case about {matter.named.reference} {INSTEAD} {said.whole}".encode()
    if len(command) > LONGEST_COMMAND:
        return reply
    instead = Choice(INSTEAD_OF.format(name=subjects_words(before)), command.decode())
    return reply + Reply((Text(ADDED), Choices((instead,))))


async def _instead(ask: Ask, matter: Matter, said: Said, desk: Desk) -> Reply:
    """Say whom it is about in place of all that was said before, once it is seen who is let in."""
    if not matter.whole:
        raise matter.refusal(NOT_TO_TAKE_BACK)
    reference = matter.named.reference
    wanted = Said.parse(said.name)
    named = await _subjects(wanted, ask.person, matter.named, desk)

    before = matter.named.subjects
    after = matter.named.changed(about=named[0], also_about=tuple(named[1:]))
    everybody = await desk.store.people()
    let_in = access.let_in(everybody, matter.summaries, matter.having(after))
    # Somebody may have been named since it was asked.
    sure_of_these = sure_word(before)
    if let_in and said.kind != sure_of_these:
        names = listed(dict.fromkeys(person.name for person in let_in))
        question = LETS_IN.format(reference=reference, names=names)
        sure = sure_part(SURE, f"case about {reference} {sure_of_these} {wanted.whole}")
        return matter.shown_in(Reply((Text(question), sure)))

    not_meant = ids_of(let_in)

    def move(case: Case) -> Case:
        if sure_word(case.subjects) != sure_of_these:
            # Somebody was named in this very moment, of whom nobody was asked.
            raise matter.refusal(MEANWHILE.format(reference=reference))
        by, at = ask.person.id, ask.at
        first, *others = named
        first = replace(first, not_meant=(*first.not_meant, *not_meant))
        case = case.concern_instead(case.subjects, first, by=by, at=at)
        for each in others:
            case = case.concern_also(each, by=by, at=at)
        return case

    matter = await change(desk, ask.person, matter, Act.CLASSIFY, move, named=True)
    await without_lost_owner(desk, reference)
    return await _next(ask, matter, (), said, desk)


async def _none(ask: Ask, matter: Matter, of: str, desk: Desk) -> Reply:
    """Say that it is about nobody whom its words name besides: these are let in.

    `of`: whom a button speaks of; where the words name others by now, it is asked again.
    """

    def move(case: Case) -> Case:
        named = words_to_settle(ask.person, matter, case)
        is_of_others = of and named and of != named_mark(named)
        return case if is_of_others else _about_none_of_words(case, matter, of, ask)

    matter = await change(desk, ask.person, matter, Act.CLASSIFY, move, named=True)
    return await next_of(ask, matter, desk)


def _about_none_of_words(case: Case, matter: Matter, of: str, ask: Ask) -> Case:
    """The case, about none of those whom its words name besides, as far as that is theirs to say.

    Raises Refused where none of it is.
    """
    named = words_to_settle(ask.person, matter, case)
    if of and not named:
        appointed = appointed_to_settle(ask.person, matter, case)
        # By its own button alone: "none of them", typed, was said of others.
        named = [appointed] if appointed and of == named_mark([appointed]) else []
    if named:
        named = [*named, *_appointed_by_nobody_now(case, named)]
        case = case.concern_none(named, by=ask.person.id, at=ask.at)
        return with_owner_again(case, ask.person, ask.at)
    if any(each.is_of_words for each in case.subjects):
        raise matter.refusal(NOT_TO_LET_IN)
    return case


def _appointed_by_nobody_now(case: Case, not_meant: Collection[About]) -> list[About]:
    """Those given a role, where it is kept from nobody any more who can have given it."""
    others = [each for each in case.concerned if each not in not_meant and not each.appointed]
    if any(map(access.may_be_somebody, others)):
        return []
    return [each for each in case.subjects if each.appointed and each not in not_meant]


def sure_word(before: Collection[About]) -> str:
    """What confirms that these are taken back, and no others: nobody types it unasked."""
    return f"{SURELY}{named_mark(before)}"


def sure_part(label: str, command: str) -> Part:
    """The button that confirms it; where it holds no such long name, what to type."""
    if len(command.encode()) > LONGEST_COMMAND:
        return Text(SURE_TYPED.format(command=command))
    return Choices((Choice(label, command, "danger"),))


async def _subjects(said: Said, asker: Person, case: Case, desk: Desk) -> list[About]:
    """Whom the words mean: one, or each of several who are named in them. Raises Refused."""
    if said.kind == ONLY:
        settled = none_of_those_meant(said.name, case.subjects)
        if settled:
            return [settled]
        said = Said.parse(said.name)
    names = await several_names(said, said.wanted, desk)
    if len(names) < 2:
        return [await subject_meant(said, asker, desk)]
    return [await subject_meant(Said.parse(name), asker, desk) for name in names]


async def short_list(
    asker: Person, case: Case, typing: bool, desk: Desk, *, verb: str = "about"
) -> Reply:
    """A few names to tap; in a larger school, or for another name, a box to type it in."""
    about = f"case {verb} {case.reference}"
    everybody = sorted(await desk.store.people(), key=lambda p: p.name.lower())
    is_reporter = not set(asker.ids).isdisjoint(case.reporters)
    options = []
    for person in people.one_of_each_name(everybody):
        # A reporter is asked for as “Me”.
        if not is_reporter or same_name(person.name) != same_name(asker.name):
            options.append(Choice(person.name, f"{about} id {person.id}"))
    options += _listed_by_school(about, everybody, desk)
    if typing or len(options) > SHORT_LIST:
        return Reply((Prompt(NAME_THEM, f"{about} {Subject.STAFF}", "Name", short=True),))

    if is_reporter:
        options.append(Choice(ME, f"{about} {Subject.ME}"))
    options.append(Choice(SOMEBODY_ELSE, f"{about} {Subject.STAFF} ?"))
    options.append(Choice(NOT_SURE_WHO, f"{about} {Subject.STAFF} {Subject.UNSURE}"))
    menu = Choices(tuple(options), menu=TAP_OR_TYPE, typed=f"{about} {Subject.STAFF}")
    # What is to be done about a child undressed stays in sight.
    return Reply((Text(TAP_OR_TYPE), menu), replaces=not case.withheld)


def _listed_by_school(about: str, everybody: Iterable[Person], desk: Desk) -> list[Choice]:
    """The names of `staff` in school.toml that nobody here has, where a button holds them."""
    names = {same_name(person.name) for person in everybody}
    options = []
    for name in desk.calendar.school.staff:
        command = f"{about} {LISTED} {name}"
        if same_name(name) not in names and len(command.encode()) <= LONGEST_COMMAND:
            options.append(Choice(name, command))
    return options
