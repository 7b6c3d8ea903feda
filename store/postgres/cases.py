"""Cases and their notices in PostgreSQL.

A case is one JSONB document, beside the columns that are searched. What others must not hold as
well (its source keys), what it is found by (its marks) and what it owes (its notices) are rows of
tables of their own, and are written with the case in one statement.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from store.base import ERASED, Part
from store.errors import Conflict, DamagedCase, NotFound
from store.model.case import Case
from store.model.evidence import Evidence
from store.model.likeness import SAME_PICTURE_BITS
from store.model.records import Notice, State, Summary
from store.postgres.case_statements import (
    ADD,
    BY_SOURCE,
    CASES,
    CLAIM,
    NEXT_DUE,
    ONE_MATTER,
    RELATED,
    SAVE,
    SIMILAR,
    SUMMARIES,
    TO_WAKE,
    UNSENT,
    VERSION,
)
from store.postgres.connection.presence import Presence
from store.postgres.documents import all_readable, from_jsonb, key_of, plain, readable, to_jsonb
from store.postgres.loose import SETTLE_LOOSE, LooseNotices
from store.postgres.rows import run_to_end
from store.tiny.catalogue import NO_CASE

DAMAGED = "Case {reference} cannot be read. Put it back from a backup of the database."
#: Stands for the next try of evidence that may be fetched at any time.
ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)


class PostgresCases(LooseNotices):
    """The part of a store that is about cases and notices."""

    #: The process that claims, among others.
    _presence: Presence

    async def add(self, case: Case) -> None:
        await self._write_case(ADD, case)

    async def save(self, case: Case) -> Case:
        return await self._save(case)

    async def _save(self, case: Case, *released: str) -> Case:
        """`released`: the keys of notices whose claims end with this change."""
        saved = case.changed(version=case.version + 1)
        await self._write_case(SAVE, saved, *released)
        return saved

    async def _write_case(self, sql: str, case: Case, *released: str) -> None:
        [(written,)] = await run_to_end(self._rows(sql, **values_of(case, *released)))
        if not written:
            raise Conflict(case.reference)

    async def replace_damaged(self, case: Case) -> None:
        with suppress(DamagedCase):
            await self.case(case.reference)
            raise Conflict(case.reference)
        [(version,)] = await self._rows(VERSION, reference=plain(case.reference))
        await self._save(case.changed(version=version))

    async def case(self, reference: str) -> Case:
        found = await self._find_cases("reference = :reference", reference=plain(reference))
        if not found:
            raise NotFound(reference)
        _, document = found[0]
        return _case_from(reference, document)

    async def _find_cases(self, where: str, **values: object) -> Sequence[tuple[str, str]]:
        """References of cases of which a condition holds, each with the text of its document."""
        return await self._rows(f"{CASES} AND {where}", **values)

    async def by_source(self, *sources: str) -> Mapping[str, str]:
        by_trace = {key_of(source).hex(): source for source in sources}
        keys = [bytes.fromhex(trace) for trace in by_trace]
        found: dict[str, str] = {}
        for trace, reference in await self._rows(BY_SOURCE, keys=keys, traces=list(by_trace)):
            source = by_trace[trace]
            # What was sent anew after it was erased is held by a case again.
            if reference != ERASED or source not in found:
                found[source] = reference
        return found

    async def summaries(self) -> Sequence[Summary]:
        return all_readable(Summary, await self._rows(SUMMARIES))

    async def matter(self, reference: str) -> Sequence[Part]:
        parts: list[Part] = []
        for found, summary, document in await self._rows(ONE_MATTER, reference=plain(reference)):
            known = readable(Summary, summary, found)
            if known is not None:
                parts.append(Part(known, partial(_case_from, found, document)))
        return parts

    async def related(
        self, references: Collection[str] = (), reporters: Collection[str] = ()
    ) -> Sequence[Summary]:
        rows = await self._rows(
            RELATED,
            references=[plain(reference) for reference in references],
            marks=[key_of(_mark_of_reporter(id)) for id in reporters],
        )
        return all_readable(Summary, rows)

    async def alike(
        self, links: Sequence[str], hashes: Sequence[str], likenesses: Sequence[int]
    ) -> Sequence[Summary]:
        rows = await self._rows(
            SIMILAR,
            marks=[key_of(mark) for mark in _marks_of_content(links, hashes)],
            likenesses=[_as_bigint(likeness) for likeness in likenesses],
            same_picture_bits=SAME_PICTURE_BITS,
        )
        return all_readable(Summary, rows)

    async def wanted(self, now: datetime) -> Sequence[tuple[str, Evidence]]:
        rows = await self._find_cases("next_try <= :now", now=now)
        found: list[tuple[str, Evidence]] = []
        for case in all_readable(Case, rows):
            for item in case.evidence:
                if item.state == State.WANTED and _next_try(item) <= now:
                    found.append((case.reference, item))
        return found

    # --- notices ----------------------------------------------------------------------------------

    async def claim(
        self, now: datetime, limit: int, lease_seconds: float
    ) -> Sequence[tuple[str, Notice]]:
        rows = await self._rows(
            CLAIM,
            now=now,
            until=now + timedelta(seconds=lease_seconds),
            most=limit,
            me=self._presence.me,
            is_sure=self._presence.is_sure,
            living=list(self._presence.living),
        )
        claimed: list[tuple[str, Notice]] = []
        for reference, document in rows:
            notice = readable(Notice, document, reference)
            if notice:
                claimed.append((reference, notice))
        # An UPDATE gives its rows in any order.
        return sorted(claimed, key=lambda row: (row[1].due, row[0], row[1].key))

    async def to_wake(self, now: datetime, limit: int) -> Sequence[str]:
        rows = await self._rows(TO_WAKE, now=now, most=limit)
        return [reference for (reference,) in rows]

    async def next_due(self) -> datetime | None:
        [(due,)] = await self._rows(NEXT_DUE, always=ALWAYS)
        return due.astimezone(UTC) if due else None

    async def unsent(self, now: datetime) -> Sequence[Notice]:
        return all_readable(Notice, await self._rows(UNSENT, now=now))

    async def settle(self, reference: str, *notices: Notice) -> None:
        if reference == NO_CASE:
            for notice in notices:
                await self.write_loose(SETTLE_LOOSE, notice)
            return

        # Others may change the case meanwhile; what they have written stays.
        while True:
            case = await self.case(reference)
            try:
                await self._save(case.settle(*notices), *(notice.key for notice in notices))
            except Conflict:
                continue
            return


def _case_from(reference: str, document: str) -> Case:
    """Raises DamagedCase."""
    try:
        return from_jsonb(Case, document)
    except ValueError as error:
        raise DamagedCase(DAMAGED.format(reference=reference)) from error


def values_of(case: Case, *released: str) -> dict[str, Any]:
    """What ADD and SAVE are given. `released`: the keys of notices whose claims end."""
    keys = [key_of(key) for key in released]
    return {"reference": case.reference, "row": _row(case), "released": keys}


def _row(case: Case) -> str:
    """All that is written of a case, as the text of one JSON object.

    One object, because the driver takes longer over an array for each column.
    """
    summary = case.summary
    tries = [_next_try(item) for item in case.evidence if item.state == State.WANTED]
    reporters = [_mark_of_reporter(id) for id in summary.reporters]
    content = _marks_of_content(summary.links, summary.hashes)
    return to_jsonb(
        {
            "version": case.version,
            "document": case,
            "summary": summary,
            "status": summary.status,
            "joined_to": summary.joined_to,
            "hashes": summary.hashes,
            "likenesses": [_as_bigint(likeness) for likeness in summary.likenesses],
            "wake_at": summary.wake_at,
            "next_try": min(tries, default=None),
            "sources": [_as_bytea(source) for source in summary.sources],
            "marks": [_as_bytea(mark) for mark in reporters + content],
            "notices": [_notice_row(notice) for notice in case.notices],
        }
    )


def _notice_row(notice: Notice) -> dict[str, object]:
    return {
        "key": _as_bytea(notice.key),
        "document": notice,
        "due": notice.due,
        "is_settled": bool(notice.settled),
    }


# A mark is stored as the SHA-256 of these words; a migration has made those of older cases.
def _mark_of_reporter(id: str) -> str:
    """What marks a case that this person reported."""
    return f"by {id}"


def _marks_of_content(links: Sequence[str], hashes: Sequence[str]) -> list[str]:
    """What marks a case that holds these links, and bytes with these SHA-256."""
    return [f"link {link}" for link in links] + [f"bytes {sha256}" for sha256 in hashes]


def _as_bytea(text: str) -> str:
    """The key of this text as PostgreSQL reads bytes from JSON."""
    return f"\\x{key_of(text).hex()}"


def _as_bigint(likeness: int) -> int:
    """64 bits as PostgreSQL's bigint, which has a sign."""
    return likeness - 2**64 if likeness >= 2**63 else likeness


def _next_try(item: Evidence) -> datetime:
    return item.next_try or ALWAYS
