"""Making a copy of the data folder, while a bot may own it."""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import orjson

from store.backup import reading
from store.backup.generations import (
    Copied,
    Generation,
    kept,
    manifest_bytes,
    path_of,
    piece_name,
    read_generations,
    to_bytes,
)
from store.backup.keys import ToKey
from store.backup.places import CHUNK, UNDER_WAY, Place, open_place
from store.disk.durable import lock_folder, replace_file, unavailable
from store.disk.evidence import EVIDENCE
from store.documents import adapter
from store.errors import StoreUnavailable, Trouble

ANOTHERS = "{place} holds the backups of another data folder, and would lose them. Choose another place for these."
INSIDE = "{place} lies within the data folder itself. Choose a place on another disk."
NO_DATA = "There is no data in {folder}. Set HEADSUP_DATA to the folder that the bot uses."
NOT_AS_WRITTEN = "{place} does not give back what was written to it. Try another disk."
STOPPED = "The backup was stopped. The next one goes on from where it was."

TRIES = 20  # a case that is changed all the while is read again
IN_MEMORY = 8 * CHUNK
PARTS = 7  # as many backups look through all the pieces that were written before


@dataclass(frozen=True, slots=True)
class Made:
    """What a backup did."""

    name: str  # of the generation
    files: int
    size: int  # bytes of all files
    copied: int  # pieces that were not there yet
    copied_size: int  # bytes
    odd: tuple[str, ...]  # files that are not as they were written
    mended: int  # older pieces that were damaged, and were taken away
    generations: int  # that are kept


@dataclass(slots=True)
class Known:
    """What is remembered between backups to one place. Without it, one costs more and copies the same."""

    pieces: dict[str, str] = field(
        default_factory=dict
    )  # SHA-256 of a file -> its piece, where encrypted
    seen: dict[str, tuple[int, int, int, int, str]] = field(
        default_factory=dict
    )  # path -> stamp and SHA-256


def make(
    folder: Path,
    where: str,
    now: datetime,
    public: str = "",
    *,
    forget_older: bool = False,
    new: bool = True,
    stopped: Callable[[], bool] = lambda: False,
) -> Made:
    """A new generation. `public`: encrypt it to this age key. `forget_older`: keep no other generation.
    `new`: False where there must be one already, so that a disk that is not attached is not taken for an empty one.

    Raises Trouble, and leaves the older generations as they were.
    """
    if public:
        ToKey(public)  # before anything is made
    if not (folder / "cases").is_dir():
        raise Trouble(NO_DATA.format(folder=folder))
    if "://" not in where and Path(where).resolve().is_relative_to(folder.resolve()):
        raise Trouble(INSIDE.format(place=where))
    try:
        place = open_place(where, new=new)
        with _one_at_a_time(folder, where), place.lock():
            return _Making(folder, where, place, public, stopped).make(now, forget_older)
    except OSError as error:
        raise unavailable(error, Path(where)) from error


def _one_at_a_time(folder: Path, where: str) -> BinaryIO:
    """Raises Trouble. Ended processes hold nothing."""
    try:
        return lock_folder(reading.own_folder(folder))
    except StoreUnavailable as error:
        raise Trouble(UNDER_WAY.format(place=where)) from error


