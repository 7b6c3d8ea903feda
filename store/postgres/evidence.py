"""Evidence in PostgreSQL: in numbered pieces, so that a film is never whole in memory."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import IO

from psycopg import AsyncConnection

from store.base import Kept
from store.disk.aside import folder_aside
from store.disk.evidence import SHA256
from store.errors import Conflict, NotFound, OverLimit, StoreUnavailable
from store.postgres.documents import plain
from store.postgres.rows import Rows, run_to_end, statement

#: Bytes in one row.
PIECE = 256 * 1024

PUT = """
INSERT INTO evidence (school, reference, sha256, number, bytes)
VALUES (:school, :reference, :sha256, :number, :bytes) ON CONFLICT DO NOTHING
"""
GET = """
SELECT bytes FROM evidence
WHERE school = :school AND reference = :reference AND sha256 = :sha256 AND number = :number
"""
#: What the case refers to. FOR SHARE: nobody writes the case until the transaction ends.
HASHES = "SELECT hashes FROM cases WHERE school = :school AND reference = :reference FOR SHARE"
REMOVE = (
    "DELETE FROM evidence WHERE school = :school AND reference = :reference AND sha256 = :sha256"
)
#: Of cases that withhold something, where the case does not refer to it; and of erased ones.
REMOVE_STRAYS = """
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
        digest = hashlib.sha256()
        size = 0
        # First to a file of this machine: a transaction that waits for a sender would hold its
        # connection all the while.
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
        storing = asyncio.ensure_future(self._store_bytes(reference, sha256, content))
        try:
            await asyncio.shield(storing)
        except BaseException:
            # Cancelled, too. It reads from a file that is closed next, so it is waited for.
            await asyncio.wait([storing])
            with suppress(StoreUnavailable, Conflict):
                await self.discard(reference, sha256)
            raise

    async def _store_bytes(self, reference: str, sha256: str, content: IO[bytes]) -> None:
        """Keep what is in a file: all of it or nothing. Raises Conflict and StoreUnavailable."""
        async with self._connections.together() as connection:
            number = 0
            piece = await asyncio.to_thread(content.read, PIECE)
            # An empty file has one piece, too, which is empty: else it would not be there.
            while piece or number == 0:
                values = self._with_school(
                    {
                        "reference": reference,
                        "sha256": sha256,
                        "number": number,
                        "bytes": piece,
                    }
                )
                await connection.execute(statement(PUT), values)
                number += 1
                piece = await asyncio.to_thread(content.read, PIECE)

    async def discard(self, reference: str, sha256: str) -> None:
        await run_to_end(self._discard(plain(reference), plain(sha256)))

    async def _discard(self, reference: str, sha256: str) -> None:
        async with self._connections.together() as connection:
            values = self._with_school({"reference": reference})
            cursor = await connection.execute(statement(HASHES), values)
            is_referred_to = any(sha256 in hashes for (hashes,) in await cursor.fetchall())
            if not is_referred_to:
                await self._remove_bytes(connection, reference, sha256)

    async def _remove_bytes(self, connection: AsyncConnection, reference: str, sha256: str) -> None:
        """Take bytes away, in the transaction of this connection."""
        values = self._with_school({"reference": reference, "sha256": sha256})
        await connection.execute(statement(REMOVE), values)

    async def discard_strays(self) -> None:
        await self._change(REMOVE_STRAYS)

    def kept(self, reference: str, sha256: str) -> AbstractAsyncContextManager[Path]:
        return self._kept(plain(reference), sha256)

    @asynccontextmanager
    async def _kept(self, reference: str, sha256: str) -> AsyncIterator[Path]:
        if not SHA256.fullmatch(sha256):
            raise NotFound("evidence")
        with folder_aside(None) as folder:
            path = folder / sha256
            with path.open("wb") as file:
                async for piece in self._read_pieces(reference, sha256):
                    await asyncio.to_thread(file.write, piece)
            yield path

    async def _read_pieces(self, reference: str, sha256: str) -> AsyncIterator[bytes]:
        """The bytes, one row at a time. Raises NotFound and StoreUnavailable."""
        number = 0
        while rows := await self._rows(GET, reference=reference, sha256=sha256, number=number):
            [(piece,)] = rows
            yield bytes(piece)
            number += 1
        if number == 0:
            raise NotFound(f"evidence {sha256[:12]}")
