"""The marks of bullets: signs, numbers, letters and Roman numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SIGNS = "•·▪◦●○■□➢➤►✓✔‣⁃\uf0b7\uf0a7\uf0d8"
BULLET = re.compile(
    rf"(?:[-*+∙▫◆◇▶☐☑☒–—»>§{_SIGNS}]|o(?=[ \t]))(?:[ \t\u00a0]+|(?<=[{_SIGNS}])(?=\S))"
    r"|\(?(?:\d{1,2}|[a-zA-Z]|[ivxIVX]{1,5})[.)][ \t\u00a0]+(?=\S)"
    r"|\d{1,2}(?:\.\d{1,2}){1,3}\.?[ \t\u00a0]+(?=\S)"
)

_ROMAN = {"i": 1, "v": 5, "x": 10}


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands before the words of a bullet."""

    #: Marks of one list have the same: "•", "1.", "(a)", "i)", "1.1".
    style: str
    #: What it counts: (3,) for `3.` and `c)`, (2, 1) for `2.1`; empty for a sign.
    number: tuple[int, ...] = ()
    #: Characters, with the blanks after it.
    length: int = 0

    @property
    def is_number(self) -> bool:
        return bool(self.number)

    def is_next_of(self, other: Mark) -> bool:
        """It is the one that comes after the other in one list: `3.` after `2.`, any sign."""
        if self.style != other.style or not self.number:
            return self.style == other.style
        return self.number == (*other.number[:-1], other.number[-1] + 1)

    @property
    def begins_list(self) -> bool:
        """The first of a list: a sign, `1.`, `a)`, `i.`, but not `1.1`."""
        return self.number in ((), (1,))

    def follows(self, other: Mark) -> bool:
        """It can come after the other in one list, in which all may be 1 in Markdown."""
        return self.style == other.style and (not self.number or self.number >= other.number)


def read_marks(text: str) -> list[Mark]:
    """The marks that a bullet may begin with, the likeliest first: `i)` may be a letter, too."""
    found = BULLET.match(text)
    if found is None:
        return [Mark("•")]
    written = found.group().strip()
    core = written.strip("().")
    is_counted = core.isascii() and (core.isalnum() or "." in core) and written != "o"
    if not is_counted:
        # Ticked or not, it is a box.
        return [Mark("☐" if written in "☑☒" else written, (), found.end())]
    frame = _frame_of(written)
    if core[0].isdigit():
        return [_read_number(core, frame, found.end())]
    return _read_letters(core, frame, found.end()) or [Mark(written, (), found.end())]


def _frame_of(written: str) -> str:
    """What stands around the number of a mark: `({})` for `(a)`."""
    opening = "(" if written.startswith("(") else ""
    closing = written[len(written.rstrip(").")) :]
    return opening + "{}" + closing


def _read_number(core: str, frame: str, length: int) -> Mark:
    number = tuple(int(part) for part in core.split("."))
    if len(number) > 1:
        return Mark(".".join("1" for _ in number), number, length)
    return Mark(frame.format("1"), number, length)


def _read_letters(core: str, frame: str, length: int) -> list[Mark]:
    """A letter, a Roman number, or either; none for what is neither."""
    small = core.lower()
    marks = []
    if set(small) <= set(_ROMAN):
        one = "I" if core.isupper() else "i"
        marks.append(Mark(frame.format(one), (_roman(small),), length))
    if len(small) == 1:
        first = "A" if core.isupper() else "a"
        marks.append(Mark(frame.format(first), (ord(small) - ord("a") + 1,), length))
    # Only what is i may begin a list of Roman numbers.
    if small in ("v", "x"):
        marks.reverse()
    return marks


def _roman(numeral: str) -> int:
    values = [_ROMAN[letter] for letter in numeral]
    total = 0
    for value, following in zip(values, [*values[1:], 0], strict=True):
        total += -value if value < following else value
    return total
