"""Which cases there are, beside the cases: what somebody took away is missed by it.

    data/.references/7K4M    nothing in it; its name is the reference of a case

Nobody waits for it to be durable. A case is on the disk before its reference is here, so none is
missed that never was; and each start adds what it finds.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import structlog

from store.disk.durable import make_folder

#: The folder, within that of the store. Backups leave it out.
REFERENCES = ".references"

log = structlog.get_logger()


def read_references(folder: Path) -> set[str]:
    """The references of all cases that a store's folder is known to have had."""
    try:
        return set(os.listdir(folder / REFERENCES))
    except OSError:
        return set()


def add_references(folder: Path, references: Iterable[str]) -> None:
    """Remember that there are these cases. What cannot be written now is at the next start."""
    try:
        make_folder(folder / REFERENCES)
        for reference in references:
            (folder / REFERENCES / reference).touch(0o600)
    except OSError as error:
        log.warning("references not listed", why=str(error))


def drop_reference(folder: Path, reference: str) -> None:
    """Forget an erased case. Where that fails, what stays of its being erased tells of it."""
    with suppress(OSError):
        (folder / REFERENCES / reference).unlink()
