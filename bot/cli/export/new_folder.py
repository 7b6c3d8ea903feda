"""A new folder that nobody else may read, whole or not there at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from store.errors import Trouble

NOT_EMPTY = "{folder} is not empty. Name a new folder, so that nothing is mixed up."
INSIDE = "{folder} is inside {whose} folder. Name another one."


def must_be_new(folder: Path, other: Path, whose: str) -> None:
    """Raises Trouble for a folder that holds something, or that lies within the other one.

    `whose` folder the other one is, for people to read.
    """
    if folder.resolve().is_relative_to(other.resolve()):
        raise Trouble(INSIDE.format(folder=folder, whose=whose))
    if not os.path.lexists(folder):
        return
    if not folder.is_dir() or any(folder.iterdir()):
        raise Trouble(NOT_EMPTY.format(folder=folder))


def make_folder(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    # Where it was there already, empty, others may have had a right to it.
    folder.chmod(0o700)


@contextmanager
def whole(folder: Path) -> Iterator[None]:
    """What could not be written whole is not left lying there."""
    try:
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def put(path: Path, text: str) -> None:
    """Write a new file that nobody else may read, not for a moment either."""
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
