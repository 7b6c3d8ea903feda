"""`headsup people`: who is here, who has not joined, and who leaves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from bot.cli.people.invite_many.staff_list import Listed, read_staff
from bot.cli.people.roles import refuse_last_head, wish_for
from bot.cli.people.who import Staff, staff_of
from bot.settings import Settings
from handlers.rules.calendar import Calendar
from handlers.rules.names.words import same_name
from handlers.school.role_words import role_words
from handlers.text.words import moment
from handlers.workflow.people import with_account
from store.model.invitations import Invitation
from store.model.kinds import RoleChangeKind
from store.model.records import Person, Role
from store.school.school import load_school

HERE = "Here: {people}."
NOBODY = "Nobody is here yet."
LEFT = "Have left: {people}."
NOT_JOINED = "Not joined yet: {people}."
ALL_JOINED = "No invitation is waiting to be used."
LINE = "  {who}: {words}"
INVITED = "{roles}, invited until {until}"
LISTED_NOT_HERE = "On the list, but neither here nor invited: {people}."
HERE_NOT_LISTED = "Here, but not on the list: {people}."
WHOEVER_LEFT = "For each who has left the school: headsup people --left NAME"
ALL_LISTED = "Everybody on the list is here or invited, and everybody here is on the list."

LEAVES = "{who} leaves, and loses the role {roles}."
HANDED_ON = (
    "The bot does it within a minute, or when it starts: their cases and steps go to whoever is "
    "next, and headteacher, chair and safeguarding lead are told. What they reported stays."
)
ACCOUNT = "End their account in Slack as well. In Telegram there is nothing to do."
LAST_CHAIR = (
    "After that nobody is chair of governors, and nobody can be told of a case about the "
    "headteacher. Invite one: headsup invite NAME --role chair"
)
OUT_ALREADY = "{who} has no role here any more: there is nothing to do."
VOID = "The invitation for {name} no longer works."


async def list_people(settings: Settings, staff_list: Path | None, now: datetime) -> list[str]:
    """A line for each person, and for each who has not joined; then what a list says besides.

    `staff_list`: as for `headsup invite --from`. `now`: UTC. Raises Trouble.
    """
    people = read_staff(staff_list) if staff_list else []
    async with staff_of(settings) as staff:
        calendar = Calendar(load_school(settings.school_file, settings.trust_file))
        lines = [*_here(staff), *_waiting(staff, calendar, now)]
        if staff_list:
            lines += _compared(people, staff, now)
    return lines


def _here(staff: Staff) -> Iterator[str]:
    everybody = sorted(staff.people, key=lambda one: one.name.casefold())
    here = [person for person in everybody if person.roles]
    left = [person for person in everybody if not person.roles]
    yield HERE.format(people=_number(len(here))) if here else NOBODY
    for person in here:
        yield LINE.format(who=with_account(person), words=role_words(person.roles))
    if left:
        yield LEFT.format(people=_number(len(left)))
        for person in left:
            yield f"  {with_account(person)}"


def _waiting(staff: Staff, calendar: Calendar, now: datetime) -> Iterator[str]:
    waiting = staff.waiting(now)
    yield NOT_JOINED.format(people=_number(len(waiting))) if waiting else ALL_JOINED
    for one in waiting:
        words = INVITED.format(roles=role_words(one.roles), until=moment(one.until, calendar))
        yield LINE.format(who=one.name, words=words)


def _compared(people: list[Listed], staff: Staff, now: datetime) -> Iterator[str]:
    """Who is on the list alone, and who is here alone, by their names."""
    here = {same_name(person.name): person for person in staff.people if person.roles}
    known = {*here, *map(_name_of, staff.waiting(now))}
    missing = [one for one in people if _name_of(one) not in known]
    listed = set(map(_name_of, people))
    unlisted = [person for name, person in here.items() if name not in listed]
    yield from _list_missing(missing)
    yield from _list_unlisted(unlisted)
    if not missing and not unlisted:
        yield ALL_LISTED


def _name_of(one: Listed | Invitation) -> tuple[str, ...]:
    return same_name(one.name)


def _list_missing(missing: list[Listed]) -> Iterator[str]:
    if missing:
        yield LISTED_NOT_HERE.format(people=_number(len(missing)))
        for one in missing:
            yield LINE.format(who=one.name, words=role_words(one.roles))


def _list_unlisted(unlisted: list[Person]) -> Iterator[str]:
    if unlisted:
        yield HERE_NOT_LISTED.format(people=_number(len(unlisted)))
        for person in unlisted:
            yield LINE.format(who=with_account(person), words=role_words(person.roles))
        yield WHOEVER_LEFT


def _number(number: int) -> str:
    return f"{number} {'person' if number == 1 else 'people'}"


async def let_leave(name: str, settings: Settings, now: datetime) -> list[str]:
    """Ask the bot to take all roles from somebody, or take back an invitation that waits.

    `name`: a whole name, or an account such as `telegram:4242`. `now`: UTC. Raises Trouble.
    """
    name = " ".join(name.split())
    async with staff_of(settings) as staff:
        # Somebody new of that name may be invited while another leaves: theirs stays.
        is_here = any(same_name(one.name) == same_name(name) for one in staff.people if one.roles)
        if not is_here:
            voided = await _take_back_invitations(name, staff, now)
            if voided:
                return voided
        person = staff.called(name)
        who = with_account(person)
        if not person.roles:
            return [OUT_ALREADY.format(who=who)]
        refuse_last_head(person, person.roles, staff)
        await staff.wish(wish_for(RoleChangeKind.TAKEN, person, person.roles))
        chairs = [one.id for one in staff.people if one.has(Role.CHAIR)]

    lines = [LEAVES.format(who=who, roles=role_words(person.roles)), HANDED_ON, ACCOUNT]
    return [*lines, LAST_CHAIR] if chairs == [person.id] else lines


async def _take_back_invitations(name: str, staff: Staff, now: datetime) -> list[str]:
    """Whoever leaves before they have joined."""
    lines = []
    for one in staff.waiting(now):
        if same_name(one.name) == same_name(name) and await staff.withdraw(one.digest):
            lines.append(VOID.format(name=one.name))
    return lines
