"""Evidence in PostgreSQL: in pieces, so that a film is never whole in memory."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import IO

from store.base import Kept, NotFound, OverLimit
from store.postgres.rows import Rows, statement, whole

PIECE = 256 * 1024  # bytes
BYTES, THUMBNAIL = "bytes", "thumbnail"

PUT = """
INSERT INTO evidence (school, reference, sha256, kind, number, bytes)
VALUES (:school, :reference, :sha256, :kind, :number, :bytes) ON CONFLICT DO NOTHING
"""
GET = """
SELECT bytes FROM evidence
WHERE school = :school AND reference = :reference AND sha256 = :sha256 AND kind = :kind AND number = :number
"""
UNWANTED = """
DELETE FROM evidence e USING cases c
WHERE e.school = :school AND c.school = e.school AND c.reference = e.reference
    AND e.reference = :reference AND e.sha256 = :sha256 AND e.sha256 <> ALL (c.hashes)
"""
STRAYS = """
DELETE FROM evidence e USING cases c
WHERE e.school = :school AND c.school = e.school AND c.reference = e.reference
    AND e.sha256 <> ALL (c.hashes) AND CAST(c.summary->>'withholds' AS boolean)
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
            await whole(self._store(reference, digest.hexdigest(), BYTES, spool))
        return Kept(digest.hexdigest(), size)

    async def _store(self, reference: str, sha256: str, kind: str, content: IO[bytes]) -> None:
        async with self._connections.together() as connection:
            number = 0
            while (piece := await asyncio.to_thread(content.read, PIECE)) or number == 0:
                values = {"reference": reference, "sha256": sha256, "kind": kind, "number": number}
                await connection.execute(
                    statement(PUT), {"school": self._connections.school, "bytes": piece, **values}
                )
                number += 1

    async def discard(self, reference: str, sha256: str) -> None:
        await self._do(UNWANTED, reference=reference, sha256=sha256)

    async def discard_strays(self) -> None:
        await self._do(STRAYS)

    def kept(self, reference: str, sha256: str) -> AbstractAsyncContextManager[Path]:
        return self._kept(reference, sha256)

    @asynccontextmanager
    async def _kept(self, reference: str, sha256: str) -> AsyncIterator[Path]:
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
        return await self._rows(GET, reference=reference, sha256=sha256, kind=BYTES, number=number)

    async def keep_thumbnail(self, reference: str, sha256: str, jpeg: bytes) -> None:
        await self._do(PUT, reference=reference, sha256=sha256, kind=THUMBNAIL, number=0, bytes=jpeg)

    async def drop_thumbnails(self, reference: str) -> None:
        sql = "DELETE FROM evidence WHERE school = :school AND reference = :reference AND kind = :kind"
        await self._do(sql, reference=reference, kind=THUMBNAIL)
