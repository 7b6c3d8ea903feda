"""The embedded store as a whole: opening it, erasing, and the notices."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

import structlog

from store.collector import collector_paused
from store.disk.durable import (
    make_folder,
    remove_file,
    remove_partial,
    try_writing,
    unavailable,
)
from store.disk.lock import lock_folder
from store.documents import record_tables
from store.erasing import NAMING, NamingMemo, memos_naming, reference_pattern, without_question
from store.errors import Conflict, StoreUnavailable
from store.model.case import Case
from store.model.memos import FOLDERS, Erased, Exported
from store.model.records import Notice
from store.tiny.beginning import CASES
from store.tiny.cases import CaseFiles
from store.tiny.catalogue import NO_CASE
from store.tiny.counting import RateCounter
from store.tiny.erasing import find_left_over, remove_case, remove_loose
from store.tiny.files import write_tables
from store.tiny.memos import name_of
from store.tiny.people import PeopleFiles
from store.tiny.place_notes import put_place_note, read_place_note
from store.tiny.references import REFERENCES
from store.tiny.snapshot import USUAL, SnapshotRules, drop_parts

NOT_REMOVED = "erased, but not yet removed; that is tried again at the next start"

log = structlog.get_logger()


class TinyStore(PeopleFiles, CaseFiles):
    """A Store in a folder. Made by `open`; see `store.base.Store` for what each call promises.

    A write goes on when its caller is cancelled (`shield`).
    """

    from_memory = frozenset(
        (
            *("by_source", "summaries", "related", "alike", "wanted", "count"),
            *("claim", "to_wake", "next_due", "unsent", "loose", "unreadable"),
            *("people", "having", "person", "by_account", "memo"),
        )
    )

    def __init__(self, folder: Path, lock: BinaryIO) -> None:
        super().__init__(folder, lock)
        self._rates = RateCounter()

    @classmethod
    def open(cls, folder: Path, rules: SnapshotRules = USUAL) -> TinyStore:
        """Take the folder, making it where it is missing. Raises StoreUnavailable.

        `rules`: when to keep what was read of the cases for the next start.
        """
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            store = cls(folder, lock_folder(folder))
            for name in (CASES, "people", "invitations", "notices", *FOLDERS.values()):
                make_folder(folder / name)
                try_writing(folder / name)
            store._load(rules)
        except OSError as error:
            raise unavailable(error, folder) from error
        return store

    def _load(self, rules: SnapshotRules) -> None:
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
            self._load_cases(rules)
        self._load_records("notices", Notice, self._catalogue.put_loose)

    async def count(self, what: str, at: datetime, span: timedelta, most: int) -> datetime | None:
        return self._rates.hit(what, at, span, most)

    @asynccontextmanager
    async def kept_still(self) -> AsyncIterator[None]:
        # Whoever opened the folder has it alone.
        yield

    async def take_part(self) -> None:
        """Nothing is left to do: whoever opened the folder has it alone."""

    async def claims_freed(self) -> None:
        # Never: claims are in memory, and die with the process.
        await asyncio.Event().wait()

    async def place_note(self, name: str) -> str:
        try:
            return await asyncio.to_thread(read_place_note, self.folder, name)
        except OSError as error:
            raise unavailable(error, self.folder) from error

    async def put_place_note(self, name: str, text: str) -> None:
        try:
            await asyncio.to_thread(put_place_note, self.folder, name, text)
        except OSError as error:
            raise unavailable(error, self.folder) from error

    async def outgrown(self) -> None:
        # Never: nobody else changes the folder.
        await asyncio.Event().wait()

    async def close(self) -> None:
        await asyncio.to_thread(self._threads.shutdown)
        self._lock.close()

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
            await self._in_thread(drop_parts, self.folder, references)
            for reference in references:
                await self._in_thread(remove_case, self._case_folder(reference))
        except StoreUnavailable as error:
            log.error(NOT_REMOVED, why=str(error))

    def _memos_naming(self, references: Sequence[str]) -> list[NamingMemo]:
        found: list[NamingMemo] = []
        for kind in NAMING:
            found += memos_naming(self._memos[kind].values(), references)
        return found

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
        drop_parts(self.folder, left)
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

    async def unsent(self, now: datetime) -> Sequence[Notice]:
        return self._catalogue.unsent(now)

    async def loose(self, *words: str) -> Sequence[Notice]:
        return self._catalogue.loose(words)

    async def forget(self, *keys: str) -> None:
        await asyncio.shield(self._forget(keys))

    async def _forget(self, keys: Sequence[str]) -> None:
        for key in keys:
            path = self.folder / "notices" / f"{name_of(key)}.json"
            async with self._writing[path.name]:
                if self._catalogue.is_settled(key):
                    await self._change(path, partial(remove_file, path))
                    self._catalogue.forget(key)

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
            await self._write(case.changed(version=case.version + 1))
