"""Which cases are locked, because one of the matter that they are part of shows a child undressed.

What they hold is handed to nobody, and no backup and no move takes it along.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from store.model.case import Case
from store.model.records import Summary


@dataclass(frozen=True, slots=True)
class Part:
    """As much of a case as says whether it is locked."""

    reference: str
    joined_to: str | None
    withheld: bool

    @classmethod
    def of(cls, case: Case | Summary) -> Part:
        return cls(case.reference, case.joined_to, case.withheld)


def find_locked(parts: Iterable[Part]) -> frozenset[str]:
    """The references of all that is locked. `parts`: every case that there is."""
    known = {part.reference: part for part in parts}
    locked = {_root(reference, known) for reference, part in known.items() if part.withheld}
    return frozenset(reference for reference in known if _root(reference, known) in locked)


def _root(reference: str, known: dict[str, Part]) -> str:
    """What a case was joined to in the end, as far as that is known."""
    seen = {reference}
    while (part := known.get(reference)) and part.joined_to and part.joined_to not in seen:
        reference = part.joined_to
        seen.add(reference)
    return reference
