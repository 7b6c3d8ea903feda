"""The data folder as it is read for a copy, while a bot writes to it.

Each file is replaced as a whole, so each is read whole. What refers to something is read before it: a case before its
evidence, cases before people, and what was erased last, so that nothing that a copy speaks of is missing from it.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from store.disk.durable import PARTIAL, make_folder, replace_file
from store.disk.evidence import EVIDENCE, THUMBNAILS
from store.disk.seal import opened
from store.documents import case_from, record_from
from store.model.case import Case
from store.model.memos import FOLDERS, Erased

OWN = ".backup"  # what backups remember, in the data folder
ID = f"{OWN}/id"
FIRST = ("invitations", "people")
LAST = FOLDERS[Erased]


def own_folder(folder: Path) -> Path:
    make_folder(folder / OWN)
    return folder / OWN


def id_of(folder: Path) -> str:
    """Tells one data folder from another; made when it is first wanted. It goes into each copy."""
    path = own_folder(folder) / "id"
    if not path.exists():
        replace_file(path, secrets.token_hex(16).encode())
    return path.read_text()


def case_folders(folder: Path) -> list[Path]:
    return [home for home in children(folder / "cases") if home.is_dir()]


def listed(case: Case, home: Path) -> Iterator[Path]:
    """The evidence of a case."""
    for sha256 in sorted({item.sha256 for item in case.evidence if item.sha256}):
        yield home / EVIDENCE / sha256


def all_in(home: Path) -> Iterator[Path]:
    """Every file of a folder but what is being written, what a file manager leaves, and old copies of pictures."""
    for parent, _, names in sorted(os.walk(home)):
        for name in sorted(names) if Path(parent).name != THUMBNAILS else ():
            if not name.startswith(".") and not name.endswith(PARTIAL):
                yield Path(parent, name)


def others(folder: Path) -> Iterator[Path]:
    """Every file that is no case's, in the order in which they are read."""
    rest = [path.name for path in children(folder) if path.name not in ("cases", *FIRST, LAST)]
    for name in (*FIRST, *rest, LAST):
        yield from all_in(folder / name) if (folder / name).is_dir() else [folder / name]
    yield folder / ID


def children(folder: Path) -> list[Path]:
    try:
        return [folder / name for name in sorted(os.listdir(folder)) if not name.startswith(".")]
    except (FileNotFoundError, NotADirectoryError):
        return []


def case_in(content: bytes) -> Case | None:
    try:
        return case_from(opened(content))
    except ValueError:
        return None


def erased_in(content: bytes) -> tuple[str, ...]:
    try:
        return record_from(Erased, opened(content)).references
    except ValueError:
        return ()
