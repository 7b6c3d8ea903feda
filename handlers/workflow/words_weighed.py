"""What the words of a case say of whom it may be about, noted with the case."""

from __future__ import annotations

from dataclasses import replace

from handlers.desk import Desk
from handlers.matter import Around
from handlers.rules import access
from handlers.rules.names import same_name
from handlers.rules.pause import is_held_back, speaks_of_head
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
    words = before.open_words or case.words_since(before)
    found: dict[tuple[str, ...], list[Person]] = {}
    for person in around.people.having(access.WORKERS):
        if may_speak_of(words, person) and not _is_settled_of(person, case):
            found.setdefault(same_name(person.name), []).append(person)
    for people in found.values():
        ids = tuple(id for person in people for id in person.ids)
        named = About(Subject.UNSURE, name=people[0].name, candidates=ids)
        case = case.concern_also(named, by=SYSTEM, at=desk.now())
    return case


def _is_settled_of(person: Person, case: Case) -> bool:
    """Whether it is about them, or was posted by them, or somebody has said that it is neither."""
    if access.concerns(person, [case]):
        return True
    return any(not set(about.nobody_of).isdisjoint(person.ids) for about in case.concerned)


def with_words_weighed(case: Case, around: Around, desk: Desk) -> Case:
    """The case, saying whether its words speak of the head, and without an owner whom they name."""
    of_head = speaks_of_head(case.summary, around.people.having({Role.HEAD}))
    if of_head != case.speaks_of_head:
        case = replace(case, speaks_of_head=of_head)
    owner = around.people.get(case.owner) if case.owner else None
    if owner and is_held_back(owner, [case.summary]):
        case = case.give_up(by=SYSTEM, at=desk.now())
    return case
