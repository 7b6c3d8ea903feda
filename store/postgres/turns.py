"""Turns that all processes of a school take, on connections of their own: who waits here keeps nobody from the rows."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from weakref import WeakValueDictionary

import psycopg

from store.errors import Conflict, StoreUnavailable
from store.postgres.connecting import Connections, Pool, troubles
from store.postgres.rows import Rows, statement

PATIENCE = "30s"
HELD = "Others are busy with the same just now. Please try again."

BEGIN, END = "BEGIN", "COMMIT"
PATIENT = "SELECT set_config('lock_timeout', :patience, true)"
TAKE = "SELECT pg_advisory_xact_lock(:key)"
"""Until the transaction ends: a connection that is given back or lost lets go by itself."""


class PostgresTurns(Rows):
    """The part of a store that lets one process at a time do something."""

    def __init__(self, connections: Connections, waiting_room: Pool) -> None:
        super().__init__(connections)
        self._waiting_room = waiting_room
        self._here: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def alone(self, what: str) -> AbstractAsyncContextManager[None]:
        return self._alone(what)

    @asynccontextmanager
    async def _alone(self, what: str) -> AsyncIterator[None]:
        async with AsyncExitStack() as until:
            await until.enter_async_context(self._here.setdefault(what, asyncio.Lock()))
            try:
                with troubles():
                    connection = await until.enter_async_context(self._waiting_room.connection())
                    await connection.execute(BEGIN)
                    await connection.execute(statement(PATIENT), {"patience": PATIENCE})
                    await connection.execute(statement(TAKE), {"key": self._key(what)})
            except Conflict as error:
                raise StoreUnavailable(HELD) from error
            try:
                yield
            finally:
                with suppress(psycopg.Error):  # a connection that was lost has let go by itself
                    await connection.execute(END)

    def _key(self, what: str) -> int:
        digest = hashlib.sha256(
            f"{self._connections.school}\n{what}".encode("utf-8", "replace")
        ).digest()
        return int.from_bytes(digest[:8], signed=True)
