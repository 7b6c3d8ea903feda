"""A message that comes in place of an earlier one: that is taken away."""

from __future__ import annotations

from handlers.desk import Desk
from handlers.school import today
from handlers.workflow.telling import rounds
from store.model.kinds import WITH_THE_DAY, NoticeKind
from store.model.records import Notice


async def take_away_earlier(reference: str, notice: Notice, desk: Desk) -> None:
    """Owe it to take away what this notice, which has just been sent, comes in place of.

    It is owed before it is noted that the notice was sent: whoever dies in between does both again.
    Raises StoreUnavailable.
    """
    if notice.kind == NoticeKind.TODAY:
        await today.take_away_earlier(notice, desk)
    if notice.kind == NoticeKind.URGENT and notice.stage:
        await rounds.take_away_earlier(reference, notice, desk)


async def take_away_if_over(notice: Notice, desk: Desk) -> None:
    """The same for a message of the day that says nothing: on a school day nothing is due then.

    Raises StoreUnavailable.
    """
    if notice.kind == NoticeKind.TODAY and desk.calendar.is_school_time(desk.now()):
        await today.take_away_what_is_over(notice, desk)


async def forget_taken_away(reference: str, notice: Notice, desk: Desk) -> None:
    """Note that a message of the day, which was taken away, shows no case any more."""
    if not reference and notice.kind == NoticeKind.WITHDRAW:
        await today.forget_list(notice.message, desk)


def may_stand_with(kinds: frozenset[str]) -> bool:
    """Whether notices of these kinds may be one message: the day's takes what it is with along."""
    return NoticeKind.TODAY not in kinds or kinds <= WITH_THE_DAY
