"""Reads a PDF: the words in the order of the file, with headings, bullets and paragraphs guessed.

A PDF knows letters and places, and nothing of paragraphs. A line that is larger or bolder than most
is a heading. A gap, a bullet, a number or a short last line begins a new paragraph. What stands
above or below most pages is told once, beside the text. A hyphen at the end of a line goes where
the rest of the text has the word without it.
"""

from __future__ import annotations

import io
import logging
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import Any

from store.policies.files.reading import (
    DamagedFile,
    Empty,
    FileText,
    FileTooLarge,
    Protected,
    Scan,
)
from store.policies.texts import LARGEST

MOST_PAGES = 500
#: Seconds that reading one file may take.
PATIENCE = 60.0

DAMAGED = (
    "{name} is damaged and cannot be read to its end. "
    "Save it as PDF once more, and add the new file."
)
LOCKED = (
    "{name} is protected by a password. "
    "Save a copy without protection, or the Word file, and add that."
)
SCAN = (
    "{name} is a scan: its pages are pictures, with no text to quote. Add the file that it was "
    "printed from, or have the scan's text recognised (OCR) and saved as a PDF with text."
)
GARBLED = (
    "The letters of {name} cannot be read out of it, though they look right on the page. "
    "Add the Word file, or save it as PDF once more with another program."
)
EMPTY = "{name} holds no words."
TOO_LONG = (
    "{name} has more than {most} pages, which is more than any policy. "
    "Add the policy's own pages alone."
)
TOO_SLOW = "{name} takes too long to read. Save it as PDF once more, or add the Word file."
TOO_LARGE = "{name} unpacks to far more than a policy text. Save the text on its own, and add that."

_SIGNS = "•·▪◦●○■□➢➤►✓✔‣⁃∙❖◆\uf0b7\uf0a7\uf0d8\uf0fc\uf076"
_SIGN = re.compile(rf"[{_SIGNS}]")
_BULLET = re.compile(rf"(?:[{_SIGNS}]\s*|[-–—*o\u00ad]\s+)(?=\S)")
_NUMBER = re.compile(
    r"\(?(?:\d{1,2}(?:\.\d{1,2}){0,3}|[a-zA-Z]|[ivx]{1,5})[.)]\s+\S|\d{1,2}(?:\.\d{1,2}){1,3}\s+\S"
)
#: A number or a letter that stands in a column of its own before the words of its clause.
_LONE_NUMBER = re.compile(r"\(?[\w.]{1,6}[.)]|\d[\d.]*")
_PAGE_NUMBER = re.compile(
    r"(?:p(?:age|\.)?\s*)?[-–|]?\s*\d{1,4}\s*[-–|]?(?:\s*(?:of|/)\s*\d{1,4})?|page\s*\d{1,4}.*",
    re.IGNORECASE,
)
#: Words after which a number at the beginning of the next line is a reference, and no list.
_RUNS_ON = re.compile(
    r"\b(?:section|paragraph|part|appendix|page|years?|stage|class|of|the|a|to|for|by|in|than)\Z",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.:;?!][\"'’”)\]]*\Z")
