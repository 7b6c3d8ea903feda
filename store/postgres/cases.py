"""Cases and their notices in PostgreSQL.

A case is one JSONB document, beside the columns that are searched. What others must not hold as
well (its source keys), what it is found by (its marks) and what it owes (its notices) are rows of
tables of their own, and are written with the case in one statement.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from store.base import ERASED, Part
from store.errors import Conflict, DamagedCase, NotFound
from store.model.case import Case
from store.model.evidence import Evidence
from store.model.likeness import SAME_PICTURE_BITS
from store.model.records import Notice, State, Summary
from store.postgres.connection.presence import Presence
from store.postgres.documents import all_readable, from_jsonb, key_of, plain, readable, to_jsonb
from store.postgres.loose import SETTLE_LOOSE, LooseNotices
from store.postgres.rows import run_to_end
from store.tiny.catalogue import NO_CASE

DAMAGED = "Case {reference} cannot be read. Put it back from a backup of the database."
#: Stands for the next try of evidence that may be fetched at any time.
ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)

COLUMNS = "version, document, summary, status, joined_to, hashes, likenesses, wake_at, next_try"
#: What is to be written of a case, as one row (see `_row`). Materialised, to be parsed once.
GIVEN = """
given AS MATERIALIZED (
    SELECT * FROM jsonb_to_record(CAST(:row AS jsonb)) AS given (
        version bigint, document jsonb, summary jsonb, status text, joined_to text, hashes text[],
        likenesses bigint[], wake_at timestamptz, next_try timestamptz,
        sources bytea[], marks bytea[], notices jsonb
    )
)
"""
#: The rows that go with a case, where it was `written`: only those that are new or have changed,
#: for a case may have hundreds. A source key of another case breaks the primary key of `sources`.
#: The claim of a notice stays as it is, unless it is among those `:released`. Gives 1, or 0
#: where the case was not written.
WITH_ITS_ROWS = """
keys AS (
    INSERT INTO sources (school, source, reference)
    SELECT DISTINCT :school, key, :reference
    FROM written, given, unnest(given.sources) AS key
    WHERE NOT EXISTS (
        SELECT FROM sources s
        WHERE s.school = :school AND s.source = key AND s.reference = :reference
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
    WHERE n.key = ANY (:released) OR NOT EXISTS (
        SELECT FROM notices o
        WHERE o.school = :school AND o.reference = :reference AND o.key = n.key
            AND o.document = n.document
    )
    ON CONFLICT (school, reference, key) DO UPDATE
    SET document = excluded.document, due = excluded.due, is_settled = excluded.is_settled,
        leased_until = CASE
            WHEN notices.key = ANY (:released) THEN NULL ELSE notices.leased_until
        END
)
SELECT count(*) FROM written
"""
#: A new case, unless its reference is that of one that was erased.
ADD = f"""
WITH {GIVEN}, written AS (
    INSERT INTO cases (school, reference, {COLUMNS})
    SELECT :school, :reference, {COLUMNS} FROM given
    WHERE NOT EXISTS (
        SELECT FROM memos
        WHERE school = :school AND kind = 'Erased'
            AND document->'references' ? CAST(:reference AS text)
    )
    RETURNING reference
), {WITH_ITS_ROWS}"""  # noqa: S608 (made of the constants above)
#: A newer version of a case, where the version before it is the stored one.
VERSION = "SELECT version FROM cases WHERE school = :school AND reference = :reference"
SAVE = f"""
WITH {GIVEN}, written AS (
    UPDATE cases SET ({COLUMNS}) = (SELECT {COLUMNS} FROM given)
    WHERE school = :school AND reference = :reference AND version = (SELECT version - 1 FROM given)
    RETURNING reference
), {WITH_ITS_ROWS}"""  # noqa: S608
# Several processes may claim at once: each skips what another is about to take (SKIP LOCKED), and
# what was taken is nobody else's until its lease has passed, or its process is known to be dead.
# `free` is materialised: else a nested loop may ask for it several times, and lock as many as LIMIT
# says each time.
CLAIM = """
WITH free AS MATERIALIZED (
    SELECT reference, key FROM notices
    WHERE school = :school AND NOT is_settled AND due <= :now
        AND (leased_until IS NULL OR leased_until <= :now
            OR (:is_sure AND claimed_by <> ALL (CAST(:living AS integer[]))))
    ORDER BY due, reference, key LIMIT :most FOR UPDATE SKIP LOCKED
)
UPDATE notices n SET leased_until = :until, claimed_by = :me
FROM free
WHERE n.school = :school AND n.reference = free.reference AND n.key = free.key
RETURNING n.reference, CAST(n.document AS text)
"""
#: Cases with one of these marks: of reporters, links and bytes, which only become more. Not in
#: arrays: under row-level security no index serves `&&`, which might tell of rows that are not to
#: be seen.
HAS_MARK = (
    "reference IN (SELECT reference FROM marks WHERE school = :school AND mark = ANY (:marks))"
)
CASES = "SELECT reference, CAST(document AS text) FROM cases WHERE school = :school"
SUMMARIES = "SELECT reference, CAST(summary AS text) FROM cases WHERE school = :school"
#: The matters of the cases that `begun` finds: up to what they were joined to in the end, and down
#: to all that was joined to it. UNION, not UNION ALL: a ring of joined cases ends where it began.
MATTERS = """
WITH RECURSIVE up AS (
    SELECT reference, joined_to FROM cases WHERE school = :school AND {begun}
    UNION
    SELECT c.reference, c.joined_to FROM cases c, up
    WHERE c.school = :school AND c.reference = up.joined_to
), matter AS (
    SELECT reference FROM up
    UNION
    SELECT c.reference FROM cases c, matter
    WHERE c.school = :school AND c.joined_to = matter.reference
)
SELECT reference, CAST(summary AS text){more} FROM cases
WHERE school = :school AND reference IN (SELECT reference FROM matter)
"""
ONE_MATTER = MATTERS.format(begun="reference = :reference", more=", CAST(document AS text)")
RELATED = MATTERS.format(begun=f"(reference = ANY (:references) OR {HAS_MARK})", more="")
#: The sources of cases, and what is remembered of those of erased cases.
BY_SOURCE = """
SELECT encode(source, 'hex'), reference FROM sources
WHERE school = :school AND source = ANY (:keys)
UNION ALL
SELECT trace, '' FROM memos, jsonb_array_elements_text(document->'sources') AS trace
WHERE school = :school AND kind = 'Erased' AND document->'sources' ?| :traces
    AND trace = ANY (:traces)
"""
SIMILAR = f"""
{SUMMARIES} AND status = 'open' AND {HAS_MARK}
UNION
{SUMMARIES} AND status = 'open' AND likenesses <> '{{}}' AND EXISTS (
    SELECT FROM unnest(likenesses) AS a, unnest(CAST(:likenesses AS bigint[])) AS b
    WHERE bit_count(CAST(a # b AS bit(64))) <= :same_picture_bits
)
"""  # noqa: S608
NEXT_DUE = """
SELECT least(
    (SELECT min(due) FROM notices WHERE school = :school AND NOT is_settled),
    (SELECT min(wake_at) FROM cases WHERE school = :school AND wake_at IS NOT NULL),
    (SELECT min(next_try) FROM cases WHERE school = :school AND next_try > :always)
)
"""
#: Of many, the first that were due are enough.
UNSENT = """
SELECT encode(key, 'hex'), CAST(document AS text) FROM notices
WHERE school = :school AND NOT is_settled
    AND (due <= :now OR document->>'first_due' IS NOT NULL)
ORDER BY due LIMIT 5000
"""
TO_WAKE = """
SELECT reference FROM cases WHERE school = :school AND wake_at <= :now
ORDER BY wake_at, reference LIMIT :most
"""


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
        saved = replace(case, version=case.version + 1)
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
        await self._save(replace(case, version=version))

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
