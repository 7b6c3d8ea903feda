"""Encryption to an age key: whoever has the public key can write, and only the private key reads. https://age-encryption.org"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from store.errors import Trouble

NO_PUBLIC_KEY = "This is no public key of age: it begins with age1. Make a pair of keys with: headsup backup-key FILE"
PRIVATE_GIVEN = (
    "This is the private key, which must not be kept beside the bot. "
    "Give the public one: it begins with age1."
)
NO_KEY_FILE = "There is no key in {file}: a line in it would begin with AGE-SECRET-KEY-1."
KEY_NEEDED = "This backup is encrypted. Give the file with its private key: --key FILE"
WRONG_KEY = "The key in {file} does not open this backup. It is for {public}."

SECRET = re.compile(r"^AGE-SECRET-KEY-1\w+", re.MULTILINE | re.IGNORECASE)


class Damaged(Exception):
    """A piece is not what was written."""


class Writer(Protocol):
    def encrypt(self, content: BinaryIO, into: BinaryIO) -> None: ...


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

        tied = _Tied(into.write)
        try:
            pyrage.encrypt_io(content, tied, [self._recipient])
        except pyrage.EncryptError as error:
            raise tied.trouble or OSError(str(error)) from error


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
        """Raises Damaged, and OSError."""
        import pyrage

        tied = _Tied(into.write)
        source = _Pieces(pieces)
        try:
            pyrage.decrypt_io(cast("BinaryIO", source), tied, [self._identity])
        except (pyrage.DecryptError, OSError) as error:
            raise tied.trouble or source.trouble or Damaged from error


class _Tied(io.RawIOBase):
    """What is written goes on, and the disk's own trouble is remembered: pyrage words it anew."""

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


class _Pieces(io.RawIOBase):
    """An iterator of bytes as a file to read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = b""
        self.trouble: OSError | None = None

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        try:
            while not self._left and (more := next(self._pieces, None)) is not None:
                self._left = more
        except OSError as error:
            self.trouble = error
            raise
        size = len(self._left) if size < 0 else size
        given, self._left = self._left[:size], self._left[size:]
        return given


def make_key(file: Path) -> str:
    """Write a new private key into a new file, for its owner alone; gives the public key. Raises OSError."""
    import os

    import pyrage

    identity = pyrage.x25519.Identity.generate()
    public = str(identity.to_public())
    descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with open(descriptor, "w", encoding="ascii") as out:
        out.write(f"# public key: {public}\n{identity}\n")
    return public
