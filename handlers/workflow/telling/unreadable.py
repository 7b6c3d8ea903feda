"""A case whose file cannot be read is silent: those who would look after it are told so.

Which case it is, is told to whoever may look after it, where the store still knows whom it is
about. Where it does not, it may be about anybody, and first of all about the headteacher: then the
chair of governors is told which, and the others that there is one. Without a chair, it is the
safeguarding lead. “headsup verify” names it to the technician.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from handlers.desk import Desk
from handlers.matter import Summaries
from handlers.messages import Reply, say
from handlers.rules import access
from store.model.kinds import NoticeKind
from store.model.records import Notice, Person, Role, Summary

TO_LEAD = (
    "Case {reference} cannot be read: its file is damaged or missing. Until it is put back, I "
    "remind nobody of it. Please go on with it by what you know, and ask whoever looks after me to "
    "put it back from a backup: “headsup verify” names the file."
)
TO_OTHERS = (
    "A case cannot be read: its file is damaged or missing. Until it is put back, I remind nobody "
    "of it. Please ask whoever looks after me to put it back from a backup: “headsup verify” names "
    "the file. Which case it is, I tell {who} alone, as I cannot see who it is about."
)
#: Below a list.
NOT_LISTED = (
    "Case {reference} cannot be read, and is in no list. Please tell your technician: headsup "
    "check says more."
)
ONE_NOT_LISTED = "There is a case that cannot be read, and is in no list. I have told {who} which."
THE_CHAIR, THE_LEAD = "the chair of governors", "the safeguarding lead"
TOLD = (Role.HEAD, Role.DSL, Role.CHAIR)

#: What stands before the reference in what a store calls unreadable.
CASE = "cases/"


async def owe_unreadable(desk: Desk, now: datetime) -> None:
    """Owe a sentence for each case that cannot be read to those who may have to look after it."""
    # To look through a whole database is not for every minute.
    if "unreadable" not in desk.store.from_memory:
        return
    for where in await desk.store.unreadable():
        if where.startswith(CASE):
            await _owe(where.removeprefix(CASE), desk, now)


async def _owe(reference: str, desk: Desk, now: datetime) -> None:
    for person in await desk.store.having(TOLD):
        key = f"unreadable {reference} {person.id}"
        notice = Notice(key, NoticeKind.UNREADABLE, person.id, now, step=reference)
        await desk.store.owe(notice)


async def unreadable_notice(notice: Notice, desk: Desk) -> Reply | None:
    """That a case, whose reference `notice.step` has, cannot be read; None where it can again."""
    if f"{CASE}{notice.step}" not in await desk.store.unreadable():
        return None
    person = await desk.store.person(notice.to)
    if not person.has(*TOLD):
        return None
    known = await _matter_of(notice.step, desk)
    if access.is_kept_from(person, known):
        return None
    if await may_know_unreadable(person, notice.step, desk):
        return say(TO_LEAD.format(reference=notice.step))
    return say(TO_OTHERS.format(who=await _who_is_told(desk)))


async def unreadable_cases(person: Person, desk: Desk) -> Reply:
    """What a leader reads below a list, which leaves out what cannot be read; else nothing."""
    if "unreadable" not in desk.store.from_memory or not person.has(*TOLD):
        return Reply()
    said = Reply()
    for where in await desk.store.unreadable():
        reference = where.removeprefix(CASE)
        is_theirs = not access.is_kept_from(person, await _matter_of(reference, desk))
        if not where.startswith(CASE) or not is_theirs:
            continue
        if await may_know_unreadable(person, reference, desk):
            said += say(NOT_LISTED.format(reference=reference)).showing([reference])
        elif not said.parts:
            said += say(ONE_NOT_LISTED.format(who=await _who_is_told(desk)))
    return said


async def _who_is_told(desk: Desk) -> str:
    chairs = await desk.store.having((Role.CHAIR,))
    return THE_LEAD if all(chair.has(Role.HEAD) for chair in chairs) else THE_CHAIR


async def may_know_unreadable(person: Person, reference: str, desk: Desk) -> bool:
    """Tell whether somebody may be told that it is this case that cannot be read."""
    known = await _matter_of(reference, desk)
    if known:
        relations = access.relations(person, known[0], known, desk.procedure, desk.now())
        return not access.INSIDE.isdisjoint(relations)
    return await desk.is_told_what_is_unreadable(person)


async def _matter_of(reference: str, desk: Desk) -> Sequence[Summary]:
    """The matter of a case, as far as the store still knows it."""
    summaries = Summaries(await desk.store.related([reference]))
    return summaries.matter(reference) if reference in summaries else ()
