"""What an older copy of a store holds, and the store does not. In an honest store, that is nothing.

What was rewritten whole, so that it fits in itself, is seen in no other way.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import zip_longest
from typing import Protocol

from store.base import Store
from store.erasing import read_erased
from store.errors import DamagedCase, NotFound
from store.model.case import Case
from store.model.evidence import Evidence
from store.model.memos import FOLDERS, RoleChange
from store.model.records import Report
from store.verifying import BACKUP, COMPARE, Mismatch

LACKS = "lacks what the older copy holds: {lost}."
NOT_HERE = "is in the older copy, and cannot be read here."
OF_ROLES = "the log of roles lacks an entry of the older copy, or has it changed: {what}, {name}."


class OlderCopy(Protocol):
    """An older copy, whatever it is made of."""

    def cases(self) -> AsyncIterator[Case]:
        """All that can be read."""

    async def role_changes(self) -> Sequence[RoleChange]:
        """The log of roles."""


class OlderStore:
    """A copy that is a store itself, such as a dump of a database that was put back beside it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def cases(self) -> AsyncIterator[Case]:
        for summary in await self._store.summaries():
            with suppress(NotFound, DamagedCase):
                yield await self._store.case(summary.reference)

    async def role_changes(self) -> Sequence[RoleChange]:
        return await self._store.memos(RoleChange)


async def compare_with_older(older: OlderCopy, store: Store) -> AsyncIterator[Mismatch]:
    """Everything that has gone since, or is another. Raises StoreUnavailable."""
    erased = await read_erased(store)
    async for before in older.cases():
        if before.reference in erased:
            continue
        where = f"cases/{before.reference}"
        try:
            lost = find_lost(before, await store.case(before.reference))
        except (NotFound, DamagedCase):
            yield Mismatch(where, NOT_HERE, BACKUP)
            continue
        if lost:
            yield Mismatch(where, LACKS.format(lost=lost), COMPARE)
    for lost in find_lost_changes(await older.role_changes(), await store.memos(RoleChange)):
        yield Mismatch(FOLDERS[RoleChange], lost, COMPARE)


def find_lost(before: Case, now: Case) -> str:
    """The first thing of a case that has gone since, or is another; else nothing."""
    for find in (_find_lost_entry, _find_lost_report, _find_lost_evidence):
        lost = find(before, now)
        if lost:
            return lost
    return ""


def _find_lost_entry(before: Case, now: Case) -> str:
    # One that is there no more has None for its counterpart.
    pairs = zip_longest(before.chronology, now.chronology[: len(before.chronology)])
    for number, (entry, other) in enumerate(pairs, 1):
        if other is None or other.hash != entry.hash:
            return f"entry {number}"
    return ""


def _find_lost_report(before: Case, now: Case) -> str:
    pairs = zip_longest(before.reports, now.reports[: len(before.reports)])
    for number, (report, other) in enumerate(pairs, 1):
        if other is None or not _is_kept_in(report, other):
            return f"report {number}"
    return ""


def _find_lost_evidence(before: Case, now: Case) -> str:
    there = {item.number: item for item in now.evidence}
    numbers = []
    for item in before.evidence:
        if item.number not in there or not _is_same(item, there[item.number]):
            numbers.append(str(item.number))
    return f"evidence {', '.join(numbers)}" if numbers else ""


def _is_kept_in(before: Report, now: Report) -> bool:
    """Whether it is the same report, to which messages may have been added."""
    is_same = (before.by, before.at) == (now.by, now.at)
    return is_same and set(before.sources) <= set(now.sources)


def _is_same(before: Evidence, now: Evidence) -> bool:
    """Whether it is the same piece, of which more may be known now."""
    may_change = {
        "state": before.state,
        "size": before.size,
        "kept_at": before.kept_at,
        "picture": before.picture,
        "machine_read": before.machine_read,
        "problem": before.problem,
        "tries": before.tries,
        "next_try": before.next_try,
        "first_try": before.first_try,
    }
    if not before.sha256:
        may_change["sha256"] = ""
    return replace(now, **may_change) == before  # type: ignore[arg-type]


def find_lost_changes(before: Sequence[RoleChange], now: Sequence[RoleChange]) -> Iterator[str]:
    """Entries of the log of roles that have gone since, or are others: none ever is."""
    there = {change.id: change for change in now}
    for change in before:
        if there.get(change.id) != change:
            yield OF_ROLES.format(what=change.what, name=change.name or change.person)
