"""`headsup invite`: also while the bot runs, for an invitation is a file of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import typer

from bot.chats import CHATS
from bot.cli.who import roles_typed, staff_of
from bot.settings import Settings
from handlers.rules.calendar import Calendar
from handlers.school.invitations import (
    INVITED,
    INVITED_FURTHER,
    for_further_account,
    for_new_person,
    new_code,
)
from handlers.school.role_words import role_words
from handlers.text.words import listed, moment
from handlers.workflow.people import people_called, with_account
from store.errors import Trouble
from store.model.records import TECHNICIAN, Invitation, Person
from store.school.school import load_school

IN_CHAT = "In {chat}:"
LINK = "Or open:     {link}"
SAME_NAME = (
    "Somebody of that name is here already: {who}. This code is for somebody else of the same "
    "name. For a further account of theirs: headsup invite “{name}” --for “{name}”"
)
NO_NAME = "Give the person's full name."
NO_ROLE = "Give the role: --role staff. For a further account of somebody who is here: --for NAME"
ROLE_TOO = "a further account has the roles of its person. Leave --role out."
OUT = "{name} has no role here any more. Invite them as a new person, with --role."


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """An invitation that is in the store, and the code that the store does not hold."""

    invitation: Invitation
    code: str
    #: Whose further account it is for, if it is.
    person: Person | None
    #: Others of the same name.
    same_name: tuple[Person, ...]


async def print_invitation(
    name: str, roles: list[str], settings: Settings, person: str = ""
) -> None:
    """Make an invitation, and print how to use it. Raises Trouble.

    `person`: the name or account of whose further account it is for; empty for a new person.
    """
    name = " ".join(name.split())[:80]
    if not name:
        raise Trouble(NO_NAME)
    wanted = roles_typed(roles)
    if person and wanted:
        raise Trouble(ROLE_TOO)
    if not person and not wanted:
        raise Trouble(NO_ROLE)

    if settings.is_of_one_of_several:
        from bot.schools.open import schools_with_chats

        [school] = await schools_with_chats(settings)
        settings = school.settings
    made = await make_invitation(name, wanted, settings, person)

    until = moment(
        made.invitation.until, Calendar(load_school(settings.school_file, settings.trust_file))
    )
    if made.person:
        typer.echo(INVITED_FURTHER.format(name=with_account(made.person), until=until))
    else:
        typer.echo(INVITED.format(name=name, roles=role_words(wanted), until=until))
    typer.echo("\n".join(_join_commands(made.code)))
    async for link in _join_links(settings, made.code):
        typer.echo(LINK.format(link=link))
    if made.same_name:
        who = listed(map(with_account, made.same_name))
        typer.echo(SAME_NAME.format(name=name, who=who))


async def make_invitation(
    name: str, roles: tuple[str, ...], settings: Settings, person: str = ""
) -> NewInvitation:
    """Make an invitation, and keep it. Raises Trouble."""
    now = datetime.now(UTC)
    code = new_code()
    async with staff_of(settings) as staff:
        if person:
            known = staff.called(person)
            if not known.roles:
                raise Trouble(OUT.format(name=known.name))
            made = for_further_account(name, known, code, now, TECHNICIAN)
            await staff.invite(made)
            return NewInvitation(made, code, known, ())
        made = for_new_person(name, roles, code, now, TECHNICIAN)
        await staff.invite(made)
        return NewInvitation(made, code, None, tuple(people_called(name, staff.people)))


def _join_commands(code: str) -> list[str]:
    """A line for each chat: what to type there. The commands stand below one another."""
    heads = {chat: IN_CHAT.format(chat=chat.platform.label) for chat in CHATS}
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
