"""How much of a text is quoted: the sentence that answers, and what it needs to be understood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from store.policies.unit import LONGEST, Unit

#: Characters: a paragraph or list up to this is quoted whole, else so much around the sentence.
WHOLE = 300
#: Characters: a bullet of several sentences is quoted whole up to this.
ITEM = 400
#: Characters: what is understood only after what stands before is quoted with that, up to this.
AFTER = 600


def span(units: Sequence[Unit], n: int) -> tuple[int, int]:
    """Where the quotation of `units[n]` begins and ends. `units` are those of one text, in order.

    A short paragraph or list is whole; a lead-in comes with its list; a sentence comes with its
    neighbours; and what is only understood after what stands above it comes with that.
    """
    quoted = _choose(units, n)
    needs = units[n].needs
    if needs >= 0:
        first = n
        while first > 0 and units[first].begins > needs:
            first -= 1
        if quoted.end - units[first].begins <= AFTER:
            quoted.grow_back(min(first, quoted.first), LONGEST)
    return quoted.start, quoted.end


def _choose(units: Sequence[Unit], n: int) -> _Run:
    block = _block_of(units, n)
    if block.length <= WHOLE:
        return block

    unit = units[n]
    quoted = _Run(units, n, n)
    if unit.kind == "lead-in":
        quoted.grow_forward(block.last, LONGEST)
    elif unit.item >= 0:
        bullet = _bullet_of(block, n)
        quoted.grow_back(bullet.first, ITEM)
        quoted.grow_forward(bullet.last, ITEM)
    else:
        _grow_both_ways(quoted, block)
    return quoted


def list_bullets(units: Sequence[Unit], lead: Unit) -> list[tuple[int, int]]:
    """Where each bullet that `lead` introduces begins and ends; none for what is no lead-in."""
    if lead.kind != "lead-in":
        return []
    place = (lead.start, lead.end)
    bullets: list[tuple[int, int]] = []
    for unit in units:
        is_own = unit.lead_in is not None and unit.lead_in[1] == lead.end
        if is_own and (_begins_item(unit) or not bullets):
            bullets.append((unit.quoted_from, unit.end))
        elif bullets and (is_own or place in unit.outer):
            # More of the same bullet, or a list within it.
            bullets[-1] = (bullets[-1][0], unit.end)
    return bullets


def _begins_item(unit: Unit) -> bool:
    return unit.mark >= 0 or unit.item == unit.start


@dataclass(slots=True)
class _Run:
    """Units that follow one another, from `first` to `last`, both included."""

    units: Sequence[Unit]
    first: int
    last: int

    @property
    def start(self) -> int:
        """With the number of its first bullet, by which people speak of it."""
        return self.units[self.first].quoted_from

    @property
    def end(self) -> int:
        return self.units[self.last].end

    @property
    def length(self) -> int:
        """Characters, with what stands between the units."""
        return self.end - self.start

    def fits_before(self, most: int) -> bool:
        """Whether the run would have at most `most` characters with the unit before it."""
        return self.end - self.units[self.first - 1].quoted_from <= most

    def fits_after(self, most: int) -> bool:
        """Whether the run would have at most `most` characters with the unit after it."""
        return self.units[self.last + 1].end - self.start <= most

    def grow_back(self, first: int, most: int) -> None:
        """Take in what stands before, back to `first`, up to `most` characters."""
        while self.first > first and self.fits_before(most):
            self.first -= 1

    def grow_forward(self, last: int, most: int) -> None:
        """Take in what stands after, on to `last`, up to `most` characters."""
        while self.last < last and self.fits_after(most):
            self.last += 1


def _block_of(units: Sequence[Unit], n: int) -> _Run:
    """The paragraph or list that a unit stands in."""
    block = _Run(units, n, n)
    while block.first > 0 and units[block.first - 1].block == units[n].block:
        block.first -= 1
    while block.last + 1 < len(units) and units[block.last + 1].block == units[n].block:
        block.last += 1
    return block


def _bullet_of(block: _Run, n: int) -> _Run:
    """The bullet of a list that a unit stands in."""
    units = block.units
    bullet = _Run(units, n, n)
    while bullet.first > block.first and units[bullet.first - 1].item == units[n].item:
        bullet.first -= 1
    while bullet.last < block.last and units[bullet.last + 1].item == units[n].item:
        bullet.last += 1
    return bullet


def _grow_both_ways(quoted: _Run, block: _Run) -> None:
    """Take in the sentences around, those after it first: what explains a sentence follows it.

    One that speaks of the sentence before is read after that.
    """
    if _can_take_previous(quoted, block, AFTER) and quoted.units[quoted.first].points_back:
        quoted.first -= 1
    while _can_take_next(quoted, block) or _can_take_previous(quoted, block, WHOLE):
        if _can_take_next(quoted, block):
            quoted.last += 1
        else:
            quoted.first -= 1


def _can_take_next(quoted: _Run, block: _Run) -> bool:
    if quoted.last >= block.last:
        return False
    is_bullet = quoted.units[quoted.last + 1].item >= 0
    return not is_bullet and quoted.fits_after(WHOLE)


def _can_take_previous(quoted: _Run, block: _Run, most: int) -> bool:
    if quoted.first <= block.first:
        return False
    is_bullet = quoted.units[quoted.first - 1].item >= 0
    return not is_bullet and quoted.fits_before(most)
