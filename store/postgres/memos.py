"""Memos in PostgreSQL: a document each, found by its kind and the hash of its key."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from store.model.memos import Kind, Memo
from store.postgres.documents import all_readable, key_of, plain, to_jsonb
from store.postgres.rows import Rows, run_to_end, statement

PUT = """
INSERT INTO memos (school, kind, key, document)
VALUES (:school, :kind, :key, CAST(:document AS jsonb))
ON CONFLICT (school, kind, key) DO UPDATE SET document = excluded.document
"""
MEMOS = """
SELECT encode(key, 'hex'), CAST(document AS text) FROM memos
WHERE school = :school AND kind = :kind
"""
ONE_MEMO = f"{MEMOS} AND key = :key"
#: Until the transaction ends: there may be no row yet that could be locked.
HOLD_MEMO = "SELECT pg_advisory_xact_lock(hashtext(:school), hashtext(:what))"
DROP = "DELETE FROM memos WHERE school = :school AND kind = :kind AND key = :key"


class PostgresMemos(Rows):
    """The part of a store that is about memos. The column `kind` holds the name of the class."""

    async def put(self, memo: Memo) -> None:
        kind = type(memo).__name__
        await self._change(PUT, kind=kind, key=key_of(memo.memo_key), document=to_jsonb(memo))

    async def renew(
        self, kind: type[Kind], key: str, change: Callable[[Kind | None], Kind]
    ) -> Kind:
        what = plain(f"{kind.__name__} {key}")

        async def renew_once(put: str, one: dict[str, object]) -> Kind:
            held = self._with_school({"what": what})
            async with self._connections.together() as connection:
                await connection.execute(statement(HOLD_MEMO), held)
                rows = await connection.execute(statement(ONE_MEMO), self._with_school(one))
                found = all_readable(kind, await rows.fetchall())
                memo = change(found[0] if found else None)
                values = self._with_school({**one, "document": to_jsonb(memo)})
                await connection.execute(statement(put), values)
            return memo

        one: dict[str, object] = {"kind": kind.__name__, "key": key_of(key)}
        return await run_to_end(self._in_school(renew_once, PUT, one))

    async def memo(self, kind: type[Kind], key: str) -> Kind | None:
        rows = await self._rows(ONE_MEMO, kind=kind.__name__, key=key_of(key))
        found = all_readable(kind, rows)
        return found[0] if found else None

    async def memos(self, kind: type[Kind]) -> Sequence[Kind]:
        return all_readable(kind, await self._rows(MEMOS, kind=kind.__name__))

    async def drop(self, kind: type[Memo], key: str) -> bool:
        return bool(await self._change(DROP, kind=kind.__name__, key=key_of(key)))
