"""The embedded store: one small TinyDB file for each case, person and invitation, in one folder.

    data/cases/7K4M/case.json    the case, its chronology and the notices it owes
    data/cases/7K4M/evidence/    bytes as received, by SHA-256
    data/people/ID.json          one person
    data/invitations/DIGEST.json one unused invitation
    data/notices/DIGEST.json     one notice of no case, by the SHA-256 of its key
    data/duties/KEY-DAY.json     one duty that was done

A write replaces one file, so it costs the same however many cases there are, and a crash leaves the old
or the new. One process owns the folder; only invitations may be added from outside.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections import OrderedDict, defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO, TypeVar, TypeVarTuple

import orjson
import structlog
from tinydb import TinyDB
from tinydb.storages import Storage

from store import evidence
from store.base import Conflict, DamagedCase, Kept, NotFound, StoreUnavailable
from store.case import Case
from store.catalogue import Catalogue
from store.documents import Record, Tables, case_from, case_tables, record_from, record_tables, to_json
from store.durable import (
    SharedSync,
    lock_folder,
    make_folder,
    remove_file,
    remove_partial,
    replace_file,
    sync_folder,
    try_writing,
    unavailable,
)
from store.records import DutyDone, Evidence, Invitation, Notice, Person, Summary

DAMAGED = "Case {reference} cannot be read. Its file was put aside as {file}, with the evidence beside it."
REMEMBERED = 512  # cases kept in memory after they were read or written

log = structlog.get_logger()
R = TypeVar("R")
Arguments = TypeVarTuple("Arguments")


class DurableStorage(Storage):
    """TinyDB's file, replaced as a whole at each write."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Tables | None:
        try:
            tables: Tables = orjson.loads(self.path.read_bytes())
        except FileNotFoundError:
            return None
        return tables

    def write(self, data: Tables) -> None:
        replace_file(self.path, to_json(data))


def write_tables(path: Path, tables: Tables) -> None:
    make_folder(path.parent)
    put_tables(path, tables)


def put_tables(path: Path, tables: Tables) -> None:
    with TinyDB(path, storage=DurableStorage) as db:
        db.storage.write(tables)


def take_back(case_folder: Path) -> None:
    """Leave nothing of a case that could not be written: its sender tries again, and would have two."""
    with suppress(OSError):
        (case_folder / "case.json").unlink(missing_ok=True)
        case_folder.rmdir()
        sync_folder(case_folder.parent)


def read_tables(path: Path) -> Tables:
    """Raises FileNotFoundError, and ValueError when it is not JSON."""
    with TinyDB(path, storage=DurableStorage) as db:
        tables = db.storage.read()
    if not isinstance(tables, dict):
        raise FileNotFoundError(path) if tables is None else ValueError("not a TinyDB file")
    return tables


