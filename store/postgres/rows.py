"""What every part of the store in PostgreSQL does with rows of its school."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import make_url, text

from store.postgres.connection.connecting import Connections, NoSchoolYet, with_driver

R = TypeVar("R")

#: Runs a statement with its values.
Run = Callable[[str, dict[str, object]], Awaitable[R]]

DIALECT = make_url(with_driver("://")).get_dialect()()

ADD_SCHOOL = "INSERT INTO schools (school) VALUES (:school) ON CONFLICT DO NOTHING"


@cache
def statement(sql: str) -> str:
    """SQL with `:name` for its values, as the driver takes it."""
    return str(text(sql).compile(dialect=DIALECT))


class Rows:
    """The rows of one school; `:school` in every statement is its key.

    A school needs no setting up: what is written first makes the school's own row.
    """

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def _rows(self, sql: str, **values: object) -> Sequence[Any]:
        """The rows that a statement gives, as tuples. Raises Conflict and StoreUnavailable."""
        return await self._in_school(self._fetch, sql, values)

    async def _fetch(self, sql: str, values: dict[str, object]) -> Sequence[Any]:
        async with self._connections.each() as connection:
            cursor = await connection.execute(statement(sql), self._with_school(values))
            return await cursor.fetchall()

    async def _change(self, sql: str, **values: object) -> int:
        """Make a durable change, and give how many rows it changed.

        It goes on when its caller is cancelled. Raises Conflict and StoreUnavailable.
        """
        return await run_to_end(self._in_school(self._execute, sql, values))

    async def _execute(self, sql: str, values: dict[str, object]) -> int:
        async with self._connections.each() as connection:
            cursor = await connection.execute(statement(sql), self._with_school(values))
            return cursor.rowcount

    async def _in_school(self, run: Run[R], sql: str, values: dict[str, object]) -> R:
        """Run a statement; once more, where the school's own row was missing, after adding that."""
        try:
            return await run(sql, values)
        except NoSchoolYet:
            await self._execute(ADD_SCHOOL, values)
            return await run(sql, values)

    def _with_school(self, values: dict[str, object]) -> dict[str, object]:
        return {"school": self._connections.school, **values}


async def run_to_end(change: Awaitable[R]) -> R:
    """What the change gives. It goes on when the caller is cancelled, who then does not wait."""
    return await asyncio.shield(change)
