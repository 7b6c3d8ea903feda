"""Invitations that were not used yet: making, listing, cancelling them, and when they are void."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from handlers.commands import command
from handlers.desk import Ask, Desk
from handlers.messages import Choice, Choices, Heading, Part, Refused, Reply, Text, say
from handlers.rules import access
from handlers.rules.access import OF_ROLES, Act
from handlers.rules.names.alike import may_be_one
from handlers.school.role_log import who
from handlers.school.role_words import (
    WITH_ROLE,
    name_and_roles,
    name_typed,
    refuse_name_of_ours,
    refuse_second_office,
    refuse_unless_theirs,
    role_words,
)
from handlers.text.words import listed, moment, shortened
from handlers.workflow.people import (
    account_words,
    people_called,
    people_matching,
    person_by_id,
    with_account,
)
from handlers.workflow.reach import can_answer, is_by_mail_alone
from store.errors import NotFound
from store.model.address import Platform
from store.model.invitations import Invitation
from store.model.kinds import NoticeKind
from store.model.records import TECHNICIAN, Notice, Person, Role

#: Nothing that a phone turns into something else, or is misread.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
VALID = timedelta(days=7)
#: People of a like name among whom one may choose.
MOST_CHOICES = 8
#: Invitations in one list.
MOST_LISTED = 20

INVITED = "An invitation for {name} ({roles}), for one use until {until}:"
INVITED_FURTHER = (
    "For a further account of {name}, for one use until {until}. It works once {name} has said Yes "
    "to it in the chat that they have used so far."
)
#: How a code is typed, in each chat that the school may have.
CODE_LINES = {
    Platform.SLACK: "In Slack: /headsup join {code}",
    Platform.TELEGRAM: "In Telegram: /join {code}",
}
LINK_LINE = "Or open: {link}"
SAME_NAME = (
    "Somebody of that name is here already: {who}. The invitation is for a new person all the "
    "same. If you meant a further account of theirs, cancel it with “/people invitations”, and "
    "choose:"
)
FURTHER = "A further account for {name}"
WHOSE_ACCOUNT = "Whose further account is it for? It is somebody who is here already:"
NOBODY_HERE = "I know nobody called “{name}”. “/people” lists everybody."
NO_ROLE = "{name} has no role here. Invite them as a new person: /people invite NAME as ROLE"
UNREACHABLE = (
    "No chat that runs here reaches {name}, so they could not say Yes. Invite them as a new "
    "person: /people invite NAME as ROLE"
)
MAIL_ALONE = (
    "{name} is told by mail alone, and could not say Yes there. The technician can make a code "
    "that needs none: headsup invite NAME --for PERSON"
)
ASKED_OTHER = (
    "The code works once {names} has agreed: a safeguarding lead is invited by the headteacher and "
    "the chair of governors together."
)
NOBODY_TO_AGREE = (
    "A safeguarding lead is made by the headteacher and the chair of governors together, and there "
    "is nobody here who could agree. The technician can do it: headsup roles, headsup invite."
)
PENDING = "Invitations that were not used yet"
NONE_PENDING = "Every invitation was used, or has run out."
LINE = "{name}: {what}, until {until}, made by {by}{waits}"
WAITS_FOR_OTHER = "; waits until somebody else has agreed"
WAITS_FOR_CODE = "; by mail, and waits until the technician has typed the code that was sent there"
WAITS_FOR_PERSON = "; used by {account}, and waits for {name} to say Yes"
MORE = "… and {number} more."
CANCEL = "Cancel {name}’s"
CANCELLED = "The invitation for {name} no longer works."
GONE = "That invitation is no longer there: it was used or cancelled, or has run out."


def digest(code: str) -> str:
    """What is kept of a code."""
    return hashlib.sha256(code.strip().encode()).hexdigest()


def new_code() -> str:
    """26 letters and digits, 130 bits. It is kept nowhere."""
    return "".join(secrets.choice(LETTERS) for _ in range(26))


def for_new_person(
    name: str, roles: tuple[str, ...], code: str, now: datetime, by: str
) -> Invitation:
    """An invitation for somebody new, whoever else has that name."""
    return Invitation(digest(code), name, roles, now + VALID, by=by)


def short_code() -> str:
    """`k7mp-4xwz`: eight letters and digits, to be read out. Nobody but the technician types it."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def as_read_out(code: str) -> str:
    """A short code as it was made, however it was typed."""
    letters = "".join(letter for letter in code.lower() if letter in LETTERS)
    return f"{letters[:4]}-{letters[4:]}"


def by_mail(made: Invitation, address: str) -> Invitation:
    """An invitation for whoever has a mail address, `mail:efua@example.org`."""
    return replace(made, claimed_by=address)


def for_further_account(name: str, person: Person, code: str, now: datetime, by: str) -> Invitation:
    """An invitation for another account of somebody who is here."""
    return Invitation(digest(code), name or person.name, (), now + VALID, person.id, by=by)


# --- when they are void ---------------------------------------------------------------------------


