"""Encryption to an age key: whoever has the public key can write, and only the private key reads.

See https://age-encryption.org
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from store.errors import Trouble

NO_PUBLIC_KEY = (
    "This is no public key of age: it begins with age1. "
    "Make a pair of keys with: headsup backup-key FILE"
)
PRIVATE_GIVEN = (
    "This is the private key, which must not be kept beside the bot. "
    "Give the public one: it begins with age1."
)
NO_KEY_FILE = "There is no key in {file}: a line in it would begin with AGE-SECRET-KEY-1."
KEY_NEEDED = "This backup is encrypted. Give the file with its private key: --key FILE"
WRONG_KEY = (
    "The key in {file} does not open this backup. Give the private key that belongs to {public}."
)

SECRET = re.compile(r"^AGE-SECRET-KEY-1\w+", re.MULTILINE | re.IGNORECASE)


class DamagedBackup(Exception):
    """A piece is not what was written."""


class ToKey:
    """Encrypts to a public key. Raises Trouble where it is none."""

    def __init__(self, public: str) -> None:
        import pyrage

        if SECRET.match(public):
            raise Trouble(PRIVATE_GIVEN)
        try:
            self._recipient = pyrage.x25519.Recipient.from_str(public)
        except pyrage.RecipientError as error:
            raise Trouble(NO_PUBLIC_KEY) from error

    def encrypt(self, content: BinaryIO, into: BinaryIO) -> None:
        """Raises OSError."""
        import pyrage

        output = _Output(into.write)
        try:
            pyrage.encrypt_io(content, output, [self._recipient])
        except pyrage.EncryptError as error:
            raise output.trouble or OSError(str(error)) from error


class FromKey:
    """Decrypts with the private key in a file. Raises Trouble."""

    def __init__(self, file: Path) -> None:
        import pyrage

        try:
            found = SECRET.search(file.read_text("utf-8", "replace"))
            if found is None:
                raise Trouble(NO_KEY_FILE.format(file=file))
            self._identity = pyrage.x25519.Identity.from_str(found[0])
        except (OSError, pyrage.IdentityError) as error:
            raise Trouble(NO_KEY_FILE.format(file=file)) from error
        self._file = file
        self.public = str(self._identity.to_public())

    def must_fit(self, public: str) -> None:
        """Raises Trouble where the backup is for another key."""
        if public != self.public:
            raise Trouble(WRONG_KEY.format(file=self._file, public=public))

    def decrypt(self, pieces: Iterator[bytes], into: BinaryIO) -> None:
        """Write what the encrypted pieces say into a file. Raises DamagedBackup, and OSError."""
        import pyrage

        output = _Output(into.write)
        source = _Source(pieces)
        try:
            pyrage.decrypt_io(cast("BinaryIO", source), output, [self._identity])
        except (pyrage.DecryptError, OSError) as error:
            raise output.trouble or source.trouble or DamagedBackup from error


# pyrage gives errors of its own for whatever goes wrong in the files that it reads and writes: a
# full disk would look like a damaged backup. So both files remember the disk's own trouble.


class _Output(io.RawIOBase):
    """A file to write to, which hands everything on to `write`."""

    def __init__(self, write: Callable[[bytes], int]) -> None:
        self._write = write
        self.trouble: OSError | None = None

    def writable(self) -> bool:
        return True

    def write(self, content: bytes) -> int:  # type: ignore[override]
        try:
            return self._write(content)
        except OSError as error:
            self.trouble = error
            raise


class _Source(io.RawIOBase):
    """A file to read, made of an iterator of bytes."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = b""
        self.trouble: OSError | None = None

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes, or one whole piece where it is negative; nothing at the end."""
        if not self._left:
            self._left = self._next_piece()
        if size < 0:
            size = len(self._left)
        given = self._left[:size]
        self._left = self._left[size:]
        return given

    def _next_piece(self) -> bytes:
        """The next that is not empty, for that would be taken for the end. Nothing at the end."""
        try:
            for piece in self._pieces:
                if piece:
                    return piece
        except OSError as error:
            self.trouble = error
            raise
        return b""


def make_key(file: Path) -> str:
    """Write a new private key into a new file, which its owner alone can read.

    Gives the public key. Raises OSError, also where there is such a file already.
    """
    import os

    import pyrage

    identity = pyrage.x25519.Identity.generate()
    public = str(identity.to_public())
    descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with open(descriptor, "w", encoding="ascii") as out:
        out.write(f"# public key: {public}\n{identity}\n")
    return public
