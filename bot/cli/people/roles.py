"""`headsup roles`: lists roles, and gives and takes them, also the chair's and the first.

The command only writes down what is to be done: the bot does it, keeps it and tells those who are
to know, at its next minute or when it starts.
"""

from __future__ import annotations

from datetime import UTC, datetime

import typer

from bot.cli.people.who import Staff, roles_typed, staff_of
from bot.settings import Settings
from handlers.school.role_words import role_words
from handlers.workflow.people import with_account
from store.errors import Trouble
from store.model.identifiers import new_id
from store.model.kinds import RoleChangeKind
from store.model.memos import COMMAND_LINE, RoleWish
from store.model.records import TECHNICIAN, Person, Role

LINE = "{who}: {roles}"
OUT = "no role any more"
NO_NAME = "whose role? headsup roles NAME --give ROLE"
NOTHING = "what is to change? headsup roles NAME --give ROLE, or --take ROLE"
BOTH = "one role is both in --give and in --take."
LAST_HEAD = "{name} is the only headteacher here. Give the role to somebody else first."
GIVE = "{who} gets the role {roles}"
TAKE = "{who} loses the role {roles}"
WHEN = (
    "The bot does it within a minute, or when it starts, and tells headteacher, chair and "
    "safeguarding lead."
)


async def change_roles(name: str, give: list[str], take: list[str], settings: Settings) -> None:
    """Ask the bot to change somebody's roles; without a name, print everybody's.

    `name`: a whole name, or an account such as `telegram:4242`. Raises Trouble.
    """
    given, taken = roles_typed(give), roles_typed(take)
    async with staff_of(settings) as staff:
        if not name:
            if given or taken:
                raise Trouble(NO_NAME)
            typer.echo("\n".join(_lines(staff)))
            return
        person = staff.called(" ".join(name.split()))
        if not given and not taken:
            raise Trouble(NOTHING)
        if not set(given).isdisjoint(taken):
            raise Trouble(BOTH)
        refuse_last_head(person, taken, staff)
        if given:
            await staff.wish(wish_for(RoleChangeKind.GIVEN, person, given))
            typer.echo(GIVE.format(who=with_account(person), roles=role_words(given)) + ".")
        if taken:
            await staff.wish(wish_for(RoleChangeKind.TAKEN, person, taken))
            typer.echo(TAKE.format(who=with_account(person), roles=role_words(taken)) + ".")
    typer.echo(WHEN)


def _lines(staff: Staff) -> list[str]:
    lines = []
    for person in sorted(staff.people, key=lambda one: one.name.casefold()):
        roles = role_words(person.roles) if person.roles else OUT
        lines.append(LINE.format(who=with_account(person), roles=roles))
    return lines


def refuse_last_head(person: Person, taken: tuple[str, ...], staff: Staff) -> None:
    """Raises Trouble where nobody would be headteacher."""
    heads = [one.id for one in staff.people if one.has(Role.HEAD)]
    if Role.HEAD in taken and heads == [person.id]:
        raise Trouble(LAST_HEAD.format(name=person.name))


def wish_for(what: RoleChangeKind, person: Person, roles: tuple[str, ...]) -> RoleWish:
    """What the technician asks the bot to do with somebody's roles."""
    now = datetime.now(UTC)
    return RoleWish(new_id(), what, person.id, roles, TECHNICIAN, now, COMMAND_LINE)
