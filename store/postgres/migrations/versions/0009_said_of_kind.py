"""What the reporters of each case have said of its kind themselves: their lists show that alone."""

from alembic import op

revision = "0009"
down_revision = "0008"

STATEMENTS = (
    # Else no row of any school is seen here.
    "ALTER TABLE cases NO FORCE ROW LEVEL SECURITY",
    """
    UPDATE cases SET summary = summary || jsonb_build_object('said', COALESCE(
        (
            SELECT jsonb_agg(
                jsonb_build_object('by', by, 'category', category) ORDER BY latest
            )
            FROM (
                SELECT entry->>'by' AS by,
                    COALESCE(entry->'details'->>'category', '') AS category,
                    max(place) AS latest
                FROM jsonb_array_elements(document->'chronology')
                    WITH ORDINALITY AS e (entry, place)
                WHERE entry->>'what' IN ('category', 'urgent')
                    AND entry->'by' IN (
                        SELECT report->'by'
                        FROM jsonb_array_elements(document->'reports') AS report
                    )
                GROUP BY 1, 2
            ) AS said
        ),
        CAST('[]' AS jsonb)
    ))
    """,
    "ALTER TABLE cases FORCE ROW LEVEL SECURITY",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
