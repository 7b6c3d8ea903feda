"""Reads a PDF: the words in the order of the file, with headings, bullets and paragraphs guessed from their looks.

A PDF knows letters and places, and nothing of paragraphs. A line is larger or bolder than most: a heading. A gap,
a bullet, a number or a short last line: a new paragraph. What stands above or below most pages is told once, beside
the text. A hyphen at the end of a line goes where the rest of the text has the word without it.
"""

from __future__ import annotations

import io
import logging
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from store.policies.files.reading import Damaged, Empty, Protected, Reading, Scan, TooLarge
from store.policies.texts import LARGEST

MOST_PAGES = 500
PATIENCE = 60.0  # seconds

DAMAGED = "{name} is damaged and cannot be read to its end. Save it as PDF once more, and add the new file."
LOCKED = "{name} is protected by a password. Save a copy without protection, or the Word file, and add that."
SCAN = (
    "{name} is a scan: its pages are pictures, with no text to quote. Add the file that it was printed from, or "
    "have the scan's text recognised (OCR) and saved as a PDF with text."
)
GARBLED = (
    "The letters of {name} cannot be read out of it, though they look right on the page. Add the Word file, or "
    "save it as PDF once more with another program."
)
EMPTY = "{name} holds no words."
TOO_LONG = "{name} has more than {most} pages, which is more than any policy. Add the policy's own pages alone."
TOO_SLOW = "{name} takes too long to read. Save it as PDF once more, or add the Word file."
TOO_LARGE = "{name} unpacks to far more than a policy text. Save the text on its own, and add that."

_SIGNS = "•·▪◦●○■□➢➤►✓✔‣⁃∙❖◆\uf0b7\uf0a7\uf0d8\uf0fc\uf076"
_BULLET = re.compile(rf"(?:[{_SIGNS}]\s*|[-–—*o\u00ad]\s+)(?=\S)")
_SIGN = re.compile(rf"[{_SIGNS}]")
_NUMBER = re.compile(
    r"\(?(?:\d{1,2}(?:\.\d{1,2}){0,3}|[a-zA-Z]|[ivx]{1,5})[.)]\s+\S|\d{1,2}(?:\.\d{1,2}){1,3}\s+\S"
)
_PAGE = re.compile(
    r"(?:p(?:age|\.)?\s*)?[-–|]?\s*\d{1,4}\s*[-–|]?(?:\s*(?:of|/)\s*\d{1,4})?|page\s*\d{1,4}.*",
    re.IGNORECASE,
)
_RUNS_ON = re.compile(
    r"\b(?:section|paragraph|part|appendix|page|years?|stage|class|of|the|a|to|for|by|in|than)\Z",
    re.IGNORECASE,
)
_ENDS = re.compile(r"[.:;?!][\"'’”)\]]*\Z")
_BOLD = re.compile(r"bold|black|heavy|semibold|demi", re.IGNORECASE)
_EVEN = re.compile(r"mono|courier|consolas|typewriter|cmtt", re.IGNORECASE)
_LIGATURES = {
    0xFB00: "ff",
    0xFB01: "fi",
    0xFB02: "fl",
    0xFB03: "ffi",
    0xFB04: "ffl",
    0xFB05: "st",
    0xFB06: "st",
}
_DIVIDES = "-"
_EDGE = 0.14  # of the page's height: where running headers and footers stand
_COMPOUND = re.compile(
    "self|non|cyber|e|co|well|anti|multi|one|two|three|full|half|high|low", re.IGNORECASE
)
_DIVIDED = re.compile(r"([^\W\d_]+) ?[-\u2010\u00ad]\Z")
_LINK = re.compile(r"(?:https?://|www\.)\S*[^\s.,;:)]\Z")


@dataclass(slots=True)
class _Bit:
    """Letters that were drawn together."""

    x: float
    y: float
    size: float
    bold: bool
    even: bool  # every letter is as wide as any other
    text: str


