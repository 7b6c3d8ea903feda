"""What erasing takes along, whatever the store: what names a case outside the case itself.

Those are notices that name it, questions about it, and searches.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

from store.model.memos import Searched
from store.model.records import Person


def reference_pattern(references: Collection[str]) -> re.Pattern[str]:
    """Finds any of these references, as a word."""
    alternatives = "|".join(map(re.escape, references))
    return re.compile(rf"\b(?:{alternatives})\b")


def tells_of(search: Searched, references: Collection[str]) -> bool:
    """True for a search that found one of these cases, or looked for it by its reference."""
    text = " ".join((search.words, *search.found))
    # People type references in small letters, too.
    pattern = reference_pattern(references).pattern
    return re.search(pattern, text, re.IGNORECASE) is not None


def without_question(person: Person, references: Collection[str]) -> Person:
    """The person as they are to be kept once these cases are gone.

    Whoever was last asked something about one of them is no longer asked. Anybody else comes back
    as the very same object.
    """
    awaited = person.awaiting
    if awaited is None or not reference_pattern(references).search(awaited.command):
        return person
    if not awaited.used:
        return replace(person, awaiting=None)
    return replace(person, awaiting=replace(awaited, command=""))