_LETTER = re.compile(r"[^\W\d_]")
_LETTERS = re.compile(r"[^\W\d_]+")
_WORD_SIGN = re.compile(r"\w")
_BOLD_FONT = re.compile(r"bold|black|heavy|semibold|demi", re.IGNORECASE)
_EVEN_FONT = re.compile(r"mono|courier|consolas|typewriter|cmtt", re.IGNORECASE)
_NARROW = re.compile(r"[iljtfrI.,;:'’|!() -]")
_WIDE = re.compile(r"[mwMWA-HJ-Z]")
#: What a program writes where a font does not tell which letters its signs are.
_UNREADABLE = re.compile(r"[\x00-\x08\x0e-\x1f\ufffd\ue000-\uefff\uf100-\uf8ff]|\(cid:\d+\)|/g\d+")
_LIGATURES = {
    0xFB00: "ff",
    0xFB01: "fi",
    0xFB02: "fl",
    0xFB03: "ffi",
    0xFB04: "ffl",
    0xFB05: "st",
    0xFB06: "st",
}
#: The entry of the counted words that says whether the program divided words by itself.
_DIVIDES = "-"
#: Part of the page's height, from above and below, where running headers and footers stand.
_EDGE = 0.14
#: First parts of words that are written with a hyphen more often than not.
_COMPOUND = re.compile(
    "self|non|cyber|e|co|well|anti|multi|one|two|three|full|half|high|low", re.IGNORECASE
)
_HYPHENATED = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_DIVIDED = re.compile(r"(?<![^\W\d_])([^\W\d_]+) ?[-\u2010\u00ad]\Z")
_DIVIDED_OVER_LINES = re.compile(r"(?<![^\W\d_])[^\W\d_]+ ?[-\u2010\u00ad]\n[^\W\d_]+")
_LINK = re.compile(r"(?:https?://|www\.)\S*[^\s.,;:)]\Z")
_REST_OF_LINK = re.compile(r"[^\s.,]+[/_=%&.][^\s.]")


@dataclass(slots=True)
class _Fragment:
    """Letters that were drawn together."""

    #: Place of the first letter from the left and from the bottom of the page, in points.
    x: float
    y: float
    #: Height of the letters, in points.
    size: float
    is_bold: bool
    #: Each letter is as wide as any other.
    is_even: bool
    text: str


@dataclass(slots=True)
class _PdfLine:
    """What was drawn on one line of a page, from left to right."""

    fragments: list[_Fragment]
    #: Number of the page, from 0.
    page: int
    #: Height of the page, in points.
    height: float

    @property
    def text(self) -> str:
        words = "".join(fragment.text for fragment in self.fragments)
        return re.sub(r"[ \t\u00a0]+", " ", words).translate(_LIGATURES).strip()

    @property
    def inked(self) -> list[_Fragment]:
        """The fragments that are more than blanks."""
        return [fragment for fragment in self.fragments if fragment.text.strip()]

    @property
    def x(self) -> float:
        for fragment in self.fragments:
            if fragment.text.strip():
                return fragment.x
        return 0.0

    @property
    def y(self) -> float:
        for fragment in self.fragments:
            if fragment.text.strip():
                return fragment.y
        return 0.0

    @property
    def size(self) -> float:
        """The size, to half a point, in which most of its letters are drawn."""
        sizes = Counter[float]()
        for fragment in self.fragments:
            sizes[round(fragment.size * 2) / 2] += len(fragment.text.strip())
        return _most_common(sizes, otherwise=0.0)

    @property
    def is_bold(self) -> bool:
        """Each of its words is in bold; bullets and dashes between them do not count."""
        with_words = [f for f in self.fragments if _WORD_SIGN.search(f.text)]
        return all(fragment.is_bold for fragment in with_words)

    @property
    def is_at_edge(self) -> bool:
        """It stands where running headers and footers do."""
        return not _EDGE < self.y / self.height < 1 - _EDGE


@dataclass(frozen=True, slots=True)
class _Page:
    lines: list[_PdfLine]
    has_picture: bool


def read_pdf(name: str, data: bytes) -> FileText:
    """The text of the bytes of a PDF called `name`. Raises FileRefused.

    It takes about 20 ms a page.
    """
    pages = _read_pages(name, data)
    lines: list[_PdfLine] = []
    for page in pages:
        lines += page.lines
    _refuse_without_words(name, pages, lines)

    margins = _find_margins(pages)
    kept = [line for line in lines if id(line) not in margins]
    if not kept:
        # Running heads and page numbers, and nothing else.
        raise Empty(EMPTY.format(name=name))
    document = _render_document(kept)
    if len(document.text.encode("utf-8", "surrogatepass")) > LARGEST:
        raise FileTooLarge(TOO_LARGE.format(name=name))

    in_margins = [line.text for line in lines if id(line) in margins]
    return FileText(
        document.text,
        title=document.title,
        margins=_tell_once(in_margins),
        blank_pages=_number_blank_pages(pages),
    )


