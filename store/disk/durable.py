"""Files that are there whole after a crash, or not at all."""

from __future__ import annotations

import errno
import itertools
import os
import secrets
import stat
import threading
from contextlib import suppress
from pathlib import Path

from store.errors import StoreUnavailable

#: The suffix of a file that is being written.
PARTIAL = ".partial"
_numbers = itertools.count()

FULL = "The disk is full. Free some room; nothing that was kept is harmed."
READ_ONLY = "The folder {folder} cannot be written to. Give the bot the right to write there."
TROUBLE = "The folder {folder} cannot be used: {reason}."

#: Errors of the process or the machine, which say nothing of the file that was to be read.
OF_NO_FILE = (errno.EMFILE, errno.ENFILE, errno.ENOMEM)


def unavailable(error: OSError, folder: Path) -> StoreUnavailable:
    """What went wrong with the disk, as a sentence, for the caller to raise."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return StoreUnavailable(FULL)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return StoreUnavailable(READ_ONLY.format(folder=folder))
    return StoreUnavailable(TROUBLE.format(folder=folder, reason=error.strerror or error))


def read_file(path: Path | str) -> bytes:
    """The content of a file. Raises OSError, and ValueError where it is none, but a folder."""
    try:
        # Without a buffer that would only be filled once.
        with open(path, "rb", buffering=0, opener=_open_at_once) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise ValueError("no file")
            return file.read()
    except IsADirectoryError as error:
        raise ValueError("a folder") from error


def _open_at_once(path: str, flags: int) -> int:
    """A pipe that nobody writes to is opened as well, instead of waited for."""
    return os.open(path, flags | os.O_NONBLOCK)


def is_of_one_file(error: Exception) -> bool:
    """True for what keeps one file from being read; false for what the whole machine lacks."""
    return not isinstance(error, OSError) or error.errno not in OF_NO_FILE


def make_folder(folder: Path) -> None:
    """Make a folder, and see that it outlives a crash. Readable by the owner alone."""
    if not folder.is_dir():
        # Two threads may have come to the same folder.
        folder.mkdir(mode=0o700, exist_ok=True)
        sync_folder(folder.parent)


def try_writing(folder: Path) -> None:
    """Find out at the start whether the folder can be written to. Raises OSError."""
    probe = folder / (secrets.token_hex(4) + PARTIAL)
    probe.touch(0o600)
    probe.unlink()


def sync_folder(folder: Path) -> None:
    """Return once what was put into a folder, renamed or taken away there outlives a crash."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class SharedSync:
    """fsync of one folder for many threads.

    One that begins after all of their changes serves them all.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._one_at_a_time = threading.Lock()
        #: How many have begun, and the number of the last that is done.
        self._begun = 0
        self._done = 0

    def __call__(self) -> None:
        """Return once everything that this thread has changed in the folder outlives a crash."""
        # The one that is under way may have begun too early.
        mine = self._begun + 1
        with self._one_at_a_time:
            if self._done < mine:
                self._begun += 1
                sync_folder(self._folder)
                self._done = self._begun


def replace_file(path: Path, content: bytes) -> None:
    """Put `content` in place of the file: the old or the new is there after a crash, never half."""
    # As plain text from here on: a Path costs more than the call of the system that it is for.
    name = os.fspath(path)
    # Two may write one file at once, so each has a name of its own.
    partial = f"{name}.{next(_numbers)}{PARTIAL}"
    try:
        descriptor = os.open(partial, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        try:
            _write_all(descriptor, content)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.replace(partial, name)
    except OSError:
        # What cannot be taken away is so at the next start; nobody reads it until then.
        with suppress(OSError):
            os.unlink(partial)
        raise
    sync_folder(path.parent)


def _write_all(descriptor: int, content: bytes) -> None:
    # Unbuffered: with each further call of the system, a busy process waits for another turn.
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]


def remove_file(path: Path) -> bool:
    """Take a file away, so that it does not come back after a crash; False when it was gone."""
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    sync_folder(path.parent)
    return True


def remove_partial(folder: Path) -> None:
    """Take away, in a folder and all below it, what was being written when a process died."""
    # In two thirds of the time of Path.glob.
    for parent, _, names in os.walk(folder):
        for name in names:
            if name.endswith(PARTIAL):
                # One that stays is read by nobody.
                with suppress(OSError):
                    os.unlink(os.path.join(parent, name))
