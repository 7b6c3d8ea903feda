"""What the words of a case say of whom it may be about, noted with the case."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from handlers.desk import Desk
from handlers.matter import Around
from handlers.rules import access
from handlers.rules.access import Act
from handlers.rules.names import same_name
from handlers.rules.pause import pause_ends, speaks_of_head
from handlers.rules.spoken_of import may_speak_of
from store.model.case import Case
from store.model.records import SYSTEM, About, Person, Poster, Role, Subject, is_known_whom


def with_those_named(case: Case, before: Case | None, around: Around, desk: Desk) -> Case:
    """The case, perhaps about each leader whom its words name besides, until somebody says so or
    not.

    As long as nobody has said whom it is about, its words alone hold it back from them. An answer
    that speaks of others does not let them in; nor does what is added after it.
    """
    if before is None or not is_known_whom(case.subjects):
        return case
    leaders = around.people.having(access.WORKERS)
    if is_known_whom(before.subjects):
        # Of whoever is named again it is asked again.
        return _perhaps_about(case, case.words_since(before), leaders, desk)
    unsettled = [person for person in leaders if not _is_not_meant(person, case)]
    return _perhaps_about(case, case.all_words, unsettled, desk)


def with_newcomer_named(case: Case, person: Person, desk: Desk) -> Case:
    """The case, perhaps about somebody who works on cases from now on, if its words name them."""
    is_new_here = person.has(*access.WORKERS) and not _is_not_meant(person, case)
    if not is_new_here or not is_known_whom(case.subjects):
        return case
    return _perhaps_about(case, case.all_words, [person], desk)


def as_of_head(case: Case, person: Person, desk: Desk) -> Case:
    """The case, about the headteacher where it is about somebody who has that role by now, or was
    posted by them: it is the governors' from then on, and stays so.
    """
    if not person.has(Role.HEAD):
        return case
    at = desk.now()
    for subject in case.subjects:
        if subject.subject == Subject.STAFF and _is_surely(person, subject):
            head = replace(subject, subject=Subject.HEAD)
            case = case.concern_instead([subject], head, by=SYSTEM, at=at)
    for poster in case.posters:
        if poster.subject == Poster.STAFF and _is_surely(person, poster):
            head = replace(poster, subject=Poster.HEAD)
            case = case.posted_by_instead([poster], head, by=SYSTEM, at=at)
    return case


def _is_surely(person: Person, about: About) -> bool:
    """Whether this is who was named, and nobody of a like name."""
    if about.person in person.ids:
        return True
    is_settled = bool(about.name) and not about.candidates and not about.nobody_of
    return is_settled and same_name(about.name) in map(same_name, person.names)


def _perhaps_about(case: Case, words: str, leaders: Iterable[Person], desk: Desk) -> Case:
    found: dict[tuple[str, ...], list[Person]] = {}
    for person in leaders:
        if may_speak_of(words, person) and not access.concerns(person, [case]):
            found.setdefault(same_name(person.name), []).append(person)
    for people in found.values():
        ids = tuple(id for person in people for id in person.ids)
        named = About(Subject.UNSURE, name=people[0].name, candidates=ids)
        case = case.concern_also(named, by=SYSTEM, at=desk.now())
    return case


def _is_not_meant(person: Person, case: Case) -> bool:
    """Whether somebody has said that it is not about this person, whom the words name."""
    return any(not set(about.not_meant).isdisjoint(person.ids) for about in case.subjects)


def with_words_weighed(case: Case, around: Around, desk: Desk) -> Case:
    """The case, saying whether its words speak of the head, and without an owner whose it is no
    longer: it may be about them, or is the governors' now.
    """
    of_head = speaks_of_head(case.summary, around.people.having({Role.HEAD}))
    if of_head != case.speaks_of_head:
        case = replace(case, speaks_of_head=of_head)
    owner = around.people.get(case.owner) if case.owner else None
    if owner and not _may_own(owner, case, around, desk):
        case = case.give_up(by=SYSTEM, at=desk.now())
    return case


def _may_own(owner: Person, case: Case, around: Around, desk: Desk) -> bool:
    matter = around.having(case).matter(case)
    at = max(desk.now(), pause_ends(case.summary, matter))
    relations = access.relations(owner, case.summary, matter, desk.procedure, at)
    return access.may_with(owner, Act.OWN, relations)