@dataclass(slots=True)
class _Line:
    bits: list[_Bit]
    page: int
    height: float  # of the page

    @property
    def text(self) -> str:
        return (
            re.sub(r"[ \t\u00a0]+", " ", "".join(b.text for b in self.bits))
            .translate(_LIGATURES)
            .strip()
        )

    @property
    def x(self) -> float:
        return next((b.x for b in self.bits if b.text.strip()), 0.0)

    @property
    def y(self) -> float:
        return next((b.y for b in self.bits if b.text.strip()), 0.0)

    @property
    def size(self) -> float:
        sizes = Counter[float]()
        for bit in self.bits:
            sizes[round(bit.size * 2) / 2] += len(bit.text.strip())
        return sizes.most_common(1)[0][0] if sizes else 0.0

    @property
    def bold(self) -> bool:
        return all(b.bold for b in self.bits if re.search(r"\w", b.text))

    @property
    def at_edge(self) -> bool:
        return not _EDGE < self.y / self.height < 1 - _EDGE


def read_pdf(name: str, data: bytes) -> Reading:
    """The text of the bytes of a PDF called `name`. Takes about 20 ms a page. Raises FileRefused."""
    pages, pictures = _pages(name, data)
    lines = [line for page in pages for line in page]
    letters = sum(len(re.findall(r"[^\W\d_]", line.text)) for line in lines)
    if letters < 3 * len(pages):
        raise Scan(SCAN.format(name=name)) if any(pictures) else Empty(EMPTY.format(name=name))
    if _is_garbled("".join(line.text for line in lines)):
        raise Scan(GARBLED.format(name=name))
    margins = _margins(pages)
    kept = [line for line in lines if id(line) not in margins]
    title, text = _markdown(kept)
    if len(text.encode("utf-8", "surrogatepass")) > LARGEST:
        raise TooLarge(TOO_LARGE.format(name=name))
    shown = dict.fromkeys(
        line.text for line in lines if id(line) in margins and not _PAGE.fullmatch(line.text)
    )
    told: dict[str, str] = {}
    for line in shown:
        told.setdefault(_plain(line), line)
    blank = tuple(n for n, page in enumerate(pages, 1) if not page and pictures[n - 1])
    return Reading(text, title=title, margins=tuple(told.values()), blank_pages=blank)


def _pages(name: str, data: bytes) -> tuple[list[list[_Line]], list[bool]]:
    """The lines of every page, and whether it has a picture."""
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, FileNotDecryptedError, LimitReachedError

    logging.getLogger("pypdf").setLevel(
        logging.CRITICAL
    )  # what it can mend is no news to the person
    watch = _Watch(name)
    pages: list[list[_Line]] = []
    pictures: list[bool] = []
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Protected(LOCKED.format(name=name))
        if len(reader.pages) > MOST_PAGES:
            raise TooLarge(TOO_LONG.format(name=name, most=MOST_PAGES))
        for number, page in enumerate(reader.pages):
            pages.append(_page_lines(page, number, watch))
            pictures.append(_has_picture(page))
    except (Protected, TooLarge):
        raise
    except (FileNotDecryptedError, DependencyError) as error:
        raise Protected(LOCKED.format(name=name)) from error
    except (LimitReachedError, MemoryError) as error:
        raise TooLarge(TOO_LARGE.format(name=name)) from error
    except Exception as error:  # a damaged PDF brings up every kind of error in its reader
        raise Damaged(DAMAGED.format(name=name)) from error
    if not pages:
        raise Damaged(DAMAGED.format(name=name))
    return pages, pictures


