"""New files that a command writes where it was told to."""

from __future__ import annotations

import os
from pathlib import Path

from store.disk.durable import sync_folder, unavailable
from store.errors import Trouble

THERE_ALREADY = "{file} is there already, and nothing was written over it. Name another one."


def must_be_new(file: Path) -> None:
    """Raises Trouble where there is such a file; to be asked before any work is done."""
    if os.path.lexists(file):
        raise Trouble(THERE_ALREADY.format(file=file))


def write_new(file: Path, content: bytes) -> None:
    """Write a file that nobody else may read, whole or not at all. Raises Trouble."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise Trouble(THERE_ALREADY.format(file=file)) from error
    except OSError as error:
        raise unavailable(error, file.parent) from error
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        sync_folder(file.parent)
    except OSError as error:
        file.unlink(missing_ok=True)
        raise unavailable(error, file.parent) from error
