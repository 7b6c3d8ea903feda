"""The data folder as it is read for a copy, while a bot writes to it.

Each file is replaced as a whole, so each is read whole. What refers to something is read before it:
a case before its evidence, cases before people, and what was erased last, so that nothing that a
copy speaks of is missing from it.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from store.disk.durable import PARTIAL, make_folder, read_file, replace_file
from store.disk.evidence import EVIDENCE, THUMBNAILS
from store.disk.seal import unseal
from store.documents import case_from, record_from
from store.model.case import Case
from store.model.locked import Part, find_locked
from store.model.memos import FOLDERS, Erased

#: What the file of a locked case says, also where it is damaged elsewhere.
LOCKED = re.compile(rb'"withheld":\s*true')

#: What backups remember, in the data folder.
OWN = ".backup"
ID = f"{OWN}/id"
FIRST = ("invitations", "people")
LAST = FOLDERS[Erased]


def own_folder(folder: Path) -> Path:
    """What backups remember of a data folder; it is made when it is first wanted."""
    make_folder(folder / OWN)
    return folder / OWN


def id_of(folder: Path) -> str:
    """Tells one data folder from another; made when it is first wanted. It goes into each copy."""
    path = own_folder(folder) / "id"
    if not path.exists():
        replace_file(path, secrets.token_hex(16).encode())
    return path.read_text()


def case_folders(folder: Path) -> list[Path]:
    return [home for home in list_visible(folder / "cases") if home.is_dir()]


def evidence_paths(case: Case, home: Path) -> list[Path]:
    """Where the evidence that a case lists lies, in the folder of the case, each path once."""
    hashes = {item.sha256 for item in case.evidence if item.sha256}
    return [home / EVIDENCE / sha256 for sha256 in sorted(hashes)]


def locked_cases(folder: Path) -> frozenset[str]:
    """The references of the cases whose evidence no copy takes along."""
    parts: list[Part] = []
    for home in case_folders(folder):
        # One that cannot be read says so where it is copied.
        with suppress(OSError, ValueError):
            case = parse_case(read_file(home / "case.json"))
            if case:
                parts.append(Part.of(case))
    return find_locked(parts)


def may_be_copied(content: bytes | None) -> bool:
    """Tell whether the evidence of a case that cannot be read may be copied: its file, damaged as
    it is, does not say that the case is locked.
    """
    return content is not None and not LOCKED.search(content)


def walk_files(home: Path, note: Callable[[OSError], None] | None = None) -> Iterator[Path]:
    """Every file in a folder and below it. `note` is told of each folder that cannot be read.

    Left out are files that are being written, what a file manager leaves, and the small copies of
    pictures that earlier versions made.
    """
    for parent, _, names in sorted(os.walk(home, onerror=note)):
        if Path(parent).name == THUMBNAILS:
            continue
        for name in sorted(names):
            if not name.startswith(".") and not name.endswith(PARTIAL):
                yield Path(parent, name)


def walk_other_files(folder: Path, note: Callable[[OSError], None] | None = None) -> Iterator[Path]:
    """Every file of a data folder that is no case's, in the order in which they must be read.

    `note` is told of each folder that cannot be read.
    """
    placed = ("cases", *FIRST, LAST)
    rest = [path.name for path in list_visible(folder) if path.name not in placed]
    for name in (*FIRST, *rest, LAST):
        path = folder / name
        if path.is_dir():
            yield from walk_files(path, note)
        else:
            # One that is not there at all comes too: whoever reads it finds out.
            yield path
    yield folder / ID


def list_visible(folder: Path) -> list[Path]:
    """What is in a folder, by name, without what begins with a dot; nothing where it is gone."""
    try:
        names = sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [folder / name for name in names if not name.startswith(".")]


def parse_case(content: bytes) -> Case | None:
    """The case that a file holds; None where it cannot be read."""
    try:
        return case_from(unseal(content))
    except ValueError:
        return None


def parse_erased(content: bytes) -> tuple[str, ...]:
    """The references that a record of what was erased names; none where it cannot be read."""
    try:
        return record_from(Erased, unseal(content)).references
    except ValueError:
        return ()
