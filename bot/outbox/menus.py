"""The menu of commands in each person's own chat: whoever may use more is shown it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from bot.front_end import FrontEnd
from handlers.menu import COMMANDS
from store.model.address import Address
from store.model.records import Person, Role


def menu_of(person: Person) -> list[tuple[str, str]]:
    """Name and summary of each command of one word that the help names to this person."""
    return [(c.name, c.summary) for c in COMMANDS.all if c.is_for(person) and " " not in c.name]


USUAL = menu_of(Person("", "", (Role.STAFF,), (), datetime.min.replace(tzinfo=UTC)))


def own_menu(person: Person) -> list[tuple[str, str]]:
    """This person's menu, if there is anything in it that is not in everybody's."""
    menu = menu_of(person)
    return menu if set(menu) - set(USUAL) else []


def offer_menu(person: Person, front_ends: Mapping[str, FrontEnd]) -> None:
    """Show a person in each chat what is theirs, or no more than the usual."""
    for account in person.accounts:
        front_end = front_ends.get(Address.parse(account).platform)
        if front_end:
            front_end.offer(account, own_menu(person))
