"""A sentence, a bullet or a row of a text: the least that is found, and quoted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: Characters of a unit.
LONGEST = 800
#: Characters of a bullet's number, with the blanks after it.
LONGEST_MARK = 20

#: Where something begins and ends.
Place = tuple[int, int]
#: What a unit is: the last sentence before a list is its lead-in.
UnitKind = Literal["sentence", "bullet", "lead-in"]


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence or a bullet: characters `start` to `end` of its text."""

    start: int
    end: int
    #: The nearest heading above it; "" where there is none.
    section: str
    #: Number of the paragraph or list that it belongs to.
    block: int
    kind: UnitKind
    #: Where the words begin and end that introduce the list of this bullet.
    lead_in: Place | None = None
    #: Every heading above it, outermost first.
    path: tuple[str, ...] = ()
    #: Where its bullet begins; -1 outside a list.
    item: int = -1
    #: Where its section's heading begins; -1 where there is none.
    under: int = -1
    #: What introduces the lists that its own list stands in, outermost first.
    outer: tuple[Place, ...] = ()
    #: Where the mark of its bullet begins; -1 for a sentence, and a bullet's further sentences.
    mark: int = -1
    #: The mark is a number or letter, by which people speak of it.
    is_numbered: bool = False
    #: Number of the list or table that it is in; -1 outside.
    of_list: int = -1
    #: From where on it is to be quoted, for its lead-in to be told without doubt; -1 for itself.
    needs: int = -1
    #: How many lists its own list stands in.
    depth: int = 0
    #: It speaks of the sentence before: `In such cases`.
    points_back: bool = False

    @property
    def begins(self) -> int:
        """Where it begins, with its mark."""
        return self.mark if self.mark >= 0 else self.start

    @property
    def quoted_from(self) -> int:
        """Where its words begin, with its number."""
        has_number = self.is_numbered and 0 < self.start - self.mark <= LONGEST_MARK
        if has_number and self.mark >= 0:
            return self.mark
        return self.start
