"""What the words of a case say of whom it may be about, noted with the case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from handlers.desk import Desk
from handlers.matter import Around
from handlers.rules import access
from handlers.rules.names.alike import may_be_one
from handlers.rules.names.in_pictures import surely_speaks_of
from handlers.rules.names.in_words import may_speak_of
from handlers.rules.names.words import same_name
from handlers.rules.pause import speaks_of_head
from handlers.workflow.concerned.accounts_named import has_written
from handlers.workflow.reach import may_be_told
from store.model.case import Case
from store.model.evidence import Evidence
from store.model.kinds import ABOUT_SOMEBODY, OWNERSHIP, WRITTEN, EntryKind
from store.model.records import (
    SYSTEM,
    About,
    Entry,
    Person,
    Poster,
    Role,
    Status,
    Subject,
    ids_of,
    is_known_whom,
)
from store.model.words import words_of


def with_those_named(case: Case, before: Case | None, around: Around, desk: Desk) -> Case:
    """The case, perhaps about each leader whom its words name besides, until somebody says so or
    not.

    As long as nobody has said whom it is about, its words alone hold it back from them. An answer
    that speaks of others does not let them in; nor does what is added after it.
    """
    if before is None:
        return case
    leaders = around.people.having(access.WORKERS)
    case = _with_those_whom_leaders_name(case, before, leaders, desk)
    case = _with_look_alikes(case, before, leaders, desk)
    if not is_known_whom(case.subjects):
        return case
    if is_known_whom(before.subjects):
        return _with_those_named_again(case, before, leaders, around, desk)
    unsettled = [person for person in leaders if not is_not_meant(person, case)]
    return _perhaps_about(case, case.all_words, unsettled, desk)


def _with_those_named_again(
    case: Case, before: Case, leaders: Sequence[Person], around: Around, desk: Desk
) -> Case:
    """Of whoever is named again, after it was said whom the case is about, it is asked again."""
    accused = _accused(case, around)
    said = case.words_since(before, accused)
    named = []
    for person in leaders:
        words = said
        if _only_signs(person, case, before, around, desk):
            words = case.words_since(before, {*accused, *person.ids})
        if may_speak_of(words, person):
            named.append(person)
    return _perhaps_each(case, named, desk)


def _only_signs(person: Person, case: Case, before: Case, around: Around, desk: Desk) -> bool:
    """Whether this person reported the case, looks after it, and has just noted something in it.

    Their own name in a note of theirs is a signature, as it is with any other leader.
    """
    is_reporter = any(id in case.reporters for id in person.ids)
    has_sent = len(case.evidence) > len(before.evidence)
    if not is_reporter or has_sent:
        return False
    return may_be_told(person, around.having(before).matter(before), desk)


def _with_those_whom_leaders_name(
    case: Case, before: Case, leaders: Sequence[Person], desk: Desk
) -> Case:
    """The case, perhaps about each leader whom another has named in what they wrote in it."""
    for entry in case.chronology[len(before.chronology) :]:
        text = _written_in(entry)
        if text and entry.by != SYSTEM and entry.by not in case.reporters:
            others = [person for person in leaders if entry.by not in person.ids]
            case = _perhaps_about(case, words_of([text]), others, desk)
    return case


def _with_look_alikes(case: Case, before: Case, leaders: Sequence[Person], desk: Desk) -> Case:
    """The case, perhaps about each leader whose name may be another record's of somebody named."""
    new = [about for about in case.concerned if about not in before.concerned]
    if not new:
        return case
    found = []
    for person in leaders:
        is_one = any(_may_be_record_of(about, person) for about in new)
        if is_one and not is_not_meant(person, case):
            found.append(person)
    return _perhaps_each(case, found, desk)


def _may_be_record_of(about: About, person: Person) -> bool:
    """Whether somebody whom we know, and was named, may be this person by another name."""
    if not set(about.nobody_of).isdisjoint(person.ids):
        return False
    named = [*about.names, about.name] if about.person else about.names
    said = list(filter(None, named))
    return any(may_be_one(each, name) for each in said for name in person.names)


def _accused(case: Case, around: Around) -> set[str]:
    """Ids of its reporters of whom somebody else has said that it is about them.

    What they write from then on keeps it from nobody: else they would choose who looks after it.
    """
    matter = around.matter(case)
    found = set[str]()
    for id in case.reporters:
        person = around.people.get(id)
        is_accused = person is not None and access.is_meant_by_somebody(person, matter)
        if person and is_accused and not _have_said_so(person, case):
            found.update(person.ids)
    return found


def _have_said_so(person: Person, case: Case) -> bool:
    """Whether they have said themselves that it is about them, as whoever is harmed does."""
    for entry in case.chronology:
        if entry.by in person.ids and entry.what in ABOUT_SOMEBODY:
            is_named = entry.details.get("person") in person.ids
            is_head = entry.details.get("subject") == Subject.HEAD and person.has(Role.HEAD)
            if is_named or is_head:
                return True
    return False


