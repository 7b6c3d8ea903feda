"""Which roles row-level security binds: the bot's should be bound, and that of pg_dump must not."""

from __future__ import annotations

import psycopg
from psycopg import sql

from store.postgres.connection.connecting import REACHING, as_store_errors

#: Superusers and roles with BYPASSRLS see every row, of whichever school:
#: https://www.postgresql.org/docs/current/ddl-rowsecurity.html
UNBOUND = "SELECT rolname FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls)"

#: The bot's tables, as they are found without a schema.
TABLES = """
SELECT c.relname FROM pg_class c
WHERE c.relkind = 'r' AND c.relnamespace = (
    SELECT relnamespace FROM pg_class WHERE oid = to_regclass('cases')
) ORDER BY c.relname
"""
#: As pg_dump sets it: what row-level security would keep back is refused, and not left out.
REFUSE_PARTS = "SET row_security = off"
ALL_OF = sql.SQL("SELECT FROM {table} LIMIT 1")

NO_TABLES = "there are no tables of Heads Up where it leads."
HIDDEN = "its role {role} may not read all of the table {table}."

#: The SQL that `headsup migrate --print-roles` prints, for whoever runs the server to read and run.
ROLES = """\
-- Run this once, as a superuser of the server: psql -d THE_DATABASE -f roles.sql
-- Choose passwords, or let pg_hba.conf do without: \\password headsup, \\password headsup_dump

-- The bot's own role. It owns the database, and row-level security binds it.
SELECT 'CREATE ROLE headsup LOGIN' WHERE to_regrole('headsup') IS NULL \\gexec

-- The role that pg_dump uses. It may read the rows of every school, and change nothing.
SELECT 'CREATE ROLE headsup_dump LOGIN' WHERE to_regrole('headsup_dump') IS NULL \\gexec
ALTER ROLE headsup_dump BYPASSRLS;
ALTER ROLE headsup_dump SET default_transaction_read_only = on;
GRANT pg_read_all_data TO headsup_dump;
"""


def unbound_role(url: str) -> str:
    """The name of the address's role where row-level security does not bind it; else empty.

    Raises StoreUnavailable.
    """
    with as_store_errors(), psycopg.connect(url, **REACHING) as connection:
        found = connection.execute(UNBOUND).fetchone()
    return found[0] if found else ""


def hidden_from(url: str) -> str:
    """Why pg_dump could not read every school's rows as the role of this address; else empty.

    Raises StoreUnavailable.
    """
    reaching = {**REACHING, "target_session_attrs": "any"}
    with as_store_errors(), psycopg.connect(url, autocommit=True, **reaching) as connection:
        connection.execute(REFUSE_PARTS)
        tables = [table for (table,) in connection.execute(TABLES).fetchall()]
        if not tables:
            return NO_TABLES
        for table in tables:
            try:
                connection.execute(ALL_OF.format(table=sql.Identifier(table)))
            except psycopg.errors.InsufficientPrivilege:
                return HIDDEN.format(role=connection.info.user, table=table)
    return ""
