"""The lists of a text that have begun and may go on, and which of them a bullet belongs to.

What introduces a bullet is told by how the list is written, and never guessed. Where a list does
not show which of its bullets another one belongs under, the two are to be quoted together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from store.policies.bare_lists import INSET
from store.policies.marks import Mark, read_marks
from store.policies.tags import DEEPEST
from store.policies.text_line import TextLine
from store.policies.unit import Place

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
    #: Where its last bullet begins; -1 before there is one. `last` may be more of that bullet.
    bullet: int = -1
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
        return (
            self._find(line, marks, Mark.is_next_of)
            or self._open_clause(line, marks[0])
            or self._open_first(here, line, marks)
            or self._find(line, marks, Mark.follows)
            or self._open_beside(here, line, marks[0])
        )

    def _find(
        self, line: TextLine, marks: Sequence[Mark], fits: Callable[[Mark, Mark], bool]
    ) -> OpenList | None:
        """The list that goes on with one of the marks, innermost first."""
        for n in range(len(self._open) - 1, -1, -1):
            for mark in marks:
                if self._is_level(self._open[n], line) and fits(mark, self._open[n].mark):
                    return self._go_on(n, mark)
        return None

    def _open_clause(self, line: TextLine, mark: Mark) -> OpenList | None:
        """A list of `2.1.1` below `2.1`, whose own list `(a)`, `(b)` has ended with this."""
        for n, above in enumerate(self._open[:-1]):
            if above.mark.number and mark.number[:-1] == above.mark.number:
                self._close_after(n)
                opened = self._begin(line, mark, None, ())
                opened.depth = above.depth + 1
                return opened
        return None

    def _open_first(self, here: OpenList, line: TextLine, marks: Sequence[Mark]) -> OpenList | None:
        """The list whose first bullet this is: `(i)` below `(b) … states:` is no ninth letter."""
        first = [mark for mark in marks if mark.number == (1,)]
        if not first or not here.is_open:
            return None
        return self._open_under(here, line, first[0])

    def _go_on(self, n: int, mark: Mark) -> OpenList:
        self._close_after(n)
        self._open[n].mark = mark
        return self._open[n]

    def end_before_paragraph(self, paragraph: TextLine, following: TextLine | None) -> None:
        """Close the lists that a paragraph right below a bullet ends.

        Those are the lists that stand further in than the paragraph does. One that stands as far in
        is ended where the paragraph introduces a list with marks of the same kind.
        """
        while self._open and self._open[-1].indent >= paragraph.indent + INSET:
            self._close_after(len(self._open) - 2)
        if not self._open or following is None:
            return
        here = self._open[-1]
        marks = read_marks(following.text)
        begins_anew = any(mark.begins_list and mark.style == here.mark.style for mark in marks)
        if begins_anew and self._is_level(here, following):
            self._close_after(len(self._open) - 2)

    def _close_after(self, n: int) -> None:
        """Close the lists within list `n`. What comes next is not of one block with them."""
        if len(self._open) > n + 1:
            del self._open[n + 1 :]
            self.breaks += 1

    def _is_level(self, of: OpenList, line: TextLine) -> bool:
        return abs(of.indent - line.indent) < INSET

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
        above.is_open = False
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
