"""Copies in a bucket that speaks S3: `s3://bucket/path`, with the usual AWS_… variables for the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import BinaryIO

from store.trouble import Trouble

NO_EXTRA = (
    "Backups to s3:// need one more package. Run: pip install --require-hashes -r requirements-postgres.txt"
)
REFUSED = "{place} cannot be used: {reason}"
AT_ONCE = 1_000  # names in one question

try:
    import obstore
    from obstore.exceptions import BaseError, NotFoundError
    from obstore.store import S3Store
except ImportError as error:
    raise Trouble(NO_EXTRA) from error


class BucketPlace:
    """See `store.backup.places.Place`. Raises Trouble where the bucket cannot be used."""

    def __init__(self, where: str) -> None:
        self._where = where
        with self._worded():
            self._store = S3Store.from_url(where, client_options={"allow_http": True})

    def lock(self) -> AbstractContextManager[object]:
        return nullcontext()

    def sizes(self, within: str) -> dict[str, int]:
        with self._worded():
            found = obstore.list(self._store, within, chunk_size=AT_ONCE)
            return {str(each["path"]): each["size"] for batch in found for each in batch}

    def put(self, name: str, content: BinaryIO) -> None:
        with self._worded():
            obstore.put(self._store, name, content)

    def settle(self) -> None:
        """What a bucket has taken, it has."""

    def read(self, name: str) -> Iterator[bytes]:
        try:
            with self._worded():
                yield from map(bytes, obstore.get(self._store, name).stream())
        except NotFoundError as error:
            raise FileNotFoundError(name) from error

    def remove(self, names: Iterable[str]) -> None:
        with self._worded():
            gone = list(names)
            for begin in range(0, len(gone), AT_ONCE):
                obstore.delete(self._store, gone[begin : begin + AT_ONCE])

    @contextmanager
    def _worded(self) -> Iterator[None]:
        try:
            yield
        except NotFoundError:
            raise
        except BaseError as error:
            reason = str(error).strip().splitlines()[0][:200]
            raise Trouble(REFUSED.format(place=self._where, reason=reason)) from error
