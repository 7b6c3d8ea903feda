"""Carries all that one store holds over to another, and makes sure that it has arrived."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from store.base import Store
from store.errors import Conflict, NotFound, Trouble
from store.model.case import Case
from store.model.evidence import Evidence
from store.model.locked import Part, find_locked
from store.model.memos import FOLDERS
from store.model.place_notes import BACKUP_ID
from store.model.records import Person, Summary
from store.progress import each
from store.replaying import find_broken_entry
from store.verifying import check_bytes

#: Bytes of evidence that are read at once.
PIECE = 1024 * 1024

OTHER = (
    "{what} is in the other place already, and is different there. Nothing was overwritten. "
    "Move into an empty place, or into one where a move was interrupted. To decide case by "
    "case, use the other place, and there: headsup put-back FROM"
)
BROKEN = "{what} is not as it was written, and was not moved. Run: headsup verify"

UNREADABLE = (
    "These cannot be read, and nothing was moved: {what}. "
    "Put them back from a backup, or take them away, and move again."
)

WRITTEN_TO = (
    "Cases were written or changed here while they were moved, so the other place does not "
    "have all of them. Stop every bot that uses this place, empty the other one, and move "
    "again."
)

Record = TypeVar("Record")


@dataclass(slots=True)
class Moved:
    """How many there are in the other place now."""

    cases: int = 0
    evidence: int = 0
    #: Pieces of evidence that are locked away, and stay where they were.
    locked: int = 0
    people: int = 0
    others: int = 0


async def move(source: Store, target: Store) -> Moved:
    """Copy everything; again, what has arrived is left. Nobody may write to either meanwhile.

    Raises Trouble for what is broken, or already there and not the same, and StoreUnavailable. What
    cannot be read at all is said before anything is copied.
    """
    unreadable = await source.unreadable()
    if unreadable:
        raise Trouble(UNREADABLE.format(what=", ".join(unreadable)))
    moved = Moved()
    for person in await source.people():
        await _move_person(person, target)
        moved.people += 1
    summaries = await source.summaries()
    locked = find_locked(map(Part.of, summaries))
    for summary in each(summaries):
        case = await source.case(summary.reference)
        await move_case(case, target)
        moved.cases += 1
        if case.reference in locked:
            # Nobody copies what shows a child undressed, whatever case of a matter it lies in.
            moved.locked += sum(bool(item.sha256) for item in case.evidence)
        else:
            moved.evidence += await move_evidence_of(case, source, target)
    moved.others = await _move_others(source, target)
    await _move_backup_id(source, target)
    await _must_be_whole(source, summaries)
    return moved


async def _move_backup_id(source: Store, target: Store) -> None:
    """What is moved is backed up to the same place as before."""
    id = await source.place_note(BACKUP_ID)
    if id and not await target.place_note(BACKUP_ID):
        await target.put_place_note(BACKUP_ID, id)


async def _must_be_whole(source: Store, moved: Sequence[Summary]) -> None:
    """Raises Trouble where the source has cases that are newer than those that were moved."""
    versions = {summary.reference: summary.version for summary in moved}
    now = {summary.reference: summary.version for summary in await source.summaries()}
    if now != versions:
        raise Trouble(WRITTEN_TO)


async def _move_person(person: Person, target: Store) -> None:
    # An earlier move may have brought the same already.
    with suppress(Conflict):
        await target.add_person(person)
    _must_be_equal(f"The person {person.name}", person, await _find_person(person.id, target))


async def move_case(case: Case, target: Store) -> None:
    """Copy a case, without its evidence. Raises Trouble for another one in its place there."""
    what = f"Case {case.reference}"
    if find_broken_entry(case):
        raise Trouble(BROKEN.format(what=what))
    with suppress(Conflict):
        await target.add(case)
    _must_be_equal(what, case, await _find_case(case.reference, target))


async def move_evidence_of(case: Case, source: Store, target: Store) -> int:
    """How many pieces of evidence of a case are there now. Raises Trouble."""
    number = 0
    for item in case.evidence:
        if item.sha256:
            await _move_evidence(case, item, source, target)
            number += 1
    return number


async def _move_others(source: Store, target: Store) -> int:
    """Memos, notices of no case and invitations; how many are there now."""
    number = 0
    for kind in FOLDERS:
        for memo in await source.memos(kind):
            await target.put(memo)
            number += 1
    for notice in await source.loose():
        await target.owe(notice)
        number += 1
    for invitation in await source.invitations():
        await target.add_invitation(invitation)
        number += 1
    return number


def _must_be_equal(what: str, here: Record, there: Record | None) -> None:
    if here != there:
        raise Trouble(OTHER.format(what=what))


async def _find_person(id: str, target: Store) -> Person | None:
    with suppress(NotFound):
        return await target.person(id)
    return None


async def _find_case(reference: str, target: Store) -> Case | None:
    with suppress(NotFound):
        return await target.case(reference)
    return None


async def _move_evidence(case: Case, item: Evidence, source: Store, target: Store) -> None:
    """Raises Trouble where the bytes are gone, or are others than when they were kept."""
    what = f"Evidence {item.number} of case {case.reference}"
    try:
        async with source.kept(case.reference, item.sha256) as path:
            is_there_already = not await check_bytes(case, item, target)
            if is_there_already:
                return
            kept = await target.keep(case.reference, _pieces(path), path.stat().st_size)
    except NotFound as error:
        raise Trouble(BROKEN.format(what=what)) from error
    if kept.sha256 != item.sha256:
        await target.discard(case.reference, kept.sha256)
        raise Trouble(BROKEN.format(what=what))


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    for piece in _read(path):
        yield piece


def _read(path: Path) -> Iterable[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece
