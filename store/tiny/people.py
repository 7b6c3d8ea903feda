"""People and invitations in the embedded store."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

from store.disk.durable import remove_file
from store.documents import record_from, record_tables
from store.errors import Conflict, NotFound
from store.model.invitations import Invitation
from store.model.records import Person
from store.tiny.files import Files, read_tables, write_tables


class PeopleFiles(Files):
    """The part of the embedded store that is about people and invitations.

    There is a file for each person and for each unused invitation. All people are held in memory.
    Invitations are read from the disk each time: a command may add one while a bot owns the folder.
    """

    def __init__(self, folder: Path, lock: BinaryIO) -> None:
        super().__init__(folder, lock)
        #: By their ids of now.
        self._people: dict[str, Person] = {}
        #: Account -> the id of the person whose it is.
        self._accounts: dict[str, str] = {}
        #: An id of before -> those that its people have now.
        self._earlier: defaultdict[str, dict[str, None]] = defaultdict(dict)
        #: Role -> the ids of those who have it.
        self._roles: defaultdict[str, dict[str, None]] = defaultdict(dict)

    def _load_people(self) -> None:
        self._load_records("people", Person, self._put_person)

    async def people(self) -> Sequence[Person]:
        return list(self._people.values())

    async def having(self, roles: Collection[str], ids: Collection[str] = ()) -> Sequence[Person]:
        found: dict[str, None] = {}
        for role in roles:
            found.update(self._roles[role])
        for id in ids:
            found.update(dict.fromkeys(self._ids_now(id)))
        people = [self._people[id] for id in found]
        return sorted(people, key=lambda person: (person.since, person.id))

    async def person(self, id: str) -> Person:
        ids = self._ids_now(id)
        if not ids:
            raise NotFound(id)
        # Whose id it is now goes before whose it was.
        return self._people[ids[0]]

    def _ids_now(self, id: str) -> list[str]:
        """The ids that people have now who have, or had, this one."""
        now = [id] if id in self._people else []
        return [*now, *self._earlier.get(id, ())]

    async def by_account(self, account: str) -> Person | None:
        id = self._accounts.get(account)
        return self._people[id] if id else None

    async def add_person(self, person: Person) -> None:
        await asyncio.shield(self._add_person(person))

    async def _add_person(self, person: Person) -> None:
        async with self._reserve(*person.accounts):
            if person.id in self._people or self._is_any_taken(person.accounts):
                raise Conflict(person.id)
            await self._write_person(person)

    def _is_any_taken(self, accounts: Collection[str]) -> bool:
        return any(account in self._accounts for account in accounts)

    async def save_person(self, person: Person) -> Person:
        return await asyncio.shield(self._save_person(person))

    async def _save_person(self, person: Person) -> Person:
        async with self._writing[person.id]:
            stored = self._people.get(person.id)
            if stored is None or stored.version != person.version:
                raise Conflict(person.id)
            fresh = [account for account in person.accounts if account not in stored.accounts]
            async with self._reserve(*fresh):
                if self._is_any_taken(fresh):
                    raise Conflict(person.id)
                saved = replace(person, version=person.version + 1)
                await self._write_person(saved)
                return saved

    async def remove_person(self, id: str) -> None:
        await asyncio.shield(self._remove_person(id))

    async def _remove_person(self, id: str) -> None:
        async with self._writing[id]:
            if id not in self._people:
                raise NotFound(id)
            path = self._person_path(id)
            await self._change(path, partial(remove_file, path))
            self._forget_person(self._people.pop(id))

    async def _write_person(self, person: Person) -> None:
        path = self._person_path(person.id)
        await self._change(path, partial(write_tables, path, record_tables(person)))
        self._put_person(person)

    def _put_person(self, person: Person) -> None:
        if old := self._people.get(person.id):
            self._forget_person(old)
        self._people[person.id] = person
        for account in person.accounts:
            self._accounts[account] = person.id
        for id in person.earlier:
            self._earlier[id][person.id] = None
        for role in person.roles:
            self._roles[role][person.id] = None

    def _forget_person(self, person: Person) -> None:
        for account in person.accounts:
            self._accounts.pop(account, None)
        for id in person.earlier:
            self._earlier[id].pop(person.id, None)
        for role in person.roles:
            self._roles[role].pop(person.id, None)

    def _person_path(self, id: str) -> Path:
        return self.folder / "people" / f"{id}.json"

    async def add_invitation(self, invitation: Invitation) -> None:
        path = self._invitation_path(invitation.digest)
        await asyncio.shield(self._change(path, partial(add_invitation, self.folder, invitation)))

    async def invitations(self) -> Sequence[Invitation]:
        found: list[Invitation] = []
        for path in (self.folder / "invitations").glob("*.json"):
            if invitation := await self.invitation(path.stem):
                found.append(invitation)
        return found

    async def invitation(self, digest: str) -> Invitation | None:
        return read_invitation(self.folder, digest)

    async def use_invitation(self, digest: str) -> bool:
        path = self._invitation_path(digest)
        return await asyncio.shield(self._change(path, partial(remove_file, path)))

    def _invitation_path(self, digest: str) -> Path:
        return self.folder / "invitations" / f"{digest}.json"


def add_invitation(folder: Path, invitation: Invitation) -> None:
    """Keep an invitation in a store's folder, which is made where it is missing. Raises OSError.

    A bot may own the folder meanwhile: nothing but a file of its own is written.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_tables(folder / "invitations" / f"{invitation.digest}.json", record_tables(invitation))


def read_invitation(folder: Path, digest: str) -> Invitation | None:
    """An invitation in a store's folder, which a bot may own meanwhile. Raises OSError."""
    try:
        return record_from(Invitation, read_tables(folder / "invitations" / f"{digest}.json"))
    except (FileNotFoundError, ValueError):
        # Used meanwhile; or damaged, and then it is as good as used.
        return None


def read_people(folder: Path) -> list[Person]:
    """Everybody in a store's folder, which a bot may own meanwhile.

    Raises ValueError where one of them cannot be read.
    """
    paths = sorted((folder / "people").glob("*.json"))
    return [record_from(Person, read_tables(path)) for path in paths]


def read_invitations(folder: Path) -> list[Invitation]:
    """Those in a store's folder that nobody has used, which a bot may own meanwhile.

    What cannot be read is as good as used. Raises OSError.
    """
    found = []
    for path in sorted((folder / "invitations").glob("*.json")):
        with suppress(FileNotFoundError, ValueError):
            found.append(record_from(Invitation, read_tables(path)))
    return found


def withdraw_invitation(folder: Path, digest: str) -> bool:
    """Take an invitation away; False where it was used meanwhile. Raises OSError.

    A bot may own the folder: it takes them away in the same manner.
    """
    return remove_file(folder / "invitations" / f"{digest}.json")
