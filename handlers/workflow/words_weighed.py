"""What the words of a case say of whom it may be about, noted with the case."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from handlers.desk import Desk
from handlers.matter import Around
from handlers.rules import access
from handlers.rules.names import same_name
from handlers.rules.pause import speaks_of_head
from handlers.rules.spoken_of import may_speak_of
from store.model.case import Case
from store.model.records import SYSTEM, About, Person, Role, Subject, is_known_whom


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


def _perhaps_about(case: Case, words: str, leaders: Iterable[Person], desk: Desk) -> Case:
    named = []
    for person in leaders:
        if may_speak_of(words, person) and not access.concerns(person, [case]):
            named.append(person)
    return perhaps_about(case, named, desk.now())


def perhaps_about(case: Case, named: Iterable[Person], at: datetime) -> Case:
    """The case, perhaps about these, until somebody says so or not. `at` is UTC."""
    found: dict[tuple[str, ...], list[Person]] = {}
    for person in named:
        found.setdefault(same_name(person.name), []).append(person)
    for people in found.values():
        ids = tuple(id for person in people for id in person.ids)
        about = About(Subject.UNSURE, name=people[0].name, candidates=ids)
        case = case.concern_also(about, by=SYSTEM, at=at)
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
    if owner and not access.may_keep(owner, around.matter(case), desk.procedure):
        case = case.give_up(by=SYSTEM, at=desk.now())
    return case
