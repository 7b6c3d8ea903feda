"""Erasing in the embedded store.

The memo that stays is the point of no return: until it is on the disk the case is whole, and from then on it is gone.
A process that dies while the files are removed leaves the rest of that to the next start. The case's folder goes
last, so that whatever is still to be done is seen by its being there.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Collection
from pathlib import Path

from store.disk.durable import sync_folder
from store.erasing import reference_pattern
from store.model.memos import Erased
from store.model.records import REFERENCE_ALPHABET

REFERENCE = re.compile(f"[{REFERENCE_ALPHABET}]{{4}}")
TRIES = 5  # a fetch that is under way may write one more file meanwhile


def remove_loose(folder: Path, references: Collection[str]) -> None:
    """Take away the notices of no case that name one of these."""
    names = reference_pattern(references)
    gone = [
        path for path in folder.glob("*.json") if names.search(path.read_text("utf-8", "replace"))
    ]
    for path in gone:
        path.unlink(missing_ok=True)
    if gone:
        sync_folder(folder)


def remove_case(case_folder: Path) -> None:
    """Take away all that is in a case's folder, copies that were put aside too, and the folder. Raises OSError."""
    for left in reversed(range(TRIES)):
        try:
            shutil.rmtree(case_folder)
            break
        except FileNotFoundError:
            if not case_folder.exists():
                break
        except OSError as error:
            if error.errno != errno.ENOTEMPTY or not left:
                raise
    sync_folder(case_folder.parent)


def left_over(cases: Path, memo: Erased) -> list[str]:
    """The references of what was erased, and is still to be removed. What is no reference names no folder."""
    references = filter(REFERENCE.fullmatch, memo.references)
    return [reference for reference in references if os.path.lexists(cases / reference)]
