"""Making a copy of a school that is in a database, while bots write to it.

The copy is what a data folder would hold, so it is put back as one: into a folder, or through that
into a database. The records are those of one moment. Evidence is read after them, and what was
erased or locked meanwhile is left out in the end.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Protocol

import msgspec
import orjson

from store.backup.notes import Notes
from store.backup.places import BackupPlace, UnderWay, open_place
from store.backup.reading import ID
from store.backup.writing import PLAIN, BackupOptions, GenerationWriter, Made
from store.base import Store
from store.disk.aside import folder_aside
from store.disk.durable import unavailable
from store.disk.evidence import EVIDENCE, sha256_of
from store.disk.seal import seal
from store.documents import Tables, case_tables, record_tables, to_json
from store.errors import DamagedCase, NotFound, Trouble
from store.model.case import Case
from store.model.evidence import Evidence
from store.model.invitations import Invitation
from store.model.locked import Part, find_locked
from store.model.memos import FOLDERS, Erased, Kind
from store.model.place_notes import BACKUP_ID
from store.model.records import Notice, Person
from store.progress import each
from store.tiny.memos import name_of, path_of_memo

NOTHING = (
    "There is no case and nobody of this school in the database, so a backup would be empty. "
    "Are DATABASE_URL and HEADSUP_SCHOOL right?"
)

#: A case that is changed all the while is read again as often.
TRIES = 20
#: The name of the note that says which piece holds what, of one place and one key.
PIECES = "backup-pieces {which}"


class Snapshot(Protocol):
    """The records of a school as of one moment: see `store.base.Store`."""

    async def references(self) -> Sequence[str]: ...
    async def case(self, reference: str) -> Case: ...
    async def people(self) -> Sequence[Person]: ...
    async def invitations(self) -> Sequence[Invitation]: ...
    async def loose(self, *words: str) -> Sequence[Notice]: ...
    async def memos(self, kind: type[Kind]) -> Sequence[Kind]: ...


class CopiedStore(Store, Protocol):
    """A store of which there can be a snapshot: see `store.postgres.store`."""

    def backing_up(self) -> AbstractAsyncContextManager[bool]: ...
    def snapshot(self) -> AbstractAsyncContextManager[Snapshot]: ...


async def make_of_store(
    store: CopiedStore, where: str, now: datetime, options: BackupOptions = PLAIN
) -> Made:
    """Make a new generation of all that a store holds, named after `now`, in the place `where`.

    It reads and writes files as it goes, so it wants an event loop of its own. Raises Trouble, and
    leaves the older generations as they were.
    """
    try:
        place = open_place(where, new=options.new)
        async with store.backing_up() as is_alone:
            if not is_alone:
                raise UnderWay(where)
            with place.lock(), _spool() as spool:
                return await _StoreCopier(store, place, options, spool).copy(now)
    except OSError as error:
        raise unavailable(error, Path(where)) from error


def _spool() -> AbstractContextManager[Path]:
    """A folder for what is encrypted and does not fit into memory."""
    return folder_aside(None)


class _StoreCopier:
    """Copies one store into one place, once."""

    def __init__(
        self, store: CopiedStore, place: BackupPlace, options: BackupOptions, spool: Path
    ) -> None:
        self._store = store
        self._place = place
        self._options = options
        self._spool = spool
        which = hashlib.sha256(f"{place.where} {options.public}".encode()).hexdigest()[:16]
        self._notes_name = PIECES.format(which=which)

    async def copy(self, now: datetime) -> Made:
        """Raises Trouble, and OSError."""
        notes = await self._read_notes()
        self._new = GenerationWriter(self._place, self._options, notes, self._spool)
        of = await self._id()
        self._new.begin(of, now)

        async with self._store.snapshot() as snapshot:
            cases = await self._copy_cases(snapshot)
            people = await self._copy_others(snapshot)
        if not cases and not people:
            raise Trouble(NOTHING)
        for where in await self._store.unreadable():
            self._new.note(where)
        self._add(ID, of.encode())

        locked = find_locked(map(Part.of, cases))
        for case in each(cases):
            if case.reference not in locked:
                await self._copy_evidence(case)
        await self._leave_out_what_has_gone()
        made = self._new.finish(now, lambda: None)
        await self._write_notes(notes)
        return made

    async def _id(self) -> str:
        """Tells the backups of this school from others; made when it is first wanted."""
        found = await self._store.place_note(BACKUP_ID)
        if not found:
            found = secrets.token_hex(16)
            await self._store.put_place_note(BACKUP_ID, found)
        return found

    # --- records --------------------------------------------------------------------------------

    async def _copy_cases(self, snapshot: Snapshot) -> list[Case]:
        """Copy all that can be read; which they are."""
        cases: list[Case] = []
        for reference in each(await snapshot.references()):
            try:
                case = await snapshot.case(reference)
            except DamagedCase:
                # It is named among what cannot be read. An older generation may have it whole.
                continue
            self._add_case(case)
            cases.append(case)
        return cases

    async def _copy_others(self, snapshot: Snapshot) -> int:
        """Copy what is no case; how many people there are."""
        people = await snapshot.people()
        for person in people:
            self._add_record(Path("people", f"{person.id}.json"), person)
        for invitation in await snapshot.invitations():
            self._add_record(Path("invitations", f"{invitation.digest}.json"), invitation)
        for notice in await snapshot.loose():
            self._add_record(Path("notices", f"{name_of(notice.key)}.json"), notice)
        for kind in FOLDERS:
            for memo in await snapshot.memos(kind):
                self._add_record(path_of_memo(Path(), kind, memo.memo_key), memo)
        return len(people)

    async def _leave_out_what_has_gone(self) -> None:
        """Leave out what was locked or erased while the copy was made."""
        locked = find_locked(map(Part.of, await self._store.summaries()))
        self._new.forget_evidence(locked, EVIDENCE)
        erased: set[str] = set()
        for memo in await self._store.memos(Erased):
            self._add_record(path_of_memo(Path(), Erased, memo.memo_key), memo)
            erased.update(memo.references)
        self._new.forget_cases(erased)

    def _add_case(self, case: Case) -> None:
        self._add_tables(Path("cases", case.reference, "case.json"), case_tables(case))

    def _add_record(self, path: Path, record: object) -> None:
        self._add_tables(path, record_tables(record))

    def _add_tables(self, path: Path, tables: Tables) -> None:
        self._add(path.as_posix(), seal(to_json(tables)))

    def _add(self, name: str, content: bytes) -> None:
        self._new.add(name, len(content), hashlib.sha256(content).hexdigest(), BytesIO(content))

    # --- evidence -------------------------------------------------------------------------------

    async def _copy_evidence(self, case: Case) -> None:
        """Copy what a case lists, where it does not lie in the place already.

        A case that has let go of something since is copied anew, as it is now.
        """
        for _ in range(TRIES):
            missing = [item for item in case.evidence if not await self._copy_item(case, item)]
            if not missing:
                return
            try:
                case_now = await self._store.case(case.reference)
            except NotFound:
                # Erased meanwhile: the whole case is left out in the end.
                return
            if case_now.version == case.version:
                for item in missing:
                    self._new.note(_evidence_name(case, item))
                return
            self._new.forget_evidence({case.reference}, EVIDENCE)
            self._add_case(case_now)
            case = case_now

    async def _copy_item(self, case: Case, item: Evidence) -> bool:
        """Copy a piece of evidence; False where it is gone."""
        if not item.sha256:
            return True
        name = _evidence_name(case, item)
        if item.size is not None and self._new.add_again(name, item.size, item.sha256):
            return True
        try:
            async with self._store.kept(case.reference, item.sha256) as path:
                sha256 = sha256_of(path)
                with path.open("rb") as file:
                    self._new.add(name, os.fstat(file.fileno()).st_size, sha256, file)
        except NotFound:
            return False
        if sha256 != item.sha256:
            self._new.note(name)
        return True

    # --- what is remembered between backups -----------------------------------------------------

    async def _read_notes(self) -> Notes:
        """Which piece holds what: only of what is encrypted it cannot be told otherwise."""
        text = await self._store.place_note(self._notes_name)
        return msgspec.json.decode(text, type=Notes) if text else Notes()

    async def _write_notes(self, notes: Notes) -> None:
        """Of what the new generation holds, and nothing else: what was erased leaves no trace."""
        hashes = {copied.sha256 for copied in self._new.files.values()}
        pieces = {sha256: piece for sha256, piece in notes.pieces.items() if sha256 in hashes}
        if pieces:
            await self._store.put_place_note(self._notes_name, orjson.dumps(Notes(pieces)).decode())


def _evidence_name(case: Case, item: Evidence) -> str:
    return f"cases/{case.reference}/{EVIDENCE}/{item.sha256}"
