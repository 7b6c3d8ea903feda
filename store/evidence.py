"""Evidence beside its case: bytes as received, under the name of their SHA-256."""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

from store.base import Kept, NotFound, OverLimit
from store.durable import PARTIAL, make_folder, replace_file, sync_folder, unavailable

EVIDENCE = "evidence"
THUMBNAILS = "thumbnails"


async def keep(case_folder: Path, pieces: AsyncIterator[bytes], limit: int) -> Kept:
    """Write a stream to the disk piece by piece; at most `limit` bytes.

    Raises OverLimit and StoreUnavailable, and whatever the stream raises; nothing is left behind then.
    """
    folder = case_folder / EVIDENCE
    try:
        make_folder(folder)
        partial = folder / (secrets.token_hex(8) + PARTIAL)
        digest, size = hashlib.sha256(), 0
        with partial.open("xb") as file:
            try:
                async for piece in pieces:
                    size += len(piece)
                    if size > limit:
                        raise OverLimit(f"over {limit} bytes")
                    digest.update(piece)
                    await asyncio.to_thread(file.write, piece)
                await asyncio.to_thread(_finish, file.fileno(), file.flush)
                name = digest.hexdigest()
                partial.chmod(0o400)
                partial.replace(folder / name)
                await asyncio.to_thread(sync_folder, folder)
            finally:
                partial.unlink(missing_ok=True)
    except OSError as error:
        raise unavailable(error, folder) from error
    return Kept(name, size)


def _finish(descriptor: int, flush: object) -> None:
    flush()  # type: ignore[operator]
    os.fsync(descriptor)


def path_of(case_folder: Path, sha256: str) -> Path:
    """Raises NotFound."""
    path = case_folder / EVIDENCE / sha256
    if not path.is_file():
        raise NotFound(f"evidence {sha256[:12]}")
    return path


def keep_thumbnail(case_folder: Path, sha256: str, jpeg: bytes) -> None:
    """A small picture of a picture; it can be made again, so a lost one is no loss."""
    folder = case_folder / THUMBNAILS
    make_folder(folder)
    replace_file(folder / f"{sha256}.jpg", jpeg)
