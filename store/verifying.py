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
from store.model.memos import FOLDERS
from store.model.records import Evidence, Status

BACKUP = "Put it back from a backup."
COMPARE = "Find out who had access, and compare with a backup."

STATES = ("status", "category", "owner", "joined_to", "hold")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was written."""

    where: str  # path within the folder, or what stands for it elsewhere
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what} {self.mend}"


@dataclass(slots=True)
class Walk:
    """What was looked at, and what has to be known at the end."""

    cases: set[str] = field(default_factory=set)
    joined: dict[str, str] = field(default_factory=dict)  # case -> the one that it is part of
    evidence: int = 0
    records: int = 0
    unsealed: int = 0  # files of an earlier version


async def look_through(store: Store, walk: Walk) -> AsyncIterator[Finding]:
    """Everything that is wrong: records, then case by case. Raises StoreUnavailable."""
    for where in await store.unreadable():
        yield Finding(where, "is not as it was written.", BACKUP)
    for kind in FOLDERS:
        walk.records += len(await store.memos(kind))
    for records in (await store.people(), await store.invitations(), await store.loose()):
        walk.records += len(records)
    for summary in await store.summaries():
        with suppress(NotFound):  # erased meanwhile, or one of the unreadable
            case = await store.case(summary.reference)
            walk.cases.add(case.reference)
            for what in wrong_in(case):
                yield Finding(f"cases/{case.reference}", what, COMPARE)
            for item in case.evidence:
                if item.sha256 and (finding := await _evidence(case, item, store)):
                    yield finding
                walk.evidence += bool(item.sha256)


async def _evidence(case: Case, item: Evidence, store: Store) -> Finding | None:
    """What is wrong with the bytes, unless they are wanted no more: a bot may be at work meanwhile."""
    what = await wrong_bytes(case, item, store)
    if not what or item not in (await store.case(case.reference)).evidence:
        return None
    return Finding(
        f"cases/{case.reference}/evidence/{item.sha256}", f"(evidence {item.number}) {what}", BACKUP
    )


async def wrong_bytes(case: Case, item: Evidence, store: Store) -> str:
    """What is wrong with a piece of evidence that was kept, or nothing."""
    try:
        async with store.kept(case.reference, item.sha256) as path:
            return (
                ""
                if await asyncio.to_thread(sha256_of, path) == item.sha256
                else "is not as it was received."
            )
    except NotFound:
        return "is missing."


def wrong_in(case: Case) -> Iterator[str]:
    """What is not as the entries of a case say."""
    if broken := broken_chain(case):
        yield broken
    elif not case.chronology:
        yield "has no entries."
    else:
        said = _said(case)
        for name in STATES:
            if said[name] != getattr(case, name):
                what = name.replace("_", " ")
                yield f"its {what} is not what the entries say: one was removed, or it was changed."
    kept = {
        e.details.get("number"): e.details.get("sha256")
        for e in case.chronology
        if e.what == "kept"
    }
    for item in case.evidence:
        if item.sha256 and kept.get(str(item.number), item.sha256) != item.sha256:
            yield f"evidence {item.number} is listed as another file than the entries say."


def broken_chain(case: Case) -> str:
    """The first entry that does not fit, or nothing."""
    before = ""
    for number, entry in enumerate(case.chronology, 1):
        if entry.before != before:
            return f"entry {number} does not follow the one before it: something was removed, added or moved."
        if not entry.sound:
            return f"entry {number} is not as it was written."
        before = entry.hash
    return ""


def _said(case: Case) -> dict[str, Any]:
    """What the entries say of the case."""
    said: dict[str, Any] = dict.fromkeys(STATES) | {"status": Status.OPEN, "hold": ""}
    for entry in case.chronology:
        details = entry.details
        match entry.what:
            case "closed":
                said["status"] = Status.CLOSED
            case "reopened":
                said["status"] = Status.OPEN
            case "category":
                said["category"] = details.get("category")
            case "taken" | "given":
                said["owner"] = details.get("to")
            case "given up":
                said["owner"] = None
            case "joined":
                said["joined_to"] = details.get("to")
            case "parted":
                said["joined_to"] = None
            case "held":
                said["hold"] = details.get("reason")
            case "lifted":
                said["hold"] = ""
    return said
