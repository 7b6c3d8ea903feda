"""Brings back from an older copy what a store has lost, or has otherwise, as somebody decides.

Nothing that is only here is ever taken away, and what was erased stays so.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from store.base import Store
from store.comparing import find_lost
from store.erasing import read_erased
from store.errors import Conflict, DamagedCase, NotFound, Trouble
from store.model.case import Case
from store.model.locked import Part, find_locked
from store.model.memos import Acceptance, DutyDone, Memo, RoleChange, Statement
from store.model.records import TECHNICIAN, Notice, Person
from store.moving import move_case, move_evidence_of
from store.roles_told import last_roles

#: Records that only ever come to be, and that nobody may lose.
LASTING: tuple[type[Memo], ...] = (RoleChange, Acceptance, Statement, DutyDone)
NOTED = "The technician put this case back from an older copy, as it was on {at:%d/%m/%Y}."
TAKEN = (
    "Case {reference} cannot be put back: a message of it is part of another case now, or its "
    "reference cannot be used again. See: headsup verify"
)


@dataclass(frozen=True, slots=True)
class Difference:
    """A case that is another in the older copy, or is there alone."""

    before: Case
    #: As it is here; None where it is not.
    now: Case | None = None
    #: It is here, and cannot be read.
    is_damaged: bool = False
    #: It is locked here, as it may show a child undressed, and was not so in the older copy.
    is_locked: bool = False

    @property
    def reference(self) -> str:
        return self.before.reference

    @property
    def lost(self) -> str:
        """The first thing that the older copy has and this place has not; else nothing."""
        return find_lost(self.before, self.now) if self.now else ""


@dataclass(frozen=True, slots=True)
class Others:
    """What else came back: records that were missing here."""

    #: Names of people.
    people: Sequence[str] = ()
    #: Names of people of whom another record is here: it stays.
    differing: Sequence[str] = ()
    records: int = 0


async def find_differences(older: Store, here: Store) -> AsyncIterator[Difference]:
    """Each case that differs, in the order of references. Raises StoreUnavailable."""
    erased = await read_erased(here)
    locked = find_locked(map(Part.of, await here.summaries()))
    were_locked = find_locked(map(Part.of, await older.summaries()))
    for reference in sorted(summary.reference for summary in await older.summaries()):
        if reference in erased:
            continue
        try:
            before = await older.case(reference)
        except DamagedCase:
            continue
        is_locked = reference in locked and reference not in were_locked
        difference = await _find_difference(before, here, is_locked=is_locked)
        if difference:
            yield difference


async def _find_difference(before: Case, here: Store, *, is_locked: bool) -> Difference | None:
    """How a case differs here. `is_locked`: here alone."""
    try:
        now = await here.case(before.reference)
    except DamagedCase:
        return Difference(before, is_damaged=True)
    except NotFound:
        return Difference(before)
    if _facts(before) == _facts(now):
        return None
    return Difference(before, now, is_locked=is_locked)


def _facts(case: Case) -> Case:
    """A case without what the bot itself goes on changing in it."""
    return replace(case, version=0, notices=(), wake_at=None, alarm_at=None)


async def put_case_back(difference: Difference, older: Store, here: Store, now: datetime) -> None:
    """Put the older version of one case in the place of what is here. `now`: UTC.

    Raises Trouble, and changes nothing of the case then.
    """
    before = difference.before
    noted = before.note(NOTED.format(at=before.chronology[-1].at), by=TECHNICIAN, at=now)
    reference = before.reference
    try:
        if difference.is_damaged:
            await here.replace_damaged(replace(noted, version=0))
        elif difference.now is None:
            await here.add(replace(noted, version=0))
        else:
            notices = _settled_as_here(before.notices, difference.now.notices)
            await here.save(replace(noted, version=difference.now.version, notices=notices))
    except Conflict as error:
        raise Trouble(TAKEN.format(reference=reference)) from error

    if reference not in find_locked(map(Part.of, await older.summaries())):
        await move_evidence_of(before, older, here)
    for item in difference.now.evidence if difference.now else ():
        if item.sha256:
            await here.discard(reference, item.sha256)


def _settled_as_here(before: Sequence[Notice], now: Sequence[Notice]) -> tuple[Notice, ...]:
    """What went out since the older copy was made is not sent again."""
    settled = {notice.key: notice for notice in now if notice.settled}
    return tuple(settled.get(notice.key, notice) for notice in before)


async def put_aside(cases: Collection[Case], here: Store, aside: Store) -> None:
    """Copy cases to another store, with their evidence unless they are locked. Raises Trouble."""
    locked = find_locked(map(Part.of, await here.summaries()))
    for case in cases:
        await move_case(case, aside)
        if case.reference not in locked:
            await move_evidence_of(case, here, aside)


async def put_others_back(older: Store, here: Store) -> Others:
    """Bring back the people and the lasting records that are missing here. Raises StoreUnavailable.

    People come with the roles that the log of roles gives them last, and not with those of the
    older copy, which knows nothing of who has left since.
    """
    records = 0
    for kind in LASTING:
        for memo in await older.memos(kind):
            if await here.memo(kind, memo.memo_key) is None:
                await here.put(memo)
                records += 1

    changes = await here.memos(RoleChange)
    people: list[str] = []
    differing: list[str] = []
    for person in await older.people():
        mine = await _find_person(person.id, here)
        if mine is None:
            if await _add(replace(person, roles=last_roles(person.id, changes), version=0), here):
                people.append(person.name)
        elif _known_as(mine) != _known_as(person):
            differing.append(person.name)
    return Others(people, differing, records)


def _known_as(person: Person) -> tuple[str, frozenset[str], frozenset[str]]:
    """Who somebody is, and what they may do."""
    return person.name, frozenset(person.roles), frozenset(person.accounts)


async def _find_person(id: str, here: Store) -> Person | None:
    with suppress(NotFound):
        return await here.person(id)
    return None


async def _add(person: Person, here: Store) -> bool:
    """False where an account of theirs is somebody else's now."""
    with suppress(Conflict):
        await here.add_person(person)
        return True
    return False
