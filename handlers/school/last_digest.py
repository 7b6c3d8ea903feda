"""When the last weekly digest went out, as the notices of no case say."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from store.model.kinds import NoticeKind, NoticeResult
from store.model.records import Notice

#: The first words of the keys of the notices in which a digest may be.
WORDS = (NoticeKind.DIGEST.value, NoticeKind.TODAY.value)


def last_digest(notices: Iterable[Notice]) -> datetime | None:
    """When the last weekly digest was due, which was sent, UTC; None where none was.

    It is the first message of the day that a school day of a week has brought.
    """
    weeks: dict[tuple[int, int], datetime] = {}
    for notice in notices:
        kind = notice.key.split()[0]
        # Those of days on which the school is closed do not wait for its hours.
        is_of_a_school_day = kind == NoticeKind.DIGEST or (
            kind == NoticeKind.TODAY and notice.waits
        )
        was_sent = notice.message or notice.result == NoticeResult.SENT
        if is_of_a_school_day and was_sent:
            year, week, _ = notice.due.isocalendar()
            weeks[year, week] = min(notice.due, weeks.get((year, week), notice.due))
    return max(weeks.values(), default=None)
