"""Finds the text of the folder that a new one would replace, or a name that is free."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from store.policies.texts import SUFFIXES, PolicyText, read, title_from_name

#: Characters.
NAME_LENGTH = 80


def safe_name(stem: str) -> str:
    """The name of a file, without its ending, in small letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:NAME_LENGTH].strip("-")
    if name:
        return name
    # A name in another alphabet: its digest tells it from others.
    digest = hashlib.sha256(stem.encode("utf-8", "surrogatepass")).hexdigest()
    return f"policy-{digest[:6]}"


def find_same_text(texts: Sequence[PolicyText], text: PolicyText) -> PolicyText | None:
    """The text of that title; where a file's name is the same, but its title is not, it is another.

    A text that has no title of its own goes by its file's name.
    """
    for other in texts:
        if _is_title(other.title, text.title):
            return other
    for other in texts:
        if _has_name_of(other, text) and _is_untitled(other):
            return other
    return None


def _is_title(one: str, other: str) -> bool:
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())


def _has_name_of(other: PolicyText, text: PolicyText) -> bool:
    return safe_name(Path(other.doc).stem) == Path(text.doc).stem


def _is_untitled(text: PolicyText) -> bool:
    return _is_title(text.title, title_from_name(Path(text.doc).stem))


def free_name(texts: Sequence[PolicyText], text: PolicyText) -> str:
    """A name for its file that no other text has: `phones.md`, or else `phones-2.md`."""
    taken = {safe_name(Path(other.doc).stem) for other in texts}
    stem = Path(text.doc).stem
    name = stem
    number = 2
    while name in taken:
        name = f"{stem}-{number}"
        number += 1
    return f"{name}.md"


def read_texts(folder: Path) -> list[PolicyText]:
    texts = []
    for path in sorted(folder.iterdir()):
        is_text = path.suffix.lower() in SUFFIXES and not path.name.startswith(".")
        if is_text and path.is_file():
            try:
                texts.append(read(path))
            except OSError:
                continue
    return texts
