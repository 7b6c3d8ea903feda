"""People and their roles as the command line sees them, also while the bot runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from bot.cli.elsewhere import refuse_elsewhere
from bot.open_store import address, open_store, refuse_moved_folder
from bot.settings import Settings
from handlers.messages import Refused
from handlers.school.role_words import role_named
from handlers.workflow.people import people_called, with_account
from store.disk.durable import unavailable
from store.errors import Trouble
from store.model.invitations import Invitation
from store.model.memos import RoleWish
from store.model.records import Person
from store.tiny import add_invitation, read_invitation, read_people
from store.tiny.people import read_invitations, withdraw_invitation
from store.tiny.reading import add_role_wish

NOBODY = "nobody here is called “{name}”. To see everybody: headsup roles"
SEVERAL = "several people are called that: {who}. Type the account in place of the name: {accounts}"


@dataclass(frozen=True, slots=True)
class Staff:
    """Everybody in a folder or a database, and what may be changed from outside."""

    people: Sequence[Person]
    #: Those that nobody has used, also where their time is over.
    invitations: Sequence[Invitation]
    #: The unused invitation whose code has this SHA-256.
    invitation: Callable[[str], Awaitable[Invitation | None]]
    invite: Callable[[Invitation], Awaitable[None]]
    #: Makes an invitation void, by its digest; False where it was used meanwhile.
    withdraw: Callable[[str], Awaitable[bool]]
    wish: Callable[[RoleWish], Awaitable[None]]

    def waiting(self, now: datetime) -> list[Invitation]:
        """The invitations for new people that may still be used, by name. `now`: UTC."""
        waiting = [one for one in self.invitations if one.until >= now and not one.person]
        return sorted(waiting, key=lambda one: one.name.casefold())

    def called(self, name: str) -> Person:
        """By a whole name, or an account such as `telegram:4242`. Raises Trouble."""
        found = [person for person in self.people if name in person.accounts]
        found = found or people_called(name, self.people)
        if not found:
            raise Trouble(NOBODY.format(name=name))
        if len(found) > 1:
            who = ", ".join(map(with_account, found))
            accounts = ", ".join(person.accounts[0] for person in found if person.accounts)
            raise Trouble(SEVERAL.format(who=who, accounts=accounts))
        return found[0]


@asynccontextmanager
async def staff_of(settings: Settings) -> AsyncIterator[Staff]:
    """Raises Trouble and StoreUnavailable."""
    if address(settings):
        store = await open_store(settings)
        try:
            yield Staff(
                people=await store.people(),
                invitations=await store.invitations(),
                invitation=store.invitation,
                invite=store.add_invitation,
                withdraw=store.use_invitation,
                wish=store.put,
            )
        finally:
            await store.close()
        return
    # A bot may own the folder at this moment, so no store is opened.
    folder = settings.headsup_data

    async def invitation(digest: str) -> Invitation | None:
        return read_invitation(folder, digest)

    async def invite(invitation: Invitation) -> None:
        add_invitation(folder, invitation)

    async def withdraw(digest: str) -> bool:
        return withdraw_invitation(folder, digest)

    async def wish(role_wish: RoleWish) -> None:
        add_role_wish(folder, role_wish)

    refuse_elsewhere(settings)
    try:
        refuse_moved_folder(settings)
        yield Staff(
            people=read_people(folder),
            invitations=read_invitations(folder),
            invitation=invitation,
            invite=invite,
            withdraw=withdraw,
            wish=wish,
        )
    except OSError as error:
        raise unavailable(error, folder) from error


def roles_typed(words: Sequence[str]) -> tuple[str, ...]:
    """The roles, each once. Raises Trouble."""
    try:
        return tuple(dict.fromkeys(role_named(word).value for word in words))
    except Refused as error:
        raise Trouble(str(error)) from error
