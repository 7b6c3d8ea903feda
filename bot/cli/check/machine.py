"""The machine: room and rights on the disk, and the lock."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from bot.cli.check.finding import Looked

ENOUGH = 1_000_000_000  # bytes
LITTLE_ROOM = "only {left} MB are left on the disk of {folder}. Free some: screenshots need room."
NO_RIGHTS = "the folder {folder} cannot be written to. Give the bot's account the right to: chown, chmod u+rwx"
NO_FOLDER = "the folder {folder} cannot be made: {parent} is no folder that can be written to. Mend HEADSUP_DATA."
OTHERS_READ = "{path} can be read by other accounts of this machine. Run: chmod {mode} {path}"
NO_LOCKS = "the disk of {folder} knows no locks, so two bots could use it at once. Keep it on a disk of this machine."
ENV = Path(".env")

_NO_LOCKS = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS)


def disk(looked: Looked) -> Iterator[str]:
    """Room for what comes, the right to write it, and nobody else's to read it."""
    if looked.settings.database_url:
        return
    folder = looked.settings.headsup_data
    if not folder.is_dir():
        parent = next(p for p in folder.absolute().parents if p.exists())
        if folder.exists() or not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
            yield NO_FOLDER.format(folder=folder, parent=parent)
        folder = parent
    elif not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        yield NO_RIGHTS.format(folder=folder)
    elif folder.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield OTHERS_READ.format(path=folder, mode="700")
    if folder.is_dir() and (left := shutil.disk_usage(folder).free) < ENOUGH:
        yield LITTLE_ROOM.format(left=left // 1_000_000, folder=looked.settings.headsup_data)


def env_file(looked: Looked) -> Iterator[str]:
    """The tokens in it are nobody else's to read."""
    if ENV.is_file() and ENV.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield OTHERS_READ.format(path=ENV, mode="600")


def locks(looked: Looked) -> Iterator[str]:
    """Whether one bot can own the folder."""
    if looked.settings.database_url:
        return
    try:
        is_owned(looked.settings.headsup_data)
    except OSError as error:
        if error.errno in _NO_LOCKS:
            yield NO_LOCKS.format(folder=looked.settings.headsup_data)


def is_owned(folder: Path) -> bool:
    """Whether a bot owns the folder at this moment. Raises OSError where that cannot be told."""
    try:
        with (folder / ".lock").open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
