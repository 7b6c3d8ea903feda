"""Which role the bot has in the database, where row-level security does not bind that."""

from __future__ import annotations

import psycopg

from store.postgres.connecting import REACHING, as_store_errors

#: Superusers and roles with BYPASSRLS see every row, of whichever school:
#: https://www.postgresql.org/docs/current/ddl-rowsecurity.html
UNBOUND = "SELECT rolname FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls)"


def unbound_role(url: str) -> str:
    """The name of the address's role where row-level security does not bind it; else empty.

    Raises StoreUnavailable.
    """
    with as_store_errors(), psycopg.connect(url, **REACHING) as connection:
        found = connection.execute(UNBOUND).fetchone()
    return found[0] if found else ""
