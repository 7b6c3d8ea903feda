"""Writes a version of a text and its original into the folder, and keeps the version before.

A version that is replaced goes to `originals/` with the day and its digest in its name. Everything
is written durably, the text last, so that a bot that looks at the folder sees the old text or the
new, and never half.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from store.disk.durable import make_folder, remove_file, replace_file
from store.policies.files.school_file import TEXTS
from store.policies.texts import PolicyText

ORIGINALS = "originals"


@dataclass(frozen=True, slots=True)
class Version:
    """What is to be written."""

    doc: str
    content: str
    #: The bytes of the school's file.
    original: bytes
    #: The ending of that file's name.
    suffix: str


@dataclass(frozen=True, slots=True)
class WrittenFiles:
    """Where the school's file is, and the files of the version that was replaced."""

    original: Path
    kept: tuple[Path, ...]


# The order matters: whatever happens between two steps, no version is lost, and the folder holds
# one text that is whole.
def write_version(
    folder: Path, version: Version, replaced: PolicyText | None, today: date
) -> WrittenFiles:
    originals = folder / ORIGINALS
    make_folder(originals)
    stem = Path(version.doc).stem
    older = [originals / f"{stem}{suffix}" for suffix in (".pdf", ".docx", *TEXTS)]
    kept = _keep_replaced(folder / replaced.doc, older, stem, today) if replaced else []

    original = originals / f"{stem}{version.suffix}"
    replace_file(original, version.original)
    path = folder / version.doc
    replace_file(path, version.content.encode())
    # The bot may run as somebody else, and what it quotes is no secret.
    path.chmod(0o644)

    if replaced:
        for other in older:
            if other != original:
                remove_file(other)
        if replaced.doc != version.doc:
            remove_file(folder / replaced.doc)
    return WrittenFiles(original, tuple(kept))


def _keep_replaced(replaced: Path, originals: list[Path], stem: str, today: date) -> list[Path]:
    """Copy a text, and those of its originals that are there, below names of their version."""
    words = replaced.read_bytes()
    folder = replaced.parent / ORIGINALS
    version = f"{stem}.{today.isoformat()}.{hashlib.sha256(words).hexdigest()[:8]}"
    copy = folder / f"{version}.text{replaced.suffix}"
    replace_file(copy, words)
    kept = [copy]
    for path in originals:
        if path.is_file():
            copy = folder / f"{version}{path.suffix}"
            replace_file(copy, path.read_bytes())
            kept.append(copy)
    return kept
