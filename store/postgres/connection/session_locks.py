"""Locks that last as long as a connection: whoever dies, or is cut off, lets go of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from enum import IntEnum

import psycopg
from psycopg import AsyncConnection

from store.postgres.connection.bounded import BoundedConnection
from store.postgres.connection.connecting import REACHING, as_store_errors

#: Seconds, and how often: a machine that has lost its power is noticed after some ten seconds.
LOST_AFTER = (
    "SELECT set_config('tcp_keepalives_idle', '4', false), "
    "set_config('tcp_keepalives_interval', '2', false), "
    "set_config('tcp_keepalives_count', '3', false)"
)


class LockKind(IntEnum):
    """What a lock is of: the first of the two numbers that PostgreSQL knows it by."""

    #: A process that lives; the second number is its own.
    PROCESS = 0x4EAD6
    #: A school at which bots work. They share it; whoever moves the school away has it alone.
    AT_WORK = 0x4EAD7
    #: A school that is being backed up.
    BACKUP = 0x4EAD8


TAKE = "SELECT pg_try_advisory_lock(%s, %s)"
TAKE_OF_SCHOOL = "SELECT pg_try_advisory_lock(%s, hashtext(%s))"
SHARE_OF_SCHOOL = "SELECT pg_try_advisory_lock_shared(%s, hashtext(%s))"
GIVE_BACK_SHARE = "SELECT pg_advisory_unlock_shared(%s, hashtext(%s))"


async def connect_alone(url: str) -> BoundedConnection:
    """A connection of its own, on which every statement is by itself.

    Raises the driver's errors.
    """
    connection = await BoundedConnection.connect(url, autocommit=True, **REACHING)
    await connection.execute(LOST_AFTER)
    return connection


async def is_given(connection: AsyncConnection, sql: str, *values: object) -> bool:
    """What a statement says that tries to take a lock. Raises the driver's errors."""
    cursor = await connection.execute(sql, values)
    [given] = await cursor.fetchone() or (False,)
    return bool(given)


@asynccontextmanager
async def school_lock(url: str, kind: LockKind, school: str) -> AsyncIterator[bool]:
    """Try to have the lock of a school alone until the context ends; False where others have it.

    Raises StoreUnavailable.
    """
    with as_store_errors():
        connection = await connect_alone(url)
    try:
        with as_store_errors():
            given = await is_given(connection, TAKE_OF_SCHOOL, kind, school)
        yield given
    finally:
        with suppress(psycopg.Error):
            await connection.close()
