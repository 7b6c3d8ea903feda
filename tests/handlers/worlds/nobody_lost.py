"""Whoever is shut out of a case, somebody else has it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from handlers.matter import Summaries
from handlers.rules import access
from store.model.case import Case
from store.model.kinds import OWNERSHIP, EntryKind, NoticeKind, NoticeResult
from store.model.records import Person, Role, Status, Summary
from tests.handlers.worlds.school import School

#: What tells a leader that there is a case.
TELLING = {
    *(NoticeKind.ALERT, NoticeKind.URGENT, NoticeKind.MORE, NoticeKind.GIVEN),
    *(NoticeKind.UNCATEGORISED, NoticeKind.BEFORE, NoticeKind.OVERDUE),
}
DONE_BY_ONE_WHO_KNOWS = {*OWNERSHIP, EntryKind.LOOKED, EntryKind.READ, EntryKind.NOTE}


async def assert_nobody_is_lost(school: School) -> None:
    """Each open matter is reached by somebody who has been told of it or is to be, unless it is
    about the headteacher, the safeguarding lead and the chair of governors, every one of them.
    """
    school.time.now += timedelta(days=4)
    await school.tick()
    known = Summaries(await school.desk.store.summaries())
    people = await school.desk.store.having(access.WORKERS)
    for root in known:
        if root.status != Status.OPEN or root.joined_to:
            continue
        matter = known.matter(root.reference)
        if not _is_there_somebody(people, matter):
            continue
        reached = [person for person in people if school.desk.listed(person, root, known).inside]
        assert reached, f"nobody sees {root}"
        cases = [await school.desk.store.case(part.reference) for part in matter]
        knowing = {id for case in cases for id in _who_know(case)}
        assert any(id in knowing for person in reached for id in person.ids), (
            f"nobody is told of {root}, but {knowing} for {[p.id for p in reached]}"
        )


def _is_there_somebody(people: Iterable[Person], matter: Iterable[Summary]) -> bool:
    """Whether the school has all three offices, and one of those who have them is not meant."""
    parts = [*matter]
    offices = {Role.HEAD, Role.DSL, Role.CHAIR}
    held = {role for person in people for role in offices if person.has(role)}
    apart = [p for p in people if p.has(*offices) and not access.concerns(p, parts)]
    return held == offices and bool(apart)


def _who_know(case: Case) -> set[str]:
    told = {
        notice.to
        for notice in case.notices
        if notice.kind in TELLING and (notice.result == NoticeResult.SENT or not notice.settled)
    }
    did = {entry.by for entry in case.chronology if entry.what in DONE_BY_ONE_WHO_KNOWS}
    return {*told, *did, case.owner or ""}
