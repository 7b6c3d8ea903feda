"""Which process has claimed a notice, so that others know when it has died; and the words of cases
are weighed anew, as more of them are known for names.

Each open case of which it is not known whom it is about wakes at once, and is saved by that.
"""

from alembic import op

revision = "0008"
down_revision = "0007"

STATEMENTS = (
    "ALTER TABLE notices ADD COLUMN claimed_by integer",
    # Else no row of any school is seen here.
    "ALTER TABLE cases NO FORCE ROW LEVEL SECURITY",
    """
    UPDATE cases SET
        wake_at = now(),
        document = jsonb_set(document, '{wake_at}', to_jsonb(
            to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
        ))
    WHERE status = 'open' AND (
        COALESCE(summary->'about'->>'subject', 'unsure') IN ('unsure', 'staff')
        OR COALESCE(summary->>'open_words', '') <> ''
    )
    """,
    "ALTER TABLE cases FORCE ROW LEVEL SECURITY",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
