"""A bucket that speaks S3: `s3://bucket/path`, with the usual AWS_… variables for the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from store.errors import StoreUnavailable, Trouble

NO_EXTRA = "s3:// needs one more package. Run: .venv/bin/pip install --require-hashes -r requirements-postgres.txt"
NO_ADDRESS = "“{where}” is no address of a bucket. Write it as s3://bucket/path"
REFUSED = "{place} cannot be used: {reason}"
SAID = re.compile("<Message>(.+?)</Message>", re.DOTALL)  # in an answer of S3
NO_BUCKET = "NoSuchBucket"  # its code for that; a missing object has another

AT_ONCE = 1_000  # names in one question
REACHED_IN = timedelta(seconds=5)
ANSWERED_IN = timedelta(minutes=5)  # the whole of one request, which may carry a film
TRIES = 4  # further ones, within a second or two: whoever asked waits for them
TRIED_FOR = timedelta(seconds=20)  # from the first attempt until no further one is made

try:
    from obstore.exceptions import BaseError
    from obstore.store import S3Store
except ImportError as error:
    raise Trouble(NO_EXTRA) from error


class Bucket:
    """Raises StoreUnavailable where `where` names none."""

    def __init__(self, where: str) -> None:
        self._where = where
        if not where.startswith("s3://"):
            raise StoreUnavailable(NO_ADDRESS.format(where=where))
        with self._worded():
            self._store = S3Store.from_url(
                where,
                client_options={
                    "allow_http": True,
                    "connect_timeout": REACHED_IN,
                    "timeout": ANSWERED_IN,
                },
                retry_config={"max_retries": TRIES, "retry_timeout": TRIED_FOR},
            )

    @contextmanager
    def _worded(self, *, may_lack: bool = False) -> Iterator[None]:
        """The bucket's errors as StoreUnavailable, in a sentence. `may_lack`: an object, which is FileNotFoundError."""
        try:
            yield
        except FileNotFoundError as error:
            if may_lack and NO_BUCKET not in str(error):
                raise
            raise self._refused(error) from error
        except BaseError as error:
            raise self._refused(error) from error

    def _refused(self, error: Exception) -> StoreUnavailable:
        found = SAID.search(str(error))
        reason = found[1] if found else str(error).strip().splitlines()[0][:200]
        return StoreUnavailable(
            REFUSED.format(place=self._where, reason=reason.strip(" .,\n") + ".")
        )
