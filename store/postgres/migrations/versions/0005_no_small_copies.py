"""The small copies of pictures are gone, which nothing ever showed."""

from alembic import op

revision = "0005"
down_revision = "0004"

STATEMENTS = (
    # Else no row of any school is seen here.
    "ALTER TABLE evidence NO FORCE ROW LEVEL SECURITY",
    "DELETE FROM evidence WHERE kind <> 'bytes'",
    "ALTER TABLE evidence FORCE ROW LEVEL SECURITY",
    # The old primary key goes with its column.
    "ALTER TABLE evidence DROP COLUMN kind, ADD PRIMARY KEY (school, reference, sha256, number)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
