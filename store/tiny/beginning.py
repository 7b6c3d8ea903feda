"""The folders of cases as a start finds them: tidied up and listed, each with one look.

A start goes through every case there is, so what it does with each is counted in microseconds:
paths are text here, and nothing is asked of the disk twice.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from store.disk.durable import PARTIAL
from store.disk.evidence import EVIDENCE, THUMBNAILS

#: The folder of all cases.
CASES = "cases"

#: The file of a case, in the folder that has its reference as its name.
CASE_FILE = "case.json"


@dataclass(frozen=True, slots=True)
class FoundFolder:
    """A folder in the place of a case."""

    #: Its name, which is the case's reference.
    name: str
    #: What is in it, in no order.
    inside: list[str]
    #: Why nobody may look into it; None where all is well.
    error: OSError | None = None


def find_case_folder(cases: Path, name: str) -> FoundFolder | None:
    """What is in `cases` by this name; None where that is no folder. Raises OSError.

    On the way goes what was being written when a process died, and what earlier versions made of
    pictures (THUMBNAILS), which is still listed where it could not be removed.
    """
    path = f"{cases}/{name}"
    try:
        inside = os.listdir(path)
    except NotADirectoryError:
        # Somebody's note, or what a file manager leaves.
        _remove_partial(str(cases), [name])
        return None
    except OSError as error:
        return FoundFolder(name, [], error)
    return FoundFolder(name, _tidy(path, inside))


def _tidy(folder: str, inside: list[str]) -> list[str]:
    """What is left in a case's folder, of what was `inside`."""
    inside = _remove_partial(folder, inside)
    if EVIDENCE in inside:
        evidence = f"{folder}/{EVIDENCE}"
        with suppress(OSError):
            _remove_partial(evidence, os.listdir(evidence))
    if THUMBNAILS in inside:
        thumbnails = f"{folder}/{THUMBNAILS}"
        shutil.rmtree(thumbnails, ignore_errors=True)
        if not os.path.isdir(thumbnails):
            inside.remove(THUMBNAILS)
    return inside


def _remove_partial(folder: str, names: list[str]) -> list[str]:
    """Take away what was being written; the names of what is left."""
    partial = [name for name in names if name.endswith(PARTIAL)]
    for name in partial:
        # Somebody's folder of such a name is none of ours; and one that stays is read by nobody.
        with suppress(OSError):
            os.unlink(f"{folder}/{name}")
    if not partial:
        return names
    return [name for name in names if name not in partial]
