"""How the words of a quotation stand on their lines, as people read them.

The words are those of the text, in its order. Lines that a writer broke to fit a page run on, and
blank lines go; every bullet has a line and its own mark, set in as far as its list is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from store.policies.text_line import LABELLED
from store.policies.unit import Place, Unit

#: Characters; a shorter line was ended on purpose.
LONG_LINE = 40
INDENT = "    "

_LINE_END = re.compile(r"[\r\n]+\s*")
_BLANKS = re.compile(r"[^\S\r\n]{2,}")


@dataclass(frozen=True, slots=True)
class LaidOut:
    """Words on their lines."""

    words: str
    #: Where the answering unit stands in them; (0, 0) where none was asked for.
    answer: Place = (0, 0)


def lay_out(
    text: str, units: Sequence[Unit], answer: Unit | None = None, *, with_marks: bool = False
) -> LaidOut:
    """The words of units that follow one another in a text.

    A bullet that stands alone goes without its sign, unless `with_marks`; its number always stays.
    """
    has_list = with_marks or _is_more_than_an_item(units)
    least = min((unit.depth for unit in units), default=0)
    words = ""
    place = (0, 0)
    before: Unit | None = None
    for unit in units:
        if before is not None:
            words += _between(text, before, unit)
        if unit.mark >= 0 and (unit.is_numbered or has_list):
            mark = text[unit.mark : unit.start].strip()
            # An item without a mark is set in, as it is in its text.
            words += INDENT * (unit.depth - least) + (f"{mark} " if mark else INDENT)
        start = len(words)
        words += run_on(text[unit.start : unit.end])
        if unit is answer:
            place = (start, len(words))
        before = unit
    return LaidOut(words, place)


def _is_more_than_an_item(units: Sequence[Unit]) -> bool:
    """They are of several items of a list, or there is something that is of none."""
    items = {unit.item for unit in units}
    return len(items) > 1 or any(item < 0 for item in items)


def run_on(words: str) -> str:
    """Words of one sentence, without the line ends that a page's width made."""
    lines = [_BLANKS.sub(" ", line.strip()) for line in _LINE_END.split(words)]
    joined = lines[0]
    for before, line in zip(lines, lines[1:], strict=False):
        was_wrapped = len(before) >= LONG_LINE
        joined += (" " if was_wrapped else "\n") + line
    return joined.strip()


def _between(text: str, before: Unit, unit: Unit) -> str:
    """What stands between two units: a line end, a blank, or nothing within a word."""
    gap = text[before.end : unit.begins]
    if not gap:
        return ""
    is_new_bullet = unit.mark >= 0
    is_own_line = before.block != unit.block or before.item != unit.item
    is_own_line = is_own_line or before.kind == "lead-in"
    has_line_end = "\n" in gap or "\r" in gap
    is_own_line = is_own_line or (_is_labelled(text, before) and _is_labelled(text, unit))
    if is_new_bullet or (is_own_line and has_line_end):
        return "\n"
    return " "


def _is_labelled(text: str, unit: Unit) -> bool:
    return LABELLED.match(text, unit.start, unit.end) is not None
