"""Evidence is fetched once somebody has said what it is about, and kept as received."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from datetime import timedelta

import structlog

from handlers.desk import Desk
from handlers.messages import DeliveryFailed, TooLarge
from handlers.pictures import Look, look
from store.base import Conflict, Kept, OverLimit
from store.records import SYSTEM, Case, Evidence, Notice, State

Fetch = Callable[[Mapping[str, str]], AsyncIterator[bytes]]

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=2)
GIVE_UP = timedelta(days=1)
OVER = "over {limit} MB"
GONE = "no longer there"
TRIED = "tried for a day"

log = structlog.get_logger()


async def fetch(reference: str, item: Evidence, get: Fetch, desk: Desk) -> None:
    """Fetch one piece of evidence, and note what became of it. Raises StoreUnavailable."""
    if _current(await desk.store.case(reference), item).state != State.WANTED:
        return
    try:
        kept = await desk.store.keep(reference, get(item.pointer), desk.max_file_bytes)
    except (TooLarge, OverLimit):
        problem = OVER.format(limit=desk.max_file_bytes // 1_000_000)
        await _note(reference, item, desk, state=State.TOO_LARGE, problem=problem)
    except DeliveryFailed as failure:
        log.warning("evidence not fetched", case=reference, number=item.number, permanent=failure.permanent)
        await _failed(reference, item, failure, desk)
    else:
        await _keep(reference, item, kept, desk)


async def _keep(reference: str, item: Evidence, kept: Kept, desk: Desk) -> None:
    seen = Look()
    if item.kind == "picture":
        async with desk.store.kept(reference, kept.sha256) as path:
            seen = await asyncio.to_thread(look, path)
        if seen.thumbnail:
            await desk.store.keep_thumbnail(reference, kept.sha256, seen.thumbnail)
    noted = await _note(
        reference,
        item,
        desk,
        state=State.KEPT,
        sha256=kept.sha256,
        size=kept.size,
        kept_at=desk.now(),
        picture=seen.picture,
        problem=seen.problem,
    )
    if not noted:
        await desk.store.discard(reference, kept.sha256)


async def _failed(reference: str, item: Evidence, failure: DeliveryFailed, desk: Desk) -> None:
    now = desk.now()
    first = item.first_try or now
    pause = min(FIRST_PAUSE * 2 ** min(item.tries, 10), LONGEST_PAUSE)
    if failure.permanent or now - first >= GIVE_UP:
        problem = GONE if failure.permanent else TRIED
        await _note(reference, item, desk, state=State.LOST, problem=problem)
    else:
        await _note(
            reference, item, desk, tries=item.tries + 1, first_try=first, next_try=now + pause, problem=""
        )


async def _note(reference: str, item: Evidence, desk: Desk, **changes: object) -> bool:
    """Store the new state of a piece of evidence; False when it is no longer wanted."""
    while True:
        case = await desk.store.case(reference)
        current = _current(case, item)
        if current.state != State.WANTED:
            return False
        new = replace(current, **changes)  # type: ignore[arg-type]
        try:
            await desk.store.save(_entered(case.with_evidence(new), new, desk))
        except Conflict:
            continue
        return True


def _entered(case: Case, item: Evidence, desk: Desk) -> Case:
    now, number = desk.now(), str(item.number)
    if item.state == State.KEPT:
        return case.enter(now, SYSTEM, "kept", number=number, sha256=item.sha256, size=str(item.size))
    if item.state == State.WANTED:
        return case
    case = case.enter(now, SYSTEM, "failed", number=number, problem=item.problem)
    key = f"{case.reference} lost {number} {item.by}"
    return case.owe(Notice(key, "lost", item.by, now))


def _current(case: Case, item: Evidence) -> Evidence:
    return next(e for e in case.evidence if e.number == item.number)
