"""The chats of each school, where several share a deployment."""

from alembic import op

revision = "0002"
down_revision = "0001"

TABLES = """
CREATE TABLE installations (
    platform text NOT NULL,
    key text NOT NULL,
    school text NOT NULL REFERENCES schools,
    name text NOT NULL,
    token bytea NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (platform, key),
    UNIQUE (school, platform)
);
CREATE TABLE installation_links (
    digest bytea PRIMARY KEY,
    school text NOT NULL REFERENCES schools,
    until timestamptz NOT NULL
);
"""


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
