"""A new generation as it is written into its place, whatever the copy is made of."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from store.backup.generations import (
    CopiedFile,
    Generation,
    manifest_bytes,
    names_to_keep,
    path_of,
    piece_name,
    read_generations,
    to_bytes,
)
from store.backup.keys import ToKey
from store.backup.notes import Notes
from store.backup.pieces import PieceWriter
from store.backup.places import BackupPlace
from store.errors import Trouble

ANOTHERS = (
    "{place} holds the backups of another data folder or school, and would lose them. "
    "Choose another place for these."
)


@dataclass(frozen=True, slots=True)
class BackupOptions:
    """How a backup is made."""

    #: The age key that it is encrypted to, or nothing.
    public: str = ""
    #: Keep no other generation.
    forget_older: bool = False
    #: False where there must be a backup already, so that a disk that is not attached is not taken
    #: for an empty one.
    new: bool = True
    #: Asked again and again: true once the backup is no longer wanted.
    is_stopped: Callable[[], bool] = lambda: False


#: A new backup that keeps the older ones, encrypted to nobody's key.
PLAIN = BackupOptions()


@dataclass(frozen=True, slots=True)
class Made:
    """What a backup did."""

    #: Of the generation.
    name: str
    files: int
    #: Of the files, those that are cases.
    cases: int
    #: Bytes of all files.
    size: int
    #: Pieces that were not there yet, and their bytes.
    copied: int
    copied_size: int
    #: Files that are not as they were written.
    odd: tuple[str, ...]
    #: Older pieces that were damaged, and were taken away.
    mended: int
    #: How many are kept now.
    generations: int


class GenerationWriter:
    """Writes one generation into one place. `spool_in` is a folder for what is being encrypted.

    Names of files are their paths within a data folder, with `/` between the parts.
    """

    def __init__(
        self, place: BackupPlace, options: BackupOptions, notes: Notes, spool_in: Path
    ) -> None:
        key = ToKey(options.public) if options.public else None
        self._place = place
        self._options = options
        self._pieces = PieceWriter(place, key, notes, spool_in, options.is_stopped)
        self._older: list[Generation] = []
        self._mended = 0
        self._of = ""
        #: What the generation holds, by name.
        self.files: dict[str, CopiedFile] = {}
        #: The names of what is not as it was written.
        self.odd: list[str] = []

    def begin(self, of: str, now: datetime) -> None:
        """See what lies in the place. `of` tells what is copied from anything else.

        Raises Trouble where the place holds the backups of something else, and OSError.
        """
        before = read_generations(self._place)
        older = [generation for generation in before.values() if generation]
        if any(generation.of != of for generation in older):
            raise Trouble(ANOTHERS.format(place=self._place.where))
        self._of = of
        self._older = older
        self._pieces.find_older()
        self._mended = self._pieces.discard_damaged(now)

    def add(self, name: str, size: int, sha256: str, content: BinaryIO) -> None:
        """Add a file of so many bytes with this SHA-256. Raises Trouble, and OSError."""
        piece = self._pieces.write(content, sha256)
        self.files[name] = CopiedFile(name, size, sha256, piece)

    def add_again(self, name: str, size: int, sha256: str) -> bool:
        """Add a file whose bytes lie in the place already; False where they do not."""
        piece = self._pieces.find(sha256)
        if piece:
            self.files[name] = CopiedFile(name, size, sha256, piece)
        return bool(piece)

    def note(self, name: str) -> None:
        """Tell of a file that is not as it was written."""
        if name not in self.odd:
            self.odd.append(name)

    def forget_evidence(self, references: set[str] | frozenset[str], evidence: str) -> None:
        """Leave out what lies in the folder `evidence` of these cases."""
        for name in list(self.files):
            parts = name.split("/")
            if parts[0] == "cases" and parts[1] in references and parts[2] == evidence:
                del self.files[name]

    def forget_cases(self, references: set[str]) -> None:
        """Leave these cases out, with all that belongs to them."""
        for name in list(self.files):
            parts = name.split("/")
            if parts[0] == "cases" and parts[1] in references:
                del self.files[name]

    def finish(self, now: datetime, keep_notes: Callable[[], None]) -> Made:
        """Write the list of the generation, then let go of older ones.

        `keep_notes` is called in between. Raises Trouble, and OSError.
        """
        generation = self._list_files(now)
        self._write_generation(generation)
        keep_notes()
        older = [] if self._options.forget_older else self._older
        left = self._discard_older([*older, generation])
        return Made(
            name=generation.name,
            files=len(self.files),
            cases=sum(name.endswith("/case.json") for name in self.files),
            size=sum(copied.size for copied in self.files.values()),
            copied=self._pieces.written,
            copied_size=self._pieces.written_size,
            odd=tuple(self.odd),
            mended=self._mended,
            generations=left,
        )

    def _list_files(self, now: datetime) -> Generation:
        """The new generation, whose list of files lies in the place as a piece."""
        listed = manifest_bytes(self.files.values())
        manifest = self._pieces.write(BytesIO(listed), hashlib.sha256(listed).hexdigest())
        pieces = {copied.piece for copied in self.files.values()}
        pieces.add(manifest)
        return Generation(
            made=now,
            of=self._of,
            key=self._options.public,
            files=len(self.files),
            manifest=manifest,
            pieces=tuple(sorted(pieces)),
        )

    def _write_generation(self, generation: Generation) -> None:
        # The pieces must outlive a crash before anything speaks of them.
        self._place.settle()
        content = to_bytes(generation)
        sha256 = hashlib.sha256(content).hexdigest()
        self._pieces.put_checked(path_of(generation.name), BytesIO(content), sha256)
        self._place.settle()

    def _discard_older(self, generations: list[Generation]) -> int:
        """Take away older generations, and the pieces that none of the others needs.

        Gives how many generations are left.
        """
        names = names_to_keep(generations)
        lists = {path_of(name) for name in names}
        self._place.remove([path for path in self._place.sizes("generations") if path not in lists])

        # The lists go first: whatever dies in between leaves no list whose pieces are gone.
        needed: set[str] = set()
        for generation in generations:
            if generation.name in names:
                needed.update(map(piece_name, generation.pieces))
        self._place.remove([name for name in self._place.sizes("pieces") if name not in needed])
        return len(names)