class _Watch:
    """Sees to it that no file takes too long, or too much."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._until = time.monotonic() + PATIENCE
        self._letters = 0

    def __call__(self, text: str) -> None:
        """Called with every piece of text. Raises TooLarge."""
        self._letters += len(text)
        if self._letters > LARGEST:
            raise TooLarge(TOO_LARGE.format(name=self._name))
        if time.monotonic() > self._until:
            raise TooLarge(TOO_SLOW.format(name=self._name))


def _page_lines(page: Any, number: int, watch: _Watch) -> list[_Line]:
    from pypdf import mult

    height = float(page.cropbox.top - page.cropbox.bottom) or 842.0
    lines: list[_Line] = []
    bits: list[_Bit] = []

    def take(text: str, cm: list[float], tm: list[float], font: Any, size: float) -> None:
        watch(text)
        where = mult(tm, cm)
        scale = abs(where[3]) or abs(where[1]) or 1.0
        called = str(font.get("/BaseFont", "")) if font else ""
        bold, even = bool(_BOLD.search(called)), bool(_EVEN.search(called))
        for n, piece in enumerate(text.split("\n")):
            if n and bits:
                lines.append(_Line(bits.copy(), number, height))
                bits.clear()
            if piece:
                bottom = float(page.cropbox.bottom)
                bits.append(_Bit(where[4], where[5] - bottom, abs(size) * scale, bold, even, piece))

    page.extract_text(visitor_text=take)
    if bits:
        lines.append(_Line(bits, number, height))
    return [line for line in lines if line.text]


def _has_picture(page: Any) -> bool:
    resources = page.get("/Resources")
    objects = resources.get_object().get("/XObject") if resources is not None else None
    return bool(objects is not None and len(objects.get_object()))


def _is_garbled(text: str) -> bool:
    bad = len(
        re.findall(r"[\x00-\x08\x0e-\x1f\ufffd\ue000-\uefff\uf100-\uf8ff]|\(cid:\d+\)|/g\d+", text)
    )
    return bad * 10 > len(text)


def _margins(pages: Sequence[Sequence[_Line]]) -> set[int]:
    """The `id` of each line that stands in the same place on many pages, or is a page's number."""
    at: dict[tuple[str, int], list[_Line]] = {}
    outermost = {id(line) for page in pages for line in (*page[:1], *page[-1:])}
    for page in pages:
        for line in page:
            if line.at_edge:
                at.setdefault((_plain(line.text), round(line.y / 6)), []).append(line)
    found: set[int] = set()
    for lines in at.values():
        on = sorted({line.page for line in lines})
        in_turn = any(b - a <= 2 for a, b in zip(on, on[1:], strict=False))
        if len(on) >= max(2, round(0.4 * len(pages))):
            found.update(id(line) for line in lines)
        elif in_turn:  # of one chapter
            found.update(id(line) for line in lines if id(line) in outermost)
    for page in pages:
        for line in (*page[:1], *page[-2:]):
            numbered = _PAGE.fullmatch(line.text) and (
                len(pages) > 1 or "page" in line.text.lower()
            )
            if line.at_edge and numbered:
                found.add(id(line))
    return found


def _plain(text: str) -> str:
    return re.sub(r"\d+", "#", " ".join(text.lower().split()))


# --- paragraphs -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Look:
    """How most lines of a text look."""

    body: float  # size of the letters, in points
    pitch: float  # from one line of a paragraph to the next, in points
    longest: float  # characters of a full line
    columns: frozenset[tuple[int, int]]  # of each page, where a cell of a table begins, in points


def _markdown(lines: Sequence[_Line]) -> tuple[str, str]:
    """The title, and the text in Markdown."""
    look = _look(lines)
    groups = list(_groups(lines, look))
    words = _whole_words([line.text for line in lines])
    large = sorted(
        {g[0].size for g in groups if _is_heading(g, look) and _is_large(g[0], look)}, reverse=True
    )
    largest = [g for g in groups if large and g[0].size == large[0]]
    top = 1 if largest and largest[0][0].page == lines[0].page and len(largest) <= 2 else 2
    levels = {size: min(n + top, 5) for n, size in enumerate(large)}
    title = ""
    made: list[str] = []
    before = ""
    for group in groups:
        text = _joined([line.text for line in group], words)
        kind = "text"
        if _is_heading(group, look):
            kind = "heading"
            title = title or text
            text = "#" * levels.get(group[0].size, min(len(levels) + top, 6)) + " " + text
        elif cells := _row(group, look, words):
            kind = "row"
            text = "| " + " | ".join(cells) + " |"
            if before != "row":
                text += "\n|" + " --- |" * len(cells)
        elif found := _BULLET.match(text):
            kind = "item"
            text = "- " + text[found.end() :]
        elif _NUMBER.match(text):
            kind = "item"
        if made and not (kind == before and kind in ("item", "row")):
            made.append("")
        made.append(text)
        before = kind
    return title, "\n".join(made) + "\n"


def _whole_words(lines: Sequence[str]) -> Counter[str]:
    """How often each word stands in the text, without those that the end of a line divides.

    `_DIVIDES` is counted where so many lines end in a hyphen that the program must have divided words by itself;
    else a hyphen is the writer's own, but where neither part is a word of the text.
    """
    text = re.sub(r"[^\W\d_]+ ?[-\u2010\u00ad]\n[^\W\d_]+", " ", "\n".join(lines))
    words = Counter(
        re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", re.sub(r"[\u2010\u00ad]", "-", text.lower()))
    )
    ends = sum(bool(_DIVIDED.search(line)) for line in lines)
    words[_DIVIDES] = int(ends > 0.03 * len(lines))
    return words


