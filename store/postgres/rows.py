"""What every part of the store in PostgreSQL does with rows of its school."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import make_url, text

from store.postgres.connecting import Connections, NoSchoolYet, with_driver

R = TypeVar("R")
Asked = Callable[[str, dict[str, object]], Awaitable[R]]
DIALECT = make_url(with_driver("://")).get_dialect()()

SCHOOL = "INSERT INTO schools (school) VALUES (:school) ON CONFLICT DO NOTHING"


@cache
def statement(sql: str) -> str:
    """SQL with `:name` for its values, as the driver takes it."""
    return str(text(sql).compile(dialect=DIALECT))


class Rows:
    """`:school` in every statement is the key of the store's school. What is written first makes the school's row."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def _rows(self, sql: str, **values: object) -> Sequence[Any]:
        """Raises Conflict and StoreUnavailable."""
        return await self._in_school(self._asked, sql, values)

    async def _asked(self, sql: str, values: dict[str, object]) -> Sequence[Any]:
        async with self._connections.each() as connection:
            cursor = await connection.execute(statement(sql), self._with_school(values))
            return await cursor.fetchall()

    async def _do(self, sql: str, **values: object) -> int:
        """A durable change, which goes on when its caller is cancelled; how many rows it changed."""
        return await whole(self._in_school(self._changed, sql, values))

    async def _changed(self, sql: str, values: dict[str, object]) -> int:
        async with self._connections.each() as connection:
            return (await connection.execute(statement(sql), self._with_school(values))).rowcount

    async def _in_school(self, doing: Asked[R], sql: str, values: dict[str, object]) -> R:
        try:
            return await doing(sql, values)
        except NoSchoolYet:
            await self._changed(SCHOOL, values)
            return await doing(sql, values)

    def _with_school(self, values: dict[str, object]) -> dict[str, object]:
        return {"school": self._connections.school, **values}


async def whole(doing: Awaitable[R]) -> R:
    """Finish it, also when the caller is cancelled."""
    return await asyncio.shield(doing)
