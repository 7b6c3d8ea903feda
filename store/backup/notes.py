"""What is remembered between backups to one place, in the data folder itself.

Without it, a backup costs more and copies the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import orjson

from store.backup.generations import CopiedFile
from store.disk.durable import replace_file

#: Size in bytes, times of change of the content and of the entry in nanoseconds, and number on the
#: disk: where all four are as they were, so is the content.
Stamp = tuple[int, int, int, int]


@dataclass(slots=True)
class Notes:
    #: SHA-256 of a file -> its piece, where copies are encrypted.
    pieces: dict[str, str] = field(default_factory=dict)
    #: Path within the data folder -> its stamp, and the SHA-256 of its content.
    seen: dict[str, tuple[int, int, int, int, str]] = field(default_factory=dict)

    def known_hash(self, path: str, stamp: Stamp) -> str | None:
        """The SHA-256 of a file that has been read before and has not changed since."""
        seen = self.seen.get(path)
        if seen is None:
            return None
        *before, sha256 = seen
        return sha256 if tuple(before) == stamp else None


def notes_file(own_folder: Path, where: str, public: str) -> Path:
    """Where the notes about a place and an age key lie, in the backups' own folder."""
    name = hashlib.sha256(f"{where} {public}".encode()).hexdigest()[:16]
    return own_folder / f"{name}.json"


def read_notes(file: Path) -> Notes:
    with suppress(OSError, ValueError):
        return msgspec.json.decode(file.read_bytes(), type=Notes)
    return Notes()


def write_notes(file: Path, notes: Notes, files: Mapping[str, CopiedFile]) -> None:
    """Keep the notes about the files of the new generation, which `files` has by their paths.

    And no others, so that what was erased leaves no trace here. Raises OSError.
    """
    hashes = {copied.sha256 for copied in files.values()}
    pieces = {sha256: piece for sha256, piece in notes.pieces.items() if sha256 in hashes}
    seen = {path: stamp for path, stamp in notes.seen.items() if path in files}
    replace_file(file, orjson.dumps(Notes(pieces, seen)))
