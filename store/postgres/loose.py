"""The notices of no case, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence

from store.model.records import Notice
from store.postgres.documents import all_readable, key_of, to_jsonb
from store.postgres.rows import Rows

#: All of them, where there are no words.
LOOSE = """
SELECT encode(key, 'hex'), CAST(document AS text) FROM notices
WHERE school = :school AND reference = ''
AND (CAST(:words AS text[]) = '{}' OR split_part(document ->> 'key', ' ', 1) = ANY(:words))
"""
FORGET = """
DELETE FROM notices WHERE school = :school AND reference = '' AND key = ANY(:keys) AND is_settled
"""
OWE_LOOSE = """
INSERT INTO notices (school, reference, key, document, due, is_settled)
VALUES (:school, '', :key, CAST(:document AS jsonb), :due, :is_settled)
ON CONFLICT DO NOTHING
"""
SETTLE_LOOSE = """
UPDATE notices
SET document = CAST(:document AS jsonb), due = :due, is_settled = :is_settled, leased_until = NULL
WHERE school = :school AND reference = '' AND key = :key
"""


class LooseNotices(Rows):
    """The part of a store that is about notices of no case."""

    async def loose(self, *words: str) -> Sequence[Notice]:
        return all_readable(Notice, await self._rows(LOOSE, words=list(words)))

    async def forget(self, *keys: str) -> None:
        await self._change(FORGET, keys=[key_of(key) for key in keys])

    async def owe(self, notice: Notice) -> None:
        await self.write_loose(OWE_LOOSE, notice)

    async def write_loose(self, sql: str, notice: Notice) -> None:
        await self._change(
            sql,
            key=key_of(notice.key),
            document=to_jsonb(notice),
            due=notice.due,
            is_settled=bool(notice.settled),
        )
