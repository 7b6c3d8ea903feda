"""Connections to PostgreSQL, each of one school at a time, and its errors as those of a store.

Row-level security shows a connection the rows of one school alone: that in its setting
`headsup.school`, which the policies of the tables compare with each row.
"""

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
from store.postgres.connection.bounded import BoundedConnection

#: Seconds, after which a connection is tried before it is used: the server may have been restarted.
IDLE = 5.0
#: Seconds to wait for a connection that is free, or for the server to be reached.
WAIT = 10.0
#: For one statement, as PostgreSQL writes it.
STATEMENT = "35s"
#: After this the server ends a transaction whose process does nothing more, and lets go of what it
#: holds: the process's machine is gone, or frozen.
LET_GO = "2min"
#: How often a statement is asked on a connection before the server is told to prepare it.
PREPARED_AFTER = 2

#: What libpq is told of reaching the server: seconds, milliseconds, and which of several servers.
REACHING: dict[str, Any] = {
    "connect_timeout": int(WAIT),
    "tcp_user_timeout": int(1000 * WAIT),
    "target_session_attrs": "read-write",
}
SET_BOUNDS = (
    "SELECT set_config('statement_timeout', %s, false), "
    "set_config('idle_in_transaction_session_timeout', %s, false)"
)
SET_SCHOOL = "SELECT set_config('headsup.school', %(school)s, false)"

#: Asked to see whether a connection lives, and whether its server may still be written to.
TRIAL = "SHOW transaction_read_only"

NOT_REACHED = (
    "The database cannot be reached just now ({reason}). Nothing was lost; it is tried again by "
    "itself."
)
FULL = "The disk of the database is full. Free some room; nothing that was kept is harmed."
OUTGROWN = (
    "The database was migrated by another version of Heads Up while this one ran. Start the bot "
    "again, with the version that migrated it."
)
REFUSED = "The database refused that: {reason}."

# Codes of https://www.postgresql.org/docs/current/errcodes-appendix.html
#: Serialization failure, deadlock, lock not available.
RACES = ("40001", "40P01", "55P03")
#: Disk full.
ROOM = ("53100",)
#: Undefined column, undefined table.
CHANGED = ("42703", "42P01")
#: How codes begin of connections, resources, an operator's doing, and a standby that only reads.
AWAY = ("08", "53", "57", "25006")


class NoSchoolYet(Conflict):
    """A row of a school that has no row of its own in the table of schools."""


def with_driver(url: str) -> str:
    """`postgres://…` and `postgresql://…` as SQLAlchemy names the driver."""
    _, _, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}"


