"""Taking away every copy of one school, with its place."""

from __future__ import annotations

import shutil
from pathlib import Path

from store.backup.places import BUCKET, open_place
from store.disk.durable import unavailable
from store.errors import Trouble


def has_backups(where: str) -> bool:
    """Whether there is any copy at a place. Raises Trouble where that cannot be asked."""
    if not where.startswith(BUCKET):
        return (Path(where) / "generations").is_dir()
    return bool(open_place(where).sizes("generations"))


def take_away(where: str) -> None:
    """Remove all copies that a place holds; of a folder, what else is in it stays.

    Raises Trouble, also while a backup is being made.
    """
    if not has_backups(where):
        return
    place = open_place(where)
    try:
        with place.lock():
            # First what says that there is a backup: half of one is none.
            for within in ("generations", "pieces"):
                place.remove(list(place.sizes(within)))
        if not where.startswith(BUCKET):
            for within in ("generations", "pieces"):
                shutil.rmtree(Path(where) / within)
    except OSError as error:
        raise unavailable(error, Path(where)) from error


def remove_folder(folder: Path) -> None:
    """Remove a folder with all that is in it. Raises Trouble."""
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    except OSError as error:
        raise Trouble(str(unavailable(error, folder))) from error
