"""Which notices wait for nothing."""

from __future__ import annotations

from store.model.kinds import CAN_WAIT, NoticeKind
from store.model.records import Notice


def is_urgent(notice: Notice) -> bool:
    """It waits for nothing: no school hours, no other notice.

    What is overdue is so on its first day.
    """
    is_repeated = notice.kind == NoticeKind.OVERDUE and notice.stage > 1
    return not (notice.waits or is_repeated or notice.kind in CAN_WAIT)
