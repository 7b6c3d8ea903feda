"""`headsup invite`: also while the bot runs, for an invitation is a file of its own."""

from __future__ import annotations

from datetime import UTC, datetime

import typer

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

CODE = "In Slack:    /headsup join {code}\nIn Telegram: /join {code}"
LINK = "Or open:     {link}"
KNOWN = "{name} uses Heads Up already: the code adds another account or role to the same person."


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

        [(_, settings, _)] = await schools_with_chats(settings)
    try:
        made, code = await _made(name, wanted, settings)
    except OSError as error:
        raise unavailable(error, settings.headsup_data) from error
    calendar = Calendar(load_school(settings.school_file))
    words = listed(ROLES[role_named(role)] for role in wanted)
    typer.echo(INVITED.format(name=name, roles=words, until=moment(made.until, calendar)))
    typer.echo(CODE.format(code=code))
    if settings.telegram_bot_token and (link := await _telegram_link(settings, code)):
        typer.echo(LINK.format(link=link))
    if made.person:
        typer.echo(KNOWN.format(name=name))


async def _made(name: str, roles: tuple[str, ...], settings: Settings) -> tuple[Invitation, str]:
    """An invitation that is in the store, and its code."""
    now = datetime.now(UTC)
    if address(settings):
        store = await open_store(settings)
        made, code = invitation(name, roles, now, await store.people())
        await store.add_invitation(made)
        await store.close()
    else:  # a bot may own the folder at this moment
        made, code = invitation(name, roles, now, read_people(settings.headsup_data))
        add_invitation(settings.headsup_data, made)
    return made, code


async def _telegram_link(settings: Settings, code: str) -> str | None:
    from bot.telegram.join_link import join_link

    return await join_link(settings, code)