def _refuse_without_words(name: str, pages: Sequence[_Page], lines: Sequence[_PdfLine]) -> None:
    letters = sum(len(_LETTER.findall(line.text)) for line in lines)
    if letters < 3 * len(pages):
        if any(page.has_picture for page in pages):
            raise Scan(SCAN.format(name=name))
        raise Empty(EMPTY.format(name=name))
    if _is_garbled("".join(line.text for line in lines)):
        raise Scan(GARBLED.format(name=name))


def _is_garbled(text: str) -> bool:
    return len(_UNREADABLE.findall(text)) * 10 > len(text)


def _tell_once(lines: Sequence[str]) -> tuple[str, ...]:
    """What stands in the margins, without page numbers; lines that differ in a number once."""
    told: dict[str, str] = {}
    for line in lines:
        if not _PAGE_NUMBER.fullmatch(line):
            told.setdefault(_without_numbers(line), line)
    return tuple(told.values())


def _number_blank_pages(pages: Sequence[_Page]) -> tuple[int, ...]:
    numbers = []
    for number, page in enumerate(pages, 1):
        if page.has_picture and not page.lines:
            numbers.append(number)
    return tuple(numbers)


def _most_common(counted: Counter[float], *, otherwise: float) -> float:
    """What was counted most often, and first of several; `otherwise` where nothing was."""
    if not counted:
        return otherwise
    return counted.most_common(1)[0][0]


def _without_numbers(text: str) -> str:
    return re.sub(r"\d+", "#", " ".join(text.lower().split()))


# --- the pages of the file ------------------------------------------------------------------------


def _read_pages(name: str, data: bytes) -> list[_Page]:
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, FileNotDecryptedError, LimitReachedError

    # What pypdf can mend is no news to the person.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    budget = _Budget(name)
    pages: list[_Page] = []
    try:
        reader = PdfReader(io.BytesIO(data))
        # Many a school's PDF is locked against changes alone, and opens with an empty password.
        if reader.is_encrypted and not reader.decrypt(""):
            raise Protected(LOCKED.format(name=name))
        if len(reader.pages) > MOST_PAGES:
            raise FileTooLarge(TOO_LONG.format(name=name, most=MOST_PAGES))
        for number, page in enumerate(reader.pages):
            lines = _read_lines(page, number, budget)
            pages.append(_Page(lines, _has_picture(page)))
    except (Protected, FileTooLarge):
        raise
    except (FileNotDecryptedError, DependencyError) as error:
        raise Protected(LOCKED.format(name=name)) from error
    except (LimitReachedError, MemoryError) as error:
        raise FileTooLarge(TOO_LARGE.format(name=name)) from error
    except Exception as error:
        # A damaged PDF brings up every kind of error in its reader.
        raise DamagedFile(DAMAGED.format(name=name)) from error
    if not pages:
        raise DamagedFile(DAMAGED.format(name=name))
    return pages


class _Budget:
    """What reading one file may take, in seconds and letters: a small PDF can unpack endlessly."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._until = time.monotonic() + PATIENCE
        self._letters = 0

    def spend(self, text: str) -> None:
        """To be called with every piece of text. Raises FileTooLarge."""
        self._letters += len(text)
        if self._letters > LARGEST:
            raise FileTooLarge(TOO_LARGE.format(name=self._name))
        if time.monotonic() > self._until:
            raise FileTooLarge(TOO_SLOW.format(name=self._name))


def _read_lines(page: Any, number: int, budget: _Budget) -> list[_PdfLine]:
    """The lines of one of pypdf's pages that hold more than blanks."""
    collector = _LineCollector(page, number, budget)
    page.extract_text(visitor_text=collector.take)
    collector.end_line()
    return [line for line in collector.lines if line.text]


