"""`headsup invite --mail` and `headsup confirm`: somebody who is in no chat is told by mail.

The mail holds a code, which they read out to the technician: so it is known that the address is
theirs, and that mail goes there, before anything else is sent.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from shlex import quote

import typer

from bot.cli.people.who import Staff, roles_typed, staff_of
from bot.mail.render import confirmation
from bot.mail.send import message_of, send
from bot.mail.server import mail_address, sending_in
from bot.settings import Settings
from handlers.messages import DeliveryFailed
from handlers.rules.calendar import Calendar
from handlers.school.invitations import (
    as_read_out,
    by_mail,
    digest,
    for_further_account,
    for_new_person,
    short_code,
)
from handlers.text.words import moment
from store.errors import Trouble
from store.model.address import Address, Platform
from store.model.invitations import Invitation
from store.model.records import TECHNICIAN
from store.school.school import load_school

NO_MAIL = "MAIL_URL is not set, so no mail goes out. docs/technician.md says how to set it up."
NO_ROLE = "Give the role: --role chair. For somebody who is here: --for NAME"
ROLE_TOO = "with --for, they keep the roles that they have. Leave --role out."
NO_NAME = "Give the person's full name."
TAKEN = "{name} gets mail at that address already."
NOT_SENT = "the mail could not be sent, so nobody was invited: {why}"
SENT = (
    "A mail with a code has gone to {address}. Ring {name} by {until}, on a number that you "
    "have from elsewhere, and have the code read out to you. Then: headsup confirm CODE"
)
NO_SUCH_CODE = "there is no such code: it was used, or is over seven days old. Invite them again."
CONFIRMED = (
    "{name} is told by mail at {address} from now on: the bot does it within a minute, or when it "
    "starts."
)


#: Said once, where whoever gave the role can still think of another way.
CANNOT_ACT = (
    "By mail they hear that something is there, and can take no case and settle no step: whoever "
    "has the case rings them. To let them act in a chat, now or later: "
    "headsup invite {quoted} --for {quoted}"
)


@dataclass(frozen=True, slots=True)
class Invited:
    """Who is to be told by mail."""

    name: str
    #: As they were typed.
    roles: list[str]
    #: The name or account of somebody who is here already; empty for a new person.
    person: str
    #: As it was typed.
    address: str


async def invite_by_mail(invited: Invited, settings: Settings) -> None:
    """Send a code to an address, and keep the invitation once it has gone. Raises Trouble."""
    settings = await _of_one_school(settings)
    if not settings.mail_url:
        raise Trouble(NO_MAIL)
    sending = sending_in(settings)
    address = mail_address(invited.address)
    school = load_school(settings.school_file, settings.trust_file)
    now, code = datetime.now(UTC), short_code()
    async with staff_of(settings) as staff:
        made = _invitation(invited, address, code, now, staff)
        id = f"{made.key}@{sending.domain}"
        message = message_of(confirmation(code, school), address, sending, id, now)
        try:
            await send(message, sending)
        except DeliveryFailed as failure:
            raise Trouble(NOT_SENT.format(why=failure)) from failure
        await staff.invite(made)
    until = moment(made.until, Calendar(school))
    typer.echo(SENT.format(address=address, name=made.name, until=until))


def _invitation(
    invited: Invited, address: str, code: str, now: datetime, staff: Staff
) -> Invitation:
    """Raises Trouble."""
    name, roles = " ".join(invited.name.split())[:80], roles_typed(invited.roles)
    if not name:
        raise Trouble(NO_NAME)
    if invited.person and roles:
        raise Trouble(ROLE_TOO)
    if not invited.person and not roles:
        raise Trouble(NO_ROLE)
    account = str(Address(Platform.MAIL, address))
    for person in staff.people:
        if account in person.accounts:
            raise Trouble(TAKEN.format(name=person.name))

    made = for_new_person(name, roles, code, now, TECHNICIAN)
    if invited.person:
        known = staff.called(invited.person)
        made = for_further_account(name, known, code, now, TECHNICIAN)
    return by_mail(made, account)


async def confirm(code: str, settings: Settings) -> None:
    """Note that whoever has an address has read out its code. Raises Trouble."""
    settings = await _of_one_school(settings)
    async with staff_of(settings) as staff:
        found = await staff.invitation(digest(as_read_out(code)))
        if found is None or not found.is_by_mail or found.until < datetime.now(UTC):
            raise Trouble(NO_SUCH_CODE)
        await staff.invite(replace(found, agreed_by=TECHNICIAN))
    address = Address.parse(found.claimed_by).place
    typer.echo(CONFIRMED.format(name=found.name, address=address))
    if not found.person:
        typer.echo(CANNOT_ACT.format(quoted=quote(found.name)))


async def _of_one_school(settings: Settings) -> Settings:
    """The settings; of one school of several, with its chats. Raises Trouble."""
    if not settings.is_of_one_of_several:
        return settings
    from bot.schools.open import schools_with_chats

    [school] = await schools_with_chats(settings)
    return school.settings
