"""What was erased is not opened anew because a platform sends it again."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta

from handlers.desk import Desk
from handlers.messages import Incoming, Refused
from store.model.memos import Erased

SENT_AGAIN = (
    "That came in before, and was erased since. If it should be looked at anew, please send it "
    "once "
    "more."
)
#: Slack gives up after hours, Telegram after a day; an old message that is resent by hand has a
#: new key.
MAY_COME_AGAIN = timedelta(days=30)


def trace_of(source: str) -> str:
    """What is remembered of a source key."""
    return hashlib.sha256(source.encode()).hexdigest()


async def refuse_erased(incoming: Incoming, desk: Desk) -> None:
    """Raises Refused for what was part of an erased case."""
    keys = {trace_of(source) for source in (incoming.source, incoming.album) if source}
    for memo in await desk.store.memos(Erased):
        if not keys.isdisjoint(memo.sources):
            raise Refused(SENT_AGAIN)


async def forget_traces(desk: Desk, now: datetime) -> None:
    """Once nothing can be sent again, nothing of it is remembered."""
    for memo in await desk.store.memos(Erased):
        if memo.sources and now - memo.at > MAY_COME_AGAIN:
            await desk.store.put(replace(memo, sources=()))
