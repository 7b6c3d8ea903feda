"""A bucket that speaks S3: `s3://bucket/path`, with the usual AWS_… variables for the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from store.errors import StoreUnavailable, Trouble
from store.extras import how_to_install

NO_EXTRA = f"s3:// needs one more package. {how_to_install()}"
NO_ADDRESS = "“{where}” is no address of a bucket. Write it as s3://bucket/path"
REFUSED = "{place} cannot be used: {reason}"

#: What an answer of S3 says of an error.
SAID = re.compile("<Message>(.+?)</Message>", re.DOTALL)
#: Its code for a bucket that is missing; a missing object has another.
NO_BUCKET = "NoSuchBucket"

#: Names in one question.
AT_ONCE = 1_000
REACHED_IN = timedelta(seconds=5)
#: The whole of one request, which may carry a film.
ANSWERED_IN = timedelta(minutes=5)
#: Further attempts, within a second or two: whoever asked waits for them.
TRIES = 4
#: From the first attempt until no further one is made.
TRIED_FOR = timedelta(seconds=20)

try:
    from obstore.exceptions import BaseError
    from obstore.store import S3Store
except ImportError as error:
    raise Trouble(NO_EXTRA) from error


class Bucket:
    """A connection to a bucket, on which the kinds of stores in one build.

    Raises StoreUnavailable where `where` names none.
    """

    def __init__(self, where: str) -> None:
        self._where = where
        if not where.startswith("s3://"):
            raise StoreUnavailable(NO_ADDRESS.format(where=where))
        with self._translating_errors():
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
    def _translating_errors(self, *, may_lack: bool = False) -> Iterator[None]:
        """Raise the bucket's errors as StoreUnavailable, in a sentence.

        With `may_lack`, FileNotFoundError is let through where an object is missing, but not where
        the whole bucket is.
        """
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
        reason = reason.strip(" .,\n") + "."
        return StoreUnavailable(REFUSED.format(place=self._where, reason=reason))
