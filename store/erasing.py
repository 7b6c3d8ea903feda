"""What erasing takes along, whatever the store: notices that name a case, questions about it, and searches."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

from store.model.memos import Searched
from store.model.records import Person


def naming(references: Collection[str]) -> re.Pattern[str]:
    """Finds any of these references, as a word."""
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, references))})\b")


def tells_of(search: Searched, references: Collection[str]) -> bool:
    """Whether a search found one of these cases, or looked for it by its reference."""
    return (
        re.search(
            naming(references).pattern, " ".join((search.words, *search.found)), re.IGNORECASE
        )
        is not None
    )


def without_question(person: Person, references: Collection[str]) -> Person:
    """The same person, where they were last asked something about one of these cases: no longer asked."""
    awaited = person.awaiting
    if awaited is None or not naming(references).search(awaited.command):
        return person
    return replace(person, awaiting=replace(awaited, command="") if awaited.used else None)
