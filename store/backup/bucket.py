"""Copies in a bucket: see `store.bucket`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import BinaryIO

from store.bucket import AT_ONCE, Bucket


class BucketPlace(Bucket):
    """Backups in a bucket. See `store.backup.places.BackupPlace`.

    Raises StoreUnavailable where the bucket cannot be used.
    """

    @property
    def where(self) -> str:
        return self._where

    def lock(self) -> AbstractContextManager[object]:
        # A bucket has no locks that a process's death lets go. That of the data folder must do.
        return nullcontext()

    def sizes(self, within: str) -> dict[str, int]:
        found: dict[str, int] = {}
        with self._translating_errors():
            for batch in self._store.list(within, chunk_size=AT_ONCE):
                for each in batch:
                    found[str(each["path"])] = each["size"]
        return found

    def put(self, name: str, content: BinaryIO) -> None:
        with self._translating_errors():
            self._store.put(name, content)

    def settle(self) -> None:
        """Return at once: what a bucket has taken, it has."""

    def read(self, name: str) -> Iterator[bytes]:
        with self._translating_errors(may_lack=True):
            yield from map(bytes, self._store.get(name).stream())

    def remove(self, names: Iterable[str]) -> None:
        with self._translating_errors():
            gone = list(names)
            for begin in range(0, len(gone), AT_ONCE):
                self._store.delete(gone[begin : begin + AT_ONCE])
