"""Who posted what was passed on: a fact of its own, apart from whom the case is about.

A colleague who posted it no longer sees that the case exists, as if it were about them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from handlers.cases.classify import NOT_YOUR_OWN, next_of
from handlers.cases.concerned.poster_words import OF, poster_question, posters_words
from handlers.cases.concerned.subject import (
    ADDED,
    INSTEAD,
    INSTEAD_OF,
    LETS_IN,
    MEANWHILE,
    act_of_naming,
    answers,
    short_list,
    sure_part,
    sure_word,
    takes_back,
)
from handlers.cases.concerned.who_is_meant import (
    LONGEST,
    ONLY,
    Said,
    none_of_those_meant,
    of_no_staff,
    several_names,
    subject_meant,
)
from handlers.cases.reporting.next_question import which_of
from handlers.commands import WITH_CASE, command
from handlers.desk import Ask, Desk, take_reference
from handlers.matter import Matter
from handlers.messages import LONGEST_COMMAND, Choice, Choices, Prompt, Reply, Text
from handlers.rules import access
from handlers.rules.access import Act
from handlers.rules.names.alike import account_words, may_be_account
from handlers.rules.names.several import is_account
from handlers.text.words import listed, shortened
from handlers.workflow import people
from handlers.workflow.changes import change, without_lost_owner
from handlers.workflow.concerned.own_words import may_say_whom, may_settle, own_words
from store.model.case import Case
from store.model.records import About, Person, Poster, Role, Subject

WHAT_ACCOUNT = "What is the account or page called?"
NOT_TO_TAKE_BACK = (
    "Only whoever looks after the case can say that somebody did not post it. Please tell them. "
    "You can still name somebody else as well."
)
SURE_POSTER = "Yes, they did not post it"

#: What people begin with, and which of the kinds that is. What follows says more of them.
KINDS = {
    "parent": Poster.PARENT,
    "parents": Poster.PARENT,
    "mother": Poster.PARENT,
    "mum": Poster.PARENT,
    "father": Poster.PARENT,
    "dad": Poster.PARENT,
    "carer": Poster.PARENT,
    "pupil": Poster.PUPIL,
    "pupils": Poster.PUPIL,
    "student": Poster.PUPIL,
    "child": Poster.PUPIL,
    "colleague": Poster.STAFF,
    "member of staff": Poster.STAFF,
    "staff": Poster.STAFF,
    "account": Poster.ACCOUNT,
    "page": Poster.ACCOUNT,
    "handle": Poster.ACCOUNT,
    "profile": Poster.ACCOUNT,
}
ARTICLES = ("a ", "an ", "the ", "one of the ", "former ")
BY = ("by ",)
#: What stands between the kind and a name: `account called …`, `a parent, Mrs Bell`.
CALLED = (",", ":", "called ", "named ")
NOBODY_KNOWS = {
    "unknown",
    "not known",
    "not sure",
    "nobody knows",
    "no idea",
    "don't know",
    "i don't know",
    "anonymous",
    "?",
}
ANYBODY_ELSE = {"other", "another", "somebody else", "someone else"}
#: Words of an account's name that speak of the headteacher.
HEADS = {"head", "headteacher", "headmaster", "headmistress", "principal"}


@command(
    "case posted",
    usage="/case posted REFERENCE WHO",
    may=Act.CLASSIFY,
    summary="say who posted it: a parent, a pupil, a colleague’s name, an account, not known",
    bare=WITH_CASE,
)
async def posted(ask: Ask, desk: Desk) -> Reply:
    """Name who posted it, besides those that were named; asked without anybody, ask.

    Names are matched as those of subjects are, and whoever they may mean is shut out until it is
    said who was meant. To take one back is for those who look after the case.
    """
    reference, typed = take_reference(ask.words, posted.usage)
    matter = await desk.case_for(ask.person, reference, Act.CLASSIFY)
    if not may_say_whom(ask.person, matter):
        raise matter.refusal(NOT_YOUR_OWN)
    if not typed:
        return matter.shown_in(poster_question(matter.named))

    said = Said.parse(_without(BY, typed))
    if takes_back(said):
        return await _instead(ask, matter, said, desk)
    question = await _asked_for_name(ask.person, matter.named, said, desk)
    if question:
        return matter.shown_in(question)

    named = await _posters(said, ask.person, matter.named, desk)

    def move(case: Case) -> Case:
        for each in named:
            case = _posted(case, each, matter, ask)
        return case

    before = matter.named.posters
    act = act_of_naming(named, matter.named)
    matter = await change(desk, ask.person, matter, act, move, named=True)
    await without_lost_owner(desk, reference)
    return await _next(ask, matter, before, said, desk)


async def _asked_for_name(asker: Person, case: Case, said: Said, desk: Desk) -> Reply | None:
    """The question for a name, where the words say no more than that there is one."""
    kind, rest = _kind_of(said.whole)
    if kind == Poster.STAFF and rest in ("", "?"):
        return await short_list(asker, case, rest == "?", desk, verb="posted")
    if kind == Poster.ACCOUNT and not rest:
        command = f"case posted {case.reference} {Poster.ACCOUNT}"
        return Reply((Prompt(WHAT_ACCOUNT, command, "Name", short=True),))
    return None


def _posted(case: Case, poster: About, matter: Matter, ask: Ask) -> Case:
    """The case, posted by somebody as well: it is said of them what was open, or they are added."""
    by, at = ask.person.id, ask.at
    case = _with_words_settled(case, poster, ask)
    answered = []
    for each in case.posters:
        if answers(poster, each) and may_settle(ask.person, matter, case, each):
            answered.append(each)
    if answered:
        return case.posted_by_instead(answered, poster, by=by, at=at)

    if poster in case.posters and poster.label in own_words(ask.person, case).labels:
        return case
    if poster.subject == Poster.UNKNOWN and case.posters:
        return case
    return case.posted_by(poster, by=by, at=at)


def _with_words_settled(case: Case, poster: About, ask: Ask) -> Case:
    """The case, of which the words that name whoever posted it name nobody whom it is about.

    Whoever posted it is shut out as that from now on.
    """
    named = []
    for subject in case.subjects:
        if subject.is_of_words and answers(poster, subject):
            named.append(subject)
    return case.concern_none(named, by=ask.person.id, at=ask.at) if named else case


async def _next(ask: Ask, matter: Matter, before: Sequence[About], said: Said, desk: Desk) -> Reply:
    """What is to be asked next: who was meant, or whether somebody was added by mistake."""
    for poster in matter.named.posters:
        if poster.candidates and may_settle(ask.person, matter, matter.named, poster):
            return matter.asking(await which_of(matter.named, poster, desk, verb="posted"))
    reply = await next_of(ask, matter, desk)
    was_added = len(matter.named.posters) > len(before) > 0
    if not was_added or not matter.whole:
        return reply
    command = f"case posted {matter.named.reference} {INSTEAD} {said.whole}"
    if len(command.encode()) > LONGEST_COMMAND:
        return reply
    instead = Choice(INSTEAD_OF.format(name=posters_words(before)), command)
    return reply + Reply((Text(ADDED), Choices((instead,))))


async def _instead(ask: Ask, matter: Matter, said: Said, desk: Desk) -> Reply:
    """Say who posted it in place of all that was said before, once it is seen who is let in."""
    if not matter.whole:
        raise matter.refusal(NOT_TO_TAKE_BACK)
    case = matter.named
    wanted = Said.parse(said.name)
    question = None if wanted.whole else poster_question(case)
    question = question or await _asked_for_name(ask.person, case, wanted, desk)
    if question:
        return matter.shown_in(question)

    named = await _posters(wanted, ask.person, case, desk)
    after = case.changed(posters=tuple(named))
    everybody = await desk.store.people()
    let_in = access.let_in(everybody, matter.summaries, matter.having(after))
    # Somebody may have been named since it was asked.
    sure_of_these = sure_word(case.posters)
    if let_in and said.kind != sure_of_these:
        names = listed(dict.fromkeys(person.name for person in let_in))
        sure = f"case posted {case.reference} {sure_of_these} {wanted.whole}"
        question = Reply(
            (
                Text(LETS_IN.format(reference=case.reference, names=names)),
                sure_part(SURE_POSTER, sure),
            )
        )
        return matter.shown_in(question)

    def move(case: Case) -> Case:
        if sure_word(case.posters) != sure_of_these:
            # Somebody was named in this very moment, of whom nobody was asked.
            raise matter.refusal(MEANWHILE.format(reference=case.reference))
        by, at = ask.person.id, ask.at
        first, *others = named
        case = case.posted_by_instead(case.posters, first, by=by, at=at)
        for each in others:
            case = case.posted_by(each, by=by, at=at)
        return case

    matter = await change(desk, ask.person, matter, Act.CLASSIFY, move, named=True)
    await without_lost_owner(desk, case.reference)
    return await _next(ask, matter, (), said, desk)


# --- who is meant ---------------------------------------------------------------------------------


async def _posters(said: Said, asker: Person, case: Case, desk: Desk) -> list[About]:
    """Who the words mean: one, or each of several who are named in them. Raises Refused."""
    if said.kind == ONLY:
        settled = none_of_those_meant(said.name, case.posters)
        if settled:
            return [settled]
        said = Said.parse(said.name)
    names = await several_names(said, said.whole, desk)
    if len(names) < 2:
        return [await _poster(said, asker, desk)]
    names = await _with_children(names, desk)
    return [await _poster(Said.parse(name), asker, desk) for name in names]


async def _with_children(names: Sequence[str], desk: Desk) -> list[str]:
    """The names, those of several children of one parent together: `a parent of Tom and Ella`."""
    together: list[str] = []
    for name in names:
        is_of = bool(together) and _kind_of(together[-1])[1].startswith(OF)
        is_another = is_account(name) or _kind_of(name)[0] is not None
        if is_of and not is_another and not await people.people_matching(name, desk):
            together[-1] = f"{together[-1]} and {name}"
        else:
            together.append(name)
    return together


async def _poster(said: Said, asker: Person, desk: Desk) -> About:
    """Who the words mean; with candidates, where they could mean some whom we know."""
    words = said.whole.lower().replace("’", "'")
    if words in NOBODY_KNOWS:
        return About(Poster.UNKNOWN)
    if words in ANYBODY_ELSE:
        return About(Poster.OTHER)

    kind, rest = _kind_of(said.whole)
    if kind == Poster.ACCOUNT or (kind is None and is_account(said.whole)):
        return await _account(rest or said.whole, desk)
    if kind in (Poster.PARENT, Poster.PUPIL):
        return await of_no_staff(kind, rest, desk)
    if kind == Poster.STAFF:
        meant = await subject_meant(Said(Subject.STAFF, rest, rest), asker, desk)
        return _as_poster(meant, rest)
    return _as_poster(await subject_meant(said, asker, desk), said.whole)


def _as_poster(meant: About, typed: str) -> About:
    """Who was meant as a subject, as whoever posted it."""
    if meant.person or meant.subject == Subject.HEAD:
        subject = Poster.STAFF if meant.subject == Subject.ME else meant.subject
        return replace(meant, subject=subject)
    if meant.subject == Subject.UNSURE:
        return About(Poster.UNKNOWN)
    if meant.subject == Subject.STAFF:
        # Until somebody has said who it is, they may be a colleague or not.
        return replace(meant, subject=Poster.OTHER)
    return About(Poster.OTHER, name=shortened(typed, LONGEST))


async def _account(name: str, desk: Desk) -> About:
    """An account, with those as candidates whose it may be, by what it is called."""
    candidates: list[str] = []
    for person in await desk.store.people():
        may_be_head = person.has(Role.HEAD) and not HEADS.isdisjoint(account_words(name))
        if may_be_head or may_be_account(name, person.name):
            candidates += person.ids
    return About(Poster.ACCOUNT, name=shortened(name, LONGEST), candidates=tuple(candidates))


def _kind_of(words: str) -> tuple[Poster | None, str]:
    """`a parent of Year 5` -> parent, `of Year 5`; a name is of no kind, and follows as it is."""
    rest = _without(ARTICLES, words)
    for noun in sorted(KINDS, key=len, reverse=True):
        found, after = rest[: len(noun)], rest[len(noun) :]
        if found.lower() == noun and (not after or after[0] in " ,:"):
            return KINDS[noun], _without(CALLED, after.strip())
    return None, words


def _without(beginnings: Sequence[str], words: str) -> str:
    """The words without any of these beginnings."""
    while True:
        for beginning in beginnings:
            if words.lower().startswith(beginning):
                words = words[len(beginning) :].strip()
                break
        else:
            return words
