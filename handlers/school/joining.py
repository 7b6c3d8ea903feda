"""Joining by an invitation."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from handlers.commands import command
from handlers.desk import Ask, Desk
from handlers.messages import Refused, Reply, Sender, Standing, say
from handlers.rules.access import Act
from handlers.rules.limits import DAY
from handlers.school.further_accounts import (
    ALREADY,
    BAD_CODE,
    WAIT,
    add_account,
    ask_whose,
)
from handlers.school.invitations import (
    digest,
    is_good,
    waits_for_other,
)
from handlers.school.role_log import CHANGING_PEOPLE, keep_change, way_of
from handlers.school.role_words import HOW_TO_TYPE
from handlers.text.words import moment
from handlers.workflow.changes import reconsider
from handlers.workflow.people import people_called
from handlers.workflow.reach import is_by_mail_alone
from store.errors import Conflict
from store.model.identifiers import new_id
from store.model.invitations import Invitation
from store.model.kinds import RoleChangeKind
from store.model.memos import COMMAND_LINE, RoleChange
from store.model.records import SYSTEM, TECHNICIAN, Person, Role

TRIES = 20
CODE = re.compile(r"[A-Za-z0-9_-]{16,64}")
#: No word that is joined: `join TeachersAgainstHomework`.
CODE_ALONE = r"(?=\S*[0-9_-])[A-Za-z0-9_-]{20,64}"

WELCOME = (
    "Welcome, {name}. When you see a worrying post, send or forward it to me: a screenshot, a link "
    "or your words. I keep it, tell the right person, and say what to do next."
)

TOO_MANY_CODES = (
    "Too many codes were tried from here. None is accepted from this account until {time}."
)
GUEST = (
    "That code does not work here: you are a guest in this Slack, or come from another one, and "
    "such an account can join only as chair of governors. Nothing was joined, and the code is "
    "still good. If you work at the school, please ask to be made a full member of its Slack, or "
    "join in another chat."
)
NOT_AGREED = (
    "That code does not work yet: somebody else at the school has to agree to it. Please try "
    "again when they have."
)
SOMEBODY_ELSES = (
    "That code is for a new person, {invited}, and you are here already as {name}. Nothing was "
    "changed. Please ask the headteacher to give you the role, or to invite a further account."
)


async def join(code: str, sender: Sender, desk: Desk) -> Reply:
    """Enrol an account by a code. Raises Refused for one that is wrong, used or too old."""
    here = await desk.store.by_account(sender.account)
    if not code:
        raise Refused(ALREADY.format(name=here.name) if here else BAD_CODE)
    limit = desk.limits.codes
    free = await desk.store.count(f"code {sender.account}", desk.now(), DAY, limit)
    if free:
        raise Refused(TOO_MANY_CODES.format(time=moment(free, desk.calendar)))

    async with desk.store.alone(CHANGING_PEOPLE):
        found = await _invitation_of(code, desk)
        if sender.standing == Standing.GUEST:
            await _refuse_guest(found, desk)
        before: Person | None = here
        if found.person:
            before = await desk.store.person(found.person)
            if not is_by_mail_alone(before) or found.by != TECHNICIAN:
                await ask_whose(found, before, sender, here, desk)
                return say(WAIT)
            # Nobody can be asked by mail: the technician knows to whom the code was given.
            claimed = replace(found, claimed_by=sender.account)
            person = await add_account(claimed, before, desk, COMMAND_LINE)
        else:
            person = await join_as_new(found, sender.account, here, desk)
    desk.roles_changed(person)
    by = () if found.person else filter(None, (found.by, found.agreed_by))
    await reconsider(desk, person, before, by)
    return say(WELCOME.format(name=person.name))


async def _invitation_of(code: str, desk: Desk) -> Invitation:
    """Raises Refused where there is none, or it is void, or not agreed to."""
    found = await _invitation_as_typed(code.strip(), desk)
    if found is None or found.is_by_mail or not await is_good(found, desk):
        raise Refused(BAD_CODE)
    if waits_for_other(found):
        raise Refused(NOT_AGREED)
    return found


async def _invitation_as_typed(code: str, desk: Desk) -> Invitation | None:
    if not CODE.fullmatch(code):
        return None
    found = await desk.store.invitation(digest(code))
    # Typed from a slip of paper; a telephone likes to begin a word with a capital.
    return found or await desk.store.invitation(digest(code.lower()))


def is_for_guest(person: Person) -> bool:
    """Whether a guest's account may be this person's: nobody but a chair of governors has one."""
    return person.has(Role.CHAIR)


async def _refuse_guest(found: Invitation, desk: Desk) -> None:
    """Raises Refused for the code of anybody but a chair of governors."""
    is_chairs = set(found.roles) == {Role.CHAIR}
    if found.person:
        is_chairs = is_for_guest(await desk.store.person(found.person))
    if not is_chairs:
        raise Refused(GUEST)


async def note_member(person: Person, desk: Desk) -> None:
    """Keep that somebody joins for whom the platform vouches.

    They are nobody's doing, and staff alone: it is not told.
    """
    account = person.accounts[0]
    change = RoleChange(
        id=_joined_as_member(person),
        what=RoleChangeKind.JOINED,
        at=person.since,
        person=person.id,
        name=person.name,
        roles=person.roles,
        after=person.roles,
        by=person.id,
        way=way_of(account),
        other=SYSTEM,
        account=account,
    )
    await desk.store.put(change)


async def forget_member(person: Person, desk: Desk) -> None:
    """Take that back: another process has let the same account in at this moment."""
    await desk.store.drop(RoleChange, _joined_as_member(person))


def _joined_as_member(person: Person) -> str:
    return f"joined {person.id}"


# --- a new person ---------------------------------------------------------------------------------


async def join_as_new(found: Invitation, account: str, here: Person | None, desk: Desk) -> Person:
    """The person of the account, with the invitation's roles. Raises Refused where they are not
    new.
    """
    if here:
        _refuse_somebody_else(found, here)
    if not await desk.store.use_invitation(found.digest):
        # It was cancelled at this moment.
        raise Refused(BAD_CODE)
    id = here.id if here else new_id()
    change = _joining(found, id, account, here, desk.now())
    try:
        # Kept first: nobody is in without a trace.
        await keep_change(change, desk)
        return await _enrol(found, id, account, desk, is_new=here is None)
    except BaseException:
        await desk.store.add_invitation(found)
        raise


def _refuse_somebody_else(found: Invitation, here: Person) -> None:
    """Raises Refused where the code would make a known person somebody else.

    Whom the platform alone has named, as any member of staff, may come to be called as invited.
    """
    is_theirs = bool(people_called(found.name, [here]))
    is_named_by_platform = not here.invited and set(here.roles) <= {Role.STAFF}
    if here.roles and not is_theirs and not is_named_by_platform:
        raise Refused(SOMEBODY_ELSES.format(invited=found.name, name=here.name))


def _joining(
    found: Invitation, id: str, account: str, here: Person | None, now: datetime
) -> RoleChange:
    before = here.roles if here else ()
    return RoleChange(
        id=f"joined {found.key}",
        what=RoleChangeKind.JOINED,
        at=now,
        person=id,
        name=found.name,
        roles=found.roles,
        after=tuple(dict.fromkeys([*before, *found.roles])),
        by=id,
        way=way_of(account),
        other=found.by,
        account=account,
    )


async def _enrol(found: Invitation, id: str, account: str, desk: Desk, *, is_new: bool) -> Person:
    if is_new:
        person = Person(id, found.name, found.roles, (account,), desk.now(), invited=True)
        await desk.store.add_person(person)
        return person
    for _ in range(TRIES):
        fresh = await desk.store.person(id)
        roles = tuple(dict.fromkeys([*fresh.roles, *found.roles]))
        try:
            return await desk.store.save_person(
                replace(fresh.renamed(found.name), roles=roles, invited=True)
            )
        except Conflict:
            continue
    raise Refused(BAD_CODE)


@command(
    "join",
    usage="/join CODE",
    may=Act.HELP,
    summary="use an invitation",
    bare=CODE_ALONE,
)
async def join_again(ask: Ask, desk: Desk) -> Reply:
    """Somebody who is in already uses an invitation."""
    if not ask.words:
        raise Refused(HOW_TO_TYPE.format(usage=join_again.usage))
    return await join(ask.words, ask.incoming.sender, desk)
