"""The machine: room and rights on the disk, and the lock."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from bot.cli.check.finding import Looked
from bot.settings import env_path
from bot.unknown_settings import find_unknown
from store.disk.lock import is_locked

#: Bytes that should be free.
ENOUGH = 1_000_000_000
MEGABYTE = 1_000_000

LITTLE_ROOM = (
    "only {left} MB are left on the disk of {folder}, and screenshots need room. Free some."
)
NO_RIGHTS = (
    "the folder {folder} cannot be written to. "
    "Give the bot's account the right to: chown, chmod u+rwx"
)
NO_FOLDER = (
    "the folder {folder} cannot be made, as nothing can be written in {parent}. Give the bot's "
    "account the right to, or name another folder in HEADSUP_DATA."
)
OTHERS_READ = "{path} can be read by other accounts of this machine. Run: chmod {mode} {path}"
NO_LOCKS = (
    "the disk of {folder} does not let the bot lock it, so two bots could use it at once. Keep "
    "the folder on a disk of this machine."
)

#: What a file system says that knows no locks: some network drives.
_NO_LOCKS = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS)


def disk(looked: Looked) -> Iterator[str]:
    """Room for what comes, the right to write it, and nobody else's to read it."""
    if looked.settings.database_url:
        return
    folder = looked.settings.headsup_data
    if folder.is_dir():
        yield from _rights(folder)
        yield from _room(folder, folder)
        return

    # The bot makes its folder when it starts.
    parent = _nearest_parent(folder)
    is_in_the_way = folder.exists()
    if is_in_the_way or not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
        yield NO_FOLDER.format(folder=folder, parent=parent)
    if parent.is_dir():
        yield from _room(parent, folder)


def _nearest_parent(folder: Path) -> Path:
    """The first of the paths above a folder that exists; the root always does."""
    for parent in folder.absolute().parents:
        if parent.exists():
            return parent
    return Path(folder.absolute().anchor)


def _rights(folder: Path) -> Iterator[str]:
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        yield NO_RIGHTS.format(folder=folder)
    elif _is_open_to_others(folder):
        yield OTHERS_READ.format(path=folder, mode="700")


def _room(disk: Path, folder: Path) -> Iterator[str]:
    """Room on the disk of a path that exists, said of the bot's folder."""
    left = shutil.disk_usage(disk).free
    if left < ENOUGH:
        yield LITTLE_ROOM.format(left=left // MEGABYTE, folder=folder)


def _is_open_to_others(path: Path) -> bool:
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def env_file(looked: Looked) -> Iterator[str]:
    """The tokens in `.env` are nobody else's to read."""
    path = env_path()
    if path.is_file() and _is_open_to_others(path):
        yield OTHERS_READ.format(path=path, mode="600")


def unknown_settings(looked: Looked) -> Iterator[str]:
    """Settings that nothing reads, with the likely one."""
    yield from find_unknown()


def locks(looked: Looked) -> Iterator[str]:
    """The folder's disk lets one bot own the folder."""
    if looked.settings.database_url:
        return
    try:
        is_locked(looked.settings.headsup_data)
    except OSError as error:
        if error.errno in _NO_LOCKS:
            yield NO_LOCKS.format(folder=looked.settings.headsup_data)
