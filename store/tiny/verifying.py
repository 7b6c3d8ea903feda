"""Whether the folder still holds what was written to it: read only, so a bot may own it meanwhile.

What is looked at: each file's seal, each chain of entries and what the entries say of the case,
each piece of evidence against its SHA-256 and the case's list, what is there without being listed
anywhere, and whether what is kept for a quicker start fits the cases.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from store.comparing import LACKS, NOT_HERE, find_lost, find_lost_changes
from store.disk.durable import read_file
from store.disk.evidence import EVIDENCE, THUMBNAILS
from store.disk.seal import is_sealed, unseal
from store.documents import case_from, record_from
from store.model.case import Case
from store.model.invitations import Invitation
from store.model.locked import Part, find_locked
from store.model.memos import FOLDERS, Erased, RoleChange, RoleWish
from store.model.proofs import is_proved
from store.model.records import Person
from store.progress import each
from store.replaying import find_contradictions
from store.roles_told import RolesKept, find_untold
from store.tiny.lying import RECORDS, SEE_AND_REMOVE, UNREADABLE, Kind, at, children, is_ours
from store.tiny.references import read_references
from store.tiny.snapshot import SUMMARIES, find_lies
from store.tiny.undoing import DAMAGED
from store.tiny.verifying_evidence import look_at_evidence
from store.verifying import BACKUP, MISSING, Mismatch, Walk

NOT_AS_WRITTEN = "is not as it was written."
START_AGAIN = "Start the bot again."
PUT_ASIDE = (
    "It was put aside because it is damaged: put case.json back from a backup, and remove it."
)
NOT_OF_THE_CASE = "does not say what the file of the case says."
REMOVE_SUMMARIES = (
    "Stop the bot, and remove the folder .summaries; the next start makes it anew. Find out who "
    "had access."
)
TELL = "Find out who had access, and compare with a backup: headsup verify --against FOLDER"

Record = TypeVar("Record")

#: Seconds after which something odd is looked at again: a bot may have been writing it.
AGAIN = 0.3


def verify(folder: Path, walk: Walk, against: Path | None = None) -> Iterator[Mismatch]:
    """Everything that is wrong, case by case. `against`: an older copy of the folder.

    Raises OSError.
    """
    # Before the cases: what is listed was there.
    listed = read_references(folder)
    erased = _read_erased(folder)
    homes: list[Look] = []
    for home in children(folder / "cases"):
        if home.name in erased and home.is_dir():
            yield Mismatch(at(home), "was erased, and is not yet removed.", START_AGAIN)
        elif home.is_dir():
            is_listed = home.name in listed
            homes.append(Look(home, partial(_look_at_case, home, folder, is_listed=is_listed)))
    yield from _without_left_out(_look_twice(homes, walk), folder, walk)

    # Only now is it known which cases are there.
    yield from _find_missing_roots(walk)
    roots = set(walk.joined.values())
    missing = listed - walk.cases - roots - _read_erased(folder)
    for reference in sorted(missing):
        yield Mismatch(f"cases/{reference}", "is missing.", BACKUP)

    yield from _look_at_summaries(folder)

    yield from _look_twice(_looks_at_records(folder), walk)
    yield from _look_twice([Look(folder / "people", partial(_look_at_roles, folder))], walk)
    if against:
        yield from _compare_with_older(against, folder, erased | missing)


def _find_missing_roots(walk: Walk) -> Iterator[Mismatch]:
    """Cases that are not there, and that others have become part of."""
    for part, root in walk.joined.items():
        if root not in walk.cases:
            yield Mismatch(f"cases/{root}", f"is missing, and case {part} is part of it.", BACKUP)


def _looks_at_records(folder: Path) -> list[Look]:
    looks: list[Look] = []
    for name, kind in RECORDS.items():
        for path in children(folder / name):
            looks.append(Look(path, partial(_look_at_record, path, kind)))
    return looks


@dataclass(frozen=True, slots=True)
class Look:
    """A look at one file or folder."""

    path: Path
    #: Gives what is odd. Raises OSError.
    find: Callable[[Walk], list[Mismatch]]

    def __call__(self, walk: Walk) -> list[Mismatch]:
        """What is odd, which is also that it cannot be read."""
        try:
            return self.find(walk)
        except OSError as error:
            where = at(Path(error.filename or self.path))
            return [Mismatch(where, UNREADABLE.format(why=error.strerror or error), BACKUP)]


def _look_twice(looks: list[Look], walk: Walk) -> Iterator[Mismatch]:
    """What is odd at the second look, too; between the two, all have the same time to be mended."""
    odd: list[tuple[Look, list[Mismatch]]] = []
    for look in each(looks):
        found = look(walk)
        if found:
            odd.append((look, found))
    if odd:
        time.sleep(AGAIN)
    for look, found in odd:
        again = set(look(Walk()))
        for mismatch in found:
            if mismatch in again:
                yield mismatch


def _look_at_case(home: Path, folder: Path, walk: Walk, *, is_listed: bool) -> list[Mismatch]:
    walk.cases.add(home.name)
    inside = [path for path in children(home) if path.name != THUMBNAILS]
    if not home.exists():
        # It has been erased.
        return []
    if not is_listed and not any(map(_holds_something, inside)):
        # Nothing was ever written into it.
        return []

    return [*_find_strangers(inside), *_look_at_case_file(home, folder, walk)]


def _look_at_case_file(home: Path, folder: Path, walk: Walk) -> list[Mismatch]:
    """What is wrong with the case in its folder `home`, and with its evidence."""
    path = home / "case.json"
    if not os.path.lexists(path):
        return [Mismatch(at(path), "is missing.", BACKUP)]
    case = _read(path, walk, case_from)
    if case is None:
        return [Mismatch(at(path), NOT_AS_WRITTEN, BACKUP)]
    if case.reference != home.name:
        return [Mismatch(at(path), f"is the file of case {case.reference}.", BACKUP)]

    found = []
    if case.joined_to:
        walk.joined[case.reference] = case.joined_to
    walk.unproved += not is_proved(case)
    for what in find_contradictions(case):
        found.append(Mismatch(at(path), what, TELL))
    found += look_at_evidence(case, home, folder, walk)
    return found


def _look_at_summaries(folder: Path) -> Iterator[Mismatch]:
    """What a start would believe without reading the cases, and is not so."""
    for part, reference in find_lies(folder):
        yield Mismatch(f"{SUMMARIES}/{part} ({reference})", NOT_OF_THE_CASE, REMOVE_SUMMARIES)


def _holds_something(path: Path) -> bool:
    """True for a file, and for a folder that is not empty."""
    # A bot may take away what was listed a moment ago.
    return path.exists() and (path.is_file() or any(path.iterdir()))


def _find_strangers(inside: list[Path]) -> list[Mismatch]:
    """What does not belong in the folder of a case."""
    found = []
    for path in inside:
        if path.name in ("case.json", EVIDENCE) or not is_ours(path):
            continue
        mend = PUT_ASIDE if DAMAGED in path.name else SEE_AND_REMOVE
        found.append(Mismatch(at(path), "does not belong there.", mend))
    return found


def _find_locked_in(folder: Path) -> frozenset[str]:
    """The references of the cases that are locked, as far as they can be read."""
    found = (_read_case(home / "case.json") for home in children(folder / "cases"))
    return find_locked(Part.of(case) for case in found if case)


def _without_left_out(found: Iterable[Mismatch], folder: Path, walk: Walk) -> Iterator[Mismatch]:
    """What is wrong; that no backup and no move takes along what is locked is noted, and is not."""
    locked = _find_locked_in(folder)
    for mismatch in found:
        if _is_left_out(mismatch, locked):
            walk.left_out.append(mismatch.where)
        else:
            yield mismatch


def _is_left_out(mismatch: Mismatch, locked: Collection[str]) -> bool:
    """True for evidence that no backup and no move takes along."""
    parts = mismatch.where.split("/")
    is_evidence = parts[0] == "cases" and parts[2:3] == [EVIDENCE]
    return is_evidence and parts[1] in locked and mismatch.what.endswith(MISSING)


def _look_at_record(path: Path, kind: Kind, walk: Walk) -> list[Mismatch]:
    if DAMAGED in path.name:
        return [Mismatch(at(path), "was put aside because it is damaged.", BACKUP)]
    if path.suffix != ".json":
        # It is none of ours.
        return []
    walk.records += 1
    record = _read(path, walk, partial(record_from, kind.record))
    if record is None:
        return [Mismatch(at(path), NOT_AS_WRITTEN, BACKUP)]
    if kind.name(record) != path.stem:
        return [Mismatch(at(path), "is another record’s file.", BACKUP)]
    return []


def _look_at_roles(folder: Path, walk: Walk) -> list[Mismatch]:
    """Roles and accounts that the log of roles does not give."""
    # People first: what happens to them is in the log before it is in their records.
    kept = RolesKept(
        _read_all(folder, "people", Person),
        _read_all(folder, FOLDERS[RoleChange], RoleChange),
        _read_all(folder, FOLDERS[RoleWish], RoleWish),
        _read_all(folder, "invitations", Invitation),
    )
    return [Mismatch(f"people/{id}.json", what, TELL) for id, what in find_untold(kept)]


def _read_all(folder: Path, name: str, kind: type[Record]) -> list[Record]:
    """The records of a kind that can be read."""
    paths = (folder / name).glob("*.json")
    found = [_read_if_possible(path, partial(record_from, kind)) for path in paths]
    return [record for record in found if record is not None]


def _read_erased(folder: Path) -> set[str]:
    """The references of cases that were erased, as far as the records of that can be read."""
    erased: set[str] = set()
    for memo in _read_all(folder, FOLDERS[Erased], Erased):
        erased.update(memo.references)
    return erased


def _read_if_possible(path: Path, make: Callable[[dict[str, Any]], Any]) -> Any:
    """What is in a file, or None for whatever reason."""
    try:
        return _read(path, Walk(), make)
    except OSError:
        return None


def _read(path: Path, walk: Walk, make: Callable[[dict[str, Any]], Any]) -> Any:
    """What is in a file, or None where that is not what was written. Raises OSError."""
    try:
        content = read_file(path)
        made = make(unseal(content))
        walk.unsealed += not is_sealed(content)
    except ValueError:
        return None
    return made


def _compare_with_older(older: Path, folder: Path, known: set[str]) -> Iterator[Mismatch]:
    """What an older copy holds, and this folder does not.

    `known`: cases that were erased, or were said to be missing.
    """
    for home in children(older / "cases"):
        before = _read_case(home / "case.json")
        if before is None or home.name in known:
            continue
        path = folder / "cases" / home.name / "case.json"
        now = _read_case(path)
        if now is None:
            yield Mismatch(at(path), NOT_HERE, BACKUP)
            continue
        lost = find_lost(before, now)
        if lost:
            yield Mismatch(at(path), LACKS.format(lost=lost), TELL)
    changes_before = _read_all(older, FOLDERS[RoleChange], RoleChange)
    changes_now = _read_all(folder, FOLDERS[RoleChange], RoleChange)
    for lost in find_lost_changes(changes_before, changes_now):
        yield Mismatch(FOLDERS[RoleChange], lost, TELL)


def _read_case(path: Path) -> Case | None:
    """The case in a file; None where there is none, or it cannot be read."""
    case: Case | None = _read_if_possible(path, case_from)
    return case
