"""The made-up people of the terminal chat. Finn is a stranger, so he is in no list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from handlers.school.role_log import note_found
from store.base import Store
from store.model.address import Address, Platform
from store.model.identifiers import new_id
from store.model.records import Person, Role


@dataclass(frozen=True, slots=True)
class MadeUpPerson:
    name: str
    role: Role
    #: What follows the name in the list of people: `teaches Year 4`.
    work: str


#: By the name that is typed after `as`.
PEOPLE = {
    "asha": MadeUpPerson("Asha Patel", Role.STAFF, "teaches Year 4"),
    "ben": MadeUpPerson("Ben Okafor", Role.HEAD, "is the headteacher"),
    "cleo": MadeUpPerson("Cleo Martin", Role.DSL, "leads on safeguarding"),
    "dev": MadeUpPerson("Dev Singh", Role.ICT, "is the ICT manager"),
    "efua": MadeUpPerson("Efua Mensah", Role.CHAIR, "chairs the governors"),
}
STRANGER = "finn"


async def move_in(store: Store, now: datetime) -> None:
    """Enrol the made-up people who are not there yet."""
    for key, made_up in PEOPLE.items():
        account = account_of(key)
        if await store.by_account(account) is None:
            person = Person(new_id(), made_up.name, (made_up.role,), (account,), now)
            await note_found(person, store, now)
            await store.add_person(person)


def account_of(key: str) -> str:
    """`Asha` -> `terminal:asha`."""
    return str(Address(Platform.TERMINAL, key.lower()))


def name_of(key: str) -> str:
    """`asha` -> `Asha Patel`; of whoever is in no list, what was typed: `gita` -> `Gita`."""
    made_up = PEOPLE.get(key)
    return made_up.name if made_up else key.capitalize()


def introduction() -> str:
    """The people and what they do, a line each."""
    lines = [f"  {key.capitalize():5} {made_up.work}" for key, made_up in PEOPLE.items()]
    lines.append(f"  {STRANGER.capitalize():5} is a stranger")
    return "\n".join(lines)
