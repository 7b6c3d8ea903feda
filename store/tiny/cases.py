"""Cases in the embedded store: a folder for each, with its file and its evidence."""

from __future__ import annotations

import asyncio
import os
from collections import OrderedDict
from collections.abc import (
    AsyncIterator,
    Collection,
    Container,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from datetime import datetime
from functools import partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO, cast

import structlog

from store.base import ERASED, Kept, Part
from store.disk import evidence
from store.disk.durable import SharedSync, is_of_one_file, unavailable
from store.disk.evidence import EVIDENCE, THUMBNAILS
from store.documents import Tables, case_from, case_tables
from store.errors import Conflict, DamagedCase, NotFound
from store.model.case import Case
from store.model.evidence import Evidence
from store.model.memos import Erased, trace_of
from store.model.records import Summary
from store.tiny.beginning import CASE_FILE, CASES, FoundFolder, find_case_folder
from store.tiny.catalogue import Catalogue
from store.tiny.files import put_tables, read_tables, write_tables
from store.tiny.memos import MemoFiles
from store.tiny.references import add_references, read_references
from store.tiny.snapshot import KnownPart, Look, Snapshot, SnapshotRules

DAMAGED = (
    "Case {reference} cannot be read. Its file was put aside as {file}, with the evidence beside "
    "it."
)
UNREADABLE = (
    "Case {reference} cannot be read: its case.json is damaged or missing. The evidence is beside "
    "it. Put case.json back from a backup: `headsup verify` says more."
)
NOT_DROPPED = (
    "an earlier version's small copies of pictures are not yet removed; that is tried again at the "
    "next start"
)

#: Cases that are kept in memory after they were read or written.
REMEMBERED = 512

log = structlog.get_logger()


class CaseFiles(MemoFiles):
    """The part of the embedded store that is about cases. Their summaries are held in memory.

    What is in memory follows what is on the disk, never the other way round: the catalogue learns
    of a write once that is durable.
    """

    def __init__(self, folder: Path, lock: BinaryIO) -> None:
        super().__init__(folder, lock)
        self._cases = folder / CASES
        self._sync_cases = SharedSync(self._cases)
        self._catalogue = Catalogue()
        #: The cases that were read or written last, by their references; the last one at the end.
        self._remembered: OrderedDict[str, Case] = OrderedDict()
        #: Cases with small copies of pictures that could not be removed.
        self._not_dropped = 0
        #: References of cases that were erased, which are not given again.
        self._erased: set[str] = set()

    def _load_cases(self, rules: SnapshotRules) -> None:
        missing = read_references(self.folder) - self._erased
        listed = frozenset(missing)
        snapshot = Snapshot(self.folder, rules)
        # What was erased may be there still, where it could not be removed.
        names = sorted(name for name in os.listdir(self._cases) if name not in self._erased)
        for _, together in groupby(names, key=itemgetter(0)):
            self._load_part(snapshot, list(together), listed)
        snapshot.tidy()
        if self._not_dropped:
            log.error(NOT_DROPPED, cases=self._not_dropped)

        missing.difference_update(names)
        for reference in sorted(missing):
            self._miss(reference)
        add_references(self.folder, sorted(self._catalogue.summaries.keys() - listed))

    def _load_part(self, snapshot: Snapshot, names: Sequence[str], listed: Container[str]) -> None:
        """Take the cases into the catalogue whose references begin with one character."""
        part = snapshot.part_of(names[0])
        for name in names:
            known = part.find(f"{self._cases}/{name}", name)
            if known:
                self._catalogue.put_known(known)
            else:
                self._load_case(name, part, is_listed=name in listed)
        part.write()

    def _load_case(self, name: str, part: KnownPart, *, is_listed: bool) -> None:
        """Read a case, and take it into the catalogue, but one that cannot be read."""
        # Before anything is read, so that whatever changes from now on is seen at the next start.
        look = part.look_at(f"{self._cases}/{name}")
        found = find_case_folder(self._cases, name)
        if found is None:
            if is_listed:
                self._miss(name)
            return
        if THUMBNAILS in found.inside:
            self._not_dropped += 1
            look = None
        if found.error:
            self._leave_out_case(name, found.error)
        elif CASE_FILE in found.inside:
            self._load_case_file(name, part, look)
        else:
            self._miss_if_it_was_one(found, is_listed=is_listed)

    def _load_case_file(self, reference: str, part: KnownPart, look: Look | None) -> None:
        try:
            case = case_from(read_tables(f"{self._cases}/{reference}/{CASE_FILE}"))
            if case.reference != reference:
                raise ValueError("another case's file")
            self._catalogue.put(case)
        except (OSError, ValueError) as error:
            self._leave_out_case(reference, error)
        else:
            if look:
                part.note(look, case)

    def _miss_if_it_was_one(self, found: FoundFolder, *, is_listed: bool) -> None:
        # Put aside at an earlier start, or taken away by somebody. Else it never was a case: a
        # process died while it was adding one.
        asides = [name for name in found.inside if name.startswith("case.damaged")]
        if asides or is_listed or EVIDENCE in found.inside:
            self._miss(found.name, max(asides, default=""))

    def _leave_out_case(self, reference: str, error: Exception) -> None:
        path = self._case_folder(reference) / CASE_FILE
        self._leave_out(reference, path, error)
        self._unreadable[path] = f"{CASES}/{reference}"

    def _miss(self, reference: str, aside: str = "") -> None:
        """Know that there was a case, whose file is not there."""
        self.damaged[reference] = aside
        self._unreadable[self._case_folder(reference) / CASE_FILE] = f"{CASES}/{reference}"
        log.error("case missing", case=reference, file=aside)

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
                saved = case.changed(version=case.version + 1)
                await self._write(saved)
                return saved

    async def replace_damaged(self, case: Case) -> None:
        await asyncio.shield(self._replace_damaged(case))

    async def _replace_damaged(self, case: Case) -> None:
        reference = case.reference
        async with self._writing[reference]:
            with suppress(DamagedCase):
                self._read(reference)
                raise Conflict(reference)
            if self._is_any_taken_by_a_case(case.summary.sources):
                raise Conflict(reference)
            await self._write(case)
            self.damaged.pop(reference, None)
            self._unreadable.pop(self._case_folder(reference) / CASE_FILE, None)

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
