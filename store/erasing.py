"""What erasing takes along, whatever the store: notices that name a case, and questions about it."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

from store.records import Person


def naming(references: Collection[str]) -> re.Pattern[str]:
    """Finds any of these references, as a word."""
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, references))})\b")


def without_question(person: Person, references: Collection[str]) -> Person:
    """The same person, where they were last asked something about one of these cases: no longer asked."""
    awaited = person.awaiting
    if awaited is None or not naming(references).search(awaited.command):
        return person
    return replace(person, awaiting=replace(awaited, command="") if awaited.used else None)
