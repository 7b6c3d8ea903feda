"""Copies in a bucket: see `store.bucket`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import BinaryIO

from store.bucket import AT_ONCE, Bucket


class BucketPlace(Bucket):
    """See `store.backup.places.Place`. Raises StoreUnavailable where the bucket cannot be used."""

    def lock(self) -> AbstractContextManager[object]:
        return nullcontext()

    def sizes(self, within: str) -> dict[str, int]:
        with self._worded():
            found = self._store.list(within, chunk_size=AT_ONCE)
            return {str(each["path"]): each["size"] for batch in found for each in batch}

    def put(self, name: str, content: BinaryIO) -> None:
        with self._worded():
            self._store.put(name, content)

    def settle(self) -> None:
        """What a bucket has taken, it has."""

    def read(self, name: str) -> Iterator[bytes]:
        with self._worded(may_lack=True):
            yield from map(bytes, self._store.get(name).stream())

    def remove(self, names: Iterable[str]) -> None:
        with self._worded():
            gone = list(names)
            for begin in range(0, len(gone), AT_ONCE):
                self._store.delete(gone[begin : begin + AT_ONCE])
