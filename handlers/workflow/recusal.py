"""Messages that nobody should have any more are taken back: what the subject of a case was shown of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

from handlers.desk import Desk
from handlers.rules import access
from handlers.workflow.alerts import channel_may_know, summaries_with
from store.errors import NotFound
from store.model.address import MessageRef, is_address
from store.model.case import Case
from store.model.kinds import NOT_TAKEN_BACK, NoticeKind
from store.model.memos import Shown
from store.model.records import Notice, Summary


async def with_withdrawals(case: Case, desk: Desk) -> Case:
    """The case, owing it to take back each message that showed any part of the matter to its subject.

    Of a case about a child undressed, each file that was handed over to anybody.
    """
    matter = await summaries_with(case, desk)
    withheld = any(part.withheld for part in matter)
    if not withheld and all(part.about is None for part in matter):
        return case
    people = {to async for to, _, _ in _sent(case, matter, desk)}
    taken_from = {to for to in people if await _must_not_know(to, case, matter, desk)}
    owed = {
        (key := f"{case.reference} {NoticeKind.WITHDRAW} {message} {at.isoformat()}"): Notice(
            key, NoticeKind.WITHDRAW, to, desk.now(), message=message
        )
        async for to, message, at in _sent(case, matter, desk)
        if to in taken_from or (withheld and MessageRef.parse(message).is_file)
    }
    return case.owe(*owed.values())


async def _sent(
    case: Case, matter: list[Summary], desk: Desk
) -> AsyncIterator[tuple[str, str, datetime]]:
    """To whom each message about any part of the matter went, its address and id, and when."""
    for part in matter:
        if shown := await desk.store.memo(Shown, part.reference):
            for showing in shown.showings:
                yield showing.person, showing.message, showing.at
        try:
            of = case if part.reference == case.reference else await desk.store.case(part.reference)
        except NotFound:
            continue
        for notice in of.notices:
            if notice.message and notice.settled and notice.kind not in NOT_TAKEN_BACK:
                yield notice.to, notice.message, notice.settled


async def _must_not_know(to: str, case: Case, matter: list[Summary], desk: Desk) -> bool:
    if is_address(to):
        return not await channel_may_know(case, desk)
    try:
        person = await desk.store.person(to)
    except NotFound:
        return False
    return any(access.is_subject(person, part.about) for part in matter)
