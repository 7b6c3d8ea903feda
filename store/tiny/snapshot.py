"""What an earlier start has read of the cases, so that the next one need not read them all.

    data/.summaries/37    of the cases whose references begin with 7, the character U+0037

Beside what it has read of a case, a start keeps what the system says of the case's files, taken
before it read them. The next start believes it as long as the system says the same, and reads the
case where it does not. Nothing here is ever needed: a part that is gone or broken, or was made by
other code, is as if it had never been, and a backup leaves all of it out.

What is kept never tells of an erased case: its part is removed first (`drop_parts`).
"""

from __future__ import annotations

import hashlib
import inspect
import pkgutil
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

import msgspec
import structlog

import store.disk.seal
import store.documents
import store.model
from store.disk.durable import make_folder, read_file, remove_file, replace_file
from store.disk.evidence import EVIDENCE
from store.disk.identity import Identity, identity_of, tells_changes
from store.disk.seal import unseal
from store.documents import case_from
from store.model.case import Case
from store.model.evidence import Evidence
from store.model.records import Notice, State, Summary
from store.tiny.beginning import CASE_FILE, CASES

#: The folder, within that of the store. Backups leave it out.
SUMMARIES = ".summaries"

#: What the system says of a case's folder, its file, and its folder of evidence where it has one.
Look = tuple[Identity, ...]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class SnapshotRules:
    """When to keep what was read."""

    #: Seconds for which a case must have been left alone before it was read. The clock of a file
    #: system goes by steps, so a second change in one step would not show.
    untouched: float = 60
    #: New cases in one part for which it is written again.
    worth: int = 20


USUAL = SnapshotRules()


@dataclass(frozen=True, slots=True)
class Known:
    """What the catalogue takes from a case."""

    summary: Summary
    #: Still to be fetched.
    wanted: tuple[Evidence, ...]
    #: Notices that are not settled.
    owed: tuple[Notice, ...]

    @staticmethod
    def of(case: Case) -> Known:
        wanted = tuple(item for item in case.evidence if item.state == State.WANTED)
        owed = tuple(notice for notice in case.notices if not notice.settled)
        return Known(case.summary, wanted, owed)


@dataclass(frozen=True, slots=True)
class _Kept:
    look: Look
    known: Known


_decoder = msgspec.json.Decoder(dict[str, _Kept])


def look_at(case_folder: str, *, with_evidence: bool = True) -> Look:
    """What the system says of a case now. Raises OSError, where there is no file of the case too.

    `with_evidence`: it may have a folder of evidence.
    """
    look = identity_of(case_folder), identity_of(f"{case_folder}/{CASE_FILE}")
    if with_evidence:
        with suppress(FileNotFoundError):
            return *look, identity_of(f"{case_folder}/{EVIDENCE}")
    return look


class KnownPart:
    """What is known of the cases whose references begin with one character."""

    def __init__(self, path: Path | None, rules: SnapshotRules) -> None:
        """`path`: None where nothing may be believed, and nothing is to be kept."""
        self._path = path
        self._rules = rules
        self._before: dict[str, _Kept] = _read(path) if path and path.exists() else {}
        self._seen: set[str] = set()
        self._found: dict[str, _Kept] = {}
        self._noted: dict[str, _Kept] = {}

    def find(self, case_folder: str, reference: str) -> Known | None:
        """What is known of a case; None where that is nothing, or the case has changed since."""
        self._seen.add(reference)
        kept = self._before.get(reference)
        if kept is None:
            return None
        try:
            # Without a change of the case's folder, it has a folder of evidence if it had one then.
            look = look_at(case_folder, with_evidence=len(kept.look) > 2)
        except OSError:
            return None
        if look != kept.look:
            return None
        self._found[reference] = kept
        return kept.known

    def look_at(self, case_folder: str) -> Look | None:
        """What is to be noted with a case that is read after this; None where it cannot be."""
        if self._path is None:
            return None
        before = time.time_ns() - int(self._rules.untouched * 1e9)
        try:
            look = look_at(case_folder)
        except OSError:
            return None
        changed = max(ctime for _, _, _, ctime in look)
        return look if changed < before else None

    def note(self, look: Look, case: Case) -> None:
        """Keep what was read of a case after this look at it."""
        self._noted[case.reference] = _Kept(look, Known.of(case))

    def write(self) -> None:
        """Bring it to the disk, where that is worth it, or it tells of what is no longer there."""
        has_gone = not self._before.keys() <= self._seen
        if self._path is None or (not has_gone and len(self._noted) < self._rules.worth):
            return
        try:
            make_folder(self._path.parent)
            replace_file(self._path, _sealed({**self._found, **self._noted}))
        except OSError as error:
            log.warning("summaries not kept", why=str(error))
            if has_gone:
                _remove(self._path)


