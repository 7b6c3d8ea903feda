"""Whether the folder still holds what was written to it: read only, so a bot may own it meanwhile.

What is looked at: each file's seal, each chain of entries and what the entries say of the case, each piece of
evidence against its SHA-256 and the case's list, and what is there without being listed anywhere.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from store.disk.durable import PARTIAL
from store.disk.evidence import EVIDENCE, THUMBNAILS, sha256_of
from store.disk.seal import is_sealed, opened
from store.documents import case_from, record_from
from store.model.case import Case
from store.model.memos import FOLDERS, Erased
from store.model.records import Invitation, Notice, Person
from store.tiny.memos import name_of
from store.verifying import BACKUP, Finding, Walk, wrong_in

TELL = "Find out who had access, and compare with a backup: headsup verify --against FOLDER"
AGAIN = 0.3  # seconds after which something odd is looked at again: a bot may have been writing it
FRESH = 60.0  # seconds in which evidence may lie there before its case lists it


def verify(folder: Path, walk: Walk, against: Path | None = None) -> Iterator[Finding]:
    """Everything that is wrong, case by case. `against`: an older copy of the folder. Raises OSError."""
    erased = {
        ref for memo in _readable(folder / FOLDERS[Erased], Erased) for ref in memo.references
    }
    for home in _children(folder / "cases"):
        if home.is_dir() and home.name in erased:
            yield Finding(_at(home), "was erased, and is not yet removed.", "Start the bot again.")
        elif home.is_dir():
            yield from _twice(lambda home=home: _case(home, folder, walk))  # type: ignore[misc]
    for part, root in walk.joined.items():
        if root not in walk.cases:
            yield Finding(f"cases/{root}", f"is missing, and case {part} is part of it.", BACKUP)
    for name, kind in RECORDS.items():
        for path in _children(folder / name):
            yield from _twice(lambda path=path, kind=kind: _record(path, kind, walk))  # type: ignore[misc]
    if against:
        yield from _against(against, folder, erased)


def _twice(look: Callable[[], list[Finding]]) -> list[Finding]:
    """What is odd at the second look, too."""
    try:
        if found := look():
            time.sleep(AGAIN)
            again = set(look())
            return [finding for finding in found if finding in again]
    except FileNotFoundError:  # erased or settled meanwhile
        return look()
    return []


# --- cases ---------------------------------------------------------------------------------------------


def _case(home: Path, folder: Path, walk: Walk) -> list[Finding]:
    path = home / "case.json"
    walk.cases.add(home.name)
    inside = [p for p in _children(home) if p.name != THUMBNAILS]
    if not home.exists() or not any(p.is_file() or any(p.iterdir()) for p in inside if p.exists()):
        return []  # nothing was ever written into it, or it has been erased
    found = [
        Finding(_at(p), "does not belong there.", _if_damaged(p))
        for p in inside
        if p.name not in ("case.json", EVIDENCE) and _is_ours(p)
    ]
    if not path.exists():
        return [*found, Finding(_at(path), "is missing.", BACKUP)]
    case = _read(path, walk, case_from)
    if case is None:
        return [*found, Finding(_at(path), "is not as it was written.", BACKUP)]
    if case.reference != home.name:
        return [*found, Finding(_at(path), f"is the file of case {case.reference}.", BACKUP)]
    if case.joined_to:
        walk.joined[case.reference] = case.joined_to
    found += [Finding(_at(path), what, TELL) for what in wrong_in(case)]
    return [*found, *_evidence(case, home, folder, walk)]


def _if_damaged(path: Path) -> str:
    if ".damaged" in path.name:
        return "It was put aside because it is damaged: put case.json back from a backup, and remove it."
    return "See what it is, and remove it."


def _evidence(case: Case, home: Path, folder: Path, walk: Walk) -> Iterator[Finding]:
    listed = {item.sha256: item for item in case.evidence if item.sha256}
    lying = {
        path.name: path for path in _children(home / EVIDENCE) if not path.name.endswith(PARTIAL)
    }
    for sha256, item in listed.items():
        if sha256 not in lying:
            yield Finding(
                _at(home / EVIDENCE / sha256), f"(evidence {item.number}) is missing.", BACKUP
            )
    for name, path in lying.items():
        walk.evidence += 1
        if name not in listed:
            if not _may_be_listed_soon(path, folder):
                yield Finding(_at(path), "is listed nowhere.", "See what it is, and remove it.")
        elif (content := sha256_of(path)) != name:
            other = listed.get(content)
            what = (
                f"is the file of evidence {other.number}."
                if other
                else "is not as it was received."
            )
            yield Finding(_at(path), f"(evidence {listed[name].number}) {what}", BACKUP)


def _may_be_listed_soon(path: Path, folder: Path) -> bool:
    """Whether a running bot may just have fetched it."""
    return time.time() - path.stat().st_mtime < FRESH and _is_owned(folder)


def _is_owned(folder: Path) -> bool:
    """Whether a bot owns the folder at this moment."""
    with (folder / ".lock").open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


# --- people, notices, memos --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kind:
    record: type[Any]
    name: Callable[[Any], str]  # of its file, without .json


RECORDS: dict[str, Kind] = {
    "people": Kind(Person, lambda person: person.id),
    "invitations": Kind(Invitation, lambda invitation: invitation.digest),
    "notices": Kind(Notice, lambda notice: name_of(notice.key)),
    **{name: Kind(memo, lambda memo: name_of(memo.under)) for memo, name in FOLDERS.items()},
}


def _record(path: Path, kind: Kind, walk: Walk) -> list[Finding]:
    if ".damaged" in path.name:
        return [Finding(_at(path), "was put aside because it is damaged.", BACKUP)]
    if path.suffix != ".json":
        return []  # not ours
    walk.records += 1
    record = _read(path, walk, lambda tables: record_from(kind.record, tables))
    if record is None:
        return [Finding(_at(path), "is not as it was written.", BACKUP)]
    if kind.name(record) != path.stem:
        return [Finding(_at(path), "is another record’s file.", BACKUP)]
    return []


def _readable(folder: Path, kind: type[Any]) -> Iterator[Any]:
    for path in folder.glob("*.json"):
        if record := _read(path, Walk(), lambda tables: record_from(kind, tables)):
            yield record


def _read(path: Path, walk: Walk, make: Callable[[dict[str, Any]], Any]) -> Any:
    """What is in a file, or None where that is not what was written."""
    content = path.read_bytes()
    try:
        made = make(opened(content))
        walk.unsealed += not is_sealed(content)
    except ValueError:
        return None
    return made


# --- an older copy -----------------------------------------------------------------------------------------


def _against(older: Path, folder: Path, erased: set[str]) -> Iterator[Finding]:
    """What an older copy holds, and this folder does not."""
    for home in _children(older / "cases"):
        before = (
            _read(home / "case.json", Walk(), case_from) if (home / "case.json").exists() else None
        )
        if before is None or home.name in erased:
            continue
        path = folder / "cases" / home.name / "case.json"
        now = _read(path, Walk(), case_from) if path.exists() else None
        if now is None:
            yield Finding(_at(path), "is in the older copy, and cannot be read here.", BACKUP)
        elif lost := _lost(before, now):
            yield Finding(_at(path), f"lacks what the older copy holds: {lost}.", TELL)


def _lost(before: Case, now: Case) -> str:
    """The first thing that has gone since; nothing does in an honest folder."""
    hashes = [entry.hash for entry in now.chronology]
    for number, entry in enumerate(before.chronology, 1):
        if hashes[number - 1 : number] != [entry.hash]:
            return f"entry {number}"
    kept = {item.sha256 for item in now.evidence}
    gone: Sequence[str] = [
        str(e.number) for e in before.evidence if e.sha256 and e.sha256 not in kept
    ]
    return f"evidence {', '.join(gone)}" if gone else ""


# --- files -------------------------------------------------------------------------------------------------


def _children(folder: Path) -> list[Path]:
    try:
        return [folder / name for name in sorted(os.listdir(folder))]
    except (FileNotFoundError, NotADirectoryError):
        return []


def _is_ours(path: Path) -> bool:
    """Neither being written, nor what a file manager leaves."""
    return not path.name.startswith(".") and not path.name.endswith(PARTIAL)


def _at(path: Path) -> str:
    """`cases/7K4M/case.json`, `people/1.json`."""
    parts = path.parts
    begin = max((n for n, part in enumerate(parts) if part in (*RECORDS, "cases")), default=0)
    return "/".join(parts[begin:])