def _look(lines: Sequence[_Line]) -> _Look:
    sizes = Counter[float]()
    for line in lines:
        sizes[line.size] += len(line.text)
    steps = Counter(
        round((a.y - b.y) * 2) / 2
        for a, b in zip(lines, lines[1:], strict=False)
        if a.page == b.page and 0 < a.y - b.y < 40
    )
    fullest = sorted(len(line.text) for line in lines)[-max(1, len(lines) // 3) :]
    return _Look(
        body=sizes.most_common(1)[0][0],
        pitch=steps.most_common(1)[0][0] if steps else 14.0,
        longest=median(fullest),
        columns=frozenset(_columns(lines)),
    )


def _is_large(line: _Line, look: _Look) -> bool:
    return line.size > look.body * 1.07


def _looks_like_heading(line: _Line, look: _Look) -> bool:
    if not re.search(r"[^\W\d_]", line.text) or len(line.text) > 120 or len(_cells(line, look)) > 1:
        return False
    return _is_large(line, look) or (
        line.bold and len(line.text) <= 90 and not re.search(r"[.,;]\Z", line.text)
    )


def _is_heading(group: Sequence[_Line], look: _Look) -> bool:
    if not all(_looks_like_heading(line, look) for line in group) or len(group) > 3:
        return False
    return not _BULLET.match(group[0].text) and (_is_large(group[0], look) or len(group) == 1)


def _groups(lines: Sequence[_Line], look: _Look) -> Iterator[list[_Line]]:
    """Lines that belong together: a paragraph, a bullet, a heading, a row of a table."""
    group: list[_Line] = []
    for line in lines:
        if group and _begins(group, line, look):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _begins(group: Sequence[_Line], line: _Line, look: _Look) -> bool:
    """Whether `line` begins something new after the lines of `group`."""
    last = group[-1]
    step = last.y - line.y
    if last.page == line.page and _is_column(line.page, line.x, look) and line.x > group[0].x + 2:
        level = abs(line.y - group[0].y) < 2
        if level or (step > 0 and any(len(_cells(x, look)) > 1 for x in group)):
            return False  # another cell of the row, or more of one
    if _is_row(group, look) or len(_cells(line, look)) > 1:
        return True
    heads = _looks_like_heading(line, look), _looks_like_heading(last, look)
    if any(heads) and (line.size != last.size or line.bold != last.bold):
        return True
    ended = bool(_ENDS.search(last.text))
    short = len(last.text) < 0.6 * look.longest
    if last.page != line.page or step < -2:  # a new column or page: does the sentence go on?
        marked = _BULLET.match(line.text) or _NUMBER.match(line.text)
        return bool(all(heads) or ended or marked or (short and not line.text[:1].islower()))
    usual = 1.5 * line.size if all(heads) else max(look.pitch, 1.15 * line.size)
    if step > 1.3 * usual or _SIGN.match(line.text):
        return True
    if all(heads) and not _is_large(line, look):
        return True  # two short lines in bold are two headings
    if _BULLET.match(line.text) or _NUMBER.match(line.text):
        listed = _BULLET.match(group[0].text) or _NUMBER.match(group[0].text)
        return bool(ended or short or listed and not _RUNS_ON.search(last.text))
    return ended and short


def _columns(lines: Sequence[_Line]) -> Iterator[tuple[int, int]]:
    """Places, on each page, where letters go on after a gap in one line, and do so or begin in another as well."""
    places = Counter((line.page, round(x)) for line in lines for x in (line.x, *_gaps(line)))
    for line in lines:
        for x in _gaps(line):
            if sum(places[line.page, round(x) + n] for n in (-1, 0, 1)) > 1:
                yield line.page, round(x)


def _gaps(line: _Line) -> Iterator[float]:
    """Where, after a wide gap, letters go on within a line. Widths are estimated, for a PDF need not tell them."""
    for before, bit in _pairs(line):
        width = _width(before)
        if re.search(r"\w", bit.text) and bit.x - before.x - width > 0.8 * bit.size + 0.2 * width:
            yield bit.x


def _pairs(line: _Line) -> Iterator[tuple[_Bit, _Bit]]:
    bits = [b for b in line.bits if b.text.strip()]
    yield from zip(bits, bits[1:], strict=False)


def _width(bit: _Bit) -> float:
    """About how wide letters are drawn, in points: those of the usual fonts differ by a tenth."""
    text = bit.text.strip()
    if bit.even:
        return bit.size * 0.6 * len(text)
    narrow = len(re.findall(r"[iljtfrI.,;:'’|!() -]", text))
    wide = len(re.findall(r"[mwMWA-HJ-Z]", text))
    return bit.size * (0.29 * narrow + 0.72 * wide + 0.51 * (len(text) - narrow - wide))


def _is_column(page: int, x: float, look: _Look) -> bool:
    return any((page, round(x) + n) in look.columns for n in (-1, 0, 1))


def _cells(line: _Line, look: _Look) -> list[tuple[float, str]]:
    """What stands in the columns of one line, each with its place; one cell in most lines."""
    cells = [(line.x, "")]
    bits = [b for b in line.bits if b.text.strip()]
    for n, bit in enumerate(bits):
        if n and re.search(r"\w", bit.text) and _is_column(line.page, bit.x, look):
            before = bits[n - 1]
            if bit.x - before.x - _width(before) * 0.9 > 0.4 * bit.size:
                cells.append((bit.x, ""))
        cells[-1] = (cells[-1][0], cells[-1][1] + bit.text)
    marker = cells[0][1].strip()
    listed = _BULLET.match(marker + " x") or re.fullmatch(r"\(?[\w.]{1,6}[.)]|\d[\d.]*", marker)
    if len(cells) > 1 and (listed or "__" in line.text or "...." in line.text or "……" in line.text):
        return [(line.x, line.text)]  # a bullet, a line to fill in, or dots
    return [(x, re.sub(r"\s+", " ", text).translate(_LIGATURES).strip()) for x, text in cells]


def _is_row(group: Sequence[_Line], look: _Look) -> bool:
    level = (line for line in group[1:] if abs(line.y - group[0].y) < 2 and line.x > group[0].x + 2)
    return any(len(_cells(line, look)) > 1 for line in group) or next(level, None) is not None


def _row(group: Sequence[_Line], look: _Look, words: Counter[str]) -> list[str]:
    """The cells of a row of a table; empty for what is none."""
    if not _is_row(group, look):
        return []
    cells: list[tuple[float, list[str]]] = []
    for line in group:
        for n, (x, text) in enumerate(_cells(line, look)):
            same = next((lines for place, lines in cells if abs(place - x) <= 2), None)
            if same is not None and n == 0:
                same.append(text)
            else:
                cells.append((x, [text]))
    return [_joined(lines, words) for _, lines in sorted(cells, key=lambda cell: cell[0])]


def _joined(lines: Sequence[str], words: Counter[str]) -> str:
    """The lines of one paragraph as one. U+00AD is a hyphen that was drawn, wherever it stands."""
    text = ""
    for line in lines:
        found, after = _DIVIDED.search(text), re.match(r"[^\W\d_]+", line)
        if found and after and (after.group().islower() or found.group(1).isupper()):
            text = (
                text[: found.start(1)]
                + _mended(found.group(1), after.group(), words)
                + line[after.end() :]
            )
        elif _LINK.search(text) and (
            text.endswith("/") or re.match(r"[^\s.,]+[/_=%&.][^\s.]", line)
        ):
            text += line
        else:
            text += (" " if text and not text.endswith(("/", "-", "\u00ad")) else "") + line
    return text.replace(" \u00ad", "-").replace("\u00ad", "-")


def _mended(first: str, second: str, words: Counter[str]) -> str:
    """A word that was divided at the end of a line, with its hyphen or without."""
    joined, compound = (first + second).lower(), f"{first}-{second}".lower()
    if words[joined] != words[compound]:
        hyphen = words[compound] > words[joined]
    elif words[_DIVIDES]:
        hyphen = bool(_COMPOUND.fullmatch(first))
    else:
        hyphen = bool(_COMPOUND.fullmatch(first) or words[first.lower()] or words[second.lower()])
    return f"{first}-{second}" if hyphen else first + second