class Snapshot:
    """All parts, one after another, as a start goes through the cases."""

    def __init__(self, folder: Path, rules: SnapshotRules) -> None:
        """`folder`: of the store."""
        self._home = folder / SUMMARIES
        self._rules = rules
        self._opened: set[str] = set()
        self._is_usable = _is_usable(folder)

    def part_of(self, reference: str) -> KnownPart:
        """The part to which a case belongs, as the disk holds it."""
        path = _path_of_part(self._home, reference)
        self._opened.add(path.name)
        return KnownPart(path if self._is_usable else None, self._rules)

    def tidy(self) -> None:
        """Remove the parts of which no case is left, or all where none may be believed."""
        if not self._is_usable:
            shutil.rmtree(self._home, ignore_errors=True)
            return
        for path in _paths_of_parts(self._home):
            if path.name not in self._opened:
                _remove(path)


def drop_parts(folder: Path, references: Iterable[str]) -> None:
    """Let nothing be kept of these cases, nor of those beside them. Raises OSError."""
    for path in {_path_of_part(folder / SUMMARIES, reference) for reference in references}:
        if path.parent.is_dir():
            remove_file(path)


def find_lies(folder: Path) -> Iterator[tuple[str, str]]:
    """What the next start would believe, and is not so: names of parts, each with a reference.

    A bot may own the folder meanwhile. What has changed since it was kept is no lie, as it is read.
    """
    if not _is_usable(folder):
        return
    for path in _paths_of_parts(folder / SUMMARIES):
        for reference, kept in _read(path).items():
            if _is_lie(f"{folder}/{CASES}/{reference}", kept):
                yield path.name, reference


def _is_lie(case_folder: str, kept: _Kept) -> bool:
    try:
        content = read_file(f"{case_folder}/{CASE_FILE}")
        if look_at(case_folder) != kept.look:
            return False
        return Known.of(case_from(unseal(content))) != kept.known
    except (OSError, ValueError):
        # It is gone, or damaged, and was not when it was read: that is said of the file itself.
        return False


def _is_usable(folder: Path) -> bool:
    return tells_changes(folder / CASES) and _maker() != b""


def _path_of_part(home: Path, reference: str) -> Path:
    # By its number: any character may begin the name of what somebody has put among the cases.
    return home / f"{ord(reference[0]):x}"


def _paths_of_parts(home: Path) -> list[Path]:
    return sorted(home.iterdir()) if home.is_dir() else []


def _remove(path: Path) -> None:
    try:
        remove_file(path)
    except OSError as error:
        log.error("summaries not removed", why=str(error))


# --- the file of a part -------------------------------------------------------------------------


def _read(path: Path) -> dict[str, _Kept]:
    """What a file holds, by reference; nothing where it is gone, broken, or of other code."""
    try:
        seal, _, content = read_file(path).partition(b"\n")
        if seal != _seal(content):
            return {}
        return _decoder.decode(content)
    except (OSError, ValueError):
        return {}


def _sealed(cases: dict[str, _Kept]) -> bytes:
    content = msgspec.json.encode(cases)
    return _seal(content) + b"\n" + content


def _seal(content: bytes) -> bytes:
    return hashlib.sha256(_maker() + content).hexdigest().encode()


@cache
def _maker() -> bytes:
    """Names the code that makes what is kept; nothing where that is not to be had."""
    digest = hashlib.sha256()
    try:
        for name in _makers():
            digest.update(inspect.getsource(import_module(name)).encode())
    except OSError:
        return b""
    return digest.digest()


def _makers() -> Iterator[str]:
    """The names of all modules by which a case's file becomes what is kept of it."""
    yield from (__name__, store.disk.seal.__name__, store.documents.__name__)
    for module in pkgutil.walk_packages(store.model.__path__, f"{store.model.__name__}."):
        if not module.ispkg:
            yield module.name
