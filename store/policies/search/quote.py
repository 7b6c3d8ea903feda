"""How much of a text is quoted: the sentence that answers, and what it needs to be understood."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from store.policies.divide import LONGEST, Unit

WHOLE = 300  # characters: a paragraph or list up to this is quoted whole, else so much around the sentence
ITEM = 400  # characters: a bullet of several sentences is quoted whole up to this


def span(units: Sequence[Unit], n: int) -> tuple[int, int]:
    """Where the quotation of `units[n]` begins and ends. `units` are those of one text, in order.

    A short paragraph or list is whole; a lead-in comes with its list; a sentence comes with its neighbours.
    """
    first = last = n
    while first > 0 and units[first - 1].block == units[n].block:
        first -= 1
    while last + 1 < len(units) and units[last + 1].block == units[n].block:
        last += 1
    if units[last].end - units[first].start <= WHOLE:
        return units[first].start, units[last].end
    unit = units[n]
    low = high = n
    if unit.kind == "lead-in":
        while high < last and units[high + 1].end - unit.start <= LONGEST:
            high += 1
    elif unit.item >= 0:
        while (
            low > first
            and _same(units[low - 1], unit)
            and units[high].end - units[low - 1].start <= ITEM
        ):
            low -= 1
        while (
            high < last
            and _same(units[high + 1], unit)
            and units[high + 1].end - units[low].start <= ITEM
        ):
            high += 1
    else:
        low, high = _around(units, n, first, last)
    return units[low].start, units[high].end


def listed(units: Sequence[Unit], lead: Unit) -> list[tuple[int, int]]:
    """Where each bullet that `lead` introduces begins and ends; none for what is no lead-in."""
    if lead.kind != "lead-in":
        return []
    own = [unit for unit in units if unit.lead_in is not None and unit.lead_in[1] == lead.end]
    return [
        (item, max(unit.end for unit in some))
        for item, some in groupby(own, key=lambda unit: unit.item)
    ]


def _same(other: Unit, unit: Unit) -> bool:
    return other.item == unit.item


def _around(units: Sequence[Unit], n: int, first: int, last: int) -> tuple[int, int]:
    low = high = n
    while True:
        if (
            high < last
            and units[high + 1].item < 0
            and units[high + 1].end - units[low].start <= WHOLE
        ):
            high += 1
        elif (
            low > first
            and units[low - 1].item < 0
            and units[high].end - units[low - 1].start <= WHOLE
        ):
            low -= 1
        else:
            return low, high
