"""Connections to PostgreSQL, each of one school at a time, and what goes wrong with them as a sentence."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, cast

import psycopg
from psycopg import AsyncConnection
from psycopg.pq import TransactionStatus
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.ext.asyncio import create_async_engine

from store.errors import Conflict, StoreUnavailable
from store.postgres.bounded import BoundedConnection

IDLE = 5.0  # seconds, after which a connection is tried before it is used: the server may have been restarted
WAIT = 10.0  # seconds for a connection, or for the server to be reached
STATEMENT = "35s"  # for one statement
LET_GO = "2min"  # what a transaction holds whose process does nothing more: its machine is gone, or frozen

REACHING: dict[str, Any] = {
    "connect_timeout": int(WAIT),
    "tcp_user_timeout": int(1000 * WAIT),
    "target_session_attrs": "read-write",  # of several servers, the one that may be written to
}
BOUNDS = (
    "SELECT set_config('statement_timeout', %s, false), "
    "set_config('idle_in_transaction_session_timeout', %s, false)"
)
TRIAL = "SHOW transaction_read_only"

AS_SCHOOL = "SELECT set_config('headsup.school', %(school)s, false)"

NOT_REACHED = "The database cannot be reached just now ({reason}). Nothing was lost; it is tried again by itself."
FULL = "The disk of the database is full. Free some room; nothing that was kept is harmed."
OUTGROWN = (
    "The database was migrated by another version of Heads Up while this one ran. Start the bot again, with the "
    "version that migrated it."
)
REFUSED = "The database refused that: {reason}."

RACES = ("40001", "40P01", "55P03")  # serialization failure, deadlock, lock not available
ROOM = ("53100",)
CHANGED = ("42703", "42P01")  # undefined column, undefined table
AWAY = (
    "08",
    "53",
    "57",
    "25006",
)  # connections, resources, an operator's doing, a standby that only reads


class NoSchoolYet(Conflict):
    """A row of a school that has none of its own."""


def with_driver(url: str) -> str:
    """`postgres://…` and `postgresql://…` as SQLAlchemy names the driver."""
    _, _, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}"


def _set_bounds(connection: Any, record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(BOUNDS, (STATEMENT, LET_GO))
    cursor.close()


class Pool:
    """Connections to a database. One that was cut while nobody used it is made anew, and nobody notices.

    SQLAlchemy keeps them; what is asked goes through the driver itself, in half of the time.
    """

    def __init__(self, url: str, size: int) -> None:
        self._lost = (
            -math.inf
        )  # when one was lost last, by time.monotonic: the others may be lost as well
        self._engine = create_async_engine(
            with_driver(url),
            isolation_level="AUTOCOMMIT",
            pool_size=size,
            max_overflow=0,
            pool_timeout=WAIT,
            pool_reset_on_return=None,
            connect_args={
                **REACHING,
                "prepare_threshold": 2,
                "async_creator_fn": BoundedConnection.connect,
            },
        )
        self._asking: set[BoundedConnection] = set()
        self.outgrown = asyncio.Event()  # the tables are others than those that the bot began with
        event.listen(self._engine.sync_engine, "connect", _set_bounds)
        event.listen(self._engine.sync_engine, "checkout", self._try_when_in_doubt)

    def _try_when_in_doubt(self, connection: Any, record: Any, proxy: Any) -> None:
        now = time.monotonic()
        used, record.info["used"] = record.info.get("used", now), now
        if now - used < IDLE and used > self._lost:
            return
        try:
            cursor = connection.cursor()
            cursor.execute(TRIAL)
            [reads_only] = cursor.fetchone()
            cursor.close()
        except psycopg.Error as error:
            raise DisconnectionError from error
        if reads_only == "on":
            raise DisconnectionError

    @asynccontextmanager
    async def connection(self, school: str = "") -> AsyncIterator[AsyncConnection]:
        """Every statement by itself, and as this school. A transaction that is left open is undone.

        Raises the driver's errors, and NoneFree.
        """
        pooled = await self._engine.raw_connection()
        connection = cast(BoundedConnection, pooled.driver_connection)
        self._asking.add(connection)
        try:
            if pooled.info.get("school", "") != school:
                pooled.info["school"] = None
                await connection.execute(AS_SCHOOL, {"school": school})
                pooled.info["school"] = school
            yield connection
        except (
            psycopg.errors.ReadOnlySqlTransaction
        ):  # what became a standby is left for the new primary
            connection.pgconn.finish()
            raise
        except (psycopg.errors.UndefinedColumn, psycopg.errors.UndefinedTable):
            self.outgrown.set()
            raise
        finally:
            self._asking.discard(connection)
            if connection.pgconn.transaction_status != TransactionStatus.IDLE:
                connection.pgconn.finish()
                self._lost = time.monotonic()
            pooled.close()

    async def close(self) -> None:
        """Whoever still waits for an answer is told that there is none."""
        for connection in self._asking:
            if not connection.closed:
                connection.cut()
        await self._engine.dispose()


class Connections:
    """The connections of one school: row-level security shows them its rows alone."""

    def __init__(self, shared: Pool, school: str) -> None:
        self.school = school
        self._shared = shared

    @asynccontextmanager
    async def each(self) -> AsyncIterator[AsyncConnection]:
        """Every statement by itself: durable when it returns. Raises Conflict and StoreUnavailable."""
        with troubles():
            async with self._shared.connection(self.school) as connection:
                yield connection

    @asynccontextmanager
    async def together(self) -> AsyncIterator[AsyncConnection]:
        """All statements or none. Raises Conflict and StoreUnavailable."""
        async with self.each() as connection, connection.transaction():
            yield connection


@contextmanager
def troubles() -> Iterator[None]:
    """The database's errors as the store's."""
    try:
        yield
    except (DBAPIError, psycopg.Error) as error:
        raise _meant(getattr(error, "orig", error)) from error
    except (NoneFree, OSError) as error:
        raise StoreUnavailable(NOT_REACHED.format(reason="it is too busy")) from error


def _meant(error: BaseException | None) -> Conflict | StoreUnavailable:
    """What the driver's error comes to."""
    state, reason = getattr(error, "sqlstate", None) or "", type(error).__name__
    if isinstance(error, psycopg.errors.ForeignKeyViolation) and _is_of_school(error):
        return NoSchoolYet(reason)
    if isinstance(error, psycopg.IntegrityError):
        return Conflict(reason)
    if state in RACES:
        return Conflict(state)
    if state in ROOM:
        return StoreUnavailable(FULL)
    if state in CHANGED:
        return StoreUnavailable(OUTGROWN)
    if not state or state.startswith(AWAY):
        return StoreUnavailable(NOT_REACHED.format(reason=reason))
    return StoreUnavailable(REFUSED.format(reason=reason))


def _is_of_school(error: psycopg.Error) -> bool:
    """Whether it is `school REFERENCES schools` that does not hold, as PostgreSQL names it."""
    return (error.diag.constraint_name or "").endswith("_school_fkey")
