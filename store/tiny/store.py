"""The cases of the embedded store, with their notices and evidence."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import structlog

from store import evidence
from store.base import Conflict, DamagedCase, Kept, NotFound, StoreUnavailable
from store.case import Case
from store.catalogue import Catalogue
from store.documents import Tables, case_from, case_tables, record_tables
from store.durable import (
    SharedSync,
    lock_folder,
    make_folder,
    remove_partial,
    sync_folder,
    try_writing,
    unavailable,
)
from store.memos import FOLDERS
from store.records import Evidence, Notice, Summary
from store.tiny.files import put_tables, read_tables, write_tables
from store.tiny.memos import MemoFiles
from store.tiny.people import PeopleFiles

DAMAGED = "Case {reference} cannot be read. Its file was put aside as {file}, with the evidence beside it."
REMEMBERED = 512  # cases kept in memory after they were read or written

log = structlog.get_logger()


def take_back(case_folder: Path) -> None:
    """Leave nothing of a case that could not be written: its sender tries again, and would have two."""
    with suppress(OSError):
        (case_folder / "case.json").unlink(missing_ok=True)
        case_folder.rmdir()
        sync_folder(case_folder.parent)


class TinyStore(PeopleFiles, MemoFiles):
    """A Store in a folder. Made by `open`; see `store.base.Store` for what each call promises."""

    def __init__(self, folder: Path, lock: BinaryIO) -> None:
        super().__init__(folder, lock)
        self._cases = folder / "cases"
        self._sync_cases = SharedSync(self._cases)
        self._catalogue = Catalogue()
        self._remembered: OrderedDict[str, Case] = OrderedDict()

    @classmethod
    def open(cls, folder: Path) -> TinyStore:
        """Take the folder, making it where it is missing. Raises StoreUnavailable."""
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            store = cls(folder, lock_folder(folder))
            for name in ("cases", "people", "invitations", "notices", *FOLDERS.values()):
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
        self._load_records("notices", Notice, self._catalogue.put_loose)
        self._load_people()
        self._load_memos()

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

    async def _write(self, case: Case, put: Callable[[Path, Tables], None] = write_tables) -> None:
        path = self._case_folder(case.reference) / "case.json"
        await self._in_thread(put, path, case_tables(case))
        self._catalogue.put(case)
        self._remember(case)

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
