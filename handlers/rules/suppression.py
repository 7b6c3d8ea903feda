"""Small counts that are not to be read, and could not be worked out from the rest of a page.

A count under five could tell of one child, or one member of staff. Where a total stands below such
counts, what it lacks tells them; so the smallest of the others is left out as well, and the total
where even that would not do. What is left out hangs on nothing but what is shown and on which
counts are small: that something is left out tells no more than the page does.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

#: Counts below this are not shown.
FEW = 5
#: That a small count can be.
MOST = FEW - 1


class Hidden(Enum):
    """What stands in the place of a count."""

    FEWER = f"fewer than {FEW}"
    WITHHELD = "not shown"


Cell = int | Hidden


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A column of counts, as it may be shown, and its total."""

    cells: tuple[Cell, ...]
    total: Cell


def alone(count: int) -> Cell:
    """A count of which no part and no total is shown."""
    return count if count >= FEW else Hidden.FEWER


def suppress(counts: Sequence[int]) -> Suppressed:
    """Hide the small ones of a column, and what would tell them."""
    cells: list[Cell] = [alone(count) for count in counts]
    small = cells.count(Hidden.FEWER)
    if not small:
        return Suppressed(tuple(cells), sum(counts))

    large = [n for n, cell in enumerate(cells) if isinstance(cell, int)]
    if not large:
        return Suppressed(tuple(cells), _total_of_small(sum(counts), small))
    smallest = min(large, key=lambda n: (counts[n], n))
    cells[smallest] = Hidden.WITHHELD

    shown = [cell for cell in cells if isinstance(cell, int)]
    rest = sum(counts) - sum(shown)
    tells = _tells_of_the_small(rest, small, _most_that(smallest, cells))
    return Suppressed(tuple(cells), Hidden.WITHHELD if tells else sum(counts))


def sum_alone(counts: Sequence[int]) -> Cell:
    """The sum of one count of several schools, of which no part and no total is shown."""
    return suppress_sums([[count] for count in counts]).total


def suppress_sums(schools: Sequence[Sequence[int]]) -> Suppressed:
    """The sums of the columns of several schools, as they may be shown, and their total.

    Each school takes its own counts away from them: what is left is a column of the others, and
    what that would hide, or the sums themselves would, is hidden. That it is hidden is all that is
    said: “fewer than 5” would tell a school that has 4 of them that there are no others.
    """
    sums = list(map(sum, zip(*schools, strict=True)))
    pages = [suppress(sums)]
    for own in schools:
        of_others = list(map(operator.sub, sums, own))
        pages.append(suppress(of_others))
    cells: list[Cell] = []
    for place, total in enumerate(sums):
        is_shown = all(isinstance(page.cells[place], int) for page in pages)
        cells.append(total if is_shown else Hidden.WITHHELD)
    is_total_shown = all(isinstance(page.total, int) for page in pages)
    return Suppressed(tuple(cells), sum(sums) if is_total_shown else Hidden.WITHHELD)


def _most_that(smallest: int, cells: Sequence[Cell]) -> int | None:
    """The most that the smallest of the large ones can be, by those that are shown; None for any.

    Of equals it is the first, so it is less than one that stands before it.
    """
    limits = []
    for number, cell in enumerate(cells):
        if isinstance(cell, int):
            comes_after = number > smallest
            limits.append(cell if comes_after else cell - 1)
    return min(limits, default=None)


def _total_of_small(total: int, small: int) -> Cell:
    """The total of counts that are all small."""
    if total < FEW:
        return Hidden.FEWER
    # More than that, and none of them could be 0.
    return total if total <= MOST * (small - 1) else Hidden.WITHHELD


def _tells_of_the_small(rest: int, small: int, most: int | None) -> bool:
    """Tell whether a small count could not be each of 0 to 4, by the sum of all that is hidden.

    That is of the small ones, and of one other: at least 5, and at most `most`.
    """
    if rest < FEW + MOST:
        return True
    return most is not None and rest > MOST * (small - 1) + most
