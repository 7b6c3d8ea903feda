"""Cases and their notices in PostgreSQL. A case is one document, beside the columns that are searched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from store.errors import Conflict, DamagedCase, NotFound
from store.model.case import Case
from store.model.records import Evidence, Notice, State, Summary
from store.postgres.documents import all_readable, from_jsonb, key_of, plain, readable, to_jsonb
from store.postgres.rows import Rows, whole
from store.tiny.catalogue import SAME_PICTURE_BITS

DAMAGED = "Case {reference} cannot be read. Put it back from a backup of the database."
ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)  # of what may be fetched at any time

COLUMNS = "version, document, summary, status, joined_to, hashes, likenesses, wake_at, next_try"
GIVEN = """
given AS MATERIALIZED (
    SELECT * FROM jsonb_to_record(CAST(:row AS jsonb)) AS given (
        version bigint, document jsonb, summary jsonb, status text, joined_to text, hashes text[],
        likenesses bigint[], wake_at timestamptz, next_try timestamptz, sources bytea[], marks bytea[], notices jsonb
    )
)
"""
KEYS = """
keys AS (
    INSERT INTO sources (school, source, reference)
    SELECT DISTINCT :school, key, :reference
    FROM written, given, unnest(given.sources) AS key
    WHERE NOT EXISTS (
        SELECT FROM sources s WHERE s.school = :school AND s.source = key AND s.reference = :reference
    )
),
marked AS (
    INSERT INTO marks (school, reference, mark)
    SELECT DISTINCT :school, :reference, key
    FROM written, given, unnest(given.marks) AS key
    WHERE NOT EXISTS (
        SELECT FROM marks m WHERE m.school = :school AND m.reference = :reference AND m.mark = key
    )
),
owed AS (
    INSERT INTO notices (school, reference, key, document, due, is_settled)
    SELECT :school, :reference, n.key, n.document, n.due, n.is_settled
    FROM written, given, jsonb_to_recordset(given.notices)
        AS n (key bytea, document jsonb, due timestamptz, is_settled boolean)
    WHERE n.key = :released OR NOT EXISTS (
        SELECT FROM notices o
        WHERE o.school = :school AND o.reference = :reference AND o.key = n.key AND o.document = n.document
    )
    ON CONFLICT (school, reference, key) DO UPDATE
    SET document = excluded.document, due = excluded.due, is_settled = excluded.is_settled,
        leased_until = CASE WHEN notices.key = :released THEN NULL ELSE notices.leased_until END
)
SELECT count(*) FROM written
"""
ADD = f"""
WITH {GIVEN}, written AS (
    INSERT INTO cases (school, reference, {COLUMNS})
    SELECT :school, :reference, {COLUMNS} FROM given
    WHERE NOT EXISTS (
        SELECT FROM memos
        WHERE school = :school AND kind = 'Erased' AND document->'references' ? CAST(:reference AS text)
    )
    RETURNING reference
), {KEYS}"""  # noqa: S608 (made of the constants above)
SAVE = f"""
WITH {GIVEN}, written AS (
    UPDATE cases SET ({COLUMNS}) = (SELECT {COLUMNS} FROM given)
    WHERE school = :school AND reference = :reference AND version = (SELECT version - 1 FROM given)
    RETURNING reference
), {KEYS}"""  # noqa: S608
CLAIM = """
WITH free AS MATERIALIZED (
    SELECT reference, key FROM notices
    WHERE school = :school AND NOT is_settled AND due <= :now AND (leased_until IS NULL OR leased_until <= :now)
    ORDER BY due, reference, key LIMIT :most FOR UPDATE SKIP LOCKED
)
UPDATE notices n SET leased_until = :until
FROM free
WHERE n.school = :school AND n.reference = free.reference AND n.key = free.key
RETURNING n.reference, CAST(n.document AS text)
"""
"""Materialised: else a nested loop may ask for `free` several times, and lock as many as LIMIT says each time."""
MARKED = "reference IN (SELECT reference FROM marks WHERE school = :school AND mark = ANY (:marks))"
"""Reporters, links and bytes of cases, which only become more. Not in arrays: under row-level security no index
serves `&&`, which might tell of rows that are not to be seen."""
ALIKE_TO = f"""
SELECT reference, CAST(summary AS text) FROM cases WHERE school = :school AND status = 'open' AND {MARKED}
UNION
SELECT reference, CAST(summary AS text) FROM cases
WHERE school = :school AND status = 'open' AND likenesses <> '{{}}' AND EXISTS (
    SELECT FROM unnest(likenesses) AS a, unnest(CAST(:likenesses AS bigint[])) AS b
    WHERE bit_count(CAST(a # b AS bit(64))) <= :alike
)
"""  # noqa: S608
NEXT = """
SELECT least(
    (SELECT min(due) FROM notices WHERE school = :school AND NOT is_settled),
    (SELECT min(wake_at) FROM cases WHERE school = :school AND wake_at IS NOT NULL),
    (SELECT min(next_try) FROM cases WHERE school = :school AND next_try > :always)
)
"""
LOOSE = """
INSERT INTO notices (school, reference, key, document, due, is_settled)
VALUES (:school, '', :key, CAST(:document AS jsonb), :due, :is_settled)
ON CONFLICT DO NOTHING
"""
SETTLE_LOOSE = """
UPDATE notices
SET document = CAST(:document AS jsonb), due = :due, is_settled = :is_settled, leased_until = NULL
WHERE school = :school AND reference = '' AND key = :key
"""


class PostgresCases(Rows):
    """The part of a store that is about cases and notices."""

    async def add(self, case: Case) -> None:
        await self._write_case(ADD, case)

    async def save(self, case: Case) -> Case:
        return await self._save(case, "")

    async def _save(self, case: Case, released: str) -> Case:
        saved = replace(case, version=case.version + 1)
        await self._write_case(SAVE, saved, released)
        return saved

    async def _write_case(self, sql: str, case: Case, released: str = "") -> None:
        [(written,)] = await whole(self._rows(sql, **values_of(case, released)))
        if not written:
            raise Conflict(case.reference)

    async def case(self, reference: str) -> Case:
        found = await self._cases("reference = :reference", reference=plain(reference))
        if not found:
            raise NotFound(reference)
        try:
            return from_jsonb(Case, found[0][1])
        except ValueError as error:
            raise DamagedCase(DAMAGED.format(reference=reference)) from error

    async def _cases(self, where: str, **values: object) -> Sequence[tuple[str, str]]:
        """References, and documents as they stand."""
        sql = f"SELECT reference, CAST(document AS text) FROM cases WHERE school = :school AND {where}"  # noqa: S608
        return await self._rows(sql, **values)

    async def _summaries(self, where: str, **values: object) -> list[Summary]:
        sql = (
            f"SELECT reference, CAST(summary AS text) FROM cases WHERE school = :school AND {where}"  # noqa: S608
        )
        return all_readable(Summary, await self._rows(sql, **values))

    async def by_source(self, source: str) -> str | None:
        found = await self._rows(
            "SELECT reference FROM sources WHERE school = :school AND source = :source",
            source=key_of(source),
        )
        return found[0][0] if found else None

    async def summaries(self) -> Sequence[Summary]:
        return await self._summaries("true")

    async def summary(self, reference: str) -> Summary | None:
        return next(
            iter(await self._summaries("reference = :reference", reference=plain(reference))), None
        )

    async def reported_by(self, ids: Sequence[str]) -> Sequence[Summary]:
        found = await self._summaries(MARKED, marks=[key_of(_by(id)) for id in ids])
        return sorted(found, key=lambda summary: summary.last_report_at)

    async def joined_to(self, *references: str) -> Sequence[Summary]:
        return await self._summaries(
            "joined_to = ANY (:references)", references=list(map(plain, references))
        )

    async def alike(
        self, links: Sequence[str], hashes: Sequence[str], likenesses: Sequence[int]
    ) -> Sequence[Summary]:
        rows = await self._rows(
            ALIKE_TO,
            marks=[key_of(trace) for trace in _traces(links, hashes)],
            likenesses=[_signed(likeness) for likeness in likenesses],
            alike=SAME_PICTURE_BITS,
        )
        return all_readable(Summary, rows)

    async def wanted(self, now: datetime) -> Sequence[tuple[str, Evidence]]:
        return [
            (case.reference, item)
            for case in all_readable(Case, await self._cases("next_try <= :now", now=now))
            for item in case.evidence
            if item.state == State.WANTED and _try(item) <= now
        ]

    # --- notices ----------------------------------------------------------------------------------

    async def claim(
        self, now: datetime, limit: int, lease_seconds: float
    ) -> Sequence[tuple[str, Notice]]:
        rows = await self._rows(
            CLAIM, now=now, until=now + timedelta(seconds=lease_seconds), most=limit
        )
        read = [(reference, readable(Notice, document, reference)) for reference, document in rows]
        claimed = [(reference, notice) for reference, notice in read if notice]
        return sorted(claimed, key=lambda row: (row[1].due, row[0], row[1].key))

    async def to_wake(self, now: datetime, limit: int) -> Sequence[str]:
        rows = await self._rows(
            "SELECT reference FROM cases WHERE school = :school AND wake_at <= :now "
            "ORDER BY wake_at, reference LIMIT :most",
            now=now,
            most=limit,
        )
        return [reference for (reference,) in rows]

    async def next_due(self) -> datetime | None:
        [(due,)] = await self._rows(NEXT, always=ALWAYS)
        return due.astimezone(UTC) if due else None

    async def loose(self) -> Sequence[Notice]:
        sql = "SELECT encode(key, 'hex'), CAST(document AS text) FROM notices WHERE school = :school AND reference = ''"
        return all_readable(Notice, await self._rows(sql))

    async def owe(self, notice: Notice) -> None:
        await self._write_loose(LOOSE, notice)

    async def _write_loose(self, sql: str, notice: Notice) -> None:
        row = {"document": to_jsonb(notice), "due": notice.due, "is_settled": bool(notice.settled)}
        await self._do(sql, key=key_of(notice.key), **row)

    async def settle(self, reference: str, notice: Notice) -> None:
        if not reference:
            await self._write_loose(SETTLE_LOOSE, notice)
            return
        while True:
            case = await self.case(reference)
            try:
                await self._save(case.settle(notice), notice.key)
            except Conflict:
                continue
            return


def values_of(case: Case, released: str = "") -> dict[str, Any]:
    """What ADD and SAVE are given. `released`: the key of a notice whose claim ends."""
    return {"reference": case.reference, "row": _row(case), "released": key_of(released)}


def _row(case: Case) -> str:
    """All that is written of a case, as one JSON object: the driver takes longer over an array for each column."""
    summary = case.summary
    return to_jsonb(
        {
            "version": case.version,
            "document": case,
            "summary": summary,
            "status": summary.status,
            "joined_to": summary.joined_to,
            "hashes": summary.hashes,
            "likenesses": [_signed(likeness) for likeness in summary.likenesses],
            "wake_at": summary.wake_at,
            "next_try": min(
                (_try(e) for e in case.evidence if e.state == State.WANTED), default=None
            ),
            "sources": [_bytea(source) for source in summary.sources],
            "marks": [
                *(_bytea(_by(id)) for id in summary.reporters),
                *(_bytea(trace) for trace in _traces(summary.links, summary.hashes)),
            ],
            "notices": [
                {"key": _bytea(n.key), "document": n, "due": n.due, "is_settled": bool(n.settled)}
                for n in case.notices
            ],
        }
    )


def _by(id: str) -> str:
    """What marks a case that this person reported."""
    return f"by {id}"


def _traces(links: Sequence[str], hashes: Sequence[str]) -> list[str]:
    """What marks a case that holds these."""
    return [f"link {link}" for link in links] + [f"bytes {sha256}" for sha256 in hashes]


def _bytea(text: str) -> str:
    """A key as PostgreSQL reads it from JSON."""
    return f"\\x{key_of(text).hex()}"


def _signed(likeness: int) -> int:
    """64 bits as PostgreSQL's bigint, which has a sign."""
    return likeness - 2**64 if likeness >= 2**63 else likeness


def _try(item: Evidence) -> datetime:
    return item.next_try or ALWAYS