class _LineCollector:
    """Gathers the lines of one page while pypdf walks over its drawing commands."""

    def __init__(self, page: Any, number: int, budget: _Budget) -> None:
        self.lines: list[_PdfLine] = []
        self._fragments: list[_Fragment] = []
        self._number = number
        self._budget = budget
        self._bottom = float(page.cropbox.bottom)
        # An empty page box would divide by zero; A4 is 842 points high.
        self._height = float(page.cropbox.top - page.cropbox.bottom) or 842.0

    def take(self, text: str, cm: list[float], tm: list[float], font: Any, size: float) -> None:
        """One piece of text, as pypdf tells it.

        `cm` and `tm` are the matrices of the page and of the text: what they make of the origin is
        the place of the first letter. A break in `text` ends a line.
        """
        from pypdf import mult

        self._budget.spend(text)
        matrix = mult(tm, cm)
        # Text that stands on its side has its scale in the other corner of the matrix.
        scale = abs(matrix[3]) or abs(matrix[1]) or 1.0
        font_name = str(font.get("/BaseFont", "")) if font else ""

        first, *others = text.split("\n")
        fragment = _Fragment(
            x=matrix[4],
            y=matrix[5] - self._bottom,
            size=abs(size) * scale,
            is_bold=bool(_BOLD_FONT.search(font_name)),
            is_even=bool(_EVEN_FONT.search(font_name)),
            text=first,
        )
        self._draw(fragment)
        for other in others:
            self.end_line()
            self._draw(replace(fragment, text=other))

    def end_line(self) -> None:
        if self._fragments:
            self.lines.append(_PdfLine(self._fragments, self._number, self._height))
            self._fragments = []

    def _draw(self, fragment: _Fragment) -> None:
        if fragment.text:
            self._fragments.append(fragment)


def _has_picture(page: Any) -> bool:
    resources = page.get("/Resources")
    if resources is None:
        return False
    objects = resources.get_object().get("/XObject")
    return objects is not None and len(objects.get_object()) > 0


# --- what stands above and below the text ---------------------------------------------------------


def _find_margins(pages: Sequence[_Page]) -> set[int]:
    """The `id` of each line that is a running header or footer, or the number of a page."""
    return _find_running_lines(pages) | _find_page_numbers(pages)


def _find_running_lines(pages: Sequence[_Page]) -> set[int]:
    """The `id` of each line that stands in one place on many pages; numbers in it may differ."""
    found: set[int] = set()
    outermost = _find_outermost(pages)
    many = max(2, round(0.4 * len(pages)))
    for lines in _sort_by_place(pages):
        on_pages = sorted({line.page for line in lines})
        ids = {id(line) for line in lines}
        if len(on_pages) >= many:
            found |= ids
        elif _are_close(on_pages):
            # The header of one chapter. Further in, two short lines of the text itself may be
            # alike on facing pages.
            found |= ids & outermost
    return found


def _find_outermost(pages: Sequence[_Page]) -> set[int]:
    """The `id` of the first and the last line of each page."""
    outermost: set[int] = set()
    for page in pages:
        if page.lines:
            outermost |= {id(page.lines[0]), id(page.lines[-1])}
    return outermost


def _sort_by_place(pages: Sequence[_Page]) -> list[list[_PdfLine]]:
    """Lines at the edges of the pages, those of like words at a like height together."""
    places: dict[tuple[str, int], list[_PdfLine]] = {}
    for page in pages:
        for line in page.lines:
            if line.is_at_edge:
                place = (_without_numbers(line.text), round(line.y / 6))
                places.setdefault(place, []).append(line)
    return list(places.values())


def _are_close(pages: Sequence[int]) -> bool:
    """Two of the pages follow each other, or with one other between them, as left-hand pages do."""
    return any(following - page <= 2 for page, following in pairwise(pages))


