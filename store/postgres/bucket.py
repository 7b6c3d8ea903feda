"""The store in PostgreSQL with the bytes of its evidence in a bucket.

An object is called `SCHOOL/REFERENCE/SHA256`, each part escaped as in an address of the web.

The database says which bytes are wanted. One request puts an object, whole or not at all, so a
process that dies leaves no half of one; what it leaves of an erased case is removed at the next
start. Evidence that was kept before there was a bucket is still read from the database.
"""

from __future__ import annotations

import asyncio
import mmap
import os
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import IO, Self
from urllib.parse import quote, unquote

import structlog
from psycopg import AsyncConnection

from store.bucket import AT_ONCE, REFUSED, Bucket
from store.disk.evidence import SHA256
from store.errors import NotFound, StoreUnavailable
from store.model.case import Case
from store.model.memos import Erased
from store.postgres.database import Database
from store.postgres.store import PostgresStore

#: Bytes that are read at once.
PIECE = 1024 * 1024
#: Seconds for removing, while others wait.
REMOVED_IN = 5.0
#: Seconds until removing is tried again.
AGAIN = 60.0
#: The name of an object that is put to try the bucket out.
TRIAL = "is-this-bucket-there"

WITHHOLDING = """
SELECT reference, hashes FROM cases
WHERE school = :school AND CAST(summary->>'withholds' AS boolean)
"""
ERASED = """
SELECT jsonb_array_elements_text(document->'references') FROM memos
WHERE school = :school AND kind = 'Erased'
"""
NOT_REMOVED = "erased, but not yet removed from the bucket; that is tried again"

log = structlog.get_logger()


class EvidenceBucket(Bucket):
    """What one school has in a bucket. Raises StoreUnavailable where the bucket cannot be used."""

    def __init__(self, where: str, school: str) -> None:
        super().__init__(where)
        self._school = school

    def _name(self, *parts: str) -> str:
        """The name of an object of this school, or how the names of several begin."""
        return "/".join(_escape(part) for part in (self._school, *parts))

    async def put(self, reference: str, sha256: str, content: IO[bytes]) -> None:
        """Put the bytes of a file, which need not fit into memory."""
        size = os.fstat(content.fileno()).st_size
        # An empty file cannot be mapped.
        mapped = mmap.mmap(content.fileno(), size, access=mmap.ACCESS_READ) if size else b""
        # In one request: of an upload in several parts, some would stay where a process dies.
        with self._translating_errors():
            await self._store.put_async(self._name(reference, sha256), mapped, use_multipart=False)

    async def pieces(self, reference: str, sha256: str) -> AsyncIterator[bytes]:
        """The bytes, piece by piece. Raises NotFound."""
        try:
            with self._translating_errors(may_lack=True):
                found = await self._store.get_async(self._name(reference, sha256))
                async for piece in found.stream(PIECE):
                    yield bytes(piece)
        except FileNotFoundError as error:
            raise NotFound(f"evidence {sha256[:12]}") from error

    async def names(self, *within: str) -> Sequence[tuple[str, str]]:
        """Reference and SHA-256 of all that is kept; `within`: of the case with this reference."""
        found: list[tuple[str, str]] = []
        with self._translating_errors():
            async for batch in self._store.list(self._name(*within), chunk_size=AT_ONCE):
                for item in batch:
                    reference, sha256 = map(unquote, item["path"].split("/")[-2:])
                    # Else it is no evidence: what a trial of the bucket has left, for one.
                    if SHA256.fullmatch(sha256):
                        found.append((reference, sha256))
        return found

    async def remove(self, names: Sequence[tuple[str, str]]) -> None:
        """Take away what has these references and SHA-256; nothing happens where it is gone."""
        paths = [self._name(reference, sha256) for reference, sha256 in names]
        with self._translating_errors():
            for begin in range(0, len(paths), AT_ONCE):
                await self._store.delete_async(paths[begin : begin + AT_ONCE])

    @asynccontextmanager
    async def time_limit(self) -> AsyncIterator[None]:
        """For what is done while others wait for a connection of the database, or for a turn.

        Raises StoreUnavailable where it takes longer than REMOVED_IN.
        """
        try:
            async with asyncio.timeout(REMOVED_IN):
                yield
        except TimeoutError as error:
            refused = REFUSED.format(place=self._where, reason="it does not answer.")
            raise StoreUnavailable(refused) from error

    async def remove_cases(self, references: Iterable[str]) -> None:
        """Take away all that is kept of these cases."""
        for reference in references:
            await self.remove(await self.names(reference))

    async def remove_all(self) -> None:
        """Take away all that the school has there, whatever it is."""
        with self._translating_errors():
            async for batch in self._store.list(self._name(), chunk_size=AT_ONCE):
                await self._store.delete_async([item["path"] for item in batch])

    async def try_out(self) -> None:
        """Put something there, read it, list it and take it away."""
        name = self._name(TRIAL)
        with self._translating_errors():
            await self._store.put_async(name, b"")
            await self._store.get_async(name)
            await self._store.list(name).collect_async()
            await self._store.delete_async(name)


