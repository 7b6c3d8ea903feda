"""`headsup invite`: also while the bot runs, for an invitation is a file of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from shlex import quote

import typer

from bot.chats import CHATS
from bot.cli.people.who import roles_typed, staff_of
from bot.settings import Settings
from handlers.rules.calendar import Calendar
from handlers.rules.names.words import same_name
from handlers.school.invitations import (
    INVITED,
    INVITED_FURTHER,
    for_further_account,
    for_new_person,
    new_code,
)
from handlers.school.role_words import role_words
from handlers.text.words import counted, listed, moment
from handlers.workflow.people import people_called, with_account
from store.errors import Trouble
from store.model.invitations import Invitation
from store.model.records import TECHNICIAN, Person
from store.school.school import load_school

IN_CHAT = "In {chat}:"
LINK = "Or open:     {link}"
SAME_NAME = (
    "Somebody of that name is here already: {who}. This code is for somebody else of the same "
    "name. For a further account of theirs: {command}"
)
STILL_GOOD = (
    "{number} for {name} can still be used as well. So that this one alone is good: the same "
    "command with --again"
)
VOID = "{number} for {name} can be used no more."
FURTHER = "headsup invite {name} --for {person}"
NO_NAME = "Give the person's full name."
NO_ROLE = "Give the role: --role staff. For a further account of somebody who is here: --for NAME"
ROLE_TOO = "a further account has the roles of its person. Leave --role out."
NOT_AGAIN = "--again is for somebody new. To end a code for a further account, in a chat: /people"
OUT = "{name} has no role here any more. Invite them as a new person, with --role."


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """An invitation that is in the store, and the code that the store does not hold."""

    invitation: Invitation
    code: str
    #: Whose further account it is for, if it is.
    person: Person | None
    #: Others of the same name.
    same_name: tuple[Person, ...] = ()
    #: Invitations of before for somebody new of that name, which nobody has used.
    earlier: tuple[Invitation, ...] = ()


async def print_invitation(
    name: str, roles: list[str], settings: Settings, person: str = "", *, again: bool = False
) -> None:
    """Make an invitation, and print how to use it. Raises Trouble.

    `person`: the name or account of whose further account it is for; empty for a new person.
    `again`: in place of those that wait for somebody new of that name.
    """
    name = " ".join(name.split())[:80]
    wanted = roles_typed(roles)
    _refuse_what_is_no_invitation(name, wanted, person)
    if person and again:
        raise Trouble(NOT_AGAIN)

    if settings.is_of_one_of_several:
        from bot.schools.open import schools_with_chats

        [school] = await schools_with_chats(settings)
        settings = school.settings
    made = await make_invitation(name, wanted, settings, person, again=again)

    until = moment(
        made.invitation.until, Calendar(load_school(settings.school_file, settings.trust_file))
    )
    if made.person:
        typer.echo(INVITED_FURTHER.format(name=with_account(made.person), until=until))
    else:
        typer.echo(INVITED.format(name=name, roles=role_words(wanted), until=until))
    typer.echo("\n".join(_join_commands(settings, made.code)))
    async for link in _join_links(settings, made.code):
        typer.echo(LINK.format(link=link))
    for line in _lines_about_others(made, name, again=again):
        typer.echo(line)


def _refuse_what_is_no_invitation(name: str, roles: tuple[str, ...], person: str) -> None:
    """An invitation is for somebody new with roles, or for a further account of somebody."""
    if not name:
        raise Trouble(NO_NAME)
    if person and roles:
        raise Trouble(ROLE_TOO)
    if not person and not roles:
        raise Trouble(NO_ROLE)


def _lines_about_others(made: NewInvitation, name: str, *, again: bool) -> Iterator[str]:
    """What is to be known of earlier invitations, and of people, of the same name."""
    if made.earlier:
        words = VOID if again else STILL_GOOD
        yield words.format(number=counted(len(made.earlier), "earlier code"), name=name)
    if made.same_name:
        who = listed(map(with_account, made.same_name))
        yield SAME_NAME.format(who=who, command=_further_command(name, made.same_name))


async def make_invitation(
    name: str, roles: tuple[str, ...], settings: Settings, person: str = "", *, again: bool = False
) -> NewInvitation:
    """Make an invitation, and keep it; with `again`, earlier ones for a new person of that name are
    void. Raises Trouble.
    """
    now = datetime.now(UTC)
    code = new_code()
    async with staff_of(settings) as staff:
        if person:
            known = staff.called(person)
            if not known.roles:
                raise Trouble(OUT.format(name=known.name))
            made = for_further_account(name, known, code, now, TECHNICIAN)
            await staff.invite(made)
            return NewInvitation(made, code, known)
        made = for_new_person(name, roles, code, now, TECHNICIAN)
        earlier = [one for one in staff.waiting(now) if same_name(one.name) == same_name(name)]
        await staff.invite(made)
        if again:
            for one in earlier:
                await staff.withdraw(one.digest)
        called_so = tuple(people_called(name, staff.people))
        return NewInvitation(made, code, None, called_so, tuple(earlier))


def _further_command(name: str, same_name: Sequence[Person]) -> str:
    """What to type for a further account of one of these, whose name may be that of several."""
    if len(same_name) == 1:
        return FURTHER.format(name=quote(name), person=quote(same_name[0].name))
    accounts = [person.accounts[0] for person in same_name if person.accounts]
    return FURTHER.format(name=quote(name), person=listed(accounts, "or"))


def _join_commands(settings: Settings, code: str) -> list[str]:
    """A line for each chat that the school uses: what to type there, one below another.

    Where there is none yet, it may be either.
    """
    used = [chat for chat in CHATS if chat.is_set(settings)] or CHATS
    heads = {chat: IN_CHAT.format(chat=chat.platform.label) for chat in used}
    width = max(len(head) for head in heads.values())
    return [
        f"{head:<{width}} {chat.join_command.format(code=code)}" for chat, head in heads.items()
    ]


async def _join_links(settings: Settings, code: str) -> AsyncIterator[str]:
    """The links of the chats that run and have such links."""
    for chat in CHATS:
        if chat.find_join_link is None or not chat.is_set(settings):
            continue
        link = await chat.find_join_link(settings, code)
        if link:
            yield link
