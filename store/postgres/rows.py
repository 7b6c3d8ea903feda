"""What every part of the store in PostgreSQL does with rows of its school."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import CursorResult, TextClause, text

from store.postgres.connecting import Connections

R = TypeVar("R")

statement = cache(text)
"""SQL, parsed once."""


class Rows:
    """`:school` in every statement is the key of the store's school."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def _rows(self, sql: str, **values: object) -> Sequence[Any]:
        """Raises Conflict and StoreUnavailable."""
        return (await self._execute(statement(sql), values)).all()

    async def _do(self, sql: str, **values: object) -> int:
        """A durable change, which goes on when its caller is cancelled; how many rows it changed."""
        return await whole(self._changed(statement(sql), values))

    async def _changed(self, sql: TextClause, values: dict[str, object]) -> int:
        return (await self._execute(sql, values)).rowcount

    async def _execute(self, sql: TextClause, values: dict[str, object]) -> CursorResult[Any]:
        async with self._connections.each() as connection:
            return await connection.execute(sql, {"school": self._connections.school, **values})


async def whole(doing: Awaitable[R]) -> R:
    """Finish it, also when the caller is cancelled."""
    return await asyncio.shield(doing)
