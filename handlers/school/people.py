"""Who uses the bot: joining by invitation, and the head's list of people and roles."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from handlers.commands import command
from handlers.desk import Ask, Desk
from handlers.messages import Heading, Refused, Reply, Sender, Text, say
from handlers.rules.access import Act
from handlers.rules.limits import DAY
from handlers.text.words import ROLES, listed, moment, shortened
from handlers.workflow.changes import reconsider
from handlers.workflow.people import person_named, same_person
from store.errors import Conflict, NotFound
from store.model.address import Platform
from store.model.records import Invitation, Person, Role, new_id

#: Nothing that a phone turns into something else, or is misread.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
TRIES = 20
#: Characters of a name and its roles.
LONGEST = 300
VALID = timedelta(days=7)
_ROLE = "|".join(re.escape(word) for role in Role for word in (role.value, ROLES[role]))
WITH_ROLE = rf".+\s(as|(the\s)?role)\s+({_ROLE})((\s*,\s*|\s+and\s+)({_ROLE}))*[.\s]*"
CODE = re.compile(r"[A-Za-z0-9_-]{16,64}")
#: No word that is joined: `join TeachersAgainstHomework`.
CODE_ALONE = r"(?=\S*[0-9_-])[A-Za-z0-9_-]{20,64}"

WELCOME = (
    "Welcome, {name}. When you see a worrying post, send or forward it to me: a screenshot, a link "
    "or "
    "your words. I keep it, tell the right person, and say what to do next."
)
ALREADY = "You have joined already, {name}."
BAD_CODE = (
    "That code is not valid: it may have been used, or be over seven days old. Please ask for a "
    "new "
    "one."
)
TOO_MANY_CODES = (
    "Too many codes were tried from here. None is accepted from this account until {time}."
)
HOW_TO_TYPE = "Please type it like this: {usage}"
INVITED = "An invitation for {name} ({roles}), for one use until {until}:"
#: How a code is typed, in each chat that the school may have.
CODE_LINES = {
    Platform.SLACK: "In Slack: /headsup join {code}",
    Platform.TELEGRAM: "In Telegram: /join {code}",
}
LINK_LINE = "Or open: {link}"
WHICH_ROLE = "I know no role “{role}”. Roles are: {roles}."
NOBODY_HERE = "I know nobody called “{name}”. “/people” lists everybody."
BUSY = "Somebody else is changing {name} at this moment. Please try again."
LAST_HEAD = "{name} is the only headteacher here. Give the role to somebody else first."
GIVEN = "{name} is now: {roles}."
PEOPLE = "People"


def digest(code: str) -> str:
    """What is kept of a code."""
    return hashlib.sha256(code.strip().encode()).hexdigest()


def invitation(
    name: str, roles: tuple[str, ...], now: datetime, everybody: Iterable[Person]
) -> tuple[Invitation, str]:
    """A new invitation, and its code, which is kept nowhere: 26 letters and digits, 130 bits."""
    code = "".join(secrets.choice(LETTERS) for _ in range(26))
    known = same_person(name, everybody)
    return Invitation(digest(code), name, roles, now + VALID, known.id if known else None), code


def role_named(word: str) -> Role:
    """Raises Refused."""
    found = [role for role in Role if word.strip().lower() in (role.value, ROLES[role].lower())]
    if not found:
        raise Refused(WHICH_ROLE.format(role=shortened(word, 40), roles=listed(Role)))
    return found[0]


async def join(code: str, sender: Sender, desk: Desk) -> Reply:
    """Enrol an account by a code. Raises Refused for one that is wrong, used or too old."""
    here = await desk.store.by_account(sender.account)
    if not code:
        raise Refused(ALREADY.format(name=here.name) if here else BAD_CODE)
    limit = desk.limits.codes
    free = await desk.store.count(f"code {sender.account}", desk.now(), DAY, limit)
    if free:
        raise Refused(TOO_MANY_CODES.format(time=moment(free, desk.calendar)))

    found = await _invitation_of(code, desk)
    if not await desk.store.use_invitation(found.digest):
        # Somebody else has used it at this moment.
        raise Refused(BAD_CODE)
    try:
        person = await _enrol(found, sender.account, here, desk)
    except BaseException:
        await desk.store.add_invitation(found)
        raise
    desk.roles_changed(person)
    await reconsider(desk)
    return say(WELCOME.format(name=person.name))


async def _invitation_of(code: str, desk: Desk) -> Invitation:
    """Raises Refused where there is none, or it is too old."""
    found = await desk.store.invitation(digest(code)) if CODE.fullmatch(code.strip()) else None
    if found is None or found.until < desk.now():
        raise Refused(BAD_CODE)
    return found


async def _enrol(found: Invitation, account: str, here: Person | None, desk: Desk) -> Person:
    """The person of the account, with the invitation's roles: the same one in both chats."""
    known = await _known_as(found, desk)
    if known is None and here is None:
        person = Person(new_id(), found.name, found.roles, (account,), desk.now(), invited=True)
        await desk.store.add_person(person)
        return person
    one = known or here
    if one is None:
        raise NotFound(account)
    other = here if here and here.id != one.id else None
    if other:
        await desk.store.remove_person(other.id)
    for _ in range(TRIES):
        try:
            fresh = await desk.store.person(one.id)
            return await desk.store.save_person(_as_one(fresh, other, found, account))
        except Conflict:
            continue
    raise Refused(BAD_CODE)


