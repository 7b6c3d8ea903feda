"""The lists of a text that have begun and may go on, and which of them a bullet belongs to.

What introduces a bullet is told by how the list is written, and never guessed. Where a list does
not show which of its bullets another one belongs under, the two are to be quoted together.
"""

from __future__ import annotations

from dataclasses import dataclass

from store.policies.lines import TextLine
from store.policies.marks import Mark, read_marks
from store.policies.tags import DEEPEST
from store.policies.unit import Place

#: Blanks by which a bullet stands further in than the one that it belongs under.
INSET = 2
#: Lists that may go on at a time.
MOST_OPEN = 20


@dataclass(slots=True)
class OpenList:
    """A list that has begun, and may go on."""

    number: int
    indent: int
    #: Of its last bullet.
    mark: Mark
    #: Where its last bullet begins, with its mark, and ends.
    last: Place
    lead_in: Place | None
    outer: tuple[Place, ...] = ()
    #: How many lists it stands in, as far as is known.
    depth: int = 0
    #: Its first bullet goes on with the sentence that introduces it.
    begins_small: bool = False
    #: The last bullet asks for a list of its own.
    is_open: bool = False
    #: The bullet from which on bullets are to be quoted; -1 where there is no doubt.
    needs: int = -1


class OpenLists:
    """Those at one place of a text, outermost first."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._open: list[OpenList] = []
        self._number = 0
        #: How often a list has ended between two bullets: those are not of one block then.
        self.breaks = 0

    def __bool__(self) -> bool:
        return bool(self._open)

    @property
    def innermost(self) -> OpenList:
        return self._open[-1]

    def close_all(self) -> None:
        self._open = []

    def new_number(self) -> int:
        """A number that no other list of the text has."""
        self._number += 1
        return self._number

    def find(self, line: TextLine, lead_in: Place | None) -> OpenList:
        """The list that a bullet goes on with, or a new one. Its last mark is the bullet's then.

        `lead_in`: what introduces a list that stands in no other.
        """
        marks = read_marks(line.text)
        while self._open and self._open[-1].indent > line.indent + 1:
            self._close_after(len(self._open) - 2)
        if not self._open:
            return self._begin(line, marks[0], lead_in, ())

        here = self._open[-1]
        if line.indent >= here.indent + INSET:
            return self._open_under(here, line, marks[0])
        for n in range(len(self._open) - 1, -1, -1):
            for mark in marks:
                if self._goes_on(self._open[n], line, mark):
                    self._close_after(n)
                    self._open[n].mark = mark
                    return self._open[n]
        return self._open_beside(here, line, marks[0])

    def _close_after(self, n: int) -> None:
        """Close the lists within list `n`. What comes next is not of one block with them."""
        if len(self._open) > n + 1:
            del self._open[n + 1 :]
            self.breaks += 1

    def _goes_on(self, of: OpenList, line: TextLine, mark: Mark) -> bool:
        return abs(of.indent - line.indent) < INSET and mark.follows(of.mark)

    def _open_beside(self, here: OpenList, line: TextLine, mark: Mark) -> OpenList:
        """A list as far in as the one above it, with marks of another kind, or numbered anew."""
        if here.is_open or mark.number[:-1] == here.mark.number != ():
            # `2.1` stands below `2.`, however far in it is.
            return self._open_under(here, line, mark)
        if mark.style == here.mark.style:
            self._open.pop()
            self.breaks += 1
            return self._begin(line, mark, None, ())
        # Other signs for the same, or a list within the list? The bullet above it tells.
        opened = self._begin(line, mark, here.lead_in, here.outer)
        opened.depth = here.depth
        opened.needs = here.needs if here.needs >= 0 else here.last[0]
        return opened

    def _open_under(self, above: OpenList, line: TextLine, mark: Mark) -> OpenList:
        opened = self._begin(line, mark, *_under(above, self._text))
        opened.depth = above.depth + 1
        opened.needs = above.needs
        if above.needs == above.last[0]:
            # The last bullet has got its list, so there is no doubt about those after it.
            above.needs = opened.needs = -1
        return opened

    def _begin(
        self, line: TextLine, mark: Mark, lead_in: Place | None, outer: tuple[Place, ...]
    ) -> OpenList:
        words = line.text[mark.length :]
        opened = OpenList(
            number=self.new_number(),
            indent=line.indent,
            mark=mark,
            last=(line.start, line.end),
            lead_in=lead_in,
            outer=outer,
            begins_small=words[:1].islower(),
        )
        self._open.append(opened)
        del self._open[:-MOST_OPEN]
        return opened


def _under(above: OpenList, text: str) -> tuple[Place, tuple[Place, ...]]:
    """What introduces a list below the last bullet of another: that bullet, and all above it."""
    start, end = above.last
    mark = read_marks(text[start:end])[0]
    outer = (*above.outer, above.lead_in) if above.lead_in else above.outer
    return (start + mark.length, end), outer[-DEEPEST:]
