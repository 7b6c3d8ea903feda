"""What a desk asks of its store, call by call; and what a store asks of PostgreSQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, cast

from psycopg import AsyncConnection

from store.base import Store


class CountingStore:
    """A store in front of another, which keeps each call with what it was asked."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        return self._counting(name, found) if callable(found) else found

    def _counting(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **more: Any) -> Any:
            asked = ", ".join(map(_word, (*arguments, *more.values())))
            self.calls.append(f"{name}({asked})")
            return call(*arguments, **more)

        return counted

    @property
    def repeats(self) -> list[str]:
        """What was asked more than once in the same words."""
        return [call for call, times in Counter(self.calls).items() if times > 1]


def as_store(counting: CountingStore) -> Store:
    return cast(Store, counting)


def _word(value: object) -> str:
    for name in ("reference", "id", "memo_key"):
        found = getattr(value, name, None)
        if isinstance(found, str):
            return found
    if isinstance(value, type):
        return value.__name__
    if isinstance(value, set | frozenset):
        return str(sorted(map(str, value)))
    return str(value)


class CountingConnections:
    """Keeps every statement that any connection to PostgreSQL is given."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def wrap(self, execute: Callable[..., Any]) -> Callable[..., Any]:
        async def counted(connection: AsyncConnection, query: Any, *more: Any, **named: Any) -> Any:
            self.statements.append(" ".join(str(query).split()))
            return await execute(connection, query, *more, **named)

        return counted
