"""Messages that nobody should have any more are taken back: what the subject of a case, or whoever
posted it, was shown of it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from handlers.desk import Desk
from handlers.matter import Around, People
from handlers.rules import access
from handlers.rules.pause import is_held_back
from handlers.workflow.telling.alerts import channel_may_know
from store.errors import NotFound
from store.model.address import MessageRef, is_address
from store.model.case import Case
from store.model.kinds import NOT_TAKEN_BACK, NoticeKind, NoticeResult
from store.model.memos import Shown
from store.model.records import Notice, Summary


@dataclass(frozen=True, slots=True)
class _Sent:
    """A message that showed something of a case: to a person's id or a channel's address, and when
    (UTC).
    """

    to: str
    message: str
    at: datetime
    #: The case that it told of, and other cases that it told of besides.
    reference: str = ""
    beside: tuple[str, ...] = ()

    @property
    def is_file(self) -> bool:
        return MessageRef.parse(self.message).is_file


async def with_withdrawals(case: Case, around: Around, desk: Desk) -> Case:
    """The case, owing it to take back each message that showed any part of the matter to its
    subject, or to whoever posted it.

    Of a case about a child undressed, each file that was handed over to anybody.
    """
    matter = around.matter(case)
    is_withheld = any(part.withheld for part in matter)
    if not is_withheld and not may_mean_a_reader(case, matter, around):
        return case

    sent = await _sent_of(case, matter, desk)
    receivers = People(await desk.store.having((), {message.to for message in sent}))
    # By key: one message may have shown several parts of the matter.
    owed = {}
    for each in sent:
        is_locked = is_withheld and each.is_file
        if is_locked or _must_not_know(each.to, matter, around.people, receivers):
            notice = _withdrawal(case, each, desk)
            owed[notice.key] = notice
    return _as_never_told(case, {notice.message for notice in owed.values()}).owe(*owed.values())


def _as_never_told(case: Case, messages: Collection[str]) -> Case:
    """The case, whose notices in these messages have come to nothing: whoever may know of it again
    is told again.
    """
    taken_back = []
    for notice in case.notices:
        if notice.message in messages and notice.kind not in NOT_TAKEN_BACK:
            taken_back.append(replace(notice, result=NoticeResult.MOOT))
    return case.settle(*taken_back) if taken_back else case


def _withdrawal(case: Case, sent: _Sent, desk: Desk) -> Notice:
    key = f"{case.reference} {NoticeKind.WITHDRAW} {sent.message} {sent.at.isoformat()}"
    if sent.beside:
        # What it says of another case stays, and may have to be taken back later.
        key = f"{key} {sent.reference}"
    return Notice(
        key,
        NoticeKind.WITHDRAW,
        sent.to,
        desk.now(),
        message=sent.message,
        beside=sent.beside,
    )


def _of_notice(reference: str, notice: Notice, at: datetime) -> _Sent:
    return _Sent(notice.to, notice.message, at, reference, notice.beside)


async def _sent_of(case: Case, matter: Sequence[Summary], desk: Desk) -> list[_Sent]:
    """Each message about any part of the matter: answers that were noted, and notices."""
    sent = []
    for part in matter:
        shown = await desk.store.memo(Shown, part.reference)
        if shown:
            sent += [_Sent(s.person, s.message, s.at) for s in shown.showings]
        try:
            is_this = part.reference == case.reference
            known = case if is_this else await desk.store.case(part.reference)
        except NotFound:
            continue
        for notice in known.notices:
            if notice.message and notice.settled and notice.kind not in NOT_TAKEN_BACK:
                sent.append(_of_notice(part.reference, notice, notice.settled))
    return sent


def _must_not_know(to: str, matter: Sequence[Summary], workers: People, receivers: People) -> bool:
    if is_address(to):
        return not channel_may_know(matter, workers)
    person = receivers.get(to)
    return person is not None and access.is_kept_from(person, matter)


def may_mean_a_reader(case: Case, matter: Sequence[Summary], around: Around) -> bool:
    """Whether it may be about anybody who was shown it: else nobody need be asked about."""
    if any(access.may_be_somebody(about) for part in matter for about in part.concerned):
        return True
    # What has just come in by itself was shown to nobody yet.
    is_new = not case.version and len(matter) == 1
    workers = around.people.having(access.WORKERS)
    return not is_new and any(is_held_back(person, matter) for person in workers)
