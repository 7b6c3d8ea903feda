"""Evidence is fetched once somebody has said what it is about, and kept as received."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from handlers.desk import Desk
from handlers.messages import DeliveryFailed, TooLarge
from handlers.rules.access import WORKERS
from handlers.rules.unfinished import with_cards_due
from handlers.workflow.changes import apply, without_lost_owner
from handlers.workflow.concerned.candidates import with_those_read
from handlers.workflow.pictures.look import Look, look
from handlers.workflow.pictures.words import read_words
from handlers.workflow.text_files import is_text_file, words_in_file
from store.base import Kept
from store.disk.picture import CANNOT_OPEN
from store.errors import Conflict, NotFound, OverLimit, StoreUnavailable
from store.model.case import Case
from store.model.evidence import Evidence
from store.model.kinds import EntryKind, EvidenceKind, NoticeKind
from store.model.proofs import with_proofs
from store.model.records import SYSTEM, Notice, State

Fetch = Callable[[Mapping[str, str]], AsyncIterator[bytes]]

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=2)
SHORTEST_PAUSE = timedelta(seconds=1)
GIVE_UP = timedelta(days=1)
MEGABYTE = 1_000_000
OVER = "over {limit} MB"
GONE = "no longer there"
TRIED = "tried for a day"

log = structlog.get_logger()


async def fetch(reference: str, item: Evidence, get: Fetch, desk: Desk) -> datetime | None:
    """Fetch one piece of evidence, and note what became of it. Cancelled, it leaves nothing behind.

    Gives when it is to be tried again (UTC), if at all. Raises StoreUnavailable and NotFound.
    """
    if not await is_wanted(reference, item, desk):
        return None
    try:
        kept = await desk.store.keep(reference, get(item.pointer), desk.max_file_bytes)
    except (StoreUnavailable, NotFound):
        raise
    except OverLimit:
        problem = OVER.format(limit=desk.max_file_bytes // MEGABYTE)
        await _note(reference, item, desk, state=State.TOO_LARGE, problem=problem)
    except TooLarge as refusal:
        # The platform's limit, in its own words.
        await _note(reference, item, desk, state=State.TOO_LARGE, problem=str(refusal).rstrip("."))
    except Exception as error:
        # Whatever a platform sends: the next try may be spared it.
        failure = (
            error if isinstance(error, DeliveryFailed) else DeliveryFailed(type(error).__name__)
        )
        why, permanent = type(error).__name__, failure.permanent
        log.warning(
            "evidence not fetched", case=reference, number=item.number, why=why, permanent=permanent
        )
        return await _failed(reference, item, failure, desk)
    else:
        await _keep(reference, item, kept, desk)
    return None


async def is_wanted(reference: str, item: Evidence, desk: Desk) -> bool:
    """Whether it is still to be fetched.

    Notes it as withheld where any case of the matter says so.
    """
    case = await desk.store.case(reference)
    if _current(case, item).state != State.WANTED:
        return False
    if await _is_withheld(case, desk):
        await _note(reference, item, desk, state=State.WITHHELD)
        return False
    return True


async def _is_withheld(case: Case, desk: Desk) -> bool:
    return any(part.withheld for part in await desk.store.related([case.reference]))


async def _keep(reference: str, item: Evidence, kept: Kept, desk: Desk) -> None:
    noted = False
    try:
        if await is_wanted(reference, item, desk):
            noted = await _note_kept(reference, item, kept, desk)
    finally:
        # Nobody wants it any more, or there is no time left for it.
        if not noted:
            await desk.store.discard(reference, kept.sha256)
    if noted and item.kind == EvidenceKind.PICTURE:
        await _look(reference, item, kept, desk)
    if noted and is_text_file(item):
        await _read_file(reference, item, kept, desk)


async def _note_kept(reference: str, item: Evidence, kept: Kept, desk: Desk) -> bool:
    return await _note(
        reference,
        item,
        desk,
        state=State.KEPT,
        sha256=kept.sha256,
        size=kept.size,
        kept_at=desk.now(),
        # It is noted before it is tried: where that ends the whole machine, it is not tried again.
        problem=CANNOT_OPEN if item.kind == EvidenceKind.PICTURE else "",
    )


async def _look(reference: str, item: Evidence, kept: Kept, desk: Desk) -> None:
    """Note what a picture that is kept looks like. What keeps us from that changes nothing else."""
    try:
        async with desk.store.kept(reference, kept.sha256) as path:
            seen = await look(path)
            if seen != Look(problem=CANNOT_OPEN):
                await _note_look(reference, item, desk, picture=seen.picture, problem=seen.problem)
            is_to_be_read = seen.picture is not None and desk.reads_pictures
            if is_to_be_read and await _may_be_seen(reference, item, desk):
                await _note_words(reference, item, await read_words(path), desk)
    except (StoreUnavailable, NotFound, OSError) as error:
        why = type(error).__name__
        log.warning("picture not looked at", case=reference, number=item.number, why=why)


async def _read_file(reference: str, item: Evidence, kept: Kept, desk: Desk) -> None:
    """Note whom the words of a text file name. What keeps us from that changes nothing else."""
    try:
        workers = await desk.store.having(WORKERS)
        async with desk.store.kept(reference, kept.sha256) as path:
            await _note_words(reference, item, await words_in_file(path, item.name, workers), desk)
    except (StoreUnavailable, NotFound, OSError) as error:
        why = type(error).__name__
        log.warning("file not read", case=reference, number=item.number, why=why)


async def _may_be_seen(reference: str, item: Evidence, desk: Desk) -> bool:
    """Whether nobody has said, since it was fetched, that it is not to be seen."""
    case = await desk.store.case(reference)
    return _current(case, item).state == State.KEPT and not await _is_withheld(case, desk)


async def _note_look(reference: str, item: Evidence, desk: Desk, **changes: object) -> None:
    while True:
        case = await desk.store.case(reference)
        current = _current(case, item)
        if current.state != State.KEPT or await _is_withheld(case, desk):
            return
        new = replace(current, **changes)  # type: ignore[arg-type]
        if new == current:
            return
        try:
            await desk.store.save(case.with_evidence(new))
        except Conflict:
            continue
        return


async def _note_words(reference: str, item: Evidence, read: str, desk: Desk) -> None:
    """Note the words in a picture: whoever they name sees nothing of the case from then on, until
    somebody has said that they are not meant.
    """
    if not read or await _is_withheld(await desk.store.case(reference), desk):
        return
    around = await desk.around(await desk.store.case(reference))

    def move(case: Case) -> Case:
        current = _current(case, item)
        if current.state != State.KEPT or case.withheld:
            return case
        new = replace(current, machine_read=read)
        return with_those_read(case.with_evidence(new), new, around, desk)

    await apply(desk, reference, move)
    await without_lost_owner(desk, reference)


async def _failed(
    reference: str, item: Evidence, failure: DeliveryFailed, desk: Desk
) -> datetime | None:
    """Note that it failed. Gives when it is to be tried again, unless it is given up."""
    now = desk.now()
    first = item.first_try or now
    pause = min(FIRST_PAUSE * 2 ** min(item.tries, 10), LONGEST_PAUSE)
    if failure.retry_after is not None:
        pause = max(timedelta(seconds=failure.retry_after), SHORTEST_PAUSE)
    if failure.permanent or now - first >= GIVE_UP:
        problem = GONE if failure.permanent else TRIED
        await _note(reference, item, desk, state=State.LOST, problem=problem)
        return None
    later: datetime = now + pause
    await _note(
        reference,
        item,
        desk,
        tries=item.tries + 1,
        first_try=first,
        next_try=later,
        problem="",
    )
    return later


async def _note(reference: str, item: Evidence, desk: Desk, **changes: object) -> bool:
    """Store the new state of a piece of evidence; False when it is no longer wanted."""
    while True:
        case = await desk.store.case(reference)
        current = _current(case, item)
        if current.state != State.WANTED:
            return False
        withheld = await _is_withheld(case, desk)
        new = replace(current, **changes)  # type: ignore[arg-type]
        if withheld:
            new = current.withhold()
        try:
            noted = _entered(case.with_evidence(new), new, desk)
            noted = with_proofs(with_cards_due(noted, desk.now()), case, desk.now())
            await desk.store.save(noted)
        except Conflict:
            continue
        return not withheld


def _entered(case: Case, item: Evidence, desk: Desk) -> Case:
    now, number = desk.now(), str(item.number)
    if item.state == State.KEPT:
        return case.enter(
            now, SYSTEM, EntryKind.KEPT, number=number, sha256=item.sha256, size=str(item.size)
        )
    if item.state == State.WANTED:
        return case
    if item.state == State.WITHHELD:
        return case.enter(now, SYSTEM, EntryKind.WITHHELD, number=number)
    case = case.enter(now, SYSTEM, EntryKind.FETCH_FAILED, number=number, problem=item.problem)
    key = f"{case.reference} lost {number} {item.by}"
    return case.owe(Notice(key, NoticeKind.LOST, item.by, now))


def _current(case: Case, item: Evidence) -> Evidence:
    return next(e for e in case.evidence if e.number == item.number)
