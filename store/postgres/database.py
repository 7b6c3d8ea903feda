"""One database, with the connections that a process shares among its schools."""

from __future__ import annotations

from store.errors import StoreUnavailable
from store.postgres.connection.connecting import OUTGROWN, Pool, as_store_errors
from store.postgres.connection.presence import Presence
from store.postgres.migrating import must_fit

#: How many connections a process keeps for statements.
FOR_ROWS = 8
#: How many for turns, each of which holds its connection for as long as it lasts.
FOR_TURNS = 4


class Database:
    """The connections to one database. Made by `open`.

    Turns have connections of their own, so that who waits for a turn keeps nobody from the rows.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.rows = Pool(url, FOR_ROWS)
        self.turns = Pool(url, FOR_TURNS)
        #: With a connection of its own, once a bot works here.
        self.presence = Presence(url)

    @classmethod
    async def open(cls, url: str) -> Database:
        """Raises StoreUnavailable, also where the tables are older or newer than this bot."""
        database = cls(url)
        try:
            with as_store_errors():
                # It stays open, for the first statement.
                async with database.rows.connection() as connection:
                    await must_fit(connection)
        except BaseException:
            await database.close()
            raise
        return database

    async def outgrown(self) -> None:
        """Wait until a statement finds the tables changed. Raises StoreUnavailable then."""
        await self.rows.outgrown.wait()
        raise StoreUnavailable(OUTGROWN)

    async def close(self) -> None:
        """Whoever still waits for an answer or a turn gets StoreUnavailable."""
        await self.presence.close()
        await self.turns.close()
        await self.rows.close()
