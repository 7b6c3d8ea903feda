"""Whether a store still holds what was written to it, whatever it is made of. It reads only."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from store.base import Store
from store.disk.evidence import sha256_of
from store.errors import NotFound
from store.model.case import Case
from store.model.kinds import EntryKind
from store.model.memos import FOLDERS
from store.model.records import Evidence, Status

BACKUP = "Put it back from a backup."
COMPARE = "Find out who had access, and compare with a backup."

#: Fields of a case that change with its entries alone, and what they hold before any entry.
STATES: dict[str, Any] = {
    "status": Status.OPEN,
    "category": None,
    "owner": None,
    "joined_to": None,
    "hold": "",
}

#: What an entry of a kind makes of which field.
_SETS: dict[str, tuple[str, Any]] = {
    EntryKind.CLOSED: ("status", Status.CLOSED),
    EntryKind.REOPENED: ("status", Status.OPEN),
    EntryKind.GIVEN_UP: ("owner", None),
    EntryKind.SEPARATED: ("joined_to", None),
    EntryKind.HOLD_LIFTED: ("hold", ""),
}

#: Which field an entry of a kind has a new value for, and which of the entry's details that is.
_TELLS: dict[str, tuple[str, str]] = {
    EntryKind.CATEGORY: ("category", "category"),
    EntryKind.TAKEN: ("owner", "to"),
    EntryKind.GIVEN: ("owner", "to"),
    EntryKind.JOINED: ("joined_to", "to"),
    EntryKind.HELD: ("hold", "reason"),
}


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Something that is not as it was written."""

    #: Path within the folder, or what stands for it elsewhere.
    where: str
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what} {self.mend}"


@dataclass(slots=True)
class Walk:
    """What was looked at, and what has to be known at the end."""

    cases: set[str] = field(default_factory=set)
    #: Case -> the one that it is part of.
    joined: dict[str, str] = field(default_factory=dict)
    evidence: int = 0
    records: int = 0
    #: Files of an earlier version.
    unsealed: int = 0


async def look_through(store: Store, walk: Walk) -> AsyncIterator[Mismatch]:
    """Everything that is wrong: records, then case by case. Raises StoreUnavailable."""
    for where in await store.unreadable():
        yield Mismatch(where, "is not as it was written.", BACKUP)
    await _count_records(store, walk)
    for summary in await store.summaries():
        # A case that has been erased meanwhile, or one of the unreadable.
        with suppress(NotFound):
            async for mismatch in _look_through_case(summary.reference, store, walk):
                yield mismatch


async def _count_records(store: Store, walk: Walk) -> None:
    for kind in FOLDERS:
        walk.records += len(await store.memos(kind))
    walk.records += len(await store.people())
    walk.records += len(await store.invitations())
    walk.records += len(await store.loose())


async def _look_through_case(reference: str, store: Store, walk: Walk) -> AsyncIterator[Mismatch]:
    """Raises NotFound where the case is gone, or cannot be read."""
    case = await store.case(reference)
    walk.cases.add(case.reference)
    for what in find_contradictions(case):
        yield Mismatch(f"cases/{case.reference}", what, COMPARE)
    for item in case.evidence:
        if not item.sha256:
            continue
        mismatch = await _look_at_evidence(case, item, store)
        if mismatch:
            yield mismatch
        walk.evidence += 1


async def _look_at_evidence(case: Case, item: Evidence, store: Store) -> Mismatch | None:
    """What is wrong with the bytes of a piece of evidence that is still wanted."""
    what = await check_bytes(case, item, store)
    if not what:
        return None
    # A bot may be at work, and may have let go of the evidence meanwhile.
    case_now = await store.case(case.reference)
    if item not in case_now.evidence:
        return None
    where = f"cases/{case.reference}/evidence/{item.sha256}"
    return Mismatch(where, f"(evidence {item.number}) {what}", BACKUP)


async def check_bytes(case: Case, item: Evidence, store: Store) -> str:
    """What is wrong with a piece of evidence that was kept, or nothing."""
    try:
        async with store.kept(case.reference, item.sha256) as path:
            sha256 = await asyncio.to_thread(sha256_of, path)
    except NotFound:
        return "is missing."
    if sha256 != item.sha256:
        return "is not as it was received."
    return ""


def find_contradictions(case: Case) -> Iterator[str]:
    """What is not as the entries of a case say, or is wrong with the entries themselves."""
    broken = find_broken_entry(case)
    if broken:
        yield broken
    elif not case.chronology:
        yield "has no entries."
    else:
        yield from _compare_states(case)
    yield from _compare_evidence(case)


def find_broken_entry(case: Case) -> str:
    """What is wrong with the first entry that does not fit, or nothing."""
    before = ""
    for number, entry in enumerate(case.chronology, 1):
        if entry.before != before:
            return (
                f"entry {number} does not follow the one before it: "
                "something was removed, added or moved."
            )
        if not entry.sound:
            return f"entry {number} is not as it was written."
        before = entry.hash
    return ""


def _compare_states(case: Case) -> Iterator[str]:
    told = _states_told(case)
    for name in STATES:
        if told[name] != getattr(case, name):
            what = name.replace("_", " ")
            yield f"its {what} is not what the entries say: one was removed, or it was changed."


def _states_told(case: Case) -> dict[str, Any]:
    """What the entries of a case say of each of STATES, read from the first to the last."""
    states = dict(STATES)
    for entry in case.chronology:
        if entry.what in _SETS:
            name, value = _SETS[entry.what]
            states[name] = value
        elif entry.what in _TELLS:
            name, detail = _TELLS[entry.what]
            states[name] = entry.details.get(detail)
    return states


def _compare_evidence(case: Case) -> Iterator[str]:
    """Evidence of which an entry says that it is another file; without an entry, none is wrong."""
    kept = {}
    for entry in case.chronology:
        if entry.what == EntryKind.KEPT:
            kept[entry.details.get("number")] = entry.details.get("sha256")

    for item in case.evidence:
        told = kept.get(str(item.number), item.sha256)
        if item.sha256 and told != item.sha256:
            yield f"evidence {item.number} is listed as another file than the entries say."
