"""Making a copy of the data folder, while a bot may own it."""

from __future__ import annotations

import errno
import hashlib
import os
from datetime import datetime
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import BinaryIO

from store.backup import reading
from store.backup.keys import ToKey
from store.backup.notes import notes_file, read_notes, write_notes
from store.backup.places import BackupPlace, UnderWay, open_place
from store.backup.writing import PLAIN, BackupOptions, GenerationWriter, Made
from store.disk.durable import is_of_one_file, read_file, unavailable
from store.disk.evidence import EVIDENCE
from store.disk.lock import lock_folder
from store.errors import StoreUnavailable, Trouble
from store.model.case import Case
from store.model.locked import Part, find_locked
from store.progress import each

INSIDE = "{place} is inside the data folder itself. Choose a place on another disk."
NO_DATA = "There is no data in {folder}. Set HEADSUP_DATA to the folder that the bot uses."

#: A case that is changed all the while is read again as often.
TRIES = 20


def make(folder: Path, where: str, now: datetime, options: BackupOptions = PLAIN) -> Made:
    """Make a new generation of the data folder, named after `now`, in the place `where`.

    Raises Trouble, and leaves the older generations as they were.
    """
    # A wrong key is found before anything is made.
    if options.public:
        ToKey(options.public)
    if not (folder / "cases").is_dir():
        raise Trouble(NO_DATA.format(folder=folder))
    is_folder = "://" not in where
    if is_folder and Path(where).resolve().is_relative_to(folder.resolve()):
        raise Trouble(INSIDE.format(place=where))
    try:
        place = open_place(where, new=options.new)
        with _lock_own_folder(folder, where), place.lock():
            return _Copier(folder, place, options).copy(now)
    except OSError as error:
        raise unavailable(error, Path(where)) from error


def _lock_own_folder(folder: Path, where: str) -> BinaryIO:
    """Let one backup of a data folder run at a time. Raises UnderWay where another does.

    Ended processes hold nothing.
    """
    try:
        return lock_folder(reading.own_folder(folder))
    except StoreUnavailable as error:
        raise UnderWay(where) from error


