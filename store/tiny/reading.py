"""The folder as it lies there, for commands that look into it while a bot may own it. It reads only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from store.disk.evidence import EVIDENCE
from store.documents import case_from, record_from, record_tables
from store.errors import NotFound
from store.model.case import Case
from store.model.memos import FOLDERS, BackedUp, Exported, Memo
from store.model.records import Invitation, Notice, Person
from store.tiny.files import read_tables, write_tables
from store.tiny.memos import name_of

KINDS: dict[str, type[Any]] = {
    "invitations": Invitation,
    "notices": Notice,
    **{name: kind for kind, name in FOLDERS.items()},
}


class Reading:
    """All that can be read; what cannot is named in `unreadable`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.unreadable: list[str] = []  # paths within the folder
        self.people: list[Person] = list(self._records("people", Person))
        self.cases: list[Case] = list(self._cases())

    def _cases(self) -> Iterator[Case]:
        for home in sorted((self.folder / "cases").glob("*")):
            try:
                yield case_from(read_tables(home / "case.json"))
            except FileNotFoundError:
                self.unreadable += [f"cases/{home.name}" for _ in home.glob("case.damaged*")][:1]
            except ValueError:
                self.unreadable.append(f"cases/{home.name}")

    def _records(self, name: str, kind: type[Any]) -> Iterator[Any]:
        for path in sorted((self.folder / name).glob("*.json")):
            try:
                yield record_from(kind, read_tables(path))
            except FileNotFoundError:
                continue  # settled or used meanwhile
            except ValueError:
                self.unreadable.append(f"{name}/{path.name}")

    def others(self) -> Iterator[tuple[str, Any]]:
        """Every other record, with the name of its kind's folder."""
        for name, kind in KINDS.items():
            yield from ((name, record) for record in self._records(name, kind))

    async def person(self, id: str) -> Person:
        """By an id that the person has or had. Raises NotFound."""
        for person in self.people:
            if id in person.ids:
                return person
        raise NotFound(id)

    def evidence(self, reference: str, sha256: str) -> Path:
        return self.folder / "cases" / reference / EVIDENCE / sha256


def add_exported(folder: Path, memo: Exported) -> None:
    """From outside, while a bot may own the folder: nothing but a new file is written. Raises OSError."""
    write_tables(_path_of(folder, Exported, memo.under), record_tables(memo))


def put_backed_up(folder: Path, memo: BackedUp) -> None:
    """From outside as well; nobody else writes this kind. Raises OSError."""
    write_tables(_path_of(folder, BackedUp, memo.under), record_tables(memo))


def read_backed_up(folder: Path, to: str) -> BackedUp | None:
    """Raises OSError."""
    try:
        return record_from(BackedUp, read_tables(_path_of(folder, BackedUp, to)))
    except (FileNotFoundError, ValueError):
        return None


def _path_of(folder: Path, kind: type[Memo], under: str) -> Path:
    return folder / FOLDERS[kind] / f"{name_of(under)}.json"
