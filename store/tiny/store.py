"""The cases of the embedded store, with their notices and evidence."""

from __future__ import annotations

import asyncio
import os
from collections import OrderedDict
from collections.abc import (
    AsyncIterator,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
)
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

import structlog

from store.base import ERASED, Kept, Part
from store.disk import evidence
from store.disk.durable import (
    SharedSync,
    is_of_one_file,
    lock_folder,
    make_folder,
    remove_file,
    remove_partial,
    try_writing,
    unavailable,
)
from store.disk.evidence import EVIDENCE, THUMBNAILS
from store.documents import Tables, case_from, case_tables, record_tables
from store.erasing import (
    NAMING,
    NamingMemo,
    memos_naming,
    reference_pattern,
    without_question,
)
from store.errors import Conflict, DamagedCase, NotFound, StoreUnavailable
from store.model.case import Case
from store.model.memos import FOLDERS, Erased, Exported, trace_of
from store.model.records import Evidence, Notice, Summary
from store.tiny.beginning import FoundFolder, collector_paused, find_case_folders
from store.tiny.catalogue import NO_CASE, Catalogue
from store.tiny.counting import RateCounter
from store.tiny.erasing import find_left_over, remove_case, remove_loose
from store.tiny.files import put_tables, read_tables, write_tables
from store.tiny.memos import MemoFiles, name_of
from store.tiny.people import PeopleFiles
from store.tiny.references import REFERENCES, add_references, read_references

DAMAGED = (
    "Case {reference} cannot be read. Its file was put aside as {file}, with the evidence beside "
    "it."
)
UNREADABLE = (
    "Case {reference} cannot be read: its case.json is damaged or missing. The evidence is beside "
    "it. Put case.json back from a backup: `headsup verify` says more."
)
NOT_REMOVED = "erased, but not yet removed; that is tried again at the next start"
NOT_DROPPED = (
    "an earlier version's small copies of pictures are not yet removed; that is tried again at the "
    "next start"
)

#: The folder of all cases.
CASES = "cases"

#: The file of a case, in the folder that has its reference as its name.
CASE_FILE = "case.json"

#: Cases that are kept in memory after they were read or written.
REMEMBERED = 512

log = structlog.get_logger()


