"""Words alone never take a case from everybody: whoever saw it last goes on seeing it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from handlers.desk import Desk
from handlers.matter import Around
from handlers.rules import access
from handlers.rules.pause import pause_ends
from handlers.workflow.reach import who_may_be_told
from store.model.case import Case
from store.model.kinds import EntryKind
from store.model.records import SYSTEM, Person, Summary, ids_of


def with_last_inside(case: Case, before: Case | None, around: Around, desk: Desk) -> Case:
    """The case, noting who goes on seeing it although its words may mean them, as nobody else is
    left: as long as that is so, and nobody has said that it is about them.

    `before`: as it was stored, where somebody has just said something of it. Where nobody had seen
    it by then, its words shut out whomever they name.
    """
    appointed = _appointed(case)
    if not (case.last_inside or appointed) and case.version and before is None:
        return case
    workers = around.people.having(access.WORKERS)
    as_others = case.changed(last_inside=()) if case.last_inside else case
    inside = _inside(as_others, workers, around, desk)
    were_inside = _inside_before(case, before, workers, around, desk)

    kept: tuple[str, ...] = ()
    if _is_left_to_nobody(case, inside):
        candidates = (*case.last_inside, *ids_of(were_inside))
        kept = _who_stays(case, candidates, inside, workers, around, desk)
        if appointed and not (inside or kept) and not _is_said_of_somebody(case):
            # Where words alone may mean those who have chosen them: better they than nobody.
            kept = _who_stays(case, appointed, inside, workers, around, desk)
    return case if kept == case.last_inside else case.changed(last_inside=kept)


def _is_left_to_nobody(case: Case, inside: Sequence[Person]) -> bool:
    """Whether nobody sees it but those who have named all the others: it is not left to them."""
    namers = _have_named_several(case)
    return all(not namers.isdisjoint(person.ids) for person in inside)


def _who_stays(
    case: Case,
    candidates: Sequence[str],
    inside: Sequence[Person],
    workers: Sequence[Person],
    around: Around,
    desk: Desk,
) -> tuple[str, ...]:
    """Ids of those of these candidates who see it only if its words do not shut them out."""
    if not candidates:
        return ()
    tried = case.changed(last_inside=tuple(dict.fromkeys(candidates)))
    found = _inside(tried, workers, around, desk)
    return ids_of([person for person in found if person not in inside])


def _is_said_of_somebody(case: Case) -> bool:
    """Whether it was said that it concerns anybody who may work here."""
    concerned = [about for about in case.summary.concerned if not about.is_of_words]
    return any(map(access.may_be_somebody, concerned))


def _appointed(case: Case) -> tuple[str, ...]:
    """Ids of those who were given a role by those from whom it is kept."""
    found: list[str] = []
    for about in case.subjects:
        if about.appointed:
            found += about.candidates
    return tuple(found)


def _have_named_several(case: Case) -> set[str]:
    """Ids of those in whose words several are named of whom nobody has said yet whether it is about
    them.
    """
    of_words = [about for about in case.subjects if about.is_of_words and not about.appointed]
    if not of_words:
        return set()
    named = {about.name for about in of_words}
    by: dict[str, set[str]] = {}
    last_by = ""
    for entry in case.chronology:
        if entry.by != SYSTEM:
            last_by = entry.by
        elif entry.what == EntryKind.ALSO_ABOUT and entry.details.get("name") in named:
            by.setdefault(last_by, set()).add(entry.details["name"])
    return {id for id, names in by.items() if len(names) > 1}


def _inside(case: Case, workers: Iterable[Person], around: Around, desk: Desk) -> list[Person]:
    """Who sees all of its matter, once its pause is over."""
    matter = around.having(case).matter(case)
    at = max(desk.now(), pause_ends(case.summary, matter))
    return who_may_be_told(workers, matter, desk, at)


def _inside_before(
    case: Case, before: Case | None, workers: Sequence[Person], around: Around, desk: Desk
) -> list[Person]:
    """Who saw the case before this change, or what it has just become part of."""
    saw = set[str]()
    for matter in _matters_before(case, before, around):
        saw.update(person.id for person in who_may_be_told(workers, matter, desk))
    return [person for person in workers if person.id in saw]


def _matters_before(case: Case, before: Case | None, around: Around) -> list[Sequence[Summary]]:
    """The case's matter as it was, and that which it has just become part of."""
    matters: list[Sequence[Summary]] = []
    if before is not None:
        matters.append(around.having(before).matter(before))
    joined_before = before.joined_to if before else None
    if case.joined_to and case.joined_to != joined_before:
        matter = around.having(case).matter(case)
        others = [part for part in matter if part.reference != case.reference]
        if others:
            matters.append(others)
    return matters