async def is_good(invitation: Invitation, desk: Desk) -> bool:
    """Tell whether it may still be used, perhaps when somebody has agreed to it.

    It is void when its time is over, when whoever made it may no longer give what it gives, and
    when the person whose further account it is for has no role any more.
    """
    if invitation.until < desk.now():
        return False
    if invitation.person and not await _person_with_role(invitation.person, desk):
        return False
    if invitation.by == TECHNICIAN:
        return True
    if not invitation.by:
        # Earlier versions did not keep who made it: it may have been a headteacher.
        return bool(invitation.person) or OF_ROLES.keys().isdisjoint(invitation.roles)
    maker = await _person_with_role(invitation.by, desk)
    if maker is None:
        return False
    if invitation.person:
        return access.may(maker, Act.ROLES)
    return all(access.may_change_role(maker, role) for role in invitation.roles)


async def _person_with_role(id: str, desk: Desk) -> Person | None:
    try:
        person = await desk.store.person(id)
    except NotFound:
        return None
    return person if person.roles else None


def waits_for_other(invitation: Invitation) -> bool:
    """Tell whether headteacher and chair have to make it together, and one of them has not yet."""
    if not invitation.by or invitation.by == TECHNICIAN or invitation.agreed_by:
        return False
    return access.needs_another(invitation.roles)


async def tidy_invitations(desk: Desk) -> None:
    """Take away the invitations that are void."""
    for invitation in await desk.store.invitations():
        if not await is_good(invitation, desk):
            await desk.store.use_invitation(invitation.digest)


async def pending_invitations(desk: Desk) -> list[Invitation]:
    """Those that may still be used, the first to end first."""
    found = []
    for invitation in await desk.store.invitations():
        if await is_good(invitation, desk):
            found.append(invitation)
    return sorted(found, key=lambda one: (one.until, one.digest))


async def invitation_with(key: str, desk: Desk) -> Invitation | None:
    """The one that a button calls so, as long as it may be used."""
    for invitation in await pending_invitations(desk):
        if invitation.key == key:
            return invitation
    return None


# --- making them ----------------------------------------------------------------------------------


@command(
    "people invite",
    usage="/people invite NAME as ROLE",
    may=Act.ROLES,
    summary="make a one-use invitation for a new person; NAME for PERSON: for a further account",
    bare=WITH_ROLE,
)
async def invite(ask: Ask, desk: Desk) -> Reply:
    """A code for somebody new, or for a further account of somebody; valid for seven days."""
    name, is_further, person = _further(ask.words)
    if is_further:
        return await _invite_further(name, person, ask, desk)
    wanted = name_and_roles(ask.words, "as", invite.usage)
    refuse_unless_theirs(ask.person, wanted.roles)
    refuse_name_of_ours(wanted.name)
    same = [each for each in await desk.store.people() if may_be_one(wanted.name, each.name)]
    refuse_second_office(same, wanted.roles)

    code = new_code()
    made = for_new_person(wanted.name, wanted.roles, code, ask.at, ask.person.id)
    asked = await others_to_agree(ask.person, desk) if waits_for_other(made) else []
    if waits_for_other(made) and not asked:
        raise Refused(NOBODY_TO_AGREE)
    await desk.store.add_invitation(made)
    reply = invitation_reply(made, code, desk)
    if asked:
        await owe_agreement(made.key, ask.person, ask.at, desk)
        names = listed((person.name for person in asked), "or")
        reply += say(ASKED_OTHER.format(names=names))
    if same:
        reply += _same_name(same)
    return reply


def _further(words: str) -> tuple[str, bool, str]:
    """`her phone for Gita Rao` -> the words before, that it is for a further account, and whose."""
    before, between, person = f" {words}".rpartition(" for ")
    has_role = " as " in f" {words} "
    return name_typed(before), bool(between) and not has_role, name_typed(person)


def _same_name(same: Sequence[Person]) -> Reply:
    who_is = listed(map(with_account, same[:MOST_CHOICES]))
    return say(SAME_NAME.format(who=who_is), Choices(_further_choices(same)))


def _further_choices(people: Sequence[Person]) -> tuple[Choice, ...]:
    choices = []
    for person in people[:MOST_CHOICES]:
        label = FURTHER.format(name=with_account(person))
        choices.append(Choice(label, f"people-further {person.id}"))
    return tuple(choices)


async def _invite_further(name: str, typed: str, ask: Ask, desk: Desk) -> Reply:
    """Raises Refused where nobody is called that; where it is not sure who is meant, asks."""
    found = people_called(typed, await desk.store.people())
    if len(found) == 1:
        return await _make_further(name, found[0], ask, desk)
    like = found or await people_matching(typed, desk)
    if not like:
        raise Refused(NOBODY_HERE.format(name=shortened(typed, 40)))
    return say(WHOSE_ACCOUNT, Choices(_further_choices(like)))


