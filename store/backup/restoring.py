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

from store.backup.generations import Copied, Generation, manifest_from, piece_name, read_generations
from store.backup.keys import KEY_NEEDED, Damaged, FromKey
from store.backup.places import Place, open_place
from store.disk.durable import make_folder, unavailable
from store.disk.evidence import EVIDENCE
from store.errors import Trouble

UNFINISHED = ".restoring"
NOTHING = {UNFINISHED, "lost+found"}

NOT_EMPTY = (
    "{folder} holds something already. Name an empty or a new folder: nothing is ever written over."
)
NONE = "There is no backup at {place} yet."
NO_SUCH = "There is no backup called {name} at {place}. There are: {names}."
DAMAGED_LIST = "The backup {name} is damaged: its list of files cannot be read. {older}"
DAMAGED = "The backup {name} is damaged: {number} of its files are missing or changed, the first is {first}. {older}"
OLDER = "Try an older one: --generation {name}"
NO_OLDER = "There is no older one."


@dataclass(frozen=True, slots=True)
class Restored:
    name: str  # of the generation
    made: datetime
    files: int
    size: int  # bytes


def restore(where: str, folder: Path, key_file: Path | None = None, name: str = "") -> Restored:
    """Put the newest generation back, or the one of this name. Raises Trouble, and leaves nothing then."""
    key = FromKey(key_file) if key_file else None
    _must_be_empty(folder)
    try:
        place = open_place(where)
        generation, older = _chosen(read_generations(place), where, name)
    except OSError as error:
        raise unavailable(error, Path(where)) from error
    if generation.key and key is None:
        raise Trouble(KEY_NEEDED)
    if generation.key and key:
        key.must_fit(generation.key)
    unfinished, is_new = folder / UNFINISHED, not folder.exists()
    moved: list[Path] = []
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.rmtree(unfinished, ignore_errors=True)
        files = _Restoring(place, key if generation.key else None, unfinished).all_of(
            generation, older
        )
        for child in sorted(unfinished.iterdir()):
            moved.append(child.rename(folder / child.name))
        unfinished.rmdir()
        os.sync()
    except (OSError, Trouble) as error:
        for left in (unfinished, *moved, *([folder] if is_new else [])):
            shutil.rmtree(left, ignore_errors=True)
        if isinstance(error, OSError):
            raise unavailable(error, folder) from error
        raise
    return Restored(generation.name, generation.made, len(files), sum(file.size for file in files))


def _must_be_empty(folder: Path) -> None:
    if os.path.lexists(folder) and (
        not folder.is_dir() or {p.name for p in folder.iterdir()} - NOTHING
    ):
        raise Trouble(NOT_EMPTY.format(folder=folder))


def _chosen(found: dict[str, Generation | None], where: str, name: str) -> tuple[Generation, str]:
    """The newest, or the one of this name, and what to say of those before it. An older one is never a guess."""
    if not found:
        raise Trouble(NONE.format(place=where))
    if name and name not in found:
        raise Trouble(NO_SUCH.format(name=name, place=where, names=", ".join(found)))
    name = name or max(found)
    before = [each.name for each in found.values() if each and each.name < name]
    older = OLDER.format(name=before[-1]) if before else NO_OLDER
    chosen = found[name]
    if chosen is None:
        raise Trouble(DAMAGED_LIST.format(name=name, older=older))
    return chosen, older


class _Restoring:
    def __init__(self, place: Place, key: FromKey | None, into: Path) -> None:
        self._place, self._key, self._into = place, key, into

    def all_of(self, generation: Generation, older: str) -> list[Copied]:
        content = BytesIO()
        try:
            self._read(generation.manifest, content)
            if (
                not self._key
                and hashlib.sha256(content.getvalue()).hexdigest() != generation.manifest
            ):
                raise ValueError("not as it was written")
            files = manifest_from(content.getvalue())
            if not all(map(_is_within, files)):
                raise ValueError("a path that leads out of the folder")
        except (Damaged, FileNotFoundError, ValueError) as error:
            raise Trouble(DAMAGED_LIST.format(name=generation.name, older=older)) from error
        self._into.mkdir(mode=0o700)
        damaged = [file.path for file in files if not self._put_back(file)]
        if damaged:
            said = {
                "name": generation.name,
                "number": len(damaged),
                "first": damaged[0],
                "older": older,
            }
            raise Trouble(DAMAGED.format(**said))
        return files

    def _put_back(self, file: Copied) -> bool:
        """Whether what is written now is what was copied."""
        path = self._into / file.path
        for parent in reversed(path.relative_to(self._into).parents[:-1]):
            make_folder(self._into / parent)
        mode = 0o400 if path.parent.name == EVIDENCE else 0o600
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, mode)
        with open(descriptor, "w+b") as out:
            try:
                self._read(file.piece, out)
            except (Damaged, FileNotFoundError):
                return False
            out.flush()
            out.seek(0)
            return hashlib.file_digest(out, "sha256").hexdigest() == file.sha256

    def _read(self, piece: str, into: BinaryIO) -> None:
        """Raises Damaged, FileNotFoundError."""
        pieces = self._place.read(piece_name(piece))
        if self._key:
            self._key.decrypt(pieces, into)
        else:
            into.writelines(pieces)


def _is_within(file: Copied) -> bool:
    path = PurePosixPath(file.path)
    return not path.is_absolute() and ".." not in path.parts and bool(path.parts)