class TinyStore:
    """A Store in a folder. Made by `open`; see `store.base.Store` for what each call promises.

    A write goes on when its caller is cancelled: memory and disk never part.
    """

    def __init__(self, folder: Path, lock: BinaryIO) -> None:
        self.folder = folder
        self._lock = lock
        self._cases = folder / "cases"
        self._sync_cases = SharedSync(self._cases)
        self.damaged: dict[str, str] = {}  # reference -> file that was put aside
        self._catalogue = Catalogue()
        self._remembered: OrderedDict[str, Case] = OrderedDict()
        self._people: dict[str, Person] = {}
        self._accounts: dict[str, str] = {}
        self._roles: defaultdict[str, dict[str, None]] = defaultdict(dict)  # role -> ids
        self._duties: dict[tuple[str, date], DutyDone] = {}
        self._writing: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._reserved: dict[str, asyncio.Event] = {}  # source keys and references on their way to the disk
        self._threads = ThreadPoolExecutor(8, thread_name_prefix="store")

    @classmethod
    def open(cls, folder: Path) -> TinyStore:
        """Take the folder, making it where it is missing. Raises StoreUnavailable."""
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            store = cls(folder, lock_folder(folder))
            for name in ("cases", "people", "invitations", "notices", "duties"):
                make_folder(folder / name)
                try_writing(folder / name)
            store._load()
        except OSError as error:
            raise unavailable(error, folder) from error
        return store

    def _load(self) -> None:
        remove_partial(self.folder)
        for name in sorted(os.listdir(self._cases)):
            self._load_case(self._cases / name)
        self._load_records("people", Person, self._put_person)
        self._load_records("notices", Notice, self._catalogue.put_loose)
        self._load_records("duties", DutyDone, self._put_duty)

    def _load_records(self, folder: str, kind: type[Record], put: Callable[[Record], None]) -> None:
        for path in sorted((self.folder / folder).glob("*.json")):
            try:
                put(record_from(kind, read_tables(path)))
            except ValueError:
                self._put_aside(path.stem, path)

    def _load_case(self, folder: Path) -> None:
        path = folder / "case.json"
        if not folder.is_dir():
            return  # not ours: a note, or what a file manager leaves
        try:
            case = case_from(read_tables(path))
            if case.reference != folder.name:
                raise ValueError("another case's file")
            self._catalogue.put(case)
        except FileNotFoundError:
            for aside in folder.glob("case.damaged*"):
                self.damaged[folder.name] = aside.name
        except ValueError:
            self._put_aside(folder.name, path)

    def _put_aside(self, name: str, path: Path) -> None:
        taken = len(list(path.parent.glob(f"{path.stem}.damaged*")))
        aside = path.with_name(f"{path.stem}.damaged{taken + 1}")
        path.rename(aside)
        self.damaged[name] = aside.name
        log.error("damaged file put aside", record=name, file=aside.name)

    async def close(self) -> None:
        await asyncio.to_thread(self._threads.shutdown)
        self._lock.close()

    # --- cases ------------------------------------------------------------------------------------

    async def add(self, case: Case) -> None:
        await asyncio.shield(self._add(case))

    async def _add(self, case: Case) -> None:
        sources = case.summary.sources
        async with self._reserve(case.reference, *sources):
            if any(source in self._catalogue.sources for source in sources):
                raise Conflict(case.reference)
            try:
                await self._write(case, self._put_first)
            except StoreUnavailable:
                await self._in_thread(take_back, self._case_folder(case.reference))
                raise

    def _put_first(self, path: Path, tables: Tables) -> None:
        """The first file of a case, in a new folder that outlives a crash as well. Conflict where there is one."""
        try:
            path.parent.mkdir(mode=0o700)
        except FileExistsError:
            raise Conflict(path.parent.name) from None
        put_tables(path, tables)
        self._sync_cases()

    async def save(self, case: Case) -> Case:
        return await asyncio.shield(self._save(case))

    async def _save(self, case: Case) -> Case:
        async with self._writing[case.reference]:
            stored = self._catalogue.summaries.get(case.reference)
            if stored is None or stored.version != case.version:
                raise Conflict(case.reference)
            fresh = [s for s in case.summary.sources if s not in stored.sources]
            async with self._reserve(*fresh):
                if any(source in self._catalogue.sources for source in fresh):
                    raise Conflict(case.reference)
                saved = replace(case, version=case.version + 1)
                await self._write(saved)
                return saved

    @asynccontextmanager
    async def _reserve(self, *keys: str) -> AsyncIterator[None]:
        """Keep others from the same keys until they are on the disk. Conflict, once the others are done."""
        for key in keys:
            if event := self._reserved.get(key):
                await event.wait()
                raise Conflict(key)
        done = asyncio.Event()
        self._reserved.update(dict.fromkeys(keys, done))
        try:
            yield
        finally:
            for key in keys:
                self._reserved.pop(key, None)
            done.set()

    async def _write(self, case: Case, put: Callable[[Path, Tables], None] = write_tables) -> None:
        path = self._case_folder(case.reference) / "case.json"
        await self._in_thread(put, path, case_tables(case))
        self._catalogue.put(case)
        self._remember(case)

    async def _in_thread(self, function: Callable[[*Arguments], R], *arguments: *Arguments) -> R:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, function, *arguments)
        except OSError as error:
            raise unavailable(error, self.folder) from error

    def _remember(self, case: Case) -> None:
        self._remembered[case.reference] = case
        self._remembered.move_to_end(case.reference)
        if len(self._remembered) > REMEMBERED:
            self._remembered.popitem(last=False)

    def _case_folder(self, reference: str) -> Path:
        return self._cases / reference

    async def case(self, reference: str) -> Case:
        if case := self._remembered.get(reference):
            return case
        if reference in self.damaged:
            raise DamagedCase(DAMAGED.format(reference=reference, file=self.damaged[reference]))
        if reference not in self._catalogue.summaries:
            raise NotFound(reference)
        with self._reading(reference):
            case = case_from(read_tables(self._case_folder(reference) / "case.json"))
        self._remember(case)
        return case

    @contextmanager
    def _reading(self, reference: str) -> Iterator[None]:
        try:
            yield
        except (FileNotFoundError, ValueError) as error:
            raise DamagedCase(DAMAGED.format(reference=reference, file="case.json")) from error
        except OSError as error:
            raise unavailable(error, self.folder) from error

    async def by_source(self, source: str) -> str | None:
        return self._catalogue.sources.get(source)

    async def summaries(self) -> Sequence[Summary]:
        return list(self._catalogue.summaries.values())

    async def summary(self, reference: str) -> Summary | None:
        return self._catalogue.summaries.get(reference)

    async def reported_by(self, ids: Sequence[str]) -> Sequence[Summary]:
        return self._catalogue.reported_by(ids)

    async def joined_to(self, reference: str) -> Sequence[Summary]:
        return self._catalogue.joined_to(reference)

    async def alike(
        self, links: Sequence[str], hashes: Sequence[str], likenesses: Sequence[int]
    ) -> Sequence[Summary]:
        return self._catalogue.alike(links, hashes, likenesses)

    async def wanted(self, now: datetime) -> Sequence[tuple[str, Evidence]]:
        return self._catalogue.wanted(now)

    # --- notices ----------------------------------------------------------------------------------

    async def claim(self, now: datetime, limit: int, lease_seconds: float) -> Sequence[tuple[str, Notice]]:
        return self._catalogue.claim(now, limit, lease_seconds)

    async def to_wake(self, now: datetime, limit: int) -> Sequence[str]:
        return self._catalogue.to_wake(now, limit)

    async def next_due(self) -> datetime | None:
        return self._catalogue.next_due()

    async def owe(self, notice: Notice) -> None:
        await asyncio.shield(self._write_loose(notice, new=True))

    async def _write_loose(self, notice: Notice, *, new: bool = False) -> None:
        name = hashlib.sha256(notice.key.encode()).hexdigest()[:32]
        path = self.folder / "notices" / f"{name}.json"
        async with self._writing[path.name]:
            if not (new and self._catalogue.owes(notice.key)):
                await self._in_thread(write_tables, path, record_tables(notice))
                self._catalogue.put_loose(notice)

    async def settle(self, reference: str, notice: Notice) -> None:
        if not reference:
            await asyncio.shield(self._write_loose(notice))
            self._catalogue.release("", notice.key)
            return
        while True:
            case = await self.case(reference)
            try:
                await self.save(case.settle(notice))
            except Conflict:
                continue
            self._catalogue.release(reference, notice.key)
            return

    # --- evidence ---------------------------------------------------------------------------------

    async def keep(self, reference: str, pieces: AsyncIterator[bytes], limit: int) -> Kept:
        return await evidence.keep(self._case_folder(reference), pieces, limit)

    async def discard(self, reference: str, sha256: str) -> None:
        async with self._writing[reference]:
            summary = self._catalogue.summaries.get(reference)
            if summary is None or sha256 not in summary.hashes:
                await self._in_thread(evidence.discard, self._case_folder(reference), sha256)

    async def discard_strays(self) -> None:
        summaries = self._catalogue.summaries
        wanted = {self._case_folder(ref): s.hashes for ref, s in summaries.items() if s.withholds}
        if strays := await self._in_thread(evidence.discard_strays, wanted):
            log.warning("evidence of no case removed", files=strays)

    def kept(self, reference: str, sha256: str) -> AbstractAsyncContextManager[Path]:
        return self._kept(reference, sha256)

    @asynccontextmanager
    async def _kept(self, reference: str, sha256: str) -> AsyncIterator[Path]:
        yield evidence.path_of(self._case_folder(reference), sha256)

    async def keep_thumbnail(self, reference: str, sha256: str, jpeg: bytes) -> None:
        await self._in_thread(evidence.keep_thumbnail, self._case_folder(reference), sha256, jpeg)

    # --- people -----------------------------------------------------------------------------------

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
            if person.id in self._people or any(account in self._accounts for account in person.accounts):
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

    async def duties_done(self) -> Sequence[DutyDone]:
        return list(self._duties.values())

    async def save_duty(self, done: DutyDone) -> None:
        await asyncio.shield(self._save_duty(done))

    async def _save_duty(self, done: DutyDone) -> None:
        path = self.folder / "duties" / f"{done.key}-{done.due}.json"
        async with self._writing[path.name]:
            await self._in_thread(write_tables, path, record_tables(done))
            self._put_duty(done)

    def _put_duty(self, done: DutyDone) -> None:
        self._duties[done.key, done.due] = done

    async def add_invitation(self, invitation: Invitation) -> None:
        await self._in_thread(add_invitation, self.folder, invitation)

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
    return [record_from(Person, read_tables(path)) for path in sorted((folder / "people").glob("*.json"))]


__all__ = ["StoreUnavailable", "TinyStore", "add_invitation", "read_people"]
