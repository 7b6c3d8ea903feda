"""A store's folder as it lies there, for commands that look into it while a bot may own it.

Nobody is kept from writing meanwhile: each file is read whole, and may be gone when its turn comes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from store.disk.evidence import EVIDENCE
from store.documents import case_from, record_from, record_tables
from store.model.case import Case
from store.model.invitations import Invitation
from store.model.memos import FOLDERS, BackedUp, Erased, Exported, RoleChange, RoleWish
from store.model.records import Notice, Person
from store.tiny.files import read_tables, write_tables
from store.tiny.memos import path_of_memo
from store.tiny.references import read_references

#: The folder of each kind of record, beside cases and people -> the class of its records.
KINDS: dict[str, type[Any]] = {
    "invitations": Invitation,
    "notices": Notice,
    **{folder: kind for kind, folder in FOLDERS.items()},
}


class FolderContents:
    """All that can be read in a store's folder. Raises OSError where the disk does not answer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        #: What is there and cannot be read, as paths within the folder; `others` may add to it.
        self.unreadable: list[str] = []
        self.people: list[Person] = list(self._records("people", Person))
        self.cases: list[Case] = list(self._cases())

    def _cases(self) -> Iterator[Case]:
        listed = read_references(self.folder)
        for case_folder in [self.folder / "cases" / name for name in _names(self.folder / "cases")]:
            reference = case_folder.name
            try:
                case = case_from(read_tables(case_folder / "case.json"))
                if case.reference != reference:
                    raise ValueError("another case's file")
                yield case
            except (FileNotFoundError, NotADirectoryError):
                # No case at all, unless a bot has put its damaged file aside.
                if reference not in listed and any(case_folder.glob("case.damaged*")):
                    self.unreadable.append(f"cases/{reference}")
            except (OSError, ValueError):
                self.unreadable.append(f"cases/{reference}")
            else:
                listed.discard(reference)
        self._add_missing(listed)

    def _add_missing(self, listed: set[str]) -> None:
        """Name the cases that are listed and were not read, unless they were erased."""
        for memo in self._records(FOLDERS[Erased], Erased):
            listed.difference_update(memo.references)
        missing = {f"cases/{reference}" for reference in listed}
        self.unreadable += sorted(missing.difference(self.unreadable))

    def _records(self, name: str, kind: type[Any]) -> Iterator[Any]:
        for path in [self.folder / name / file for file in _names(self.folder / name)]:
            if path.suffix != ".json":
                continue
            try:
                yield record_from(kind, read_tables(path))
            except FileNotFoundError:
                # Settled or used meanwhile.
                continue
            except (OSError, ValueError):
                self.unreadable.append(f"{name}/{path.name}")

    def others(self) -> Iterator[tuple[str, Any]]:
        """Every record that is neither a case nor a person, with the name of its kind's folder."""
        for name, kind in KINDS.items():
            for record in self._records(name, kind):
                yield name, record

    def role_changes(self) -> list[RoleChange]:
        """The log of roles, as far as it can be read."""
        return list(self._records(FOLDERS[RoleChange], RoleChange))

    def evidence(self, reference: str, sha256: str) -> Path:
        """Where the bytes with this SHA-256 lie, if the case has them."""
        return self.folder / "cases" / reference / EVIDENCE / sha256


def _names(folder: Path) -> list[str]:
    """What is in a folder, by name; nothing where it is not there. Raises OSError."""
    try:
        return sorted(os.listdir(folder))
    except FileNotFoundError:
        return []


def add_exported(folder: Path, memo: Exported) -> None:
    """Keep that something was exported, while a bot may own the folder. Raises OSError.

    Each export has a memo of its own: nothing but a new file is written.
    """
    write_tables(path_of_memo(folder, Exported, memo.memo_key), record_tables(memo))


def add_role_wish(folder: Path, memo: RoleWish) -> None:
    """Keep that roles are to be given or taken, while a bot may own the folder. Raises OSError.

    The bot does it at its next minute. Nothing but a new file is written.
    """
    write_tables(path_of_memo(folder, RoleWish, memo.memo_key), record_tables(memo))


def put_backed_up(folder: Path, memo: BackedUp) -> None:
    """Keep how the backups to one place have gone, while a bot may own the folder. Raises OSError.

    It replaces a file, which harms nobody: the bot's store never writes this kind.
    """
    write_tables(path_of_memo(folder, BackedUp, memo.memo_key), record_tables(memo))


def read_backed_up(folder: Path, to: str) -> BackedUp | None:
    """How the backups to this place have gone; None where that is not known. Raises OSError."""
    try:
        return record_from(BackedUp, read_tables(path_of_memo(folder, BackedUp, to)))
    except (FileNotFoundError, ValueError):
        return None
