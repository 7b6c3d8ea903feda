"""Turns that all processes of a school take, on connections of their own."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from weakref import WeakValueDictionary

import psycopg

from store.errors import Conflict, StoreUnavailable
from store.postgres.connection.connecting import Connections, Pool, as_store_errors
from store.postgres.rows import Rows, statement

#: How long a process waits for another to end its turn, as PostgreSQL writes it.
PATIENCE = "30s"
HELD = "Others are busy with the same just now. Please try again."

BEGIN = "BEGIN"
END = "COMMIT"
SET_PATIENCE = "SELECT set_config('lock_timeout', :patience, true)"
#: Until the transaction ends: a connection that is given back or lost lets go by itself.
TAKE = "SELECT pg_advisory_xact_lock(:key)"


class PostgresTurns(Rows):
    """The part of a store that lets one process at a time do something."""

    def __init__(self, connections: Connections, waiting_room: Pool) -> None:
        super().__init__(connections)
        self._waiting_room = waiting_room
        #: Locks within this process, so that of many who wait here one alone takes a connection.
        self._here: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def alone(self, what: str) -> AbstractAsyncContextManager[None]:
        return self._alone(what)

    @asynccontextmanager
    async def _alone(self, what: str) -> AsyncIterator[None]:
        async with AsyncExitStack() as until:
            await until.enter_async_context(self._here.setdefault(what, asyncio.Lock()))
            try:
                with as_store_errors():
                    connection = await until.enter_async_context(self._waiting_room.connection())
                    await connection.execute(BEGIN)
                    await connection.execute(statement(SET_PATIENCE), {"patience": PATIENCE})
                    await connection.execute(statement(TAKE), {"key": self._key(what)})
            except Conflict as error:
                raise StoreUnavailable(HELD) from error

            try:
                yield
            finally:
                # A connection that was lost has let go by itself.
                with suppress(psycopg.Error):
                    await connection.execute(END)

    def _key(self, what: str) -> int:
        """The key of PostgreSQL's lock: 64 bits with a sign, of what the school's turn is for."""
        words = f"{self._connections.school}\n{what}"
        digest = hashlib.sha256(words.encode("utf-8", "replace")).digest()
        return int.from_bytes(digest[:8], signed=True)
