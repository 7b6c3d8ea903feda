"""`headsup invite`: also while the bot runs, for an invitation is a file of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import typer

from bot.chats import CHATS
from bot.open_store import address, open_store
from bot.settings import Settings
from handlers.messages import Refused
from handlers.rules.calendar import Calendar
from handlers.school.people import INVITED, invitation, role_named
from handlers.text.words import ROLES, listed, moment
from store.disk.durable import unavailable
from store.errors import Trouble
from store.model.records import Invitation
from store.school.school import load_school
from store.tiny import add_invitation, read_people

IN_CHAT = "In {chat}:"
LINK = "Or open:     {link}"
KNOWN = "{name} uses Heads Up already: the code adds another account or role to the same person."


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """An invitation that is in the store, and the code that the store does not hold."""

    invitation: Invitation
    code: str


async def print_invitation(name: str, roles: list[str], settings: Settings) -> None:
    """Make an invitation, and print how to use it. Raises Trouble."""
    name = " ".join(name.split())[:80]
    if not name:
        raise Trouble("Give the person's full name.")
    try:
        wanted = tuple(dict.fromkeys(role_named(role).value for role in roles))
    except Refused as error:
        raise Trouble(str(error)) from error

    if settings.is_of_one_of_several:
        from bot.schools.open import schools_with_chats

        [school] = await schools_with_chats(settings)
        settings = school.settings
    try:
        made = await make_invitation(name, wanted, settings)
    except OSError as error:
        raise unavailable(error, settings.headsup_data) from error

    until = moment(made.invitation.until, Calendar(load_school(settings.school_file)))
    words = listed(ROLES[role_named(role)] for role in wanted)
    typer.echo(INVITED.format(name=name, roles=words, until=until))
    typer.echo("\n".join(_join_commands(made.code)))
    async for link in _join_links(settings, made.code):
        typer.echo(LINK.format(link=link))
    if made.invitation.person:
        typer.echo(KNOWN.format(name=name))


async def make_invitation(name: str, roles: tuple[str, ...], settings: Settings) -> NewInvitation:
    """Make an invitation, and keep it. Raises Trouble and OSError."""
    now = datetime.now(UTC)
    if address(settings):
        store = await open_store(settings)
        made, code = invitation(name, roles, now, await store.people())
        await store.add_invitation(made)
        await store.close()
    else:
        # A bot may own the folder at this moment, so no store is opened.
        made, code = invitation(name, roles, now, read_people(settings.headsup_data))
        add_invitation(settings.headsup_data, made)
    return NewInvitation(made, code)


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