def _set_bounds(connection: Any, record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(SET_BOUNDS, (STATEMENT, LET_GO))
    cursor.close()


class Pool:
    """Connections to a database. One that was cut while nobody used it is made anew, unnoticed.

    SQLAlchemy keeps them; what is asked goes through the driver itself, in half of the time.
    """

    def __init__(self, url: str, size: int) -> None:
        #: When a connection was lost last, by time.monotonic: the others may be lost as well.
        self._lost = -math.inf
        #: Connections that somebody uses at this moment.
        self._in_use: set[BoundedConnection] = set()
        #: Set once the tables are others than those that the bot began with.
        self.outgrown = asyncio.Event()

        self._engine = create_async_engine(
            with_driver(url),
            isolation_level="AUTOCOMMIT",
            # There is none; else each new connection would ask the server.
            use_native_hstore=False,
            pool_size=size,
            max_overflow=0,
            pool_timeout=WAIT,
            # Nothing is left to roll back: `connection` closes what is still in a transaction.
            pool_reset_on_return=None,
            connect_args={
                **REACHING,
                "prepare_threshold": PREPARED_AFTER,
                "async_creator_fn": BoundedConnection.connect,
            },
        )
        event.listen(self._engine.sync_engine, "connect", _set_bounds)
        event.listen(self._engine.sync_engine, "checkout", self._try_when_in_doubt)

    def _try_when_in_doubt(self, connection: Any, record: Any, proxy: Any) -> None:
        """Raises DisconnectionError where a connection is lost, and SQLAlchemy takes another.

        One that was used a moment ago is trusted, unless another was lost since.
        """
        now = time.monotonic()
        last_used = record.info.get("used", now)
        record.info["used"] = now
        if now - last_used < IDLE and last_used > self._lost:
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
        """A connection that sees the rows of this school. Every statement is durable by itself.

        A transaction that is left open is undone. Raises the driver's errors, and NoneFree.
        """
        pooled = await self._engine.raw_connection()
        connection = cast(BoundedConnection, pooled.driver_connection)
        self._in_use.add(connection)
        try:
            if pooled.info.get("school", "") != school:
                # None until it is done: whoever is cancelled here does not know whose it is.
                pooled.info["school"] = None
                await connection.execute(SET_SCHOOL, {"school": school})
                pooled.info["school"] = school
            yield connection
        except psycopg.errors.ReadOnlySqlTransaction:
            # The server has become a standby: leave it, and look for the new primary.
            connection.pgconn.finish()
            raise
        except (psycopg.errors.UndefinedColumn, psycopg.errors.UndefinedTable):
            self.outgrown.set()
            raise
        finally:
            self._in_use.discard(connection)
            if connection.pgconn.transaction_status != TransactionStatus.IDLE:
                # Lost, or left in the middle of something: closing it undoes that.
                connection.pgconn.finish()
                self._lost = time.monotonic()
            pooled.close()

    async def close(self) -> None:
        """Whoever still waits for an answer is told that there is none."""
        for connection in self._in_use:
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
        """Every statement by itself, and durable when it returns.

        Raises Conflict and StoreUnavailable.
        """
        with as_store_errors():
            async with self._shared.connection(self.school) as connection:
                yield connection

    @asynccontextmanager
    async def together(self) -> AsyncIterator[AsyncConnection]:
        """All statements or none. Raises Conflict and StoreUnavailable."""
        async with self.each() as connection, connection.transaction():
            yield connection


@contextmanager
def as_store_errors() -> Iterator[None]:
    """Errors of the driver, SQLAlchemy and the network, raised as Conflict or StoreUnavailable."""
    try:
        yield
    except (DBAPIError, psycopg.Error) as error:
        # SQLAlchemy's error holds that of the driver, which knows PostgreSQL's code.
        raise _store_error(getattr(error, "orig", error)) from error
    except (NoneFree, OSError) as error:
        raise StoreUnavailable(NOT_REACHED.format(reason="it is too busy")) from error


def _store_error(error: BaseException | None) -> Conflict | StoreUnavailable:
    """The store's error for one of the driver."""
    code = getattr(error, "sqlstate", None) or ""
    reason = type(error).__name__
    if _is_missing_school(error):
        return NoSchoolYet(reason)
    if isinstance(error, psycopg.IntegrityError):
        return Conflict(reason)
    if code in RACES:
        return Conflict(code)
    return StoreUnavailable(_explain(code, reason))


def _is_missing_school(error: BaseException | None) -> bool:
    """Whether it is `school REFERENCES schools` that does not hold, as PostgreSQL names it."""
    if not isinstance(error, psycopg.errors.ForeignKeyViolation):
        return False
    return (error.diag.constraint_name or "").endswith("_school_fkey")


def _explain(code: str, reason: str) -> str:
    """Why the database cannot be used, as a sentence."""
    # Before AWAY, where every other lack of resources belongs.
    if code in ROOM:
        return FULL
    if code in CHANGED:
        return OUTGROWN
    # The driver's own errors have no code: it could not connect, or the connection was lost.
    if not code or code.startswith(AWAY):
        return NOT_REACHED.format(reason=reason)
    return REFUSED.format(reason=reason)
