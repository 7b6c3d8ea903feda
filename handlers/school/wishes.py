"""Roles that are to be given or taken.

What is to be done is written down first, as a wish, and is gone when it is done: what was begun
before the bot stopped is finished at its next minute, and so is what the technician asks for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from handlers.desk import Desk
from handlers.messages import Refused
from handlers.rules import access
from handlers.school.changing_people import change_person
from handlers.school.invitations import owe_agreement, tidy_invitations
from handlers.school.role_log import CHANGING_PEOPLE, keep_change
from handlers.workflow.changes import reconsider
from store.errors import NotFound
from store.model.kinds import RoleChangeKind
from store.model.memos import RoleChange, RoleWish
from store.model.records import TECHNICIAN, Person, Role

#: How long somebody is asked to agree.
ASKED_FOR = timedelta(days=7)
LAST_HEAD = "{name} is the only headteacher here. Give the role to somebody else first."

log = structlog.get_logger()


def roles_after(wish: RoleWish, person: Person) -> tuple[str, ...]:
    if wish.what == RoleChangeKind.GIVEN:
        return tuple(dict.fromkeys((*person.roles, *wish.roles)))
    return tuple(role for role in person.roles if role not in wish.roles)


async def refuse_last_head(wish: RoleWish, person: Person, desk: Desk) -> None:
    """Raises Refused where nobody would be headteacher."""
    if wish.what != RoleChangeKind.TAKEN or Role.HEAD not in wish.roles:
        return
    heads = [head.id for head in await desk.store.having((Role.HEAD,))]
    if heads == [person.id]:
        raise Refused(LAST_HEAD.format(name=person.name))


async def carry_out(wish: RoleWish, desk: Desk) -> Person:
    """Give or take the roles, keep that it was done, and say who is to know. Once, whoever asks.

    Raises Refused, NotFound and StoreUnavailable.
    """
    async with desk.store.alone(CHANGING_PEOPLE):
        person = await desk.store.person(wish.person)
        if await desk.store.memo(RoleWish, wish.id) is None:
            return person
        try:
            await refuse_last_head(wish, person, desk)
        except Refused:
            await desk.store.drop(RoleWish, wish.id)
            raise
        # Kept first: no role changes without a trace.
        await keep_change(_change_of(wish, person, desk.now()), desk)
        saved = await change_person(wish.person, lambda fresh: _with_wish(fresh, wish), desk)
        await desk.store.drop(RoleWish, wish.id)
    desk.roles_changed(saved)
    await tidy_invitations(desk)
    await reconsider(desk, saved, person, filter(None, (wish.by, wish.agreed_by)))
    return saved


def _with_wish(person: Person, wish: RoleWish) -> Person:
    return replace(person, roles=roles_after(wish, person))


def _change_of(wish: RoleWish, person: Person, now: datetime) -> RoleChange:
    return RoleChange(
        id=wish.id,
        what=wish.what,
        at=now,
        person=person.id,
        name=person.name,
        roles=wish.roles,
        after=roles_after(wish, person),
        by=wish.by,
        way=wish.way,
        other=wish.agreed_by,
    )


def is_ready(wish: RoleWish) -> bool:
    """Tell whether nobody has to be asked about it any more."""
    is_agreed = bool(wish.agreed_by) or not access.needs_another(wish.roles)
    return wish.by == TECHNICIAN or is_agreed


async def is_asked_still(wish: RoleWish, desk: Desk) -> bool:
    """Tell whether it is not too old, and whoever asked may ask for it still."""
    if wish.at + ASKED_FOR < desk.now():
        return False
    try:
        asker = await desk.store.person(wish.by)
        await desk.store.person(wish.person)
    except NotFound:
        return False
    return all(access.may_change_role(asker, role) for role in wish.roles)


async def carry_out_wishes(desk: Desk) -> None:
    """Do what the technician has asked for, and what was begun; ask once more, or give it up."""
    for wish in _oldest_first(await desk.store.memos(RoleWish)):
        if is_ready(wish):
            await _try_wish(wish, desk)
        elif await is_asked_still(wish, desk):
            await owe_agreement(wish.id, await desk.store.person(wish.by), wish.at, desk)
        else:
            await desk.store.drop(RoleWish, wish.id)


def _oldest_first(wishes: Sequence[RoleWish]) -> list[RoleWish]:
    return sorted(wishes, key=lambda wish: (wish.at, wish.id))


async def _try_wish(wish: RoleWish, desk: Desk) -> None:
    try:
        await carry_out(wish, desk)
    except (Refused, NotFound) as error:
        log.warning("roles not changed", why=type(error).__name__)
        await desk.store.drop(RoleWish, wish.id)