def _find_page_numbers(pages: Sequence[_Page]) -> set[int]:
    """The `id` of each line at the edge of a page that is no more than its number."""
    found: set[int] = set()
    for page in pages:
        for line in (*page.lines[:1], *page.lines[-2:]):
            if not line.is_at_edge or not _PAGE_NUMBER.fullmatch(line.text):
                continue
            # On a single page a bare number may be one of the text's own.
            if len(pages) > 1 or "page" in line.text.lower():
                found.add(id(line))
    return found


# --- paragraphs -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Layout:
    """How most lines of a text look."""

    #: Size of the letters, in points.
    body: float
    #: From one line of a paragraph to the next, in points.
    pitch: float
    #: Characters of a full line.
    longest: float
    #: Number of a page, and where on it a cell of a table begins, in points.
    columns: frozenset[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class _PdfDocument:
    title: str
    #: In Markdown.
    text: str


@dataclass(frozen=True, slots=True)
class _PdfBlock:
    """A paragraph, a bullet, a heading or a row of a table."""

    #: text, heading, item or row
    kind: str
    words: str
    markdown: str
    #: Cells of a row of a table.
    cells: int = 0


@dataclass(frozen=True, slots=True)
class _HeadingLevels:
    """The levels of headings, from 1, by the size of their letters."""

    by_size: dict[float, int]
    #: For those in bold that are no larger than the text.
    otherwise: int

    def of(self, heading: _PdfLine) -> int:
        return self.by_size.get(heading.size, self.otherwise)


def _render_document(lines: Sequence[_PdfLine]) -> _PdfDocument:
    """The title, and the text in Markdown: a blank line between blocks, but not within a list."""
    layout = _measure_layout(lines)
    groups = list(_group_lines(lines, layout))
    words = _count_words([line.text for line in lines])
    levels = _find_heading_levels(groups, layout)

    title = ""
    rendered: list[str] = []
    before = ""
    for group in groups:
        block = _render_group(group, layout, words, levels)
        if block.kind == "heading":
            title = title or block.words
        is_next_of_its_kind = block.kind == before and block.kind in ("item", "row")
        if rendered and not is_next_of_its_kind:
            rendered.append("")
        rendered.append(block.markdown)
        if block.kind == "row" and before != "row":
            rendered.append("|" + " --- |" * block.cells)
        before = block.kind
    return _PdfDocument(title, "\n".join(rendered) + "\n")


def _find_heading_levels(groups: Sequence[Sequence[_PdfLine]], layout: _Layout) -> _HeadingLevels:
    """The largest headings have level 1 where they can be the title, on the first page, else 2."""
    sizes: set[float] = set()
    for group in groups:
        if _is_heading(group, layout) and _is_large(group[0], layout):
            sizes.add(group[0].size)
    large = sorted(sizes, reverse=True)

    top = 2
    if large:
        largest = [group for group in groups if group[0].size == large[0]]
        first_page = groups[0][0].page
        if len(largest) <= 2 and largest[0][0].page == first_page:
            top = 1
    by_size = {size: min(level, 5) for level, size in enumerate(large, top)}
    return _HeadingLevels(by_size, otherwise=min(len(large) + top, 6))


def _render_group(
    group: Sequence[_PdfLine], layout: _Layout, words: Counter[str], levels: _HeadingLevels
) -> _PdfBlock:
    text = _join_lines([line.text for line in group], words)
    if _is_heading(group, layout):
        return _PdfBlock("heading", text, "#" * levels.of(group[0]) + " " + text)
    cells = _read_row(group, layout, words)
    if cells:
        return _PdfBlock("row", text, "| " + " | ".join(cells) + " |", len(cells))
    bullet = _BULLET.match(text)
    if bullet:
        return _PdfBlock("item", text, "- " + text[bullet.end() :])
    if _NUMBER.match(text):
        return _PdfBlock("item", text, text)
    return _PdfBlock("text", text, text)


def _measure_layout(lines: Sequence[_PdfLine]) -> _Layout:
    sizes = Counter[float]()
    for line in lines:
        sizes[line.size] += len(line.text)

    steps = Counter[float]()
    for line, following in pairwise(lines):
        step = line.y - following.y
        if line.page == following.page and 0 < step < 40:
            steps[round(step * 2) / 2] += 1

    lengths = sorted(len(line.text) for line in lines)
    third = max(1, len(lines) // 3)
    return _Layout(
        body=sizes.most_common(1)[0][0],
        pitch=_most_common(steps, otherwise=14.0),
        longest=median(lengths[-third:]),
        columns=frozenset(_find_columns(lines)),
    )


def _is_large(line: _PdfLine, layout: _Layout) -> bool:
    return line.size > layout.body * 1.07


def _looks_like_heading(line: _PdfLine, layout: _Layout) -> bool:
    text = line.text
    if not _LETTER.search(text) or len(text) > 120:
        return False
    if len(_split_cells(line, layout)) > 1:
        return False
    if _is_large(line, layout):
        return True
    ends_as_text_does = text.endswith((".", ",", ";"))
    return line.is_bold and len(text) <= 90 and not ends_as_text_does


def _is_heading(group: Sequence[_PdfLine], layout: _Layout) -> bool:
    if len(group) > 3 or _BULLET.match(group[0].text):
        return False
    if not all(_looks_like_heading(line, layout) for line in group):
        return False
    return len(group) == 1 or _is_large(group[0], layout)


def _group_lines(lines: Sequence[_PdfLine], layout: _Layout) -> Iterator[list[_PdfLine]]:
    """Lines that belong together: a paragraph, a bullet, a heading, a row of a table."""
    group: list[_PdfLine] = []
    for line in lines:
        if group and _begins_group(group, line, layout):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


# The order matters: what is surest is asked first, tables, then looks, then places, then words.
def _begins_group(group: Sequence[_PdfLine], line: _PdfLine, layout: _Layout) -> bool:
    """True where `line` begins something new after the lines of `group`."""
    last = group[-1]
    if _continues_row(group, line, layout):
        return False
    if _is_row(group, layout) or len(_split_cells(line, layout)) > 1:
        return True
    if _changes_look(last, line, layout):
        return True

    step = last.y - line.y
    if last.page != line.page or step < -2:
        return not _goes_on_elsewhere(last, line, layout)
    if _looks_like_heading(last, layout) and _looks_like_heading(line, layout):
        # One heading may be several lines; two short lines in bold are two headings.
        if step > 1.3 * (1.5 * line.size) or not _is_large(line, layout):
            return True
    elif step > 1.3 * max(layout.pitch, 1.15 * line.size):
        return True
    return _begins_paragraph(group, line, layout)


def _changes_look(last: _PdfLine, line: _PdfLine, layout: _Layout) -> bool:
    """A heading ends or begins between two lines, for they are not drawn alike."""
    if line.size == last.size and line.is_bold == last.is_bold:
        return False
    return _looks_like_heading(line, layout) or _looks_like_heading(last, layout)


def _goes_on_elsewhere(last: _PdfLine, line: _PdfLine, layout: _Layout) -> bool:
    """True where `line`, on top of a new page or column, goes on with the sentence of `last`."""
    if _looks_like_heading(last, layout) and _looks_like_heading(line, layout):
        return False
    if _ends_sentence(last) or _is_item(line.text):
        return False
    return line.text[:1].islower() or not _is_short(last, layout)


def _begins_paragraph(group: Sequence[_PdfLine], line: _PdfLine, layout: _Layout) -> bool:
    """True where the words of `line`, right below `group`, begin a paragraph or an item."""
    last = group[-1]
    if _SIGN.match(line.text):
        return True
    ended = _ends_sentence(last)
    is_short = _is_short(last, layout)
    if not _is_item(line.text):
        return ended and is_short
    if ended or is_short:
        return True
    # Within a list a number is the next item, but after “see section” it is a reference.
    return _is_item(group[0].text) and not _RUNS_ON.search(last.text)


def _continues_row(group: Sequence[_PdfLine], line: _PdfLine, layout: _Layout) -> bool:
    """`line` is another cell of the row that `group` is, or more of one."""
    first, last = group[0], group[-1]
    is_to_the_right = last.page == line.page and line.x > first.x + 2
    if not is_to_the_right or not _is_column(line.page, line.x, layout):
        return False
    if abs(line.y - first.y) < 2:
        return True
    return line.y < last.y and _is_row(group, layout)


def _is_item(text: str) -> bool:
    return bool(_BULLET.match(text) or _NUMBER.match(text))


def _ends_sentence(line: _PdfLine) -> bool:
    return bool(_SENTENCE_END.search(line.text))


def _is_short(line: _PdfLine, layout: _Layout) -> bool:
    return len(line.text) < 0.6 * layout.longest


# --- tables ---------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Cell:
    #: Where it begins, in points.
    x: float
    text: str


@dataclass(slots=True)
class _Column:
    """The lines of one cell of a row."""

    x: float
    lines: list[str]


def _find_columns(lines: Sequence[_PdfLine]) -> Iterator[tuple[int, int]]:
    """Each page's number and a place on it, in points, where cells of a table begin.

    That is where letters go on after a gap in one line, and do so or begin in another as well.
    """
    places = Counter[tuple[int, int]]()
    gaps: list[tuple[int, int]] = []
    for line in lines:
        after_gaps = [(line.page, round(x)) for x in _find_gaps(line)]
        places[line.page, round(line.x)] += 1
        places.update(after_gaps)
        gaps += after_gaps

    for page, x in gaps:
        near = places[page, x - 1] + places[page, x] + places[page, x + 1]
        if near > 1:
            yield page, x


def _find_gaps(line: _PdfLine) -> Iterator[float]:
    """Where letters go on after a wide gap within a line, in points from the left."""
    for before, fragment in pairwise(line.inked):
        width = _estimate_width(before)
        gap = fragment.x - before.x - width
        is_wide = gap > 0.8 * fragment.size + 0.2 * width
        if is_wide and _WORD_SIGN.search(fragment.text):
            yield fragment.x


def _estimate_width(fragment: _Fragment) -> float:
    """About how wide letters are drawn, in points.

    A PDF need not tell the widths; those of the usual fonts differ by a tenth.
    """
    text = fragment.text.strip()
    if fragment.is_even:
        return fragment.size * 0.6 * len(text)
    narrow = len(_NARROW.findall(text))
    wide = len(_WIDE.findall(text))
    others = len(text) - narrow - wide
    return fragment.size * (0.29 * narrow + 0.72 * wide + 0.51 * others)


def _is_column(page: int, x: float, layout: _Layout) -> bool:
    nearest = round(x)
    return any((page, place) in layout.columns for place in (nearest - 1, nearest, nearest + 1))


def _split_cells(line: _PdfLine, layout: _Layout) -> list[_Cell]:
    """What stands in the columns of one line; one cell in most lines, and never none."""
    cells = [_Cell(line.x, "")]
    before: _Fragment | None = None
    for fragment in line.inked:
        if before is not None and _begins_cell(before, fragment, line.page, layout):
            cells.append(_Cell(fragment.x, ""))
        cells[-1].text += fragment.text
        before = fragment

    if len(cells) > 1 and (_is_marker(cells[0].text) or _is_to_fill_in(line.text)):
        return [_Cell(line.x, line.text)]
    for cell in cells:
        cell.text = re.sub(r"\s+", " ", cell.text).translate(_LIGATURES).strip()
    return cells


def _begins_cell(before: _Fragment, fragment: _Fragment, page: int, layout: _Layout) -> bool:
    if not _WORD_SIGN.search(fragment.text) or not _is_column(page, fragment.x, layout):
        return False
    gap = fragment.x - before.x - _estimate_width(before) * 0.9
    return gap > 0.4 * fragment.size


def _is_marker(text: str) -> bool:
    """It is a bullet or a number, and what comes after it is the words of its item."""
    marker = text.strip()
    return bool(_BULLET.match(marker + " x") or _LONE_NUMBER.fullmatch(marker))


def _is_to_fill_in(text: str) -> bool:
    return "__" in text or "...." in text or "……" in text


def _has_cells(group: Sequence[_PdfLine], layout: _Layout) -> bool:
    return any(len(_split_cells(line, layout)) > 1 for line in group)


def _is_row(group: Sequence[_PdfLine], layout: _Layout) -> bool:
    """A line of the group has several cells, or one stands level with the first, to its right."""
    if _has_cells(group, layout):
        return True
    first = group[0]
    return any(abs(line.y - first.y) < 2 and line.x > first.x + 2 for line in group[1:])


def _read_row(group: Sequence[_PdfLine], layout: _Layout, words: Counter[str]) -> list[str]:
    """The cells of a row of a table, from left to right; empty for what is none."""
    if not _is_row(group, layout):
        return []
    columns: list[_Column] = []
    for line in group:
        first, *others = _split_cells(line, layout)
        above = _find_column_at(first.x, columns)
        if above is None:
            columns.append(_Column(first.x, [first.text]))
        else:
            above.lines.append(first.text)
        columns += [_Column(cell.x, [cell.text]) for cell in others]

    columns.sort(key=lambda column: column.x)
    return [_join_lines(column.lines, words) for column in columns]


def _find_column_at(x: float, columns: Sequence[_Column]) -> _Column | None:
    for column in columns:
        if abs(column.x - x) <= 2:
            return column
    return None


# --- words that the end of a line divides ---------------------------------------------------------


def _count_words(lines: Sequence[str]) -> Counter[str]:
    """How often each word stands in the text, without those that the end of a line divides.

    `_DIVIDES` is counted where so many lines end in a hyphen that the program must have divided
    words by itself; else a hyphen is the writer's own, but where neither part is a word of the
    text.
    """
    text = _DIVIDED_OVER_LINES.sub(" ", "\n".join(lines))
    text = re.sub(r"[\u2010\u00ad]", "-", text.lower())
    words = Counter(_HYPHENATED.findall(text))
    divided = [line for line in lines if _DIVIDED.search(line)]
    words[_DIVIDES] = int(len(divided) > 0.03 * len(lines))
    return words


def _join_lines(lines: Sequence[str], words: Counter[str]) -> str:
    """The lines of one paragraph as one line."""
    text = ""
    for line in lines:
        text = _append_line(text, line, words)
    # U+00AD is a hyphen that was drawn, wherever it stands.
    return text.replace(" \u00ad", "-").replace("\u00ad", "-")


def _append_line(text: str, line: str, words: Counter[str]) -> str:
    divided = _DIVIDED.search(text)
    rest = _LETTERS.match(line)
    if divided and rest and (rest.group().islower() or divided.group(1).isupper()):
        word = _rejoin_word(divided.group(1), rest.group(), words)
        return text[: divided.start(1)] + word + line[rest.end() :]
    if _link_goes_on(text, line):
        return text + line
    if not text or text.endswith(("/", "-", "\u00ad")):
        return text + line
    return f"{text} {line}"


def _link_goes_on(text: str, line: str) -> bool:
    if not _LINK.search(text):
        return False
    return text.endswith("/") or bool(_REST_OF_LINK.match(line))


def _rejoin_word(first: str, second: str, words: Counter[str]) -> str:
    """A word that was divided at the end of a line, with its hyphen or without."""
    joined = (first + second).lower()
    compound = f"{first}-{second}".lower()
    is_compound = bool(_COMPOUND.fullmatch(first))
    if words[joined] != words[compound]:
        has_hyphen = words[compound] > words[joined]
    elif words[_DIVIDES]:
        has_hyphen = is_compound
    else:
        has_hyphen = is_compound or words[first.lower()] > 0 or words[second.lower()] > 0
    return f"{first}-{second}" if has_hyphen else first + second
