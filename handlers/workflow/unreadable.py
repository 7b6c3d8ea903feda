"""A case whose file cannot be read is silent: those who would look after it are told so.

Whom it is about is not known any more. It may be about the headteacher, who is told no reference.
"""

from __future__ import annotations

from datetime import datetime

from handlers.desk import Desk
from handlers.messages import Reply, say
from store.model.kinds import NoticeKind
from store.model.records import Notice, Role

TO_LEAD = (
    "Case {reference} cannot be read: its file is damaged or missing. Until it is put back, I "
    "remind nobody of it. Please go on with it by what you know, and ask whoever looks after me to "
    "put it back from a backup: “headsup verify” names the file."
)
TO_HEAD = (
    "A case cannot be read: its file is damaged or missing. Until it is put back, I remind nobody "
    "of it. Please ask whoever looks after me to put it back from a backup: “headsup verify” names "
    "the file. Which case it is, I tell the safeguarding lead alone, as I cannot see whom it is "
    "about."
)

#: What stands before the reference in what a store calls unreadable.
CASE = "cases/"


async def owe_unreadable(desk: Desk, now: datetime) -> None:
    """Owe a sentence to the head and the safeguarding lead for each case that cannot be read."""
    # To look through a whole database is not for every minute.
    if "unreadable" not in desk.store.from_memory:
        return
    for where in await desk.store.unreadable():
        if where.startswith(CASE):
            await _owe(where.removeprefix(CASE), desk, now)


async def _owe(reference: str, desk: Desk, now: datetime) -> None:
    for person in await desk.store.having((Role.HEAD, Role.DSL)):
        key = f"unreadable {reference} {person.id}"
        notice = Notice(key, NoticeKind.UNREADABLE, person.id, now, step=reference)
        await desk.store.owe(notice)


async def unreadable_notice(notice: Notice, desk: Desk) -> Reply | None:
    """That a case, whose reference `notice.step` has, cannot be read; None where it can again."""
    if f"{CASE}{notice.step}" not in await desk.store.unreadable():
        return None
    person = await desk.store.person(notice.to)
    if person.has(Role.HEAD):
        return say(TO_HEAD)
    if person.has(Role.DSL):
        return say(TO_LEAD.format(reference=notice.step))
    return None
