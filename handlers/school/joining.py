"""Joining by an invitation, and further accounts, which their person has to confirm."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from handlers.commands import command
from handlers.desk import Ask, Desk
from handlers.messages import Choice, Choices, Refused, Reply, Sender, say
from handlers.rules.access import Act
from handlers.rules.limits import DAY
from handlers.school.invitations import (
    digest,
    invitation_with,
    is_good,
    waits_for_other,
)
from handlers.school.role_log import CHANGING_PEOPLE, keep_change, way_of
from handlers.school.role_words import HOW_TO_TYPE, role_words
from handlers.text.words import moment
from handlers.workflow.changes import reconsider
from handlers.workflow.people import account_words, people_called
from handlers.workflow.steps import reachable
from store.errors import Conflict, NotFound
from store.model.kinds import NoticeKind, RoleChangeKind
from store.model.memos import RoleChange
from store.model.records import SYSTEM, Invitation, Notice, Person, Role, new_id

TRIES = 20
CODE = re.compile(r"[A-Za-z0-9_-]{16,64}")
#: No word that is joined: `join TeachersAgainstHomework`.
CODE_ALONE = r"(?=\S*[0-9_-])[A-Za-z0-9_-]{20,64}"

WELCOME = (
    "Welcome, {name}. When you see a worrying post, send or forward it to me: a screenshot, a link "
    "or your words. I keep it, tell the right person, and say what to do next."
)
ALREADY = "You have joined already, {name}."
BAD_CODE = (
    "That code is not valid: it may have been used, or be over seven days old. Please ask for a "
    "new one."
)
TOO_MANY_CODES = (
    "Too many codes were tried from here. None is accepted from this account until {time}."
)
NOT_AGREED = (
    "That code does not work yet: somebody else at the school has to agree to it. Please try "
    "again when they have."
)
SOMEBODY_ELSES = (
    "That code is for a new person, {invited}, and you are here already as {name}. Nothing was "
    "changed. Please ask the headteacher to give you the role, or to invite a further account."
)
WAIT = (
    "Please wait. I have asked the person whose code this is, in the chat that they have used so "
    "far, whether this account is theirs. Nothing is joined before they say Yes."
)
NOT_REACHED = (
    "I cannot ask the person whose code this is: no chat that runs here reaches them. Nothing was "
    "joined. Please tell whoever gave you the code."
)
HAS_ROLES = (
    "That account belongs to somebody with a role of their own: {name} ({roles}). Nothing was "
    "joined. If it is the same person, those roles have to be taken from {name} first."
)
ANOTHER_PERSON = (
    "That account belongs to somebody who was invited as {name}. Nothing was joined: nobody "
    "becomes somebody else here."
)
IS_IT_YOU = (
    "Is this you? Somebody has used a code for a further account of yours, {name}: {account}, "
    "which calls itself “{called}”. If you say Yes, whoever uses it is you here, and sees all that "
    "you see. If you did not just do this yourself, say No."
)
YES, NO = "Yes, that is me", "No"
NOTHING_WAITS = (
    "There is nothing to answer here any more: it was answered or cancelled, or has run out."
)
IS_YOURS = "{account} is yours now as well. You are the same person in both."
IS_NOT_YOURS = "Thank you. Nothing was joined, and the code no longer works. Leadership is told."


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
        if found.person:
            return await _ask_whose(found, found.person, sender, here, desk)
        person = await _join_as_new(found, sender.account, here, desk)
    desk.roles_changed(person)
    await reconsider(desk, person, here)
    return say(WELCOME.format(name=person.name))


async def _invitation_of(code: str, desk: Desk) -> Invitation:
    """Raises Refused where there is none, or it is void, or not agreed to."""
    found = await desk.store.invitation(digest(code)) if CODE.fullmatch(code.strip()) else None
    if found is None or not await is_good(found, desk):
        raise Refused(BAD_CODE)
    if waits_for_other(found):
        raise Refused(NOT_AGREED)
    return found


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


async def _join_as_new(found: Invitation, account: str, here: Person | None, desk: Desk) -> Person:
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


# --- a further account ----------------------------------------------------------------------------


async def _ask_whose(
    found: Invitation, whose: str, sender: Sender, here: Person | None, desk: Desk
) -> Reply:
    """Ask the person whether the account is theirs. Raises Refused where that cannot be."""
    person = await desk.store.person(whose)
    if here and here.id == person.id:
        raise Refused(ALREADY.format(name=person.name))
    if here:
        _refuse_other(here, person)
    if found.claimed_by not in ("", sender.account):
        # Somebody else has used it first.
        raise Refused(BAD_CODE)
    if not reachable(person, desk):
        raise Refused(NOT_REACHED)
    claimed = replace(found, claimed_by=sender.account, claimed_name=sender.name[:80])
    await desk.store.add_invitation(claimed)
    await _owe_question(claimed, person, desk)
    return say(WAIT)


async def _owe_question(claimed: Invitation, person: Person, desk: Desk) -> None:
    await desk.store.owe(
        Notice(
            f"account {claimed.key} {person.id}",
            NoticeKind.ACCOUNT,
            person.id,
            desk.now(),
            step=claimed.key,
        )
    )


async def owe_account_questions(desk: Desk) -> None:
    """Owe once more what may not have been owed before the bot stopped."""
    for invitation in await desk.store.invitations():
        if invitation.person and invitation.claimed_by and await is_good(invitation, desk):
            await _owe_question(invitation, await desk.store.person(invitation.person), desk)


async def account_notice(notice: Notice, desk: Desk) -> Reply | None:
    """Whether an account is theirs, to whom it would belong; None when that is answered."""
    claimed = await invitation_with(notice.step, desk)
    if claimed is None or not claimed.claimed_by:
        return None
    person = await desk.store.person(notice.to)
    yes = Choice(YES, f"people-me {claimed.key}", "primary")
    no = Choice(NO, f"people-not-me {claimed.key}", "danger")
    account = account_words(claimed.claimed_by)
    said = IS_IT_YOU.format(name=person.name, account=account, called=claimed.claimed_name)
    return say(said, Choices((yes, no)))


@command(
    "people-me",
    usage="/people-me KEY",
    may=Act.HELP,
    summary="say that an account is yours",
    typed=False,
)
async def confirm(ask: Ask, desk: Desk) -> Reply:
    """Make the account that has used the code one of the asker's."""
    async with desk.store.alone(CHANGING_PEOPLE):
        claimed = await _claimed(ask, desk)
        other = await desk.store.by_account(claimed.claimed_by)
        if other and other.id == ask.person.id:
            other = None
        if other:
            _refuse_other(other, ask.person)
        await keep_change(_account_change(claimed, RoleChangeKind.ACCOUNT, ask), desk)
        person = await _with_account(ask.person, other, claimed.claimed_by, desk)
        await desk.store.use_invitation(claimed.digest)
    desk.roles_changed(person)
    await reconsider(desk, person, ask.person)
    return say(IS_YOURS.format(account=account_words(claimed.claimed_by)))


