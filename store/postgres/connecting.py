"""Connections to PostgreSQL, each of one school at a time, and what goes wrong with them as a sentence."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import psycopg
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError, DisconnectionError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from store.base import Conflict, StoreUnavailable

IDLE = 5.0  # seconds, after which a connection is tried before it is used: the server may have been restarted
WAIT = 10.0  # seconds for a connection, or for the server to be reached

NOT_REACHED = (
    "The database cannot be reached just now ({reason}). Nothing was lost; it is tried again by itself."
)
FULL = "The disk of the database is full. Free some room; nothing that was kept is harmed."
REFUSED = "The database refused that: {reason}."

RACES = ("40001", "40P01", "55P03")  # serialization failure, deadlock, lock not available
ROOM = ("53100",)
AWAY = ("08", "53", "57", "25006")  # connections, resources, an operator's doing, a standby that only reads


def with_driver(url: str) -> str:
    """`postgres://…` and `postgresql://…` as SQLAlchemy names the driver."""
    _, _, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}"


def engine(url: str, connections: int) -> AsyncEngine:
    """A pool of so many connections; each is of one school at a time."""
    made = create_async_engine(
        with_driver(url),
        isolation_level="AUTOCOMMIT",
        pool_size=connections,
        max_overflow=0,
        pool_timeout=WAIT,
        connect_args={"connect_timeout": int(WAIT), "prepare_threshold": 2},
    )
    event.listen(made.sync_engine, "checkout", _try_when_idle)
    event.listen(made.sync_engine, "checkin", _note_use)
    return made


def _note_use(connection: Any, record: Any) -> None:
    record.info["used"] = time.monotonic()


def _try_when_idle(connection: Any, record: Any, proxy: Any) -> None:
    """A connection that was cut while nobody used it is made anew, and nobody notices."""
    if time.monotonic() - record.info.get("used", float("inf")) < IDLE:
        return
    try:
        cursor = connection.cursor()
        cursor.execute("SELECT 1")
        cursor.close()
    except psycopg.Error as error:
        raise DisconnectionError from error


class Connections:
    """The connections of one school: row-level security shows them its rows alone."""

    def __init__(self, shared: AsyncEngine, school: str) -> None:
        self.school = school
        self._engine = shared

    @asynccontextmanager
    async def each(self) -> AsyncIterator[AsyncConnection]:
        """Every statement by itself: durable when it returns. Raises Conflict and StoreUnavailable."""
        with troubles():
            async with self._engine.connect() as connection:
                if connection.info.get("school") != self.school:
                    connection.info.pop("school", None)
                    await connection.execute(
                        text("SELECT set_config('headsup.school', :school, false)"), {"school": self.school}
                    )
                    connection.info["school"] = self.school
                yield connection

    @asynccontextmanager
    async def together(self) -> AsyncIterator[AsyncConnection]:
        """All statements or none. Raises Conflict and StoreUnavailable."""
        async with self.each() as connection:
            await connection.execute(text("BEGIN"))
            try:
                yield connection
                await connection.execute(text("COMMIT"))
            except BaseException:
                if not connection.invalidated:
                    await connection.execute(text("ROLLBACK"))
                raise


@contextmanager
def troubles() -> Iterator[None]:
    """The database's errors as the store's."""
    try:
        yield
    except IntegrityError as error:
        raise Conflict(type(error.orig).__name__) from error
    except DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None) or ""
        if state in RACES:
            raise Conflict(state) from error
        if state in ROOM:
            raise StoreUnavailable(FULL) from error
        reason = type(error.orig).__name__
        if not state or error.connection_invalidated or state.startswith(AWAY):
            raise StoreUnavailable(NOT_REACHED.format(reason=reason)) from error
        raise StoreUnavailable(REFUSED.format(reason=reason)) from error
    except (NoneFree, OSError) as error:
        raise StoreUnavailable(NOT_REACHED.format(reason="it is too busy")) from error
