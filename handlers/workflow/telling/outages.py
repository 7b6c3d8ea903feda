"""A chat was out of reach for so long that its platform has dropped what was sent: people are told.

Telegram keeps a message for a day until the bot fetches it, and forgets a tap sooner. How long the
bot was away is known by a memo that it writes each minute in which the chat is in reach.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.desk import Desk
from handlers.messages import Reply, say
from handlers.text.words import moment
from store.errors import Conflict, NotFound
from store.model.address import Address, Platform
from store.model.case import Case
from store.model.kinds import NoticeKind
from store.model.memos import Heard
from store.model.records import Notice, Person, Status, Summary

MISSED = (
    "I was out of reach in {chat} from {since} until {until}. What you sent me there before "
    "{lost}, and what you tapped, may not have reached me. "
    "Please look through our chat, and send again whatever I did not answer."
)


@dataclass(frozen=True, slots=True)
class _Patience:
    """How long a platform keeps for the bot what people send."""

    messages: timedelta
    #: With the minute that may lie between two memos.
    taps: timedelta


#: https://core.telegram.org/bots/api#getting-updates
PATIENCE = {Platform.TELEGRAM: _Patience(timedelta(hours=24), timedelta(seconds=150 + 60))}

#: Of a case's last report: whoever reported it longer ago has let the question rest.
LATELY = timedelta(days=2)
TRIES = 20


async def note_heard(platform: str, desk: Desk) -> None:
    """Note that a chat is in reach, and owe what follows from its having been out of reach.

    Again, nothing happens. Raises StoreUnavailable.
    """
    patience = PATIENCE.get(Platform(platform))
    if patience is None:
        return
    now = desk.now()
    before = await desk.store.memo(Heard, platform)
    away = now - before.at if before else timedelta()
    if before and away > patience.taps:
        await _ask_again(before, desk)
    if before and away > patience.messages:
        await _tell_everybody(before, now - patience.messages, desk)
    await desk.store.put(Heard(platform, now))


async def missed_notice(notice: Notice, desk: Desk) -> Reply | None:
    """That what they sent may be lost; `notice.step` has the chat, and from when until when."""
    platform, since, until = notice.step.split()
    begun, back = datetime.fromisoformat(since), datetime.fromisoformat(until)
    patience = PATIENCE.get(Platform(platform))
    if patience is None:
        return None
    return say(
        MISSED.format(
            chat=Platform(platform).label,
            since=moment(begun, desk.calendar),
            until=moment(back, desk.calendar),
            lost=moment(back - patience.messages, desk.calendar),
        )
    )


async def _tell_everybody(before: Heard, lost: datetime, desk: Desk) -> None:
    """Owe a sentence to all who have an account in the chat."""
    now = desk.now()
    step = f"{before.platform} {before.at.isoformat()} {now.isoformat()}"
    for person in await desk.store.people():
        if person.roles and _is_in(person, before.platform):
            key = f"missed {before.platform} {before.at.isoformat()} {person.id}"
            await desk.store.owe(Notice(key, NoticeKind.MISSED, person.id, now, step=step))


def _is_in(person: Person, platform: str) -> bool:
    return any(Address.parse(account).platform == platform for account in person.accounts)


async def _ask_again(before: Heard, desk: Desk) -> None:
    """Ask those once more who have not said what they reported: they may have tapped in vain."""
    for summary in await desk.store.summaries():
        is_recent = summary.last_report_at >= before.at - LATELY
        if summary.status == Status.OPEN and is_recent:
            await _owe_question(summary, before, desk)


async def _owe_question(summary: Summary, before: Heard, desk: Desk) -> None:
    for _ in range(TRIES):
        try:
            case = await desk.store.case(summary.reference)
            asked = _questions(case, before, desk.now())
            if asked:
                await desk.store.save(case.owe(*asked))
        except Conflict:
            continue
        except NotFound:
            return
        return


def _questions(case: Case, before: Heard, now: datetime) -> Sequence[Notice]:
    """The questions to those who reported it in the chat; none where it was said, or is asked."""
    if case.category and not case.waiting:
        return ()
    asked = {notice.to for notice in case.notices if _is_still_to_come(notice)}
    found = []
    for report in case.reports:
        is_there = Address.parse(report.place).platform == before.platform
        if is_there and report.by not in asked:
            asked.add(report.by)
            key = f"{case.reference} waiting {before.at.isoformat()} {report.by}"
            found.append(Notice(key, NoticeKind.WAITING, report.by, now))
    return found


def _is_still_to_come(notice: Notice) -> bool:
    return notice.kind == NoticeKind.WAITING and notice.settled is None