@command(
    "people-not-me",
    usage="/people-not-me KEY",
    may=Act.HELP,
    summary="say that an account is not yours",
    typed=False,
)
async def deny(ask: Ask, desk: Desk) -> Reply:
    """Cancel a code that somebody else has used."""
    async with desk.store.alone(CHANGING_PEOPLE):
        claimed = await _claimed(ask, desk)
        await keep_change(_account_change(claimed, RoleChangeKind.NOT_THEIRS, ask), desk)
        await desk.store.use_invitation(claimed.digest)
    return say(IS_NOT_YOURS)


async def _claimed(ask: Ask, desk: Desk) -> Invitation:
    """The invitation that waits for the word of whoever asks. Raises Refused."""
    found = await invitation_with(ask.words.strip(), desk)
    if found is None or not found.claimed_by or found.person not in ask.person.ids:
        raise Refused(NOTHING_WAITS)
    return found


def _refuse_other(other: Person, person: Person) -> None:
    """Raises Refused where an account is that of somebody who was invited under another name, or
    would bring roles that nobody has given to this person.
    """
    if other.roles and other.invited and not people_called(person.name, [other]):
        raise Refused(ANOTHER_PERSON.format(name=other.name))
    own = [role for role in other.roles if role != Role.STAFF and role not in person.roles]
    if own:
        raise Refused(HAS_ROLES.format(name=other.name, roles=role_words(own)))


def _account_change(claimed: Invitation, what: RoleChangeKind, ask: Ask) -> RoleChange:
    return RoleChange(
        id=f"account {claimed.key}",
        what=what,
        at=ask.at,
        person=ask.person.id,
        name=ask.person.name,
        roles=(),
        after=ask.person.roles,
        by=ask.person.id,
        way=way_of(ask.incoming.sender.account),
        other=claimed.by,
        account=claimed.claimed_by,
    )


async def _with_account(person: Person, other: Person | None, account: str, desk: Desk) -> Person:
    """The person with one more account, and with all that the account had done by itself.

    `other`: the record that the account had. Its ids are the person's before it goes, so that
    nothing of it is lost should the bot stop in between.
    """
    accounts = [account]
    if other:
        accounts = [*other.accounts, account]
        await _save(person, other.ids, (), desk, other.names)
        with suppress(NotFound):
            await desk.store.remove_person(other.id)
    return await _save(person, (), accounts, desk)


def _without(name: str, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(each for each in dict.fromkeys(names) if each != name)


async def _save(
    person: Person,
    ids: tuple[str, ...],
    accounts: list[str] | tuple[()],
    desk: Desk,
    names: tuple[str, ...] = (),
) -> Person:
    """The person as stored, with these ids and names of before and these accounts as well."""
    while True:
        fresh = await desk.store.person(person.id)
        earlier = [id for id in (*fresh.earlier, *ids) if id != fresh.id]
        wider = replace(
            fresh,
            accounts=tuple(dict.fromkeys((*fresh.accounts, *accounts))),
            earlier=tuple(dict.fromkeys(earlier)),
            former_names=_without(fresh.name, (*fresh.former_names, *names)),
            invited=True,
        )
        if wider == fresh:
            return fresh
        with suppress(Conflict):
            return await desk.store.save_person(wider)


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
