"""Which processes of a database are alive, so that what a dead one had claimed is soon free again.

Each process has a lock on a connection of its own, which PostgreSQL lets go of when the process
dies, and looks every two seconds who else has one. A lock may be lost by a process that lives, when
the server starts again, say: so whoever is missed is believed dead only after some seconds.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import Collection

import psycopg
import structlog

from store.errors import StoreUnavailable
from store.postgres.connection.bounded import BoundedConnection
from store.postgres.connection.connecting import REACHING, as_store_errors
from store.postgres.connection.session_locks import (
    GIVE_BACK_SHARE,
    SHARE_OF_SCHOOL,
    TAKE,
    LockKind,
    connect_alone,
    is_given,
)

#: Seconds between two looks.
EVERY = 2.0
#: Seconds after which a process that is missed is dead.
MISSED_FOR = 6.0

BEING_MOVED = (
    "Everything of the school “{school}” is being moved or put back just now. "
    "Start the bot when that is done."
)
LIVING = """
SELECT objid FROM pg_locks
WHERE locktype = 'advisory' AND objsubid = 2 AND granted AND CAST(classid AS bigint) = %s
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""

#: How many processes share a school. A school's number is signed where it is made, and is not where
#: locks are listed.
AT_WORK = """
SELECT count(*) FROM pg_locks
WHERE locktype = 'advisory' AND objsubid = 2 AND granted AND mode = 'ShareLock'
    AND CAST(classid AS bigint) = %s
    AND CAST(objid AS bigint) = CAST(hashtext(%s) AS bigint) & 4294967295
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""

log = structlog.get_logger()


def is_anybody_at_work(url: str, school: str) -> bool:
    """Whether a bot works with the school at this moment. Raises StoreUnavailable."""
    with as_store_errors(), psycopg.connect(url, **REACHING) as connection:
        [number] = connection.execute(AT_WORK, (LockKind.AT_WORK, school)).fetchone() or (0,)
    return number > 0


class Presence:
    """One process among those of a database. It begins with the first school that takes part."""

    def __init__(self, url: str) -> None:
        self._url = url
        #: This process's number among them.
        self.me = secrets.randbelow(2**31 - 1) + 1
        self._connection: BoundedConnection | None = None
        self._watching: asyncio.Task[None] | None = None
        #: How many stores of this process work with each school.
        self._schools: Counter[str] = Counter()
        #: The schools that the connection shares.
        self._held: set[str] = set()
        #: When each process was seen last, by time.monotonic.
        self._seen: dict[int, float] = {}
        #: Since when every look has succeeded; None while there is no connection.
        self._since: float | None = None
        self._was_sure = False
        self._freed = asyncio.Event()
        self._turn = asyncio.Lock()

    @property
    def is_sure(self) -> bool:
        """Whether it has watched for long enough to tell who is dead."""
        return self._since is not None and time.monotonic() - self._since >= MISSED_FOR

    @property
    def living(self) -> Collection[int]:
        """The numbers of the processes that may be alive, with this one's."""
        return [self.me, *self._seen]

    async def join(self, school: str) -> None:
        """Take part in the work of a school. Raises StoreUnavailable, also while it is moved."""
        async with self._turn:
            with as_store_errors():
                connection = self._connection or await self._connect()
                await self._share(connection, school)
            self._schools[school] += 1
            if self._watching is None:
                self._watching = asyncio.create_task(self._watch())

    def leave(self, school: str) -> None:
        """Take part no more; at the next look the others learn of it."""
        self._schools[school] -= 1

    async def freed(self) -> None:
        """Wait until it is known that a process has died, or may have before this one began."""
        await self._freed.wait()

    async def close(self) -> None:
        """Let go of everything, and wait for no server that hangs."""
        self._hang_up()
        if self._watching:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        self._hang_up()

    async def _connect(self) -> BoundedConnection:
        """Take this process's own lock on a new connection. Raises the driver's errors."""
        self._connection = connection = await connect_alone(self._url)
        await is_given(connection, TAKE, LockKind.PROCESS, self.me)
        return connection

    async def _share(self, connection: BoundedConnection, school: str) -> None:
        """Raises the driver's errors, and StoreUnavailable where somebody has the school alone."""
        if school in self._held:
            return
        if not await is_given(connection, SHARE_OF_SCHOOL, LockKind.AT_WORK, school):
            raise StoreUnavailable(BEING_MOVED.format(school=school))
        self._held.add(school)

    def _hang_up(self) -> None:
        self._since = None
        self._held.clear()
        connection, self._connection = self._connection, None
        if connection and not connection.closed:
            # Whoever waits for an answer of it learns that there is none.
            connection.cut()
            connection.pgconn.finish()

    async def _watch(self) -> None:
        """Look again and again; a connection that was lost is made anew."""
        while True:
            try:
                async with self._turn:
                    await self._look()
            except (psycopg.Error, OSError, StoreUnavailable) as error:
                log.warning("other processes not seen", why=type(error).__name__)
                self._hang_up()
            await asyncio.sleep(EVERY)

    async def _look(self) -> None:
        """Raises the driver's errors, and StoreUnavailable where a school is being moved."""
        connection = self._connection or await self._connect()
        for school in +self._schools:
            await self._share(connection, school)
        for school in self._held.difference(+self._schools):
            await connection.execute(GIVE_BACK_SHARE, (LockKind.AT_WORK, school))
            self._held.discard(school)

        cursor = await connection.execute(LIVING, (LockKind.PROCESS,))
        rows = await cursor.fetchall()
        now = time.monotonic()
        if self._since is None:
            self._since = now
        self._seen.update({number: now for (number,) in rows})
        self._tell_of_dead(now)

    def _tell_of_dead(self, now: float) -> None:
        dead = [number for number, at in self._seen.items() if now - at >= MISSED_FOR]
        for number in dead:
            del self._seen[number]
        has_become_sure = self.is_sure and not self._was_sure
        self._was_sure = self.is_sure
        if has_become_sure or (dead and self.is_sure):
            told, self._freed = self._freed, asyncio.Event()
            told.set()