def _as_one(one: Person, other: Person | None, found: Invitation, account: str) -> Person:
    """One person of two, with the roles of both and of the invitation."""
    roles, accounts, ids = [*found.roles], list[str](), list[str]()
    for person in [one, other] if other else [one]:
        roles += person.roles
        accounts += person.accounts
        ids += person.ids
    return replace(
        one,
        name=found.name,
        roles=tuple(dict.fromkeys(roles)),
        accounts=tuple(dict.fromkeys([*accounts, account])),
        earlier=tuple(dict.fromkeys(id for id in ids if id != one.id)),
        invited=True,
    )


async def _known_as(found: Invitation, desk: Desk) -> Person | None:
    """Whose further account an invitation is for.

    A like name is not enough: names can be chosen.
    """
    try:
        return await desk.store.person(found.person) if found.person else None
    except NotFound:
        return None


@command(
    "join",
    usage="/join CODE",
    may=Act.HELP,
    summary="use an invitation",
    bare=CODE_ALONE,
)
async def join_again(ask: Ask, desk: Desk) -> Reply:
    """Somebody who is in already uses a further invitation: for a role, or to be known in both
    chats.
    """
    if not ask.words:
        raise Refused(HOW_TO_TYPE.format(usage=join_again.usage))
    return await join(ask.words, ask.incoming.sender, desk)


@command(
    "people", usage="/people", may=Act.PEOPLE, summary="everybody who has joined, and their roles"
)
async def listing(ask: Ask, desk: Desk) -> Reply:
    """Names and roles, and how to change them."""
    everybody = sorted(await desk.store.people(), key=lambda p: p.name.lower())
    lines = "\n".join(f"{p.name}: {_roles(p.roles)}" for p in everybody)
    usage = "\n".join(c.usage for c in (invite, give_role, take_role))
    return Reply((Heading(PEOPLE), Text(lines), Text(usage)))


@command(
    "people invite",
    usage="/people invite NAME as ROLE",
    may=Act.PEOPLE,
    summary="make a one-use invitation",
    bare=WITH_ROLE,
)
async def invite(ask: Ask, desk: Desk) -> Reply:
    """A code for somebody, valid for seven days."""
    name, roles = _name_and_roles(ask.words, "as", invite.usage)
    made, code = invitation(name, roles, ask.at, await desk.store.people())
    await desk.store.add_invitation(made)
    return invitation_reply(made, code, desk)


def invitation_reply(made: Invitation, code: str, desk: Desk) -> Reply:
    """How to use an invitation, in each chat."""
    until = moment(made.until, desk.calendar)
    here = [line for chat, line in CODE_LINES.items() if chat in desk.platforms]
    # Where the bot is only tried out, in the terminal, all are shown.
    lines = [line.format(code=code) for line in here or CODE_LINES.values()]
    link = desk.join_link(code)
    if link:
        lines.append(LINK_LINE.format(link=link))
    return say(
        INVITED.format(name=made.name, roles=_roles(made.roles), until=until),
        Text("\n".join(lines)),
    )


@command(
    "people give",
    usage="/people give NAME the role ROLE",
    may=Act.PEOPLE,
    summary="give somebody a role",
    bare=WITH_ROLE,
)
async def give_role(ask: Ask, desk: Desk) -> Reply:
    """Add roles to somebody's."""
    name, roles = _name_and_roles(ask.words, "the role", give_role.usage)
    return await _change_roles(name, desk, add=roles)


@command(
    "people take",
    usage="/people take NAME the role ROLE",
    may=Act.PEOPLE,
    summary="take a role away",
    bare=WITH_ROLE,
)
async def take_role(ask: Ask, desk: Desk) -> Reply:
    """Take roles from somebody; with the last one, the person is out."""
    name, roles = _name_and_roles(ask.words, "the role", take_role.usage)
    return await _change_roles(name, desk, remove=roles)


async def _change_roles(
    name: str, desk: Desk, add: tuple[str, ...] = (), remove: tuple[str, ...] = ()
) -> Reply:
    for _ in range(5):
        person = await person_named(name, desk, NOBODY_HERE)
        if Role.HEAD in remove and await _is_only_head(person, desk):
            raise Refused(LAST_HEAD.format(name=person.name))
        roles = tuple(role for role in dict.fromkeys(person.roles + add) if role not in remove)
        try:
            saved = await desk.store.save_person(replace(person, roles=roles))
        except Conflict:
            continue
        desk.roles_changed(saved)
        await reconsider(desk)
        return say(GIVEN.format(name=person.name, roles=_roles(roles) or "without a role, and out"))
    raise Refused(BUSY.format(name=shortened(name, 40)))


async def _is_only_head(person: Person, desk: Desk) -> bool:
    others = [other for other in await desk.store.people() if other.id != person.id]
    return person.has(Role.HEAD) and not any(other.has(Role.HEAD) for other in others)


def _name_and_roles(words: str, between: str, usage: str) -> tuple[str, tuple[str, ...]]:
    """`Ben Okafor as head` -> the name, and the roles."""
    line = " ".join(words.split())[:LONGEST]
    match = re.fullmatch(rf"[\"“]?(.+?)[\"”]? (?:{between}|as|the role|role) (.+)", line)
    if not match:
        raise Refused(HOW_TO_TYPE.format(usage=usage))
    roles = tuple(
        role_named(word).value for word in re.split(r",|\band\b", match[2]) if word.strip()
    )
    if not roles:
        raise Refused(HOW_TO_TYPE.format(usage=usage))
    return match[1][:80], roles


def _roles(roles: tuple[str, ...]) -> str:
    return listed(ROLES[Role(role)] for role in roles)
