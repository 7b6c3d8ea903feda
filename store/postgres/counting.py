"""How often something happened lately, counted for every process of a school at once.

The table is not logged, which makes each count cheap: a crash of the server may forget it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from store.postgres.documents import key_of
from store.postgres.rows import Rows

# One statement, so that two processes that count the same at once count one after the other.
COUNT = """
INSERT INTO tallies AS t (school, what, times)
VALUES (:school, :what, ARRAY[CAST(:at AS timestamptz)])
ON CONFLICT (school, what) DO UPDATE SET (times, is_refused) = (
    SELECT CASE WHEN count(*) < :most THEN array_agg(lately.at ORDER BY lately.at) || excluded.times
           ELSE array_agg(lately.at ORDER BY lately.at) END, count(*) >= :most
    FROM unnest(t.times) AS lately (at) WHERE lately.at > :begin
)
RETURNING CASE WHEN is_refused THEN times[cardinality(times) - :most + 1] END
"""
#: Goes before COUNT, once a day.
FORGET_QUIET = """
WITH forgotten AS (
    DELETE FROM tallies
    WHERE school = :school AND what <> :what AND times[cardinality(times)] < :before
)"""

#: How long something is remembered that is not counted any more; no span is longer.
QUIET_FOR = timedelta(days=1)


class PostgresRateCounter(Rows):
    """The part of a store that counts. Once a day it forgets what was not counted for a while."""

    #: When this process did so last.
    _forgot: datetime | None = None

    async def count(self, what: str, at: datetime, span: timedelta, most: int) -> datetime | None:
        values = {"what": key_of(what), "at": at, "begin": at - span, "most": most}
        if self._forgot is None or at - self._forgot > QUIET_FOR:
            self._forgot = at
            before = at - max(span, QUIET_FOR)
            rows = await self._rows(FORGET_QUIET + COUNT, before=before, **values)
        else:
            rows = await self._rows(COUNT, **values)
        [(first_of_span,)] = rows
        return first_of_span + span if first_of_span else None