def _escape(text: str) -> str:
    """Text as a part of a name: it is not empty, holds no slash, and is neither `.` nor `..`."""
    return quote(text, safe="", errors="surrogatepass").replace(".", "%2E") or "%"


class PostgresWithBucket(PostgresStore):
    """A store in PostgreSQL that keeps bytes of evidence in a bucket. Made by `open_with`."""

    _bucket: EvidenceBucket
    #: Removals that the bucket did not take at once.
    _removing: set[asyncio.Task[None]]

    @classmethod
    async def open_with(cls, bucket: EvidenceBucket, where: str | Database, school: str) -> Self:
        """`where` and `school` as for `open`. The bucket may be away: then evidence waits for it.

        Raises StoreUnavailable where the database is away.
        """
        store = await cls.open(where, school)
        store._bucket = bucket
        store._removing = set()
        return store

    async def close(self) -> None:
        for task in self._removing:
            task.cancel()
        await asyncio.gather(*self._removing, return_exceptions=True)
        await super().close()

    async def _store_bytes(self, reference: str, sha256: str, content: IO[bytes]) -> None:
        await self._bucket.put(reference, sha256, content)

    async def _read_pieces(self, reference: str, sha256: str) -> AsyncIterator[bytes]:
        with suppress(NotFound):
            async for piece in self._bucket.pieces(reference, sha256):
                yield piece
            return
        # Kept before there was a bucket.
        async for piece in super()._read_pieces(reference, sha256):
            yield piece

    async def _remove_bytes(self, connection: AsyncConnection, reference: str, sha256: str) -> None:
        await super()._remove_bytes(connection, reference, sha256)
        # Within the transaction, which keeps the case from being written meanwhile.
        async with self._bucket.time_limit():
            await self._bucket.remove([(reference, sha256)])

    async def discard_strays(self) -> None:
        await super().discard_strays()
        found = await self._bucket.names()

        # What a case may keep; a case that is not here keeps what it has.
        wanted: dict[str, Collection[str]] = {}
        for reference, hashes in await self._rows(WITHHOLDING):
            wanted[reference] = hashes
        for (reference,) in await self._rows(ERASED):
            wanted[reference] = ()

        strays: list[tuple[str, str]] = []
        for reference, sha256 in found:
            if reference in wanted and sha256 not in wanted[reference]:
                strays.append((reference, sha256))
        for reference, sha256 in strays:
            await self.discard(reference, sha256)
        if strays:
            log.warning("evidence of no case removed", files=len(strays))

    async def _erase(self, cases: Sequence[Case], leaving: Erased) -> None:
        await super()._erase(cases, leaving)
        references = [case.reference for case in cases]
        try:
            async with self._bucket.time_limit():
                await self._bucket.remove_cases(references)
        except StoreUnavailable as error:
            log.error(NOT_REMOVED, why=str(error))
            task = asyncio.create_task(self._remove_later(references))
            self._removing.add(task)
            task.add_done_callback(self._removing.discard)

    async def _remove_later(self, references: Sequence[str]) -> None:
        """Try again until the bucket takes it.

        A process that ends before leaves it to the next start, and to `discard_strays`.
        """
        while True:
            await asyncio.sleep(AGAIN)
            with suppress(StoreUnavailable):
                await self._bucket.remove_cases(references)
                return
