"""Counts the items of lists as Word does, which shows their numbers and does not store them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from store.policies.files.word.elements import (
    Element,
    attribute,
    find_all,
    parse_int,
    tag_of,
    value_of,
)

#: Word writes further items of a list of letters with 30 letters, and begins again.
MOST_LETTERS = 780


@dataclass(frozen=True, slots=True)
class _ListLevel:
    #: As Word calls it: bullet, decimal, lowerLetter, …
    form: str
    #: What is shown, with the number of level n in place of `%n`: `%1.%2`.
    text: str
    first: int = 1


@dataclass(slots=True)
class _Numbering:
    """One kind of numbering, and how far it has counted. Several lists may share it."""

    levels: dict[int, _ListLevel] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)

    def count(self, level: int) -> str:
        """`-`, or the number with which Word shows the next paragraph at `level`."""
        here = self.levels.get(level, _ListLevel("bullet", ""))
        if here.form == "bullet":
            return "-"
        self.counts[level] = self.counts.get(level, here.first - 1) + 1
        for deeper in list(self.counts):
            if deeper > level:
                del self.counts[deeper]
        return re.sub(r"%(\d)", self._number, here.text).strip()

    def _number(self, match: re.Match[str]) -> str:
        at = int(match.group(1)) - 1
        level = self.levels.get(at, _ListLevel("decimal", ""))
        return numeral(self.counts.get(at, level.first), level.form)


def numeral(number: int, form: str) -> str:
    """A number as Word shows it in one of its formats; in figures where it cannot be shown so."""
    if form == "none":
        return ""
    if form == "decimalZero":
        return f"{number:02}"
    if form in ("lowerLetter", "upperLetter") and 0 < number <= MOST_LETTERS:
        return _in_case(_letter(number), form)
    if form in ("lowerRoman", "upperRoman") and 0 < number < 4000:
        return _in_case(_roman(number), form)
    return str(number)


def _in_case(small: str, form: str) -> str:
    return small.upper() if form.startswith("upper") else small


def _letter(number: int) -> str:
    """a to z for 1 to 26; then, as Word has it, aa, bb, cc."""
    rounds, place = divmod(number - 1, 26)
    return chr(ord("a") + place) * (rounds + 1)


def _roman(number: int) -> str:
    values = (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1)
    signs = ("m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i")
    written = ""
    for value, sign in zip(values, signs, strict=True):
        written += sign * (number // value)
        number %= value
    return written


def read_lists(elements: Sequence[Element]) -> dict[str, _Numbering]:
    """The lists of the file by their ids. Those of one kind that change nothing count on.

    `elements`: what stands in the part for numbering.
    """
    kinds: dict[str, _Numbering] = {}
    for element in elements:
        if tag_of(element) == "abstractNum":
            kinds[attribute(element, "abstractNumId")] = _Numbering(_read_levels(element))

    lists: dict[str, _Numbering] = {}
    for element in elements:
        if tag_of(element) == "num":
            kind = kinds.get(value_of(element, "abstractNumId"), _Numbering())
            changed = _read_changed_levels(element, kind)
            own = _Numbering({**kind.levels, **changed}) if changed else kind
            lists[attribute(element, "numId")] = own
    return lists


def _read_levels(parent: Element) -> dict[int, _ListLevel]:
    levels: dict[int, _ListLevel] = {}
    for level in find_all(parent, "lvl"):
        levels[parse_int(attribute(level, "ilvl"))] = _ListLevel(
            form=value_of(level, "numFmt") or "decimal",
            text=value_of(level, "lvlText"),
            first=parse_int(value_of(level, "start"), 1),
        )
    return levels


def _read_changed_levels(parent: Element, kind: _Numbering) -> dict[int, _ListLevel]:
    """The levels that a list has otherwise than others of its kind: another start, or all of it."""
    changed: dict[int, _ListLevel] = {}
    for override in parent:
        if tag_of(override) != "lvlOverride":
            continue
        number = parse_int(attribute(override, "ilvl"))
        level = kind.levels.get(number, _ListLevel("decimal", f"%{number + 1}."))
        first = parse_int(value_of(override, "startOverride"), level.first)
        changed[number] = replace(level, first=first)
        changed.update(_read_levels(override))
    return changed
