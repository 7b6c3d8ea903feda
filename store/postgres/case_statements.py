"""What PostgreSQL is asked of cases and their notices, in SQL."""

from __future__ import annotations

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
