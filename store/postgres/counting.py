"""How often something happened lately, counted for every process at once; a crash of the server may forget it."""

from __future__ import annotations

from datetime import datetime, timedelta

from store.postgres.documents import key_of
from store.postgres.rows import Rows

COUNT = """
INSERT INTO tallies AS t (school, what, times) VALUES (:school, :what, ARRAY[CAST(:at AS timestamptz)])
ON CONFLICT (school, what) DO UPDATE SET (times, is_refused) = (
    SELECT CASE WHEN count(*) < :most THEN array_agg(lately.at ORDER BY lately.at) || excluded.times
           ELSE array_agg(lately.at ORDER BY lately.at) END, count(*) >= :most
    FROM unnest(t.times) AS lately (at) WHERE lately.at > :begin
)
RETURNING CASE WHEN is_refused THEN times[cardinality(times) - :most + 1] END
"""
QUIET = "DELETE FROM tallies WHERE school = :school AND times[cardinality(times)] < :before"

QUIET_FOR = timedelta(days=1)  # no span that is counted is longer


class PostgresRateCounter(Rows):
    """The part of a store that counts. Once a day it forgets what was not counted for a while."""

    _forgot: datetime | None = None

    async def count(self, what: str, at: datetime, span: timedelta, most: int) -> datetime | None:
        if self._forgot is None or at - self._forgot > QUIET_FOR:
            self._forgot = at
            await self._do(QUIET, before=at - max(span, QUIET_FOR))
        [(first,)] = await self._rows(COUNT, what=key_of(what), at=at, begin=at - span, most=most)
        return first + span if first else None
