"""Further accounts of somebody who is here, which their person has to confirm."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from handlers.commands import command
from handlers.desk import Ask, Desk
from handlers.messages import Choice, Choices, Refused, Reply, Sender, say
from handlers.rules.access import Act
from handlers.school.changing_people import change_person
from handlers.school.invitations import invitation_with, is_good
from handlers.school.role_log import CHANGING_PEOPLE, keep_change, way_of
from handlers.school.role_words import role_words
from handlers.workflow.changes import reconsider
from handlers.workflow.people import account_words, people_called
from handlers.workflow.reach import can_answer
from store.errors import NotFound
from store.model.invitations import Invitation
from store.model.kinds import NoticeKind, RoleChangeKind
from store.model.memos import COMMAND_LINE, RoleChange
from store.model.records import TECHNICIAN, Notice, Person, Role

BAD_CODE = (
    "That code is not valid: it may have been used, or be over seven days old. Please ask for a "
    "new one."
)
ALREADY = "You have joined already, {name}."
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


async def ask_whose(
    found: Invitation, person: Person, sender: Sender, here: Person | None, desk: Desk
) -> None:
    """Ask the person whether the account is theirs. Raises Refused where that cannot be."""
    if here and here.id == person.id:
        raise Refused(ALREADY.format(name=person.name))
    if here:
        _refuse_other(here, person)
    if found.claimed_by not in ("", sender.account):
        # Somebody else has used it first.
        raise Refused(BAD_CODE)
    if not can_answer(person, desk):
        raise Refused(NOT_REACHED)
    claimed = replace(found, claimed_by=sender.account, claimed_name=sender.name[:80])
    await desk.store.add_invitation(claimed)
    await _owe_question(claimed, person, desk)


async def add_account(claimed: Invitation, person: Person, desk: Desk, way: str) -> Person:
    """The person with the account of an invitation, which is used up. Keeps that it was added.

    `way`: where that was said, as a role change has it. To be called while nobody else changes
    people. Raises Refused.
    """
    other = await desk.store.by_account(claimed.claimed_by)
    if other and other.id == person.id:
        other = None
    if other:
        _refuse_other(other, person)
    change = _account_change(claimed, RoleChangeKind.ACCOUNT, person, desk.now(), way)
    await keep_change(change, desk)
    wider = await _with_account(person, other, claimed.claimed_by, desk)
    await desk.store.use_invitation(claimed.digest)
    return wider


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
        is_asked = invitation.person and invitation.claimed_by and not invitation.is_by_mail
        if invitation.person and is_asked and await is_good(invitation, desk):
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
        way = way_of(ask.incoming.sender.account)
        person = await add_account(claimed, ask.person, desk, way)
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
        way = way_of(ask.incoming.sender.account)
        change = _account_change(claimed, RoleChangeKind.NOT_THEIRS, ask.person, ask.at, way)
        await keep_change(change, desk)
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


def _account_change(
    claimed: Invitation, what: RoleChangeKind, person: Person, at: datetime, way: str
) -> RoleChange:
    return RoleChange(
        id=f"account {claimed.key}",
        what=what,
        at=at,
        person=person.id,
        name=person.name,
        roles=(),
        after=person.roles,
        by=TECHNICIAN if way == COMMAND_LINE else person.id,
        way=way,
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
        await change_person(person.id, lambda fresh: _wider(fresh, was=other), desk)
        with suppress(NotFound):
            await desk.store.remove_person(other.id)
    return await change_person(person.id, lambda fresh: _wider(fresh, accounts), desk)


def _wider(person: Person, accounts: Sequence[str] = (), *, was: Person | None = None) -> Person:
    """The person, with these accounts as well, and with the ids and names of what they `was`."""
    earlier, names = list(person.earlier), list(person.former_names)
    if was:
        earlier += was.ids
        names += was.names
    return replace(
        person,
        accounts=tuple(dict.fromkeys((*person.accounts, *accounts))),
        earlier=_others(person.id, earlier),
        former_names=_others(person.name, names),
        invited=True,
    )


def _others(own: str, among: Sequence[str]) -> tuple[str, ...]:
    return tuple(each for each in dict.fromkeys(among) if each != own)
