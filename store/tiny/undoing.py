"""A change of one file that failed: what was there before is put back, and for good.

A call of the system that failed may have done its work all the same: a new name is there before the
folder that holds it is known to outlive a crash. Whoever is told that a change failed must find
things as they were, or be told that nobody knows.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from store.disk.durable import is_of_one_file, read_file, replace_file, sync_folder

#: What a file that was put aside has in its name.
DAMAGED = ".damaged"

R = TypeVar("R")


class Change:
    """One change of a file, with what it takes to undo it. It is made and undone in threads."""

    def __init__(self, path: Path, *, with_folder: bool = False) -> None:
        """`with_folder`: the change makes the folder of the file as well."""
        self._path = path
        self._with_folder = with_folder
        #: What the file held, or None where there was none.
        self._before: bytes | None = None
        self._is_begun = False

    def make(self, change: Callable[[], R]) -> R:
        """Do it; gives what `change` gives, and raises what that raises, and OSError."""
        try:
            self._before = _read_if_there(self._path)
        except (OSError, ValueError) as error:
            if not is_of_one_file(error):
                raise
            # It was said to be unreadable when it was found; it is in nobody's way from now on.
            put_aside(self._path)
        self._is_begun = True
        return change()

    def undo(self) -> None:
        """Leave the file as it was. Raises OSError; again, it goes on where it was.

        It looks at what is there, and believes nothing until the folder has outlived a crash.
        """
        if not self._is_begun:
            return
        if self._before is None:
            self._remove()
        elif _read_if_there(self._path) != self._before:
            replace_file(self._path, self._before)
        else:
            sync_folder(self._path.parent)

    def _remove(self) -> None:
        folder = self._path.parent
        self._path.unlink(missing_ok=True)
        if self._with_folder:
            # One that stays is empty, and stands for nothing.
            with suppress(OSError):
                folder.rmdir()
        if folder.exists():
            sync_folder(folder)
        if self._with_folder:
            sync_folder(folder.parent)


def put_aside(path: Path) -> Path:
    """Give a damaged file a name that no later one takes; the new path. Raises OSError."""
    taken = len(list(path.parent.glob(f"{path.stem}{DAMAGED}*")))
    aside = path.with_name(f"{path.stem}{DAMAGED}{taken + 1}")
    path.rename(aside)
    return aside


def _read_if_there(path: Path) -> bytes | None:
    try:
        return read_file(path)
    except FileNotFoundError:
        return None
