"""What the words of a case may say of whom it is about is worked out anew when it is saved next.

Each open case of which nobody has said whom it is about wakes at once, and is saved by that.
"""

from alembic import op

revision = "0006"
down_revision = "0005"

STATEMENTS = (
    # Else no row of any school is seen here.
    "ALTER TABLE cases NO FORCE ROW LEVEL SECURITY",
    """
    UPDATE cases SET
        wake_at = now(),
        document = jsonb_set(document, '{wake_at}', to_jsonb(
            to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
        ))
    WHERE status = 'open' AND COALESCE(summary->'about'->>'subject', 'unsure') = 'unsure'
    """,
    "ALTER TABLE cases FORCE ROW LEVEL SECURITY",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
