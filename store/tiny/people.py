"""People and invitations in the embedded store."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from store.disk.durable import remove_file
from store.documents import record_from, record_tables
from store.errors import Conflict, NotFound
from store.model.records import Invitation, Person
from store.tiny.files import Files, read_tables, write_tables


class PeopleFiles(Files):
    """A file for each person, and for each unused invitation."""

    def __init__(self, folder: Path, lock: BinaryIO) -> None:
        super().__init__(folder, lock)
        self._people: dict[str, Person] = {}
        self._accounts: dict[str, str] = {}
        self._roles: defaultdict[str, dict[str, None]] = defaultdict(dict)  # role -> ids

    def _load_people(self) -> None:
        self._load_records("people", Person, self._put_person)

    async def people(self) -> Sequence[Person]:
        return list(self._people.values())

    async def having(self, roles: Collection[str]) -> Sequence[Person]:
        ids = dict.fromkeys(id for role in roles for id in self._roles[role])
        return sorted((self._people[id] for id in ids), key=lambda p: (p.since, p.id))

    async def person(self, id: str) -> Person:
        if person := self._people.get(id):
            return person
        for person in self._people.values():
            if id in person.earlier:
                return person
        raise NotFound(id)

    async def by_account(self, account: str) -> Person | None:
        id = self._accounts.get(account)
        return self._people[id] if id else None

    async def add_person(self, person: Person) -> None:
        await asyncio.shield(self._add_person(person))

    async def _add_person(self, person: Person) -> None:
        async with self._reserve(*person.accounts):
            if person.id in self._people or any(
                account in self._accounts for account in person.accounts
            ):
                raise Conflict(person.id)
            await self._write_person(person)

    async def save_person(self, person: Person) -> Person:
        return await asyncio.shield(self._save_person(person))

    async def _save_person(self, person: Person) -> Person:
        async with self._writing[person.id]:
            stored = self._people.get(person.id)
            if stored is None or stored.version != person.version:
                raise Conflict(person.id)
            fresh = [account for account in person.accounts if account not in stored.accounts]
            async with self._reserve(*fresh):
                if any(account in self._accounts for account in fresh):
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
            await self._in_thread(remove_file, self._person_path(id))
            self._forget_person(self._people.pop(id))

    async def _write_person(self, person: Person) -> None:
        await self._in_thread(write_tables, self._person_path(person.id), record_tables(person))
        self._put_person(person)

    def _put_person(self, person: Person) -> None:
        if old := self._people.get(person.id):
            self._forget_person(old)
        self._people[person.id] = person
        self._accounts.update(dict.fromkeys(person.accounts, person.id))
        for role in person.roles:
            self._roles[role][person.id] = None

    def _forget_person(self, person: Person) -> None:
        for account in person.accounts:
            self._accounts.pop(account, None)
        for role in person.roles:
            self._roles[role].pop(person.id, None)

    def _person_path(self, id: str) -> Path:
        return self.folder / "people" / f"{id}.json"

    async def add_invitation(self, invitation: Invitation) -> None:
        await self._in_thread(add_invitation, self.folder, invitation)

    async def invitations(self) -> Sequence[Invitation]:
        found = [
            await self.invitation(path.stem)
            for path in (self.folder / "invitations").glob("*.json")
        ]
        return [invitation for invitation in found if invitation]

    async def invitation(self, digest: str) -> Invitation | None:
        try:
            return record_from(Invitation, read_tables(self._invitation_path(digest)))
        except (FileNotFoundError, ValueError):
            return None

    async def use_invitation(self, digest: str) -> bool:
        return await self._in_thread(remove_file, self._invitation_path(digest))

    def _invitation_path(self, digest: str) -> Path:
        return self.folder / "invitations" / f"{digest}.json"


def add_invitation(folder: Path, invitation: Invitation) -> None:
    """Also from outside, while a bot owns the folder: nothing but a new file is written."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_tables(folder / "invitations" / f"{invitation.digest}.json", record_tables(invitation))


def read_people(folder: Path) -> list[Person]:
    """Everybody in a folder that a bot may own at this moment."""
    return [
        record_from(Person, read_tables(path))
        for path in sorted((folder / "people").glob("*.json"))
    ]
