"""Putting a copy back into an empty place."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from store.backup.generations import (
    CopiedFile,
    Generation,
    manifest_from,
    piece_name,
    read_generations,
)
from store.backup.keys import KEY_NEEDED, DamagedBackup, FromKey
from store.backup.places import BackupPlace, open_place
from store.disk.durable import make_folder, unavailable
from store.disk.evidence import EVIDENCE
from store.errors import Trouble
from store.progress import each

#: The folder, within the one that is filled, that has everything until it is whole.
UNFINISHED = ".restoring"
#: What an empty folder may have in it.
NOTHING = {UNFINISHED, "lost+found"}

NOT_EMPTY = (
    "{folder} is not empty, and nothing is ever written over. Name an empty or a new folder."
)
NONE = "There is no backup at {place} yet."
NO_SUCH = "There is no backup called {name} at {place}. There are: {names}."
DAMAGED_LIST = "The backup {name} is damaged: its list of files cannot be read. {older}"
DAMAGED = (
    "The backup {name} is damaged: {number} of its files are missing or changed, "
    "the first is {first}. {older}"
)
OLDER = "Try an older one: --generation {name}"
NO_OLDER = "There is no older one."


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back."""

    #: Of the generation.
    name: str
    #: When it was made, in UTC.
    made: datetime
    files: int
    #: Bytes.
    size: int


@dataclass(frozen=True, slots=True)
class _Choice:
    """The generation to put back, and the sentence about those before it."""

    generation: Generation
    older: str


def restore(where: str, folder: Path, key_file: Path | None = None, name: str = "") -> Restored:
    """Put the newest generation back, or the one of this name, into an empty or new folder.

    Raises Trouble, and leaves nothing then.
    """
    key = FromKey(key_file) if key_file else None
    _must_be_empty(folder)
    try:
        place = open_place(where)
        choice = _choose(read_generations(place), where, name)
    except OSError as error:
        raise unavailable(error, Path(where)) from error

    generation = choice.generation
    restoring = _Restoring(place, _fitting_key(generation, key), folder)
    try:
        files = restoring.put_back(choice)
    except OSError as error:
        restoring.undo()
        raise unavailable(error, folder) from error
    except Trouble:
        restoring.undo()
        raise
    size = sum(file.size for file in files)
    return Restored(generation.name, generation.made, len(files), size)


def _must_be_empty(folder: Path) -> None:
    # A link that leads nowhere is something, too.
    if not os.path.lexists(folder):
        return
    if not folder.is_dir() or {path.name for path in folder.iterdir()} - NOTHING:
        raise Trouble(NOT_EMPTY.format(folder=folder))


def _choose(found: dict[str, Generation | None], where: str, name: str) -> _Choice:
    """The newest, or the one of this name. An older one is never a guess. Raises Trouble."""
    if not found:
        raise Trouble(NONE.format(place=where))
    if name and name not in found:
        raise Trouble(NO_SUCH.format(name=name, place=where, names=", ".join(found)))
    name = name or max(found)

    older = _word_older(found, name)
    chosen = found[name]
    if chosen is None:
        raise Trouble(DAMAGED_LIST.format(name=name, older=older))
    return _Choice(chosen, older)


def _word_older(found: dict[str, Generation | None], name: str) -> str:
    """What to say of the generations before that of this name, where it cannot be put back."""
    readable = [generation for generation in found.values() if generation]
    before = [generation.name for generation in readable if generation.name < name]
    return OLDER.format(name=before[-1]) if before else NO_OLDER


def _fitting_key(generation: Generation, key: FromKey | None) -> FromKey | None:
    """The key that opens a generation, or None where it needs none. Raises Trouble."""
    if not generation.key:
        return None
    if key is None:
        raise Trouble(KEY_NEEDED)
    key.must_fit(generation.key)
    return key


class _Restoring:
    """Fills a folder, or leaves it as it was."""

    def __init__(self, place: BackupPlace, key: FromKey | None, folder: Path) -> None:
        self._place = place
        self._key = key
        self._folder = folder
        self._is_new = not folder.exists()
        self._unfinished = folder / UNFINISHED
        self._moved: list[Path] = []

    def put_back(self, choice: _Choice) -> list[CopiedFile]:
        """Put all files of a generation back; which they are. Raises Trouble, and OSError.

        Nothing gets its own place until all is there and as it was copied.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.rmtree(self._unfinished, ignore_errors=True)
        files = self._read_list(choice)
        self._unfinished.mkdir(mode=0o700)
        damaged = [file.path for file in each(files) if not self._put_file_back(file)]
        if damaged:
            raise Trouble(
                DAMAGED.format(
                    name=choice.generation.name,
                    number=len(damaged),
                    first=damaged[0],
                    older=choice.older,
                )
            )

        for child in sorted(self._unfinished.iterdir()):
            self._moved.append(child.rename(self._folder / child.name))
        self._unfinished.rmdir()
        os.sync()
        return files

    def undo(self) -> None:
        """Take away what was put into the folder, and the folder itself if it is new."""
        left = [self._unfinished, *self._moved]
        if self._is_new:
            left.append(self._folder)
        for path in left:
            shutil.rmtree(path, ignore_errors=True)

    def _read_list(self, choice: _Choice) -> list[CopiedFile]:
        """The files of a generation. Raises Trouble where its list is not what was written."""
        generation = choice.generation
        try:
            content = self._read_manifest(generation)
            files = manifest_from(content)
            if not all(map(_is_within, files)):
                raise ValueError("a path that leads out of the folder")
        except (DamagedBackup, FileNotFoundError, ValueError) as error:
            said = DAMAGED_LIST.format(name=generation.name, older=choice.older)
            raise Trouble(said) from error
        return files

    def _read_manifest(self, generation: Generation) -> bytes:
        """Raises DamagedBackup, FileNotFoundError and ValueError."""
        into = BytesIO()
        self._read(generation.manifest, into)
        content = into.getvalue()
        # What is encrypted is checked in being decrypted; its piece has another hash.
        if not self._key and hashlib.sha256(content).hexdigest() != generation.manifest:
            raise ValueError("not as it was written")
        return content

    def _put_file_back(self, file: CopiedFile) -> bool:
        """Write a file; false where what is written now is not what was copied."""
        path = self._unfinished / file.path
        for parent in reversed(path.relative_to(self._unfinished).parents[:-1]):
            make_folder(self._unfinished / parent)
        # Nothing changes evidence once it is kept.
        mode = 0o400 if path.parent.name == EVIDENCE else 0o600
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, mode)
        with open(descriptor, "w+b") as out:
            try:
                self._read(file.piece, out)
            except (DamagedBackup, FileNotFoundError):
                return False
            out.flush()
            out.seek(0)
            return hashlib.file_digest(out, "sha256").hexdigest() == file.sha256

    def _read(self, piece: str, into: BinaryIO) -> None:
        """Raises DamagedBackup and FileNotFoundError."""
        chunks = self._place.read(piece_name(piece))
        if self._key:
            self._key.decrypt(chunks, into)
        else:
            into.writelines(chunks)


def _is_within(file: CopiedFile) -> bool:
    """Tells a file that lies in the data folder from one whose path leads out of it."""
    path = PurePosixPath(file.path)
    return not path.is_absolute() and ".." not in path.parts and bool(path.parts)
