"""Whether a store still holds what was written to it, whatever it is made of. It reads only."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field

from store.base import Store
from store.disk.evidence import sha256_of
from store.errors import NotFound
from store.model.case import Case
from store.model.evidence import Evidence
from store.model.locked import Part, find_locked
from store.model.memos import FOLDERS, RoleChange, RoleWish
from store.model.proofs import is_proved
from store.model.records import Summary
from store.progress import each
from store.replaying import find_contradictions
from store.roles_told import RolesKept, find_untold

BACKUP = "Put it back from a backup."
OTHER_SUMMARY = "its summary, by which it is found and shown, is not that of the case."
COMPARE = "Find out who had access, and compare with a backup."

MISSING = "is missing."

#: What decides who finds a case, and sees it.
ASKED_FOR = (
    "status",
    "category",
    "urgent",
    "withheld",
    "about",
    "also_about",
    "posters",
    "owner",
    "joined_to",
    "reporters",
    "held",
)


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
    #: Cases of an earlier version, whose entries prove less.
    unproved: int = 0
    #: Locked evidence that is not here: no backup and no move takes it along.
    left_out: list[str] = field(default_factory=list)


async def look_through(store: Store, walk: Walk) -> AsyncIterator[Mismatch]:
    """Everything that is wrong: records, then case by case. Raises StoreUnavailable."""
    for where in await store.unreadable():
        yield Mismatch(where, "is not as it was written.", BACKUP)
    await _count_records(store, walk)
    for id, what in await _find_untold(store):
        yield Mismatch(f"people/{id}", what, COMPARE)
    summaries = await store.summaries()
    locked = find_locked(map(Part.of, summaries))
    for summary in each(summaries):
        # A case that has been erased meanwhile, or one of the unreadable.
        with suppress(NotFound):
            is_locked = summary.reference in locked
            async for mismatch in _look_through_case(summary.reference, store, walk, is_locked):
                yield mismatch


async def _find_untold(store: Store) -> list[tuple[str, str]]:
    """What the log of roles does not give, at a second look too: a bot may be changing it."""
    found = set(find_untold(await _read_roles(store)))
    if not found:
        return []
    return [each for each in find_untold(await _read_roles(store)) if each in found]


async def _read_roles(store: Store) -> RolesKept:
    return RolesKept(
        await store.people(),
        await store.memos(RoleChange),
        await store.memos(RoleWish),
        await store.invitations(),
    )


async def _count_records(store: Store, walk: Walk) -> None:
    for kind in FOLDERS:
        walk.records += len(await store.memos(kind))
    walk.records += len(await store.people())
    walk.records += len(await store.invitations())
    walk.records += len(await store.loose())


async def _look_through_case(
    reference: str, store: Store, walk: Walk, is_locked: bool
) -> AsyncIterator[Mismatch]:
    """Raises NotFound where the case is gone, or cannot be read."""
    # In one look, so that a bot at work does not come between the two.
    parts = {part.summary.reference: part for part in await store.matter(reference)}
    if reference not in parts:
        raise NotFound(reference)
    case = parts[reference].read()
    walk.cases.add(case.reference)
    walk.unproved += not is_proved(case)
    for what in _find_contradictions(case, parts[reference].summary):
        yield Mismatch(f"cases/{case.reference}", what, COMPARE)
    for item in case.evidence:
        if not item.sha256:
            continue
        mismatch = await _look_at_evidence(case, item, store)
        if mismatch and is_locked and mismatch.what.endswith(MISSING):
            walk.left_out.append(mismatch.where)
        elif mismatch:
            yield mismatch
        walk.evidence += 1


def _find_contradictions(case: Case, summary: Summary) -> list[str]:
    """What a case says against itself; where that is nothing, what its summary says otherwise."""
    contradictions = list(find_contradictions(case))
    if not contradictions and not _is_summary_of(summary, case):
        return [OTHER_SUMMARY]
    return contradictions


def _is_summary_of(summary: Summary, case: Case) -> bool:
    """Whether what lists and access ask says the same as the case itself."""
    return all(getattr(summary, name) == getattr(case.summary, name) for name in ASKED_FOR)


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
        return MISSING
    if sha256 != item.sha256:
        return "is not as it was received."
    return ""