def with_owner_again(case: Case, by: Person, at: datetime) -> Case:
    """The case, looked after again by whoever lost it to words of this person, who says that they
    are not meant.
    """
    if case.status != Status.OPEN or case.owner:
        return case
    owner = _owner_lost_to_words_of(by, case)
    is_let_in = any(owner in about.not_meant for about in case.subjects)
    return case.give(owner, by=by.id, at=at) if owner and is_let_in else case


def _owner_lost_to_words_of(person: Person, case: Case) -> str:
    """Id of its last owner, from whom the bot took it for what this person had just said; else
    empty.
    """
    owner, last_by, is_lost = "", "", False
    for entry in case.chronology:
        if entry.what in OWNERSHIP:
            owner, is_lost = entry.details["to"], False
        elif entry.what == EntryKind.GIVEN_UP:
            is_lost = entry.by == SYSTEM and last_by in person.ids
        if entry.by != SYSTEM:
            last_by = entry.by
    return owner if is_lost else ""


def with_newcomer_named(case: Case, person: Person, desk: Desk) -> Case:
    """The case, perhaps about somebody who works on cases from now on, if its words name them."""
    if not person.has(*access.WORKERS) or is_not_meant(person, case):
        return case
    is_named = any(_may_be_record_of(about, person) for about in case.concerned)
    if is_named or any(_is_sure_of(person, item) for item in case.evidence):
        case = _perhaps_each(case, [person], desk)
    if not is_known_whom(case.subjects):
        return case
    words = f"{case.all_words} {words_of(_written_by_leaders(case, but=person))}"
    return _perhaps_about(case, words, [person], desk)


def _written_by_leaders(case: Case, *, but: Person) -> list[str]:
    """What those who work on a case have written in it, `but` for one of them."""
    written = []
    for entry in case.chronology:
        if entry.by not in but.ids and entry.by not in case.reporters:
            written.append(_written_in(entry))
    return written


def _written_in(entry: Entry) -> str:
    """What somebody wrote in an entry; empty where its kind has no words of theirs."""
    return entry.details.get(WRITTEN.get(entry.what, ""), "")


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


def _is_sure_of(person: Person, item: Evidence) -> bool:
    """Whether a piece of evidence names this person, in its picture or as who wrote it."""
    return surely_speaks_of(item.machine_read, person) or has_written(person, item)


def with_accounts_named(
    case: Case, named: Sequence[Person], by: Person, around: Around, desk: Desk
) -> Case:
    """The case, perhaps about each of these, whom the platform names in what was passed on."""
    if not named or not _accused(case, around).isdisjoint(by.ids):
        return case
    return _perhaps_each(case, named, desk)


def with_those_read(case: Case, item: Evidence, around: Around, desk: Desk) -> Case:
    """The case, perhaps about each leader of whom the words speak that were read in a picture."""
    if item.by in _accused(case, around):
        return case
    named = []
    for person in around.people.having(access.WORKERS):
        is_answered = is_not_meant(person, case) and _is_answered_since(item.at, case)
        if not is_answered and surely_speaks_of(item.machine_read, person):
            named.append(person)
    return _perhaps_each(case, named, desk)


def _is_answered_since(at: datetime, case: Case) -> bool:
    """Whether it was said since then (UTC) who is not meant: by somebody who had the picture."""
    return any(e.what == EntryKind.ABOUT_INSTEAD and e.at >= at for e in case.chronology)


def _perhaps_about(case: Case, words: str, leaders: Iterable[Person], desk: Desk) -> Case:
    named = [person for person in leaders if may_speak_of(words, person)]
    return _perhaps_each(case, named, desk)


def _perhaps_each(case: Case, named: Iterable[Person], desk: Desk) -> Case:
    new = [person for person in named if not access.concerns(person, [case])]
    return perhaps_about(case, new, desk.now())


def perhaps_about(case: Case, named: Iterable[Person], at: datetime) -> Case:
    """The case, perhaps about these, until somebody says so or not. `at` is UTC."""
    found: dict[tuple[str, ...], list[Person]] = {}
    for person in named:
        found.setdefault(same_name(person.name), []).append(person)
    for people in found.values():
        about = About(Subject.UNSURE, name=people[0].name, candidates=ids_of(people))
        case = case.concern_also(about, by=SYSTEM, at=at)
    return case


def is_not_meant(person: Person, case: Case) -> bool:
    """Whether somebody has said that it is not about this person, whom the words name."""
    return any(not set(about.not_meant).isdisjoint(person.ids) for about in case.subjects)


def with_words_weighed(case: Case, around: Around, desk: Desk) -> Case:
    """The case, saying whether its words speak of the head, and without an owner whose it is no
    longer: it may be about them, or is the governors' now.
    """
    of_head = speaks_of_head(case.summary, around.people.having({Role.HEAD}))
    if of_head != case.speaks_of_head:
        case = case.changed(speaks_of_head=of_head)
    owner = around.people.get(case.owner) if case.owner else None
    if owner and not access.may_keep(owner, around.matter(case), desk.procedure):
        case = case.give_up(by=SYSTEM, at=desk.now())
    return case
