"""Evidence beside its case: bytes as received, under the name of their SHA-256."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import secrets
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from store.base import Kept
from store.disk.durable import PARTIAL, make_folder, remove_file, sync_folder, unavailable
from store.errors import NotFound, OverLimit

EVIDENCE = "evidence"
#: Where earlier versions kept a small copy of each picture, which nothing ever showed.
THUMBNAILS = "thumbnails"

SHA256 = re.compile("[0-9a-f]{64}")


async def keep(case_folder: Path, pieces: AsyncIterator[bytes], limit: int) -> Kept:
    """Write a stream to the disk piece by piece, at most `limit` bytes; its SHA-256 and size.

    Raises OverLimit and StoreUnavailable, and whatever the stream raises; nothing is left behind
    then.
    """
    folder = case_folder / EVIDENCE
    with _translating_errors(folder):
        make_folder(folder)
        partial = folder / (secrets.token_hex(8) + PARTIAL)
        file = partial.open("xb")

    digest = hashlib.sha256()
    size = 0
    try:
        async for piece in pieces:
            size += len(piece)
            if size > limit:
                raise OverLimit(f"over {limit} bytes")
            digest.update(piece)
            with _translating_errors(folder):
                await asyncio.to_thread(file.write, piece)
        with _translating_errors(folder):
            await asyncio.to_thread(_sync, file)
            await _place(partial, folder / digest.hexdigest())
    finally:
        # What cannot be taken away is so at the next start.
        with suppress(OSError):
            partial.unlink()
        # On a full disk, what is still buffered cannot be written, and closing says so again.
        with suppress(OSError):
            file.close()
    return Kept(digest.hexdigest(), size)


async def _place(partial: Path, path: Path) -> None:
    """Give a whole file its name, unless that fails, or whoever wanted it gives up meanwhile."""
    is_new = _rename(partial, path)
    try:
        await asyncio.to_thread(sync_folder, path.parent)
    except (asyncio.CancelledError, OSError):
        # The same bytes may belong to other evidence of the case, which stays.
        if is_new:
            with suppress(OSError):
                remove_file(path)
        raise


def _rename(partial: Path, path: Path) -> bool:
    """Give a file its name, after which nobody may write to it; true where none had it before."""
    is_new = not path.exists()
    partial.chmod(0o400)
    partial.replace(path)
    return is_new


@contextmanager
def _translating_errors(folder: Path) -> Iterator[None]:
    """Raise the disk's troubles as StoreUnavailable.

    It goes around what touches the disk alone: the troubles of a stream, such as a lost connection,
    stay as they are.
    """
    try:
        yield
    except OSError as error:
        raise unavailable(error, folder) from error


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def path_of(case_folder: Path, sha256: str) -> Path:
    """Where a piece of evidence lies. Raises NotFound where it does not."""
    path = case_folder / EVIDENCE / sha256
    if not path.is_file():
        raise NotFound(f"evidence {sha256[:12]}")
    return path


def discard(case_folder: Path, sha256: str) -> None:
    """Take a piece of evidence away, if it is there."""
    remove_file(case_folder / EVIDENCE / sha256)


def discard_strays(wanted: Mapping[Path, Collection[str]]) -> int:
    """Take away evidence that no case lists; how many pieces that were.

    `wanted` has the SHA-256 of what each case's folder is to keep. Files with other names stay.
    """
    strays = 0
    for case_folder, hashes in wanted.items():
        found = {path.name for path in (case_folder / EVIDENCE).glob("*")}
        for sha256 in filter(SHA256.fullmatch, found.difference(hashes)):
            discard(case_folder, sha256)
            strays += 1
    return strays
