"""Columns and indexes that no query asks for are gone: every write of a case had to keep them."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("ALTER TABLE cases DROP COLUMN category, DROP COLUMN due, DROP COLUMN subject")