@command(
    "people-further",
    usage="/people-further ID",
    may=Act.ROLES,
    summary="invite a further account of somebody",
    typed=False,
)
async def further(ask: Ask, desk: Desk) -> Reply:
    """An invitation for a further account, from the button with the person."""
    person = await person_by_id(ask.words.strip(), desk)
    return await _make_further("", person, ask, desk)


async def _make_further(name: str, person: Person, ask: Ask, desk: Desk) -> Reply:
    if not person.roles:
        raise Refused(NO_ROLE.format(name=person.name))
    if not can_answer(person, desk):
        words = MAIL_ALONE if is_by_mail_alone(person) else UNREACHABLE
        raise Refused(words.format(name=person.name))
    code = new_code()
    made = for_further_account(name, person, code, ask.at, ask.person.id)
    await desk.store.add_invitation(made)
    until = moment(made.until, desk.calendar)
    said = INVITED_FURTHER.format(name=with_account(person), until=until)
    return say(said, Text(_code_lines(code, desk)))


def invitation_reply(made: Invitation, code: str, desk: Desk) -> Reply:
    """How to use an invitation, in each chat."""
    until = moment(made.until, desk.calendar)
    said = INVITED.format(name=made.name, roles=role_words(made.roles), until=until)
    return say(said, Text(_code_lines(code, desk)))


def _code_lines(code: str, desk: Desk) -> str:
    here = [line for chat, line in CODE_LINES.items() if chat in desk.platforms]
    # Where the bot is only tried out, in the terminal, all are shown.
    lines = [line.format(code=code) for line in here or CODE_LINES.values()]
    link = desk.join_link(code)
    if link:
        lines.append(LINK_LINE.format(link=link))
    return "\n".join(lines)


# --- head and chair together ----------------------------------------------------------------------


async def others_to_agree(asker: Person, desk: Desk) -> list[Person]:
    """Who can agree to what this person asks for, and is reached in a chat."""
    found = []
    for person in await desk.store.having((Role.HEAD, Role.CHAIR)):
        if access.may_agree(person, asker) and can_answer(person, desk):
            found.append(person)
    return found


async def owe_agreement(key: str, asker: Person, at: datetime, desk: Desk) -> None:
    """Owe the question whether they agree to each who can. It is asked once."""
    for person in await others_to_agree(asker, desk):
        notice = Notice(f"agree {key} {person.id}", NoticeKind.AGREE, person.id, at, step=key)
        await desk.store.owe(notice)


async def owe_agreements(desk: Desk) -> None:
    """Owe once more what may not have been owed before the bot stopped."""
    for invitation in await desk.store.invitations():
        if waits_for_other(invitation) and await is_good(invitation, desk):
            maker = await desk.store.person(invitation.by)
            await owe_agreement(invitation.key, maker, desk.now(), desk)


# --- those that wait ------------------------------------------------------------------------------


@command(
    "people invitations",
    usage="/people invitations",
    may=Act.ROLES,
    summary="invitations that were not used yet",
)
async def invitations(ask: Ask, desk: Desk) -> Reply:
    """Those that may still be used, each with a button that cancels it."""
    pending = await pending_invitations(desk)
    if not pending:
        return say(NONE_PENDING)
    parts: list[Part] = [Heading(PENDING)]
    choices = []
    lines = []
    for invitation in pending[:MOST_LISTED]:
        lines.append(await _line(invitation, desk))
        label = CANCEL.format(name=shortened(invitation.name, 40))
        choices.append(Choice(label, f"people-cancel {invitation.key}"))
    if len(pending) > MOST_LISTED:
        lines.append(MORE.format(number=len(pending) - MOST_LISTED))
    return Reply((*parts, Text("\n".join(lines)), Choices(tuple(choices))))


async def _line(invitation: Invitation, desk: Desk) -> str:
    what = role_words(invitation.roles)
    waits = WAITS_FOR_OTHER if waits_for_other(invitation) else ""
    if invitation.person:
        person = await person_by_id(invitation.person, desk)
        what = f"a further account of {with_account(person)}"
        if invitation.claimed_by and not invitation.is_by_mail:
            account = account_words(invitation.claimed_by)
            waits = WAITS_FOR_PERSON.format(account=account, name=person.name)
    if invitation.is_by_mail:
        waits = WAITS_FOR_CODE
    return LINE.format(
        name=invitation.name,
        what=what,
        until=moment(invitation.until, desk.calendar),
        by=await who(invitation.by, desk) if invitation.by else "somebody",
        waits=waits,
    )


@command(
    "people-cancel",
    usage="/people-cancel KEY",
    may=Act.ROLES,
    summary="cancel an invitation",
    typed=False,
)
async def cancel(ask: Ask, desk: Desk) -> Reply:
    """Make an invitation void, from its button."""
    found = await invitation_with(ask.words.strip(), desk)
    if found:
        refuse_unless_theirs(ask.person, found.roles)
    if found is None or not await desk.store.use_invitation(found.digest):
        raise Refused(GONE)
    return say(CANCELLED.format(name=found.name))