class _Making:
    def __init__(
        self, folder: Path, where: str, place: Place, public: str, stopped: Callable[[], bool]
    ) -> None:
        self._folder, self._where, self._place, self._stopped = folder, where, place, stopped
        self._public, self._key = public, ToKey(public) if public else None
        name = hashlib.sha256(f"{where} {public}".encode()).hexdigest()[:16]
        self._notes = reading.own_folder(folder) / f"{name}.json"
        self._known = self._read_notes()
        self._there: dict[str, int] = {}  # pieces that lie there already
        self._files: dict[str, Copied] = {}
        self._joined: set[str] = (
            set()
        )  # cases of which others are a part: they may be newer than the first look
        self._odd: list[str] = []
        self._copied = self._copied_size = 0

    def make(self, now: datetime, forget_older: bool) -> Made:
        of = reading.id_of(self._folder)
        before = read_generations(self._place)
        if any(each and each.of != of for each in before.values()):
            raise Trouble(ANOTHERS.format(place=self._where))
        self._there = self._place.sizes("pieces")
        mended = self._look_through(now)
        self._read_folder()
        manifest = self._piece(manifest_bytes(self._files.values()))
        pieces = {manifest, *(copied.piece for copied in self._files.values())}
        made = Generation(now, of, self._public, len(self._files), manifest, tuple(sorted(pieces)))
        self._place.settle()
        self._put(path_of(made.name), BytesIO(to_bytes(made)))
        self._place.settle()
        self._write_notes()
        left = self._forget([made] if forget_older else [*filter(None, before.values()), made])
        size = sum(copied.size for copied in self._files.values())
        done = (self._copied, self._copied_size, tuple(self._odd), mended, left)
        return Made(made.name, len(self._files), size, *done)

    # --- what is read ---------------------------------------------------------------------------------

    def _read_folder(self) -> None:
        known: set[str] = set()
        homes = reading.case_folders(self._folder)
        while homes:
            for home in homes:
                known.add(home.name)
                self._case(home)
            homes = [self._folder / "cases" / name for name in sorted(self._joined - known)]
        erased: set[str] = set()
        for path in reading.others(self._folder):
            content = self._small(path)
            if content and path.parent.name == reading.LAST:
                erased.update(reading.erased_in(content))
        gone = [
            name
            for name in self._files
            if name.startswith("cases/") and name.split("/")[1] in erased
        ]
        for name in gone:
            del self._files[name]

    def _case(self, home: Path) -> None:
        """A case, and what it lists: all of it as of one moment."""
        path = home / "case.json"
        for _ in range(TRIES):
            content = self._small(path)
            case = reading.case_in(content) if content is not None else None
            if case is None:
                self._as_it_lies(home)
                return
            wanted = list(reading.listed(case, home))
            missing = [each for each in wanted if not self._large(each)]
            if not missing or _content(path) == content:
                self._odd += map(self._within, missing)
                self._joined |= {case.joined_to} if case.joined_to else set()
                return
            for each in wanted:  # it was changed meanwhile: something was taken out
                self._files.pop(self._within(each), None)

    def _as_it_lies(self, home: Path) -> None:
        for path in reading.all_in(home):
            self._large(path)
            if path.name == "case.json" or ".damaged" in path.name:
                self._odd.append(self._within(path))

    def _within(self, path: Path) -> str:
        return path.relative_to(self._folder).as_posix()

    def _small(self, path: Path) -> bytes | None:
        """Copy a file that is read at once; None where it is gone."""
        content = _content(path)
        if content is not None:
            sha256 = hashlib.sha256(content).hexdigest()
            self._note(path, len(content), sha256, self._piece(content, sha256))
        return content

    def _large(self, path: Path) -> bool:
        """Copy evidence and the like, unless it has been copied; whether it is there."""
        try:
            with path.open("rb") as file:
                found = os.fstat(file.fileno())
                stamp = (found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
                *before, sha256 = self._known.seen.get(self._within(path), (0, ""))
                if tuple(before) != stamp:
                    sha256 = hashlib.file_digest(file, "sha256").hexdigest()
                    file.seek(0)
                if path.parent.name == EVIDENCE and path.name != sha256:
                    self._odd.append(self._within(path))
                self._note(path, found.st_size, sha256, self._piece(file, sha256))
                self._known.seen[self._within(path)] = (*stamp, sha256)
        except FileNotFoundError:
            return False
        return True

    def _note(self, path: Path, size: int, sha256: str, piece: str) -> None:
        self._files[self._within(path)] = Copied(self._within(path), size, sha256, piece)

    # --- what is written ------------------------------------------------------------------------------

    def _piece(self, content: bytes | BinaryIO, sha256: str = "") -> str:
        """See that the bytes lie in the place; the name of their piece."""
        if self._stopped():
            raise Trouble(STOPPED)
        sha256 = sha256 or hashlib.sha256(_bytes(content)).hexdigest()
        piece = self._known.pieces.get(sha256, "") if self._key else sha256
        if not piece or piece_name(piece) not in self._there:
            piece = self._write(
                content if not isinstance(content, bytes) else BytesIO(content), sha256
            )
        if self._key:
            self._known.pieces[sha256] = piece
        return piece

    def _write(self, content: BinaryIO, sha256: str) -> str:
        if self._key is None:
            return self._put_piece(sha256, content)
        with tempfile.SpooledTemporaryFile(IN_MEMORY, dir=str(self._notes.parent)) as spool:
            self._key.encrypt(content, spool)  # type: ignore[arg-type]
            spool.seek(0)
            digest = hashlib.sha256()
            while piece := spool.read(CHUNK):
                digest.update(piece)
            spool.seek(0)
            return self._put_piece(digest.hexdigest(), spool)  # type: ignore[arg-type]

    def _put_piece(self, sha256: str, content: BinaryIO) -> str:
        size = self._put(piece_name(sha256), content, sha256)
        self._there[piece_name(sha256)] = size
        self._copied += 1
        self._copied_size += size
        return sha256

    def _put(self, name: str, content: BinaryIO, sha256: str = "") -> int:
        """Write it, and read it back."""
        self._place.put(name, content)
        size = content.tell()
        content.seek(0)
        expected = sha256 or hashlib.sha256(content.read()).hexdigest()
        if self._hash_of(name) != expected:
            self._place.remove([name])
            raise Trouble(NOT_AS_WRITTEN.format(place=self._where))
        return size

    def _hash_of(self, name: str) -> str:
        digest = hashlib.sha256()
        for piece in self._place.read(name):
            digest.update(piece)
        return digest.hexdigest()

    def _look_through(self, now: datetime) -> int:
        """A part of the older pieces each time; what is damaged goes, and is written again if it is still held."""
        turn = now.toordinal() % PARTS
        names = [
            name for name in self._there if int(name.rpartition("/")[2][:4], 16) % PARTS == turn
        ]
        damaged = [name for name in names if self._hash_of(name) != name.rpartition("/")[2]]
        self._place.remove(damaged)
        for name in damaged:
            del self._there[name]
        return len(damaged)

    # --- what is kept ---------------------------------------------------------------------------------

    def _forget(self, generations: list[Generation]) -> int:
        """Take away older generations, and the pieces that none of the others needs; how many are left."""
        names = kept(generations)
        lists = self._place.sizes("generations")
        self._place.remove(path for path in lists if path not in map(path_of, names))
        needed = {
            piece_name(piece) for each in generations if each.name in names for piece in each.pieces
        }
        self._place.remove([name for name in self._place.sizes("pieces") if name not in needed])
        return len(names)

    def _read_notes(self) -> Known:
        with suppress(OSError, ValueError):
            known: Known = adapter(Known).validate_python(orjson.loads(self._notes.read_bytes()))
            return known
        return Known()

    def _write_notes(self) -> None:
        """Of what the new generation holds, and nothing else: what was erased leaves no trace here."""
        hashes = {copied.sha256 for copied in self._files.values()}
        pieces = {sha256: piece for sha256, piece in self._known.pieces.items() if sha256 in hashes}
        seen = {path: stamp for path, stamp in self._known.seen.items() if path in self._files}
        replace_file(self._notes, orjson.dumps(Known(pieces, seen)))


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if error.errno in (errno.ESTALE, errno.EISDIR):
            return None
        raise


def _bytes(content: bytes | BinaryIO) -> bytes:
    return content if isinstance(content, bytes) else content.read()
