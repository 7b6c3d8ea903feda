"""What a school has at one moment, however long the reading takes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import psycopg
from psycopg import AsyncConnection

from store.postgres.cases import PostgresCases
from store.postgres.connection.connecting import Connections, Pool, as_store_errors
from store.postgres.memos import PostgresMemos
from store.postgres.people import PostgresPeople

BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
#: Between two questions something is written to a disk or a bucket, which may take a while.
BE_PATIENT = "SET LOCAL idle_in_transaction_session_timeout = '15min'"
END = "COMMIT"

REFERENCES = "SELECT reference FROM cases WHERE school = :school ORDER BY reference"


class OneConnection(Connections):
    """A connection in the middle of a transaction, in place of many."""

    def __init__(self, shared: Pool, school: str, connection: AsyncConnection) -> None:
        super().__init__(shared, school)
        self._connection = connection

    @asynccontextmanager
    async def each(self) -> AsyncIterator[AsyncConnection]:
        with as_store_errors():
            yield self._connection


class PostgresSnapshot(PostgresCases, PostgresPeople, PostgresMemos):
    """The records of a school as of one moment, to be read alone, one question at a time."""

    async def references(self) -> Sequence[str]:
        """Of all cases, also of those that cannot be read."""
        return [reference for (reference,) in await self._rows(REFERENCES)]


@asynccontextmanager
async def snapshot(shared: Pool, school: str) -> AsyncIterator[PostgresSnapshot]:
    """The records of a school as of now, for as long as the context lasts.

    Raises StoreUnavailable; what the context itself raises stays as it is.
    """
    async with shared.connection(school) as connection:
        with as_store_errors():
            await connection.execute(BEGIN)
            await connection.execute(BE_PATIENT)
        yield PostgresSnapshot(OneConnection(shared, school, connection))
        with suppress(psycopg.Error):
            await connection.execute(END)
