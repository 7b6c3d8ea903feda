"""The made-up people of the terminal chat. Finn is a stranger, so he is in no list."""

from __future__ import annotations

from datetime import datetime

from store.base import Store
from store.model.address import Address, Platform
from store.model.records import Person, Role, new_id

PEOPLE = {
    "asha": ("Asha Patel", Role.STAFF, "teaches Year 4"),
    "ben": ("Ben Okafor", Role.HEAD, "is the headteacher"),
    "cleo": ("Cleo Martin", Role.DSL, "leads on safeguarding"),
    "dev": ("Dev Singh", Role.ICT, "is the ICT manager"),
    "efua": ("Efua Mensah", Role.CHAIR, "chairs the governors"),
}
STRANGER = "finn"


async def move_in(store: Store, now: datetime) -> None:
    """Enrol the made-up people who are not there yet."""
    for key, (name, role, _) in PEOPLE.items():
        account = account_of(key)
        if await store.by_account(account) is None:
            await store.add_person(Person(new_id(), name, (role,), (account,), now))


def account_of(name: str) -> str:
    return str(Address(Platform.TERMINAL, name.lower()))


def introduction() -> str:
    known = [f"  {key.capitalize():5} {what}" for key, (_, _, what) in PEOPLE.items()]
    return "\n".join([*known, f"  {STRANGER.capitalize():5} is a stranger"])
