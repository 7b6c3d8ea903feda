"""Who uses the bot, and which roles they have."""

from __future__ import annotations

from datetime import datetime

from handlers.commands import command
from handlers.desk import Ask, Desk
from handlers.messages import Choice, Choices, Heading, Part, Reply, Text
from handlers.rules.access import Act
from handlers.school.further_accounts import owe_account_questions
from handlers.school.invitations import (
    invite,
    owe_agreements,
    pending_invitations,
    tidy_invitations,
)
from handlers.school.mail_addresses import enrol_confirmed
from handlers.school.role_log import begin_role_log, owe_role_changes
from handlers.school.role_words import role_words
from handlers.school.roles import give_role, take_role
from handlers.school.wishes import carry_out_wishes
from handlers.text.words import counted
from handlers.workflow.reach import is_by_mail_alone
from store.model.records import Person

PEOPLE = "People"
OUT = "no role any more"
BY_MAIL = " (by mail: told what is urgent and due, and cannot answer)"
PENDING = "{invitations} not used yet."
FURTHER = "/people invite NAME for PERSON"


@command("people", usage="/people", may=Act.ROLES, summary="everybody who has joined, and roles")
async def listing(ask: Ask, desk: Desk) -> Reply:
    """Names and roles, the invitations that wait, and how to change them."""
    everybody = sorted(await desk.store.people(), key=lambda p: p.name.lower())
    lines = "\n".join(_line(person) for person in everybody)
    usage = "\n".join((invite.usage, FURTHER, give_role.usage, take_role.usage))
    parts: list[Part] = [Heading(PEOPLE), Text(lines)]
    buttons = [Choice("What has changed", "people log")]
    pending = await pending_invitations(desk)
    if pending:
        waiting = counted(len(pending), "invitation")
        parts.append(Text(PENDING.format(invitations=waiting).capitalize()))
        buttons.insert(0, Choice("Invitations", "people invitations"))
    return Reply((*parts, Text(usage), Choices(tuple(buttons))))


def _line(person: Person) -> str:
    roles = role_words(person.roles) if person.roles else OUT
    way = BY_MAIL if is_by_mail_alone(person) else ""
    return f"{person.name}: {roles}{way}"


async def look_after_people(desk: Desk, now: datetime) -> None:
    """Do what is still to be done with roles and accounts, and owe what somebody is to hear.

    Running it again changes nothing.
    """
    await begin_role_log(desk)
    await carry_out_wishes(desk)
    await enrol_confirmed(desk)
    await tidy_invitations(desk)
    await owe_agreements(desk)
    await owe_account_questions(desk)
    await owe_role_changes(desk, now)
