"""Taking a whole school out of a database: whatever table has rows of it, also one of later."""

from __future__ import annotations

from collections.abc import Sequence
from graphlib import TopologicalSorter

from psycopg import AsyncConnection, sql

from store.errors import Conflict, StoreUnavailable
from store.postgres.connection.connecting import Connections
from store.postgres.database import Database
from store.postgres.rows import run_to_end, statement

#: The tables beside `cases` whose rows say whose they are.
TABLES = """
SELECT table_name FROM information_schema.columns
WHERE column_name = 'school' AND table_schema = (
    SELECT nspname FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid
    WHERE c.oid = to_regclass('cases')
)
"""
#: Which table refers to which.
REFERENCES = """
SELECT a.relname, b.relname FROM pg_constraint k
JOIN pg_class a ON a.oid = k.conrelid JOIN pg_class b ON b.oid = k.confrelid
WHERE k.contype = 'f'
"""
IS_KNOWN = "SELECT 1 FROM schools WHERE school = :school"
DELETE = sql.SQL("DELETE FROM {table} WHERE school = %s")
VACUUM = sql.SQL("VACUUM (INDEX_CLEANUP ON) {tables}")


async def is_known(database: Database, school: str) -> bool:
    """Whether the database has, or had, anything of a school. Raises StoreUnavailable."""
    connections = Connections(database.rows, school)
    async with connections.each() as connection:
        found = await connection.execute(statement(IS_KNOWN), {"school": school})
        return await found.fetchone() is not None


async def remove_school(database: Database, school: str) -> bool:
    """Delete every row of a school, all or none; whether the tables are rid of them already.

    Where that is False, PostgreSQL does it later by itself. Raises Conflict and StoreUnavailable.
    """
    return await run_to_end(_remove(Connections(database.rows, school)))


async def _remove(connections: Connections) -> bool:
    async with connections.together() as connection:
        tables = await _tables(connection)
        for table in tables:
            delete = DELETE.format(table=sql.Identifier(table))
            await connection.execute(delete, [connections.school])
    try:
        async with connections.each() as connection:
            names = sql.SQL(", ").join(map(sql.Identifier, tables))
            await connection.execute(VACUUM.format(tables=names))
    except (Conflict, StoreUnavailable):
        return False
    return True


async def _tables(connection: AsyncConnection) -> Sequence[str]:
    """The tables with rows of a school, each before those to which it refers."""
    found = await connection.execute(TABLES)
    tables = {table for (table,) in await found.fetchall()}
    order: TopologicalSorter[str] = TopologicalSorter({table: () for table in tables})
    references = await connection.execute(REFERENCES)
    for table, referred in await references.fetchall():
        if table != referred and {table, referred} <= tables:
            order.add(referred, table)
    return list(order.static_order())
