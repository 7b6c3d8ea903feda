"""Cases with their notices and evidence, people, memos.

Each row has its school, which alone may see it.
"""

from alembic import op

revision = "0001"
down_revision = None

TABLES = """
CREATE TABLE schools (
    school text PRIMARY KEY,
    since timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE cases (
    school text NOT NULL REFERENCES schools,
    reference text NOT NULL,
    version bigint NOT NULL,
    document jsonb NOT NULL,
    summary jsonb NOT NULL,
    status text NOT NULL,
    category text,
    due timestamptz,
    subject text,
    joined_to text,
    reporters text[] NOT NULL,
    links bytea[] NOT NULL,
    hashes text[] NOT NULL,
    likenesses bigint[] NOT NULL,
    wake_at timestamptz,
    next_try timestamptz,
    PRIMARY KEY (school, reference)
);
CREATE INDEX cases_category ON cases (school, status, category);
CREATE INDEX cases_due ON cases (school, due) WHERE due IS NOT NULL;
CREATE INDEX cases_subject ON cases (school, subject) WHERE subject IS NOT NULL;
CREATE INDEX cases_joined ON cases (school, joined_to) WHERE joined_to IS NOT NULL;
CREATE INDEX cases_wake ON cases (school, wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX cases_next_try ON cases (school, next_try) WHERE next_try IS NOT NULL;
CREATE INDEX cases_reporters ON cases USING gin (reporters);
CREATE INDEX cases_links ON cases USING gin (links);
CREATE INDEX cases_hashes ON cases USING gin (hashes);
CREATE INDEX cases_pictured ON cases (school) WHERE status = 'open' AND likenesses <> '{}';

CREATE TABLE sources (
    school text NOT NULL,
    source bytea NOT NULL,
    reference text NOT NULL,
    PRIMARY KEY (school, source),
    FOREIGN KEY (school, reference) REFERENCES cases ON DELETE CASCADE
);
CREATE INDEX sources_of_case ON sources (school, reference);

CREATE TABLE notices (
    school text NOT NULL REFERENCES schools,
    reference text NOT NULL,
    key bytea NOT NULL,
    document jsonb NOT NULL,
    due timestamptz NOT NULL,
    is_settled boolean NOT NULL,
    leased_until timestamptz,
    PRIMARY KEY (school, reference, key)
);
CREATE INDEX notices_due ON notices (school, due) WHERE NOT is_settled;

CREATE TABLE people (
    school text NOT NULL REFERENCES schools,
    id text NOT NULL,
    version bigint NOT NULL,
    document jsonb NOT NULL,
    since timestamptz NOT NULL,
    roles text[] NOT NULL,
    earlier text[] NOT NULL,
    PRIMARY KEY (school, id)
);
CREATE TABLE accounts (
    school text NOT NULL,
    account bytea NOT NULL,
    person text NOT NULL,
    PRIMARY KEY (school, account),
    FOREIGN KEY (school, person) REFERENCES people ON DELETE CASCADE
);
CREATE INDEX accounts_of_person ON accounts (school, person);

CREATE TABLE invitations (
    school text NOT NULL REFERENCES schools,
    digest text NOT NULL,
    document jsonb NOT NULL,
    PRIMARY KEY (school, digest)
);
CREATE TABLE memos (
    school text NOT NULL REFERENCES schools,
    kind text NOT NULL,
    key bytea NOT NULL,
    document jsonb NOT NULL,
    PRIMARY KEY (school, kind, key)
);
CREATE TABLE evidence (
    school text NOT NULL REFERENCES schools,
    reference text NOT NULL,
    sha256 text NOT NULL,
    kind text NOT NULL,
    number integer NOT NULL,
    bytes bytea NOT NULL,
    PRIMARY KEY (school, reference, sha256, kind, number)
);
CREATE UNLOGGED TABLE tallies (
    school text NOT NULL,
    what bytea NOT NULL,
    times timestamptz[] NOT NULL,
    is_refused boolean NOT NULL DEFAULT false,
    PRIMARY KEY (school, what)
);
ALTER TABLE evidence ALTER COLUMN bytes SET STORAGE EXTERNAL;
"""

OF_A_SCHOOL = (
    "cases",
    "sources",
    "notices",
    "people",
    "accounts",
    "invitations",
    "memos",
    "evidence",
    "tallies",
)


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
    for table in OF_A_SCHOOL:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        # FORCE: the bot owns the tables, and row-level security binds no owner otherwise.
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY school ON {table}"
            " USING (school = current_setting('headsup.school', true))"
            " WITH CHECK (school = current_setting('headsup.school', true))"
        )
