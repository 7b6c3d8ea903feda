"""Which process has claimed a notice, so that others know when it has died."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.execute("ALTER TABLE notices ADD COLUMN claimed_by integer")