class _Copier:
    """Copies one data folder into one place, once."""

    def __init__(self, folder: Path, place: BackupPlace, options: BackupOptions) -> None:
        self._folder = folder
        own_folder = reading.own_folder(folder)
        self._notes_file = notes_file(own_folder, place.where, options.public)
        self._notes = read_notes(self._notes_file)
        self._new = GenerationWriter(place, options, self._notes, own_folder)
        #: Cases of which others are a part: they may be newer than the first look at the folder.
        self._joined: set[str] = set()
        #: Cases whose evidence no copy takes along.
        self._locked: frozenset[str] = frozenset()
        #: The cases as they were copied.
        self._parts: list[Part] = []

    def copy(self, now: datetime) -> Made:
        """Raises Trouble, and OSError."""
        self._new.begin(reading.id_of(self._folder), now)
        self._locked = reading.locked_cases(self._folder)
        self._copy_cases()
        # What was locked or erased while the copy was made.
        self._new.forget_evidence(find_locked(self._parts), EVIDENCE)
        self._new.forget_cases(self._copy_other_files())
        return self._new.finish(now, self._keep_notes)

    def _keep_notes(self) -> None:
        write_notes(self._notes_file, self._notes, self._new.files)

    def _copy_cases(self) -> None:
        seen: set[str] = set()
        homes = reading.case_folders(self._folder)
        while homes:
            for home in each(homes):
                seen.add(home.name)
                self._copy_case(home)
            # What a case has meanwhile become part of may not have been there at the first look.
            homes = [self._folder / "cases" / name for name in sorted(self._joined - seen)]

    def _copy_other_files(self) -> set[str]:
        """Copy what is no case's; the references of cases that were erased."""
        erased: set[str] = set()
        for path in reading.walk_other_files(self._folder, self._note_unreadable):
            content = self._copy_small(path)
            if content and path.parent.name == reading.LAST:
                erased.update(reading.parse_erased(content))
        return erased

    def _copy_case(self, home: Path) -> None:
        """Copy a case and what it lists, all of it as of one moment."""
        path = home / "case.json"
        for _ in range(TRIES):
            content = self._copy_small(path)
            case = reading.parse_case(content) if content is not None else None
            if content is None or case is None:
                self._copy_as_it_lies(home, may_be_copied=self._may_be_copied(path))
                return
            if self._copy_evidence(case, path, content):
                self._parts.append(Part.of(case))
                return

    def _copy_evidence(self, case: Case, path: Path, content: bytes) -> bool:
        """Copy what a case lists; false where its file, read as `content`, has changed meanwhile.

        Then something that it listed was taken out, and nothing of it is in the copy.
        """
        is_locked = case.withheld or case.reference in self._locked
        wanted = [] if is_locked else reading.evidence_paths(case, path.parent)
        missing = [each for each in wanted if not self._copy_large(each)]
        if missing and not _holds(path, content):
            for each in wanted:
                self._new.files.pop(self._within(each), None)
            return False
        for each in missing:
            self._note(each)
        if case.joined_to:
            self._joined.add(case.joined_to)
        return True

    def _may_be_copied(self, path: Path) -> bool:
        """Tell whether the evidence of a case, whose file here cannot be read, may be copied."""
        try:
            return reading.may_be_copied(_read(path))
        except (OSError, ValueError):
            return False

    def _copy_as_it_lies(self, home: Path, *, may_be_copied: bool) -> None:
        """Copy a case that cannot be read, or is gone: whatever lies in its folder.

        Evidence that may be locked only where an earlier backup has it: then it was not.
        """
        for path in reading.walk_files(home, self._note_unreadable):
            is_evidence = path.parent.name == EVIDENCE
            if is_evidence and not may_be_copied and self._within(path) not in self._notes.seen:
                self._note(path)
                continue
            self._copy_large(path)
            if path.name == "case.json" or ".damaged" in path.name:
                self._note(path)
        for path in home.glob("case.*"):
            if path.is_dir():
                self._note(path)

    def _copy_small(self, path: Path) -> bytes | None:
        """Copy a file that is read at once; its content, or None where it is gone or unreadable."""
        try:
            content = _read(path)
        except OSError as error:
            self._note_unreadable(error)
            return None
        except ValueError:
            self._note(path)
            return None
        if content is not None:
            sha256 = hashlib.sha256(content).hexdigest()
            self._add(path, len(content), sha256, BytesIO(content))
        return content

    def _copy_large(self, path: Path) -> bool:
        """Copy evidence and the like, which is read only where it has changed.

        False where it is gone.
        """
        name = self._within(path)
        if path.exists() and not path.is_file():
            self._note(path)
            return True
        try:
            file = path.open("rb")
        except FileNotFoundError:
            return False
        except OSError as error:
            self._note_unreadable(error)
            return True
        try:
            with file:
                found = os.fstat(file.fileno())
                stamp = (found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
                sha256 = self._notes.known_hash(name, stamp)
                if sha256 is None:
                    sha256 = self._hash(file)
                    if not sha256:
                        return True
                if path.parent.name == EVIDENCE and path.name != sha256:
                    self._note(path)
                self._add(path, found.st_size, sha256, file)
                self._notes.seen[name] = (*stamp, sha256)
        except FileNotFoundError:
            return False
        return True

    def _hash(self, file: BufferedReader) -> str:
        """The SHA-256 of a file, which is then read from its beginning; none where it cannot be."""
        try:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            error.filename = file.name
            self._note_unreadable(error)
            return ""
        file.seek(0)
        return sha256

    def _note_unreadable(self, error: OSError) -> None:
        """Go on without a file or folder that cannot be read, and tell of it unless it is gone.

        Raises the error where it is not the file's fault.
        """
        if isinstance(error, FileNotFoundError):
            return
        if error.filename is None or not is_of_one_file(error):
            raise error
        self._note(Path(error.filename))

    def _note(self, path: Path) -> None:
        self._new.note(self._within(path))

    def _add(self, path: Path, size: int, sha256: str, content: BinaryIO) -> None:
        self._new.add(self._within(path), size, sha256, content)

    def _within(self, path: Path) -> str:
        return path.relative_to(self._folder).as_posix()


def _holds(path: Path, content: bytes) -> bool:
    """True where a file still is as it was read. Raises OSError."""
    try:
        return _read(path) == content
    except ValueError:
        return False


def _read(path: Path) -> bytes | None:
    """The content of a file; None where it is gone, or was replaced on a share meanwhile.

    Raises OSError, and ValueError where it is no file.
    """
    try:
        return read_file(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if error.errno == errno.ESTALE:
            return None
        raise
