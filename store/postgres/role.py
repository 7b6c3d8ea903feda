"""Whether row-level security binds the role of the bot."""

from __future__ import annotations

import psycopg

from store.postgres.connecting import REACHING, troubles

UNBOUND = "SELECT rolname FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls)"
"""https://www.postgresql.org/docs/current/ddl-rowsecurity.html: superusers and BYPASSRLS see every row."""


def unbound_role(url: str) -> str:
    """The role's name where it is not bound, or nothing. Raises StoreUnavailable."""
    with troubles(), psycopg.connect(url, **REACHING) as connection:
        found = connection.execute(UNBOUND).fetchone()
    return found[0] if found else ""
