"""What erasing takes from the folder of the embedded store.

The memo that stays is the point of no return: until it is on the disk the case is whole, and from
then on it is gone. A process that dies while the files are removed leaves the rest of that to the
next start. The case's folder goes last, so that whatever is still to be done is seen by its being
there.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from store.disk.durable import read_file, sync_folder
from store.erasing import reference_pattern
from store.model.identifiers import REFERENCE_ALPHABET
from store.model.memos import Erased
from store.tiny.references import drop_reference

REFERENCE = re.compile(f"[{REFERENCE_ALPHABET}]{{4}}")

#: How often a folder is emptied: a fetch that is under way may write one more file meanwhile.
TRIES = 5


def remove_loose(folder: Path, references: Collection[str]) -> None:
    """Take away the notices of no case that name one of these cases. Raises OSError.

    They are found by the text of their files, so those that cannot be read as a record go as well.
    """
    names = reference_pattern(references)
    gone: list[Path] = []
    for path in folder.glob("*.json"):
        # What is no file stays, and is named by `headsup verify`.
        with suppress(ValueError):
            if names.search(read_file(path).decode("utf-8", "replace")):
                gone.append(path)

    for path in gone:
        path.unlink(missing_ok=True)
    if gone:
        sync_folder(folder)


def remove_case(case_folder: Path) -> None:
    """Take away a case's folder with all that is in it, damaged copies that were put aside too.

    Nothing happens where there is none. Raises OSError.
    """
    for tries_left in reversed(range(TRIES)):
        try:
            shutil.rmtree(case_folder)
            break
        except FileNotFoundError:
            # Of the folder, or of a file in it that somebody else took away meanwhile.
            if not case_folder.exists():
                break
        except OSError as error:
            if error.errno != errno.ENOTEMPTY or not tries_left:
                raise
    sync_folder(case_folder.parent)
    drop_reference(case_folder.parent.parent, case_folder.name)


def find_left_over(cases: Path, memo: Erased) -> list[str]:
    """References of erased cases whose folders in `cases` are still to be removed."""
    left: list[str] = []
    for reference in memo.references:
        # The memo is read from a file, and must not name a folder outside.
        if not REFERENCE.fullmatch(reference):
            continue
        # Without following a link, which may lead to nothing and still is to be removed.
        if os.path.lexists(cases / reference):
            left.append(reference)
    return left