class TinyStore(PeopleFiles, MemoFiles):
    """A Store in a folder. Made by `open`; see `store.base.Store` for what each call promises.

    What is in memory follows what is on the disk, never the other way round: the catalogue learns
    of a write once that is durable. A write goes on when its caller is cancelled (`shield`).
    """

    from_memory = frozenset(
        (
            *("by_source", "summaries", "related", "alike", "wanted", "count"),
            *("claim", "to_wake", "next_due", "loose", "unreadable"),
            *("people", "having", "person", "by_account", "memo"),
        )
    )

    def __init__(self, folder: Path, lock: BinaryIO) -> None:
        super().__init__(folder, lock)
        self._cases = folder / CASES
        self._sync_cases = SharedSync(self._cases)
        self._catalogue = Catalogue()
        #: The cases that were read or written last, by their references; the last one at the end.
        self._remembered: OrderedDict[str, Case] = OrderedDict()
        self._rates = RateCounter()
        #: References of cases that were erased, which are not given again.
        self._erased: set[str] = set()

    @classmethod
    def open(cls, folder: Path) -> TinyStore:
        """Take the folder, making it where it is missing. Raises StoreUnavailable."""
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            store = cls(folder, lock_folder(folder))
            for name in (CASES, "people", "invitations", "notices", *FOLDERS.values()):
                make_folder(folder / name)
                try_writing(folder / name)
            store._load()
        except OSError as error:
            raise unavailable(error, folder) from error
        return store

    def _load(self) -> None:
        """Read all that is there. Raises OSError."""
        for entry in os.scandir(self.folder):
            # Those of cases are tidied when they are read.
            if entry.is_dir() and entry.name not in (CASES, REFERENCES):
                remove_partial(Path(entry.path))
        self._load_people()
        self._load_memos()
        # Before the cases, so that what is erased is not taken for one of them.
        self._finish_erasing()
        with collector_paused():
            self._load_cases()
        self._load_records("notices", Notice, self._catalogue.put_loose)

    def _load_cases(self) -> None:
        not_dropped = 0
        missing = read_references(self.folder) - self._erased
        listed = frozenset(missing)
        for found in find_case_folders(self._cases):
            not_dropped += THUMBNAILS in found.inside
            # What was erased may be there still, where it could not be removed.
            if found.name not in self._erased:
                self._load_case(found, is_listed=found.name in listed)
                missing.discard(found.name)
        for reference in sorted(missing):
            self._miss(reference)
        add_references(self.folder, sorted(self._catalogue.summaries.keys() - listed))
        if not_dropped:
            log.error(NOT_DROPPED, cases=not_dropped)

    def _load_case(self, found: FoundFolder, *, is_listed: bool) -> None:
        """Take a case into the catalogue, but one that cannot be read."""
        if found.error:
            self._leave_out_case(found.name, found.error)
            return
        if CASE_FILE not in found.inside:
            asides = [name for name in found.inside if name.startswith("case.damaged")]
            # Put aside at an earlier start, or taken away by somebody. Else it never was a case: a
            # process died while it was adding one.
            if asides or is_listed or EVIDENCE in found.inside:
                self._miss(found.name, max(asides, default=""))
            return

        path = f"{self._cases}/{found.name}/{CASE_FILE}"
        try:
            case = case_from(read_tables(path))
            if case.reference != found.name:
                raise ValueError("another case's file")
            self._catalogue.put(case)
        except (OSError, ValueError) as error:
            self._leave_out_case(found.name, error)

    def _leave_out_case(self, reference: str, error: Exception) -> None:
        path = self._case_folder(reference) / CASE_FILE
        self._leave_out(reference, path, error)
        self._unreadable[path] = f"{CASES}/{reference}"

    def _miss(self, reference: str, aside: str = "") -> None:
        """Know that there was a case, whose file is not there."""
        self.damaged[reference] = aside
        self._unreadable[self._case_folder(reference) / CASE_FILE] = f"{CASES}/{reference}"
        log.error("case missing", case=reference, file=aside)

    async def count(self, what: str, at: datetime, span: timedelta, most: int) -> datetime | None:
        return self._rates.hit(what, at, span, most)

    async def outgrown(self) -> None:
        # Never: nobody else changes the folder.
        await asyncio.Event().wait()

    async def close(self) -> None:
        await asyncio.to_thread(self._threads.shutdown)
        self._lock.close()

    # --- cases ------------------------------------------------------------------------------------

    async def add(self, case: Case) -> None:
        await asyncio.shield(self._add(case))

    async def _add(self, case: Case) -> None:
        sources = case.summary.sources
        async with self._reserve(case.reference, *sources):
            is_taken = case.reference in self._erased or case.reference in self.damaged
            if is_taken or self._is_any_taken_by_a_case(sources):
                raise Conflict(case.reference)
            await self._write(case, is_new=True)

    def _is_any_taken_by_a_case(self, sources: Collection[str]) -> bool:
        return any(source in self._catalogue.sources for source in sources)

    def _put_first(self, path: Path, tables: Tables) -> None:
        """Write the first file of a case, in a new folder that outlives a crash as well.

        Raises Conflict where there is such a folder, and OSError.
        """
        try:
            path.parent.mkdir(mode=0o700)
        except FileExistsError:
            raise Conflict(path.parent.name) from None
        put_tables(path, tables)
        self._sync_cases()
        add_references(self.folder, [path.parent.name])

    async def save(self, case: Case) -> Case:
        return await asyncio.shield(self._save(case))

    async def _save(self, case: Case) -> Case:
        async with self._writing[case.reference]:
            stored = self._catalogue.summaries.get(case.reference)
            if stored is None or stored.version != case.version:
                raise Conflict(case.reference)
            fresh = [source for source in case.summary.sources if source not in stored.sources]
            async with self._reserve(*fresh):
                if self._is_any_taken_by_a_case(fresh):
                    raise Conflict(case.reference)
                saved = replace(case, version=case.version + 1)
                await self._write(saved)
                return saved

    async def _write(self, case: Case, *, is_new: bool = False) -> None:
        """Bring a case to the disk, then to memory. Raises StoreUnavailable."""
        path = self._case_folder(case.reference) / CASE_FILE
        put = self._put_first if is_new else write_tables
        await self._change(path, partial(put, path, case_tables(case)), with_folder=is_new)
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
        return self._read(reference)

    def _read(self, reference: str) -> Case:
        """Raises NotFound and DamagedCase."""
        if case := self._remembered.get(reference):
            return case
        if aside := self.damaged.get(reference):
            raise DamagedCase(DAMAGED.format(reference=reference, file=aside))
        if reference in self.damaged:
            raise DamagedCase(UNREADABLE.format(reference=reference))
        if reference not in self._catalogue.summaries:
            raise NotFound(reference)
        with self._reading(reference):
            case = case_from(read_tables(self._case_folder(reference) / CASE_FILE))
        self._remember(case)
        return case

    @contextmanager
    def _reading(self, reference: str) -> Iterator[None]:
        """What goes wrong with a case's file, as DamagedCase or StoreUnavailable."""
        path = self._case_folder(reference) / CASE_FILE
        try:
            yield
        except (OSError, ValueError) as error:
            if not is_of_one_file(error):
                raise unavailable(cast("OSError", error), self.folder) from error
            self._unreadable[path] = f"{CASES}/{reference}"
            raise DamagedCase(UNREADABLE.format(reference=reference)) from error
        self._unreadable.pop(path, None)

    async def by_source(self, *sources: str) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for source in sources:
            reference = self._catalogue.sources.get(source)
            if reference is None and self._was_erased(source):
                reference = ERASED
            if reference is not None:
                found[source] = reference
        return found

    def _was_erased(self, source: str) -> bool:
        memos = cast("Iterable[Erased]", self._memos[Erased].values())
        trace = trace_of(source)
        return any(trace in memo.sources for memo in memos)

    async def summaries(self) -> Sequence[Summary]:
        return list(self._catalogue.summaries.values())

    async def matter(self, reference: str) -> Sequence[Part]:
        parts = self._catalogue.related([reference])
        return [Part(summary, partial(self._read, summary.reference)) for summary in parts]

    async def related(
        self, references: Collection[str] = (), reporters: Collection[str] = ()
    ) -> Sequence[Summary]:
        reported = self._catalogue.reported_by(reporters)
        return self._catalogue.related([*references, *reported])

    async def alike(
        self, links: Sequence[str], hashes: Sequence[str], likenesses: Sequence[int]
    ) -> Sequence[Summary]:
        return self._catalogue.find_similar(links, hashes, likenesses)

    async def wanted(self, now: datetime) -> Sequence[tuple[str, Evidence]]:
        return self._catalogue.wanted(now)

    # --- erasing ----------------------------------------------------------------------------------

    async def erase(self, cases: Sequence[Case], leaving: Erased) -> None:
        await asyncio.shield(self._erase(cases, leaving))

    async def _erase(self, cases: Sequence[Case], leaving: Erased) -> None:
        references = sorted(case.reference for case in cases)
        async with AsyncExitStack() as locks:
            # In one order for everybody, so that two who erase never wait for each other.
            for reference in references:
                await locks.enter_async_context(self._writing[reference])
            self._must_be_whole(cases)

            await self._put(leaving)
            for reference in references:
                self._forget_case(reference)
            await self._remove(references)

    def _must_be_whole(self, cases: Sequence[Case]) -> None:
        """Raises Conflict where a case has changed, or another one was joined to it."""
        references = {case.reference for case in cases}
        for case in cases:
            stored = self._catalogue.summaries.get(case.reference)
            if stored is None or stored.version != case.version:
                raise Conflict(case.reference)
            for part in self._catalogue.joined_to(case.reference):
                if part.reference not in references:
                    raise Conflict(case.reference)

    def _forget_case(self, reference: str) -> None:
        self._erased.add(reference)
        self._catalogue.drop(reference)
        self._remembered.pop(reference, None)

    async def _remove(self, references: Sequence[str]) -> None:
        """Take away what is left of erased cases; what cannot be removed now is at the next start.

        The order is that of `_finish`: the folders of the cases last, by which that is noticed.
        """
        try:
            for person in await self.people():
                await self._ask_no_more(person.id, references)
            self._catalogue.drop_loose(reference_pattern(references))
            await self._in_thread(remove_loose, self.folder / "notices", references)
            # Those that a command may have added meanwhile are read as well.
            await self.memos(Exported)
            for naming in self._memos_naming(references):
                if naming.left is None:
                    await self._drop(type(naming.memo), naming.memo.memo_key)
                else:
                    await self._put(naming.left)
            for reference in references:
                await self._in_thread(remove_case, self._case_folder(reference))
        except StoreUnavailable as error:
            log.error(NOT_REMOVED, why=str(error))

    def _memos_naming(self, references: Sequence[str]) -> list[NamingMemo]:
        return [
            naming
            for kind in NAMING
            for naming in memos_naming(self._memos[kind].values(), references)
        ]

    async def _ask_no_more(self, id: str, references: Sequence[str]) -> None:
        """Forget what a person was last asked, where that was about one of these cases."""
        async with self._writing[id]:
            person = self._people.get(id)
            if person is None:
                return
            freed = without_question(person, references)
            if freed is not person:
                await self._write_person(replace(freed, version=freed.version + 1))

    def _finish_erasing(self) -> None:
        """Remove what is left of erased cases by a process that died, or a copy that was put back.

        What cannot be removed is told to the log, and keeps nobody from starting.
        """
        for memo in cast("list[Erased]", list(self._memos[Erased].values())):
            self._erased.update(memo.references)
            left = find_left_over(self._cases, memo)
            if not left:
                continue
            try:
                self._finish(memo, left)
            except OSError as error:
                log.error(NOT_REMOVED, why=str(unavailable(error, self.folder)))

    def _finish(self, memo: Erased, left: Sequence[str]) -> None:
        """Remove all that erasing takes along, then the folders that are left. Raises OSError."""
        for person in list(self._people.values()):
            freed = without_question(person, memo.references)
            if freed is not person:
                # No new version: nobody has read the old one yet.
                write_tables(self._person_path(person.id), record_tables(freed))
                self._put_person(freed)
        remove_loose(self.folder / "notices", memo.references)
        for naming in self._memos_naming(memo.references):
            kind, key = type(naming.memo), naming.memo.memo_key
            if naming.left is None:
                remove_file(self._memo_path(kind, key))
                self._memos[kind].pop(key, None)
            else:
                write_tables(self._memo_path(kind, key), record_tables(naming.left))
                self._put_memo(naming.left)
        for reference in left:
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
        """Write a notice of no case. `new`: only where none was ever owed under its key."""
        path = self.folder / "notices" / f"{name_of(notice.key)}.json"
        async with self._writing[path.name]:
            if new and self._catalogue.owes(notice.key):
                return
            await self._change(path, partial(write_tables, path, record_tables(notice)))
            self._catalogue.put_loose(notice)

    async def settle(self, reference: str, *notices: Notice) -> None:
        if reference:
            await asyncio.shield(self._settle(reference, notices))
        for notice in notices:
            if not reference:
                await asyncio.shield(self._write_loose(notice))
            self._catalogue.release(reference or NO_CASE, notice.key)

    async def _settle(self, reference: str, notices: Sequence[Notice]) -> None:
        # Read in its turn, so that nobody changes the case in between, and one write will do.
        async with self._writing[reference]:
            case = self._read(reference).settle(*notices)
            await self._write(replace(case, version=case.version + 1))

    # --- evidence ---------------------------------------------------------------------------------

    async def keep(self, reference: str, pieces: AsyncIterator[bytes], limit: int) -> Kept:
        await self._be_sure()
        return await evidence.keep(self._case_folder(reference), pieces, limit)

    async def discard(self, reference: str, sha256: str) -> None:
        async with self._writing[reference]:
            summary = self._catalogue.summaries.get(reference)
            if summary is None or sha256 not in summary.hashes:
                await self._in_thread(evidence.discard, self._case_folder(reference), sha256)

    async def discard_strays(self) -> None:
        wanted: dict[Path, Collection[str]] = {}
        for reference, summary in self._catalogue.summaries.items():
            if summary.withholds:
                wanted[self._case_folder(reference)] = summary.hashes
        if strays := await self._in_thread(evidence.discard_strays, wanted):
            log.warning("evidence of no case removed", files=strays)

    def kept(self, reference: str, sha256: str) -> AbstractAsyncContextManager[Path]:
        return self._kept(reference, sha256)

    @asynccontextmanager
    async def _kept(self, reference: str, sha256: str) -> AsyncIterator[Path]:
        yield evidence.path_of(self._case_folder(reference), sha256)
