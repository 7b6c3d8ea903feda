"""What lies in the folder of the embedded store, and what of it is ours."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from store.disk.durable import PARTIAL
from store.model.invitations import Invitation
from store.model.memos import FOLDERS
from store.model.records import Notice, Person
from store.tiny.memos import name_of

UNREADABLE = "cannot be read: {why}."
SEE_AND_REMOVE = "See what it is, and remove it."


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of records that are a file each."""

    record: type[Any]
    #: The name of a record's file, without .json.
    name: Callable[[Any], str]


RECORDS: dict[str, Kind] = {
    "people": Kind(Person, lambda person: person.id),
    "invitations": Kind(Invitation, lambda invitation: invitation.digest),
    "notices": Kind(Notice, lambda notice: name_of(notice.key)),
    **{name: Kind(memo, lambda memo: name_of(memo.memo_key)) for memo, name in FOLDERS.items()},
}


def children(folder: Path) -> list[Path]:
    try:
        return [folder / name for name in sorted(os.listdir(folder))]
    except (FileNotFoundError, NotADirectoryError):
        return []


def is_ours(path: Path) -> bool:
    """False for what is being written, and for what a file manager leaves."""
    return not path.name.startswith(".") and not path.name.endswith(PARTIAL)


def at(path: Path) -> str:
    """Where a file lies within a data folder: `cases/7K4M/case.json`, `people/1.json`."""
    begin = 0
    for number, part in enumerate(path.parts):
        if part == "cases" or part in RECORDS:
            begin = number
    return "/".join(path.parts[begin:])
