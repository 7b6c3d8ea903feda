"""Evidence in PostgreSQL: in pieces, so that a film is never whole in memory."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import IO

from psycopg import AsyncConnection

from store.base import Kept
from store.disk.evidence import SHA256
from store.errors import Conflict, NotFound, OverLimit, StoreUnavailable
from store.postgres.documents import plain
from store.postgres.rows import Rows, statement, whole

PIECE = 256 * 1024  # bytes

PUT = """
INSERT INTO evidence (school, reference, sha256, number, bytes)
VALUES (:school, :reference, :sha256, :number, :bytes) ON CONFLICT DO NOTHING
"""
GET = """
SELECT bytes FROM evidence
WHERE school = :school AND reference = :reference AND sha256 = :sha256 AND number = :number
"""
HASHES = "SELECT hashes FROM cases WHERE school = :school AND reference = :reference FOR SHARE"
"""Nobody writes the case until the transaction ends."""
REMOVE = (
    "DELETE FROM evidence WHERE school = :school AND reference = :reference AND sha256 = :sha256"
)
STRAYS = """
DELETE FROM evidence e
WHERE e.school = :school AND (
    EXISTS (
        SELECT FROM cases c
        WHERE c.school = :school AND c.reference = e.reference AND e.sha256 <> ALL (c.hashes)
            AND CAST(c.summary->>'withholds' AS boolean)
    )
    OR EXISTS (
        SELECT FROM memos m
        WHERE m.school = :school AND m.kind = 'Erased' AND m.document->'references' ? e.reference
    )
)
"""


class PostgresEvidence(Rows):
    """The part of a store that keeps bytes."""

    async def keep(self, reference: str, pieces: AsyncIterator[bytes], limit: int) -> Kept:
        digest, size = hashlib.sha256(), 0
        with tempfile.TemporaryFile() as spool:
            async for piece in pieces:
                size += len(piece)
                if size > limit:
                    raise OverLimit(f"over {limit} bytes")
                digest.update(piece)
                await asyncio.to_thread(spool.write, piece)
            spool.seek(0)
            await self._store_whole(plain(reference), digest.hexdigest(), spool)
        return Kept(digest.hexdigest(), size)

    async def _store_whole(self, reference: str, sha256: str, content: IO[bytes]) -> None:
        """Leave nothing behind when it fails, or whoever wanted it gives up in the meantime."""
        storing = asyncio.ensure_future(self._store(reference, sha256, content))
        try:
            await asyncio.shield(storing)
        except BaseException:
            await asyncio.wait([storing])
            with suppress(StoreUnavailable, Conflict):
                await self.discard(reference, sha256)
            raise

    async def _store(self, reference: str, sha256: str, content: IO[bytes]) -> None:
        async with self._connections.together() as connection:
            number = 0
            while (piece := await asyncio.to_thread(content.read, PIECE)) or number == 0:
                values = {"reference": reference, "sha256": sha256, "number": number}
                await connection.execute(
                    statement(PUT), self._with_school({**values, "bytes": piece})
                )
                number += 1

    async def discard(self, reference: str, sha256: str) -> None:
        await whole(self._discard(plain(reference), plain(sha256)))

    async def _discard(self, reference: str, sha256: str) -> None:
        async with self._connections.together() as connection:
            cursor = await connection.execute(
                statement(HASHES), self._with_school({"reference": reference})
            )
            if not any(sha256 in hashes for (hashes,) in await cursor.fetchall()):
                await self._remove(connection, reference, sha256)

    async def _remove(self, connection: AsyncConnection, reference: str, sha256: str) -> None:
        values = self._with_school({"reference": reference, "sha256": sha256})
        await connection.execute(statement(REMOVE), values)

    async def discard_strays(self) -> None:
        await self._do(STRAYS)

    def kept(self, reference: str, sha256: str) -> AbstractAsyncContextManager[Path]:
        return self._kept(plain(reference), sha256)

    @asynccontextmanager
    async def _kept(self, reference: str, sha256: str) -> AsyncIterator[Path]:
        if not SHA256.fullmatch(sha256):
            raise NotFound("evidence")
        with tempfile.TemporaryDirectory(prefix="headsup-") as folder:
            path = Path(folder) / sha256
            with path.open("wb") as file:
                async for piece in self._pieces(reference, sha256):
                    await asyncio.to_thread(file.write, piece)
            yield path

    async def _pieces(self, reference: str, sha256: str) -> AsyncIterator[bytes]:
        """Raises NotFound."""
        number = 0
        while found := await self._piece(reference, sha256, number):
            yield bytes(found[0][0])
            number += 1
        if not number:
            raise NotFound(f"evidence {sha256[:12]}")

    async def _piece(self, reference: str, sha256: str, number: int) -> Sequence[tuple[bytes]]:
        return await self._rows(GET, reference=reference, sha256=sha256, number=number)
