"""The pieces of backups: written once each, read back, and looked through from time to time."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from store.backup.generations import piece_name
from store.backup.keys import ToKey
from store.backup.notes import Notes
from store.backup.places import CHUNK, BackupPlace
from store.errors import Trouble

NOT_AS_WRITTEN = "{place} does not give back what was written to it. Try another disk."
STOPPED = "The backup was stopped. The next one goes on from where it was."

#: Bytes up to which what is being encrypted stays in memory.
IN_MEMORY = 8 * CHUNK
#: After as many backups, each a day after the other, all older pieces have been looked through.
PARTS = 7


class PieceWriter:
    """Writes pieces to a place, encrypted where there is a key.

    `spool_in` is a folder for what is being encrypted and does not fit into memory. `is_stopped` is
    asked before each piece, so that a backup that is no longer wanted ends soon.
    """

    def __init__(
        self,
        place: BackupPlace,
        key: ToKey | None,
        notes: Notes,
        spool_in: Path,
        is_stopped: Callable[[], bool],
    ) -> None:
        self._place = place
        self._key = key
        self._notes = notes
        self._spool_in = spool_in
        self._is_stopped = is_stopped
        #: Names of the pieces that lie in the place, with their size in bytes.
        self._there: dict[str, int] = {}
        #: How many were written, and of how many bytes.
        self.written = 0
        self.written_size = 0

    def find_older(self) -> None:
        """See what lies in the place already, and need not be written again."""
        self._there = self._place.sizes("pieces")

    def discard_damaged(self, now: datetime) -> int:
        """Look through a part of the older pieces, another on each day of `now`.

        What is damaged is taken away, and is written again if it is still wanted. Gives how many
        that were.
        """
        turn = now.toordinal() % PARTS
        damaged = []
        for name in self._there:
            sha256 = name.rpartition("/")[2]
            is_its_turn = int(sha256[:4], 16) % PARTS == turn
            if is_its_turn and self._hash_of(name) != sha256:
                damaged.append(name)

        self._place.remove(damaged)
        for name in damaged:
            del self._there[name]
        return len(damaged)

    def write(self, content: BinaryIO, sha256: str) -> str:
        """See that the content, of this SHA-256, lies in the place; the name of its piece.

        Raises Trouble where the place does not give back what it was given, or where stopped.
        """
        if self._is_stopped():
            raise Trouble(STOPPED)
        piece = self.find(sha256)
        if self._key is None and not piece:
            piece = sha256
            self._put_piece(content, piece)
        elif self._key and not piece:
            # The same content encrypted twice is different bytes: only the notes know its piece.
            piece = self._write_encrypted(content, self._key)
            self._notes.pieces[sha256] = piece
        return piece

    def find(self, sha256: str) -> str:
        """The name of the piece that holds content of this SHA-256; none where it is not there."""
        piece = sha256 if self._key is None else self._notes.pieces.get(sha256, "")
        if piece and piece_name(piece) in self._there:
            return piece
        return ""

    def put_checked(self, name: str, content: BinaryIO, sha256: str) -> int:
        """Write it, and read it back; its size in bytes. Raises Trouble where that differs."""
        self._place.put(name, content)
        size = content.tell()
        if self._hash_of(name) != sha256:
            self._place.remove([name])
            raise Trouble(NOT_AS_WRITTEN.format(place=self._place.where))
        return size

    def _write_encrypted(self, content: BinaryIO, key: ToKey) -> str:
        with tempfile.SpooledTemporaryFile(IN_MEMORY, dir=str(self._spool_in)) as spool:
            key.encrypt(content, spool)  # type: ignore[arg-type]
            # The name of a piece is the hash of the whole, so it is known only now.
            spool.seek(0)
            digest = hashlib.sha256()
            while chunk := spool.read(CHUNK):
                digest.update(chunk)
            spool.seek(0)
            piece = digest.hexdigest()
            self._put_piece(spool, piece)  # type: ignore[arg-type]
            return piece

    def _put_piece(self, content: BinaryIO, piece: str) -> None:
        name = piece_name(piece)
        size = self.put_checked(name, content, piece)
        self._there[name] = size
        self.written += 1
        self.written_size += size

    def _hash_of(self, name: str) -> str:
        digest = hashlib.sha256()
        for chunk in self._place.read(name):
            digest.update(chunk)
        return digest.hexdigest()
