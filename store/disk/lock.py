"""The lock of a folder: one process has it, and the system lets go of it when that process ends."""

from __future__ import annotations

import time
from pathlib import Path
from typing import BinaryIO

from filelock import lock_descriptor

from store.errors import StoreUnavailable

IN_USE = (
    "Another Heads Up is using the folder {folder}. Stop it first, or choose another HEADSUP_DATA."
)

#: The file whose lock is the folder's.
LOCK = ".lock"
#: Whoever looks whether a folder is locked has the lock for a moment. So it is tried a few times,
#: with this many seconds between.
TRIES = 4
BETWEEN = 0.025


def lock_folder(folder: Path) -> BinaryIO:
    """Be the one process that owns the folder, until the file that comes back is closed.

    Raises StoreUnavailable when another process does, and OSError where the disk knows no locks.
    """
    file = (folder / LOCK).open("ab")
    try:
        is_mine = _try(file)
    except OSError:
        file.close()
        raise
    if not is_mine:
        file.close()
        raise StoreUnavailable(IN_USE.format(folder=folder))
    return file


def is_locked(folder: Path) -> bool:
    """Tells whether a process owns the folder now. Raises OSError where that cannot be told."""
    try:
        with (folder / LOCK).open("rb") as file:
            return not _try(file)
    except FileNotFoundError:
        return False


def _try(file: BinaryIO) -> bool:
    for number in range(TRIES):
        if number:
            time.sleep(BETWEEN)
        if lock_descriptor(file.fileno(), blocking=False):
            return True
    return False
