"""The menu of commands in each person's own chat: whoever may use more is shown it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache

from bot.front_end import FrontEnd
from handlers.menu import COMMANDS
from store.model.address import Address
from store.model.records import Person, Role

#: Name and summary of each command.
Menu = Sequence[tuple[str, str]]


# A school has many people, and few sets of roles.
@cache
def _menu_of(roles: tuple[str, ...]) -> Menu:
    """Each command of one word that the help names to whoever has these roles."""
    person = Person("", "", roles, (), datetime.min.replace(tzinfo=UTC))
    return [(c.name, c.summary) for c in COMMANDS.all if c.is_for(person) and " " not in c.name]


USUAL = _menu_of((Role.STAFF,))


def own_menu(person: Person) -> Menu:
    """This person's menu, if there is anything in it that is not in everybody's."""
    menu = _menu_of(person.roles)
    return menu if set(menu) - set(USUAL) else ()


def offer_menu(person: Person, front_ends: Mapping[str, FrontEnd]) -> None:
    """Show a person in each chat what is theirs, or no more than the usual."""
    for account in person.accounts:
        front_end = front_ends.get(Address.parse(account).platform)
        if front_end:
            front_end.offer(account, own_menu(person))
