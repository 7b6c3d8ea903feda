"""When each case was first taken, and how far its removal has come, for the figures."""

from alembic import op

revision = "0007"
down_revision = "0006"

STATEMENTS = (
    # Else no row of any school is seen here.
    "ALTER TABLE cases NO FORCE ROW LEVEL SECURITY",
    """
    UPDATE cases SET summary = summary || jsonb_build_object(
        'taken_at', (
            SELECT entry->>'at'
            FROM jsonb_array_elements(document->'chronology') WITH ORDINALITY AS e (entry, place)
            WHERE entry->>'what' IN ('taken', 'given')
            ORDER BY place LIMIT 1
        ),
        'removal', CASE
            WHEN document->>'outcome' = 'removed' OR EXISTS (
                SELECT FROM jsonb_array_elements(document->'follow_ups') AS step
                WHERE step->'outcomes' ? 'not removed' AND step->>'progress' = 'done'
            ) THEN 'gone'
            WHEN EXISTS (
                SELECT FROM jsonb_array_elements(document->'follow_ups') AS step
                WHERE step->'outcomes' ? 'refused' AND step->>'progress' IN ('done', 'refused')
            ) THEN 'asked'
            ELSE ''
        END
    )
    """,
    "ALTER TABLE cases FORCE ROW LEVEL SECURITY",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
