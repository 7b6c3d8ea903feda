"""Divides a text into units: sentences, bullets and rows, each with its heading and lead-in.

Schools write in every shape, and nothing here can fail; at worst a text becomes one run of
sentences. A unit is always an exact slice of the words that a reader sees, at most LONGEST
characters.

What introduces a bullet is told by how the list is written, and never guessed: what stands above it
as a sentence that is not at its end, or the bullet that it is set in under. Where a list does not
show which of its bullets another one belongs under, the two are to be quoted together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from store.policies.bare_lists import INSET, SHORT
from store.policies.lines import read_lines
from store.policies.open_lists import OpenList, OpenLists
from store.policies.rows import continues_row, find_cells, is_delimiter, names_cells
from store.policies.sentences import skip_blanks, split_bullet, split_sentences
from store.policies.text_line import LABELLED, TextLine, next_with_text
from store.policies.texts import PolicyText
from store.policies.unit import LONGEST, Place, Unit, UnitKind

_WORD = re.compile(r"[^\W_]")
#: How a sentence begins that speaks of the one before: `These are`, `In such cases`.
_POINTS_BACK = re.compile(
    r"(?:these|those|this|they|it|such|there|otherwise"
    r"|(?:when|where|if|in|for|at|after) (?:this|that|these|those|such|so|not))\b",
    re.IGNORECASE,
)
#: What a sentence ends with that goes on in a list.
_GOES_ON = (":", "–", "—", "-")
#: How words end that a list goes on from, though they have no colon.
_NEEDS_VERB = re.compile(r"\b(?:must|should|may|will|shall|can|cannot|not|never|if|when|by)\Z")
_ENDS = (".", "!", "?", ";", ",", "…", ")", "”", '"')


def divide(text: PolicyText) -> tuple[Unit, ...]:
    """All units of a text that have a letter or a digit, in order.

    Their places are those of `text.plain.words`.
    """
    words = text.plain.words
    lines = read_lines(words, text.plain.body)
    units: list[Unit] = []
    for unit in _Divider(words, lines).divide():
        units += _fit_in_file(unit, text)
    return tuple(unit for unit in units if _WORD.search(words, unit.start, unit.end))


def _fit_in_file(unit: Unit, text: PolicyText) -> Iterator[Unit]:
    """Pieces of a unit that have at most LONGEST characters in the file, marks of markup included.

    Where there is no markup, that is the unit itself.
    """
    plain = text.plain
    length = plain.find_end(unit.end) - plain.find_start(unit.begins)
    size = unit.end - unit.start
    if length <= LONGEST or size < 2:
        yield unit
        return
    middle = unit.start + size // 2
    blank = plain.words.rfind(" ", unit.start + 1, middle)
    cut = blank if blank > 0 else middle
    after = skip_blanks(plain.words, cut, unit.end)
    yield from _fit_in_file(replace(unit, end=cut), text)
    if after < unit.end:
        yield from _fit_in_file(replace(unit, start=after, mark=-1), text)


def sections(units: tuple[Unit, ...]) -> tuple[str, ...]:
    """The headings, each once, in order."""
    return tuple(dict.fromkeys(unit.section for unit in units if unit.section))


class _Divider:
    """Goes through the lines of a text, and knows below which headings and in which list it is."""

    def __init__(self, text: str, lines: Sequence[TextLine]) -> None:
        self._text = text
        self._lines = lines
        #: The headings above, outermost first.
        self._headings: list[TextLine] = []
        self._path: tuple[str, ...] = ()
        self._block = 0
        #: What introduces the list or paragraph that comes next.
        self._lead_in: Place | None = None
        #: The next bullet belongs to the block of what comes before it.
        self._in_list = False
        self._lists = OpenLists(text)
        #: The header of the table.
        self._header: TextLine | None = None
        self._in_table = False
        self._number_of_table = 0

    def divide(self) -> Iterator[Unit]:
        n = 0
        while n < len(self._lines):
            line = self._lines[n]
            last = n
            if line.kind not in ("row", "blank") and not is_delimiter(line):
                self._in_table = False
            if line.kind == "heading":
                self._enter_section(line)
            elif line.kind in ("rule", "letter"):
                self._leave_list()
            elif line.kind == "bullet":
                last = self._find_last(n)
                yield from self._divide_bullet(n, last)
            elif line.kind == "row":
                last = self._find_end_of_row(n)
                yield self._read_row(n, last)
            elif line.kind == "text":
                last = self._find_last(n)
                if self._is_of_bullet(n, last):
                    yield from self._go_on_with_bullet(n, last)
                else:
                    yield from self._divide_paragraph(n, last)
            n = last + 1

    def _enter_section(self, heading: TextLine) -> None:
        above = [other for other in self._headings if other.level < heading.level]
        self._headings = [*above, heading]
        self._path = tuple(other.heading for other in self._headings)
        self._block += 1
        self._leave_list()

    def _leave_list(self) -> None:
        self._lead_in = None
        self._in_list = False
        self._lists.close_all()

    def _find_last(self, first: int) -> int:
        """The last line of the paragraph or bullet whose first line is `first`."""
        last = first
        while last + 1 < len(self._lines):
            following = self._find_rest_of_sentence(last)
            if following == last:
                break
            if following == last + 1 and _begins_something_new(self._lines, first, last):
                break
            last = following
        return last

    def _find_rest_of_sentence(self, last: int) -> int:
        """The next line of a paragraph whose line is `last`; `last` itself where there is none.

        Some press the return key twice at each line: `in this case,` goes on below the blank line.
        """
        lines = self._lines
        if lines[last + 1].kind == "text":
            return last + 1
        if last + 2 >= len(lines) or lines[last + 1].kind != "blank":
            return last
        goes_on = lines[last].text.endswith(",") and lines[last + 2].text[:1].islower()
        if lines[last + 2].kind == "text" and goes_on:
            return last + 2
        return last

    # --- bullets ---

    def _divide_bullet(self, first: int, last: int) -> list[Unit]:
        line = self._lines[first]
        end = self._lines[last].end
        if not self._in_list:
            self._block += 1
        of = self._lists.find(line, self._lead_in)
        start = line.start + of.mark.length
        opens_list = self._text[start:end].endswith(":")
        if opens_list:
            self._block += 1

        kind: UnitKind = "lead-in" if opens_list else "bullet"
        bullet = self._make_unit((start, end), kind)
        bullet = self._put_in_list(bullet, of, line.start)
        units = []
        for n, (piece_start, piece_end) in enumerate(split_bullet(self._text, start, end)):
            mark = line.start if n == 0 else -1
            units.append(replace(bullet, start=piece_start, end=piece_end, mark=mark))

        of.last = (line.start, end)
        of.bullet = line.start
        of.is_open = opens_list
        if opens_list and of.needs < 0:
            # Whether the next bullet of this list belongs under it, nobody can tell.
            of.needs = line.start
        self._in_list = True
        return units

    def _put_in_list(self, bullet: Unit, of: OpenList, mark: int) -> Unit:
        is_sentence = _is_sentence(self._text[bullet.start : bullet.end])
        lead_in, outer = of.lead_in, of.outer
        if of.begins_small and is_sentence:
            # It does not go on with the words above the list, as the others do.
            lead_in, outer = None, ()
        return replace(
            bullet,
            lead_in=lead_in,
            outer=outer,
            item=bullet.start,
            mark=mark,
            is_numbered=of.mark.is_number,
            of_list=of.number,
            needs=of.needs,
            depth=of.depth,
        )

    def _is_of_bullet(self, first: int, last: int) -> bool:
        """A paragraph belongs to the bullet above: no blank line between, or as far in as that."""
        if not self._lists:
            return False
        line = self._lines[first]
        if line.indent >= self._lists.innermost.indent + INSET:
            return True
        if self._lines[first - 1].kind == "blank":
            return False
        self._lists.end_before_paragraph(line, self._find_list_below(first, last))
        if not self._lists:
            # What introduced the list that has ended does not introduce the paragraph.
            self._leave_list()
        return bool(self._lists)

    def _find_list_below(self, first: int, last: int) -> TextLine | None:
        """The bullet that a paragraph right below another bullet introduces in its own words."""
        begins_sentence = self._lines[first].text[0].isupper()
        if not begins_sentence or not _asks_for_list(self._lines[last].text):
            return None
        following = next_with_text(self._lines, last)
        if following is None or following.kind != "bullet":
            return None
        return following

    def _go_on_with_bullet(self, first: int, last: int) -> list[Unit]:
        of = self._lists.innermost
        start = self._lines[first].start
        end = self._lines[last].end
        # Below a list that has ended, it is more of the bullet which that list was in.
        above = of.last[0] if of.is_open else of.bullet
        needs = of.needs if of.needs >= 0 else above
        of.is_open = self._text[start:end].endswith(":")
        units = []
        for place in split_sentences(self._text, start, end):
            unit = self._make_unit(place, "sentence")
            units.append(replace(unit, lead_in=of.lead_in, outer=of.outer, needs=needs))
        if not of.is_open and of.needs == of.last[0]:
            # What its colon asked for was this.
            of.needs = -1
        if of.is_open and units:
            of.last = (units[-1].start, units[-1].end)
            units[-1] = replace(units[-1], kind="lead-in")
        return units

    # --- tables ---

    def _read_row(self, first: int, last: int) -> Unit:
        """The row whose lines are `first` to `last`."""
        line = self._lines[first]
        is_header = first + 1 < len(self._lines) and is_delimiter(self._lines[first + 1])
        if is_header or not self._in_table:
            self._leave_list()
            self._block += 1
            self._number_of_table = self._lists.new_number()
            self._in_table = True
            self._header = None
        start, end = find_cells(self._text, line)
        if last > first:
            end = self._lines[last].end
        row = self._make_unit((start, end), "lead-in" if is_header else "bullet")
        row = replace(row, of_list=self._number_of_table)
        if is_header:
            self._header = line
            return row
        header = None
        if self._header is not None and names_cells(self._header.text, line.text):
            header = find_cells(self._text, self._header)
        return replace(row, lead_in=header, item=row.start)

    def _find_end_of_row(self, first: int) -> int:
        last = first
        while last + 1 < len(self._lines) and self._lines[last + 1].kind == "text":
            if not continues_row(self._lines[first], self._lines[last + 1]):
                break
            last += 1
        return last

    # --- paragraphs ---

    def _divide_paragraph(self, first: int, last: int) -> list[Unit]:
        start = self._lines[first].start
        end = self._lines[last].end
        words = self._text[start:end]
        asks_for_more = _asks_for_more(words)
        is_above_list = self._comes_before_bullet(last)
        above = self._find_what_asks_for_paragraph()
        if above is None:
            self._block += 1

        units = []
        for place in self._split_paragraph(first, last):
            unit = self._make_unit(place, "sentence")
            if above is not None:
                unit = replace(unit, lead_in=above, needs=start)
            units.append(unit)
        self._leave_list()
        if not units:
            return units
        if asks_for_more or is_above_list:
            units[-1] = replace(units[-1], kind="lead-in")
            if asks_for_more or _is_unfinished(words):
                self._lead_in = (units[-1].start, units[-1].end)
            self._in_list = True
        return units

    def _split_paragraph(self, first: int, last: int) -> Iterator[Place]:
        """Its sentences; lines of a glossary, or of particulars, are each by themselves."""
        start = self._lines[first].start
        for n in range(first, last):
            here, following = self._lines[n], self._lines[n + 1]
            if LABELLED.match(here.text) and LABELLED.match(following.text):
                yield from split_sentences(self._text, start, here.end)
                start = following.start
        yield from split_sentences(self._text, start, self._lines[last].end)

    def _find_what_asks_for_paragraph(self) -> Place | None:
        """The sentence above a paragraph, where it ends in a colon and no list has come of it."""
        above = self._lead_in
        if above is None or self._lists or not self._text.endswith(":", 0, above[1]):
            return None
        return above

    def _comes_before_bullet(self, n: int) -> bool:
        """What comes next after line `n`, and two blank lines at most, is a bullet."""
        for line in self._lines[n + 1 : n + 4]:
            if line.kind != "blank":
                return line.kind == "bullet"
        return False

    def _make_unit(self, place: Place, kind: UnitKind) -> Unit:
        start, end = place
        return Unit(
            start=start,
            end=end,
            section=self._path[-1] if self._path else "",
            block=self._block + self._lists.breaks,
            kind=kind,
            path=self._path,
            under=self._headings[-1].start if self._headings else -1,
            points_back=_POINTS_BACK.match(self._text, start, end) is not None,
        )


def _asks_for_more(words: str) -> bool:
    return words.endswith((":", "to", "that"))


def _asks_for_list(words: str) -> bool:
    """It goes on in the list below: `Call 999 if the child:`, `Staff must`."""
    return _asks_for_more(words) or bool(_NEEDS_VERB.search(words))


def _is_unfinished(words: str) -> bool:
    """It ends as no sentence does: `staff must`, or with a colon or a dash."""
    return words.endswith(_GOES_ON) or not words.endswith(_ENDS)


def _is_sentence(words: str) -> bool:
    return words[:1].isupper() and words.endswith((".", "!", "?"))


def _ends_bullet(here: TextLine, following: TextLine) -> bool:
    """A line further out, below a whole sentence; or below a short line what asks for a list."""
    if following.indent == 0 and here.text[-1] in ".;:!?":
        return True
    is_further_in = following.indent > here.indent
    if is_further_in or len(here.text) > SHORT or not following.text[0].isupper():
        return False
    return _asks_for_list(following.text)


def _begins_something_new(lines: Sequence[TextLine], first: int, last: int) -> bool:
    """True where the line after `last` begins something new, though no blank line says so."""
    here, following = lines[last], lines[last + 1]
    if lines[first].kind == "bullet" and _ends_bullet(here, following):
        return True
    # Lines to fill in.
    if "__" in here.text and "__" in following.text:
        return True
    return here.text.endswith(":")
