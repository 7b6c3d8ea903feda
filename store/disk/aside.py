"""A place in the bot's own folder for what is made, handed over, and gone again.

    data/.making/x7f2/      one such thing, for as long as it is made

Where there is no such folder, as with PostgreSQL, it lies among the system's temporary ones:
`headsup-aside-x7f2`. Whoever makes something holds the lock of its folder, which the system lets go
of when the process ends, however it ends: what a start finds there without one was left behind, and
is removed.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from store.disk.lock import is_locked, lock_folder

#: The folder, within that of the data. Backups leave it out.
MAKING = ".making"
#: How a folder among the system's temporary ones is called.
TEMPORARY = "headsup-aside-"
#: Seconds: whoever has just made a folder there may be about to take its lock.
FRESH = 60.0


@contextmanager
def folder_aside(data: Path | None) -> Iterator[Path]:
    """A folder that nobody else reads, gone when the context ends. Raises OSError.

    Without a folder for data, or where that cannot be written to, it is among the system's
    temporary ones.
    """
    made = tempfile.TemporaryDirectory(prefix=TEMPORARY, dir=_place_in(data))
    with made as folder, lock_folder(Path(folder)):
        yield Path(folder)


def _place_in(data: Path | None) -> Path | None:
    if data is None:
        return None
    place = data / MAKING
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return None
    return place if os.access(place, os.W_OK) else None


def sweep_aside(data: Path) -> None:
    """Remove what was left by processes that are no more."""
    with suppress(OSError):
        for entry in list(os.scandir(data / MAKING)):
            _remove_if_left(Path(entry.path))


def sweep_temporary() -> None:
    """Remove what processes of this user that are no more left among the temporary folders."""
    with suppress(OSError):
        for entry in list(os.scandir(tempfile.gettempdir())):
            if entry.name.startswith(TEMPORARY) and _is_ours_and_old(entry):
                _remove_if_left(Path(entry.path))


def _is_ours_and_old(entry: os.DirEntry[str]) -> bool:
    with suppress(OSError):
        found = entry.stat(follow_symlinks=False)
        is_old = time.time() - found.st_mtime > FRESH
        return is_old and found.st_uid == os.geteuid()
    return False


def _remove_if_left(path: Path) -> None:
    with suppress(OSError):
        if path.is_dir() and not path.is_symlink() and not is_locked(path):
            shutil.rmtree(path, ignore_errors=True)
