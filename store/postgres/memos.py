"""Memos in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence

from store.model.memos import Kind, Memo
from store.postgres.documents import all_readable, key_of, to_jsonb
from store.postgres.rows import Rows

PUT = """
INSERT INTO memos (school, kind, key, document) VALUES (:school, :kind, :key, CAST(:document AS jsonb))
ON CONFLICT (school, kind, key) DO UPDATE SET document = excluded.document
"""
MEMOS = "SELECT encode(key, 'hex'), CAST(document AS text) FROM memos WHERE school = :school AND kind = :kind"


class PostgresMemos(Rows):
    """The part of a store that is about memos."""

    async def put(self, memo: Memo) -> None:
        kind = type(memo).__name__
        await self._do(PUT, kind=kind, key=key_of(memo.under), document=to_jsonb(memo))

    async def memo(self, kind: type[Kind], under: str) -> Kind | None:
        found = await self._memos(kind, "key = :key", key=key_of(under))
        return found[0] if found else None

    async def memos(self, kind: type[Kind]) -> Sequence[Kind]:
        return await self._memos(kind, "true")

    async def _memos(self, kind: type[Kind], where: str, **values: object) -> list[Kind]:
        sql = f"{MEMOS} AND {where}"
        return all_readable(kind, await self._rows(sql, kind=kind.__name__, **values))

    async def drop(self, kind: type[Memo], under: str) -> bool:
        sql = "DELETE FROM memos WHERE school = :school AND kind = :kind AND key = :key"
        return bool(await self._do(sql, kind=kind.__name__, key=key_of(under)))
