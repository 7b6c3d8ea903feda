"""Whether the evidence of a case lies beside it as it was written, and nothing else."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from store.disk.durable import PARTIAL
from store.disk.evidence import EVIDENCE, sha256_of
from store.disk.lock import is_locked
from store.model.case import Case
from store.model.evidence import Evidence
from store.tiny.lying import SEE_AND_REMOVE, UNREADABLE, at, children
from store.verifying import BACKUP, MISSING, Mismatch, Walk

#: Seconds in which evidence may lie there before its case lists it.
FRESH = 60.0


def look_at_evidence(case: Case, home: Path, folder: Path, walk: Walk) -> Iterator[Mismatch]:
    listed = {item.sha256: item for item in case.evidence if item.sha256}
    lying = [path for path in children(home / EVIDENCE) if not path.name.endswith(PARTIAL)]
    yield from _find_missing(listed, lying, home)
    for path in lying:
        walk.evidence += 1
        if path.name in listed:
            yield from _look_at_listed(path, listed)
        elif not _may_be_listed_soon(path, folder):
            yield Mismatch(at(path), "is listed nowhere.", SEE_AND_REMOVE)


def _find_missing(listed: dict[str, Evidence], lying: list[Path], home: Path) -> Iterator[Mismatch]:
    names = {path.name for path in lying}
    for sha256, item in listed.items():
        if sha256 not in names:
            where = at(home / EVIDENCE / sha256)
            yield Mismatch(where, f"(evidence {item.number}) {MISSING}", BACKUP)


def _look_at_listed(path: Path, listed: dict[str, Evidence]) -> Iterator[Mismatch]:
    what = _check_bytes(path, listed)
    if what:
        number = listed[path.name].number
        yield Mismatch(at(path), f"(evidence {number}) {what}", BACKUP)


def _check_bytes(path: Path, listed: dict[str, Evidence]) -> str:
    """What is wrong with a piece of evidence that a case lists by its name, or nothing."""
    try:
        content = sha256_of(path)
    except OSError as error:
        return UNREADABLE.format(why=error.strerror or error)
    if content == path.name:
        return ""
    other = listed.get(content)
    if other:
        return f"is the file of evidence {other.number}."
    return "is not as it was received."


def _may_be_listed_soon(path: Path, folder: Path) -> bool:
    """True for evidence that a running bot may just have fetched."""
    return time.time() - path.stat().st_mtime < FRESH and is_locked(folder)
