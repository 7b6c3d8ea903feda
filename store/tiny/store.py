"""The cases of the embedded store, with their notices and evidence."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
    suppress,
)
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, cast

import structlog

from store.base import Kept
from store.disk import evidence
from store.disk.durable import (
    SharedSync,
    lock_folder,
    make_folder,
    remove_file,
    remove_partial,
    sync_folder,
    try_writing,
    unavailable,
)
from store.documents import Tables, case_from, case_tables, record_tables
from store.erasing import reference_pattern, tells_of, without_question
from store.errors import Conflict, DamagedCase, NotFound, StoreUnavailable
from store.model.case import Case
from store.model.memos import FOLDERS, Erased, Searched, Shown
from store.model.records import Evidence, Notice, Summary
from store.tiny.catalogue import Catalogue
from store.tiny.counting import Tallies
from store.tiny.erasing import left_over, remove_case, remove_loose
from store.tiny.files import put_tables, read_tables, write_tables
from store.tiny.memos import MemoFiles
from store.tiny.people import PeopleFiles

DAMAGED = "Case {reference} cannot be read. Its file was put aside as {file}, with the evidence beside it."
UNREADABLE = (
    "Case {reference} cannot be read: its case.json is damaged or missing. The evidence is beside it. "
    "Put case.json back from a backup: `headsup verify` says more."
)
NOT_REMOVED = "erased, but not yet removed; that is tried again at the next start"
NOT_DROPPED = "an earlier version's small copies of pictures are not yet removed; that is tried again at the next start"
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
        self._tallies = Tallies()
        self._erased: set[str] = set()  # references, which are not given again

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
        self._load_people()
        self._load_memos()
        self._finish_erasing()
        if left := evidence.drop_thumbnails(self._cases):
            log.error(NOT_DROPPED, cases=left)
        for name in sorted(os.listdir(self._cases)):
            self._load_case(self._cases / name)
        self._load_records("notices", Notice, self._catalogue.put_loose)

    def _load_case(self, folder: Path) -> None:
        path = folder / "case.json"
        if not folder.is_dir() or folder.name in self._erased:
            return  # not ours: a note, or what a file manager leaves; or could not be removed
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

    async def count(self, what: str, at: datetime, span: timedelta, most: int) -> datetime | None:
        return self._tallies.count(what, at, span, most)

    async def outgrown(self) -> None:
        await asyncio.Event().wait()  # nobody else changes the folder

    async def close(self) -> None:
        await asyncio.to_thread(self._threads.shutdown)
        self._lock.close()

    # --- cases ------------------------------------------------------------------------------------

    async def add(self, case: Case) -> None:
        await asyncio.shield(self._add(case))

    async def _add(self, case: Case) -> None:
        sources = case.summary.sources
        async with self._reserve(case.reference, *sources):
            if case.reference in self._erased or any(
                source in self._catalogue.sources for source in sources
            ):
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
            raise DamagedCase(UNREADABLE.format(reference=reference)) from error
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

    async def joined_to(self, *references: str) -> Sequence[Summary]:
        return self._catalogue.joined_to(references)

    async def alike(
        self, links: Sequence[str], hashes: Sequence[str], likenesses: Sequence[int]
    ) -> Sequence[Summary]:
        return self._catalogue.alike(links, hashes, likenesses)

    async def wanted(self, now: datetime) -> Sequence[tuple[str, Evidence]]:
        return self._catalogue.wanted(now)

    # --- erasing ----------------------------------------------------------------------------------

    async def erase(self, cases: Sequence[Case], leaving: Erased) -> None:
        await asyncio.shield(self._erase(cases, leaving))

    async def _erase(self, cases: Sequence[Case], leaving: Erased) -> None:
        references = sorted(case.reference for case in cases)
        async with AsyncExitStack() as locks:
            for reference in references:
                await locks.enter_async_context(self._writing[reference])
            self._must_be_whole(cases)
            try:
                await self._put(leaving)
            except StoreUnavailable:
                await self._drop(
                    Erased, leaving.under
                )  # else the next start would take them for erased
                raise
            for reference in references:
                self._forget_case(reference)
            await self._remove(references)

    def _must_be_whole(self, cases: Sequence[Case]) -> None:
        """Raises Conflict where a case has changed, or another was joined to it."""
        references = {case.reference for case in cases}
        for case in cases:
            stored = self._catalogue.summaries.get(case.reference)
            if stored is None or stored.version != case.version:
                raise Conflict(case.reference)
            if any(
                part.reference not in references
                for part in self._catalogue.joined_to([case.reference])
            ):
                raise Conflict(case.reference)

    def _forget_case(self, reference: str) -> None:
        self._erased.add(reference)
        self._catalogue.drop(reference)
        self._remembered.pop(reference, None)

    async def _remove(self, references: Sequence[str]) -> None:
        """What cannot be removed now is removed at the next start."""
        try:
            for person in await self.people():
                await self._ask_no_more(person.id, references)
            self._catalogue.drop_loose(reference_pattern(references))
            await self._in_thread(remove_loose, self.folder / "notices", references)
            for search in self._searches(references):
                await self._drop(Searched, search)
            for reference in references:
                await self._drop(Shown, reference)
                await self._in_thread(remove_case, self._case_folder(reference))
        except StoreUnavailable as error:
            log.error(NOT_REMOVED, why=str(error))

    def _searches(self, references: Sequence[str]) -> list[str]:
        """The keys of those that tell of one of these."""
        searches = cast("list[Searched]", list(self._memos[Searched].values()))
        return [search.under for search in searches if tells_of(search, references)]

    async def _ask_no_more(self, id: str, references: Sequence[str]) -> None:
        async with self._writing[id]:
            person = self._people.get(id)
            if person and (freed := without_question(person, references)) is not person:
                await self._write_person(replace(freed, version=freed.version + 1))

    def _finish_erasing(self) -> None:
        """Remove what a process that died, or a copy that was put back, has left of what was erased."""
        for memo in cast("list[Erased]", list(self._memos[Erased].values())):
            self._erased.update(memo.references)
            if left := left_over(self._cases, memo):
                try:
                    self._finish(memo, left)
                except OSError as error:
                    log.error(NOT_REMOVED, why=str(unavailable(error, self.folder)))

    def _finish(self, memo: Erased, left: Sequence[str]) -> None:
        for person in list(self._people.values()):
            if (freed := without_question(person, memo.references)) is not person:
                write_tables(self._person_path(person.id), record_tables(freed))
                self._put_person(freed)
        remove_loose(self.folder / "notices", memo.references)
        for search in self._searches(memo.references):
            remove_file(self._memo_path(Searched, search))
            self._memos[Searched].pop(search, None)
        for reference in left:
            remove_file(self._memo_path(Shown, reference))
            self._memos[Shown].pop(reference, None)
            remove_case(self._case_folder(reference))

    # --- notices ----------------------------------------------------------------------------------

    async def claim(
        self, now: datetime, limit: int, lease_seconds: float
    ) -> Sequence[tuple[str, Notice]]:
        return self._catalogue.claim(now, limit, lease_seconds)

    async def to_wake(self, now: datetime, limit: int) -> Sequence[str]:
        return self._catalogue.to_wake(now, limit)

    async def next_due(self) -> datetime | None:
        return self._catalogue.next_due()

    async def loose(self) -> Sequence[Notice]:
        return self._catalogue.loose()

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
