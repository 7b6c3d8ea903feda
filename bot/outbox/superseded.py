"""A message that comes in place of an earlier one: that is taken away."""

from __future__ import annotations

from handlers.desk import Desk
from handlers.messages import Reply
from handlers.notices.bundle import bundle
from handlers.notices.wording import render_notice
from handlers.school import today
from handlers.workflow.telling import rounds
from store.errors import DamagedCase, NotFound
from store.model.kinds import REPLACING, NoticeKind
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


async def told_of_others(notice: Notice, desk: Desk) -> Reply | None:
    """What a message that is to be taken back said of other cases, as of now.

    None where nothing of it may still be known.
    """
    said: list[Reply] = []
    for reference in notice.beside:
        try:
            told = (await desk.store.case(reference)).notices
            for other in told:
                if other.message == notice.message and other.kind not in REPLACING:
                    reply = await render_notice(reference, other, desk)
                    if reply:
                        said.append(reply)
        except (DamagedCase, NotFound):
            continue
    return bundle(said) if said else None
