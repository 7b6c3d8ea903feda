"""Divides a text into units: sentences and bullets, each with its place, heading and lead-in.

Schools write in every shape: Markdown, bare text pasted from a word processor, bullets of a dozen
kinds, numbered clauses, headings that are only short lines. Nothing here can fail; at worst a text
becomes one run of sentences. A unit is always an exact slice of the text, at most LONGEST
characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from store.policies.texts import PolicyText

#: Characters of a unit.
LONGEST = 800
#: Characters; a longer bullet is divided into its sentences.
SHORT_BULLET = 140

_WORD = re.compile(r"[^\W_]")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
#: Blanks at the ends of a line, some of them without any width.
_BLANKS = " \t\u00a0\u200b\ufeff\x0b\x0c"
_SIGNS = "•·▪◦●○■□➢➤►✓✔‣⁃\uf0b7\uf0a7\uf0d8"
_BULLET = re.compile(
    rf"(?:[-*+∙▫◆◇▶☑–—»>§{_SIGNS}]|o(?=[ \t]))(?:[ \t\u00a0]+|(?<=[{_SIGNS}])(?=\S))"
    r"|\(?(?:\d{1,2}|[a-zA-Z]|[ivxIVX]{1,5})[.)][ \t\u00a0]+(?=\S)"
    r"|\d{1,2}(?:\.\d{1,2}){1,3}\.?[ \t\u00a0]+(?=\S)"
)
_UNDERLINE = re.compile(r"={3,}|-{3,}")
_MARKDOWN_HEADING = re.compile(r"(#{1,6})[ \t]+(.*)")
_BOLD_LINE = re.compile(r"(\*\*|__)(.+?)\1:?\Z")
#: Beginnings of a letter and of a form: short lines that are no headings.
_LETTER_OR_FORM = re.compile(r"(?:dear|signed|date|name|yours|thank)\b", re.IGNORECASE)
_RULE = re.compile(r"(?:[-=_*~.·•|+]|[ \t])+\Z")
_NUMBER = re.compile(r"(?:\d{1,2}(?:\.\d{1,2}){0,3}[.)]?|[A-Z][.)]|[ivxIVX]+[.)])[ \t]+")
_SENTENCE_END = re.compile(r"[.!?…][\"'’”)\]]*(?=\s+[\"'‘“(\[]*[A-Z0-9]|\s*\Z)")
#: Words whose full stop does not end a sentence, and initials.
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|mr|mrs|ms|dr|st|no|vs|inc|approx|dept|p|pp|para)|\b[A-Z])\.\Z",
    re.IGNORECASE,
)
#: Words that stand in small letters in a title, too.
_SMALL = {
    "a",
    "an",
    "and",
    "as",
    "at",
    "by",
    "for",
    "from",
    "in",
    "is",
    "of",
    "on",
    "or",
    "our",
    "the",
    "to",
    "we",
    "with",
    "your",
}


#: What a unit is: the last sentence before a list is its lead-in.
UnitKind = Literal["sentence", "bullet", "lead-in"]


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence or a bullet: characters `start` to `end` of its text."""

    start: int
    end: int
    #: The nearest heading above it; "" where there is none.
    section: str
    #: Number of the paragraph or list that it belongs to.
    block: int
    kind: UnitKind
    #: Where the words begin and end that introduce the list of this bullet.
    lead_in: tuple[int, int] | None = None
    #: Every heading above it, outermost first.
    path: tuple[str, ...] = ()
    #: Where its bullet begins; -1 outside a list.
    item: int = -1
    #: Where its section's heading begins; -1 where there is none.
    under: int = -1


@dataclass(slots=True)
class _TextLine:
    """A line without the blanks at its ends."""

    start: int
    end: int
    #: Blanks before it.
    indent: int
    text: str
    #: blank, rule, heading, bullet or text
    kind: str = "text"
    #: Of a heading: 1 for the uppermost, and its words.
    level: int = 0
    heading: str = ""

    def make_heading(self, level: int, words: str) -> None:
        self.kind = "heading"
        self.level = level
        self.heading = words


def divide(text: PolicyText) -> tuple[Unit, ...]:
    """All units of a text that have a letter or a digit, in order."""
    lines = _read_lines(text.text, text.body)
    units = _Divider(text.text, lines).divide()
    return tuple(unit for unit in units if _WORD.search(text.text, unit.start, unit.end))


def sections(units: tuple[Unit, ...]) -> tuple[str, ...]:
    """The headings, each once, in order."""
    return tuple(dict.fromkeys(unit.section for unit in units if unit.section))


# --- kinds of lines -------------------------------------------------------------------------------


def _read_lines(text: str, body: int) -> list[_TextLine]:
    """The lines of a text from its character `body` on, each with its kind."""
    lines: list[_TextLine] = []
    for match in _LINE.finditer(text, body):
        raw = match.group()
        if raw:
            indent = len(raw) - len(raw.lstrip(_BLANKS))
            bare = raw.strip(_BLANKS + "\r\n")
            start = match.start() + indent
            lines.append(_TextLine(start, start + len(bare), indent, bare))

    # From above, for the kind of a line may depend on that of the line before.
    for n in range(len(lines)):
        _classify(lines, n)
    return lines


# The order matters: marks that somebody set on purpose go before what a line looks like.
def _classify(lines: Sequence[_TextLine], n: int) -> None:
    """Find the kind of line `n`, where those of the lines before it are known."""
    line = lines[n]
    marked = _MARKDOWN_HEADING.match(line.text)
    bold = _match_bold_heading(line.text)
    if not line.text:
        line.kind = "blank"
    elif marked:
        line.make_heading(len(marked.group(1)), marked.group(2).rstrip(" \t#"))
    elif _is_underlined(lines, n):
        is_double = lines[n + 1].text.startswith("=")
        line.make_heading(1 if is_double else 2, line.text)
    elif _RULE.fullmatch(line.text):
        line.kind = "rule"
    elif bold:
        line.make_heading(3, bold.group(2).strip(" :"))
    elif _BULLET.match(line.text) and not _is_numbered_heading(lines, n):
        line.kind = "bullet"
    elif _is_short_heading(lines, n):
        line.make_heading(3, _NUMBER.sub("", line.text, count=1).strip(" :"))


def _is_underlined(lines: Sequence[_TextLine], n: int) -> bool:
    """A heading with a line of `===` or `---` below it."""
    if n + 1 == len(lines) or len(lines[n].text) > 100:
        return False
    return bool(_UNDERLINE.fullmatch(lines[n + 1].text)) and _is_blank(lines, n - 1)


def _match_bold_heading(text: str) -> re.Match[str] | None:
    """A short line that is in bold from one end to the other."""
    if len(text) > 100:
        return None
    bold = _BOLD_LINE.match(text)
    if bold and "**" in bold.group(2):
        return None
    return bold


def _is_numbered_heading(lines: Sequence[_TextLine], n: int) -> bool:
    """True for `3. Roles and Duties` above a paragraph; among others of its kind it is a list."""
    text = lines[n].text
    number = _NUMBER.match(text)
    if number is None or not _is_name_of_section(text[number.end() :]):
        return False
    after = _next_with_text(lines, n)
    if after is None or _NUMBER.match(after.text) or not _is_blank(lines, n - 1):
        return False

    words = text[number.end() :].split()
    if text.isupper() or _is_title_like(words):
        return True
    return len(words) <= 6 and len(after.text) > len(text) + 30


def _is_name_of_section(text: str) -> bool:
    """A few words that begin with a capital letter and do not end as a sentence does."""
    if not 1 <= len(text.split()) <= 9:
        return False
    return text[0].isupper() and text[-1] not in ".;,!?"


# The order matters: what is surest is asked first, and each question rules out what the next may
# forget.
def _is_short_heading(lines: Sequence[_TextLine], n: int) -> bool:
    """A short line that reads like a heading, and stands like one above a text or a list."""
    text = lines[n].text
    if not _may_be_heading(text) or _next_with_text(lines, n) is None:
        return False
    if text.isupper() and len(text) > 3:
        return True
    if text.endswith(":"):
        return _is_heading_with_colon(lines, n)
    if not _begins_like_heading(text):
        return False

    words = text.split()
    if _stands_alone(lines, n) and _introduces(lines, n):
        return len(words) <= 9 or _is_title_like(words)
    return len(words) <= 8 and _follows_an_end(lines, n) and _is_much_shorter(lines, n, by=40)


def _begins_like_heading(text: str) -> bool:
    if text.endswith("?") and len(text.split()) > 9:
        return False
    return text[0].isupper() or bool(_NUMBER.match(text))


def _may_be_heading(text: str) -> bool:
    """It is short, and neither a sentence, nor part of a letter or a form, nor an address."""
    if len(text) > 90 or len(text.split()) > 12 or text[-1] in ".;,!…":
        return False
    if _LETTER_OR_FORM.match(text) or "__" in text or "@" in text:
        return False
    return any(sign.isalpha() for sign in text)


def _is_heading_with_colon(lines: Sequence[_TextLine], n: int) -> bool:
    """True for `Contact Details:` above a text; above a list it is the list's lead-in."""
    words = lines[n].text.split()
    if len(words) > 4 or not _is_title_like(words) or not _stands_alone(lines, n):
        return False
    after = _next_with_text(lines, n)
    return after is not None and not _BULLET.match(after.text)


def _stands_alone(lines: Sequence[_TextLine], n: int) -> bool:
    """Nothing comes before it that it could go on with."""
    return _is_blank(lines, n - 1) or lines[n - 1].kind in ("heading", "rule", "bullet")


def _introduces(lines: Sequence[_TextLine], n: int) -> bool:
    """What comes after it is set apart, or much longer, or a list."""
    if _is_blank(lines, n + 1) or _is_much_shorter(lines, n, by=20):
        return True
    after = _next_with_text(lines, n)
    return after is not None and bool(_BULLET.match(after.text))


def _is_much_shorter(lines: Sequence[_TextLine], n: int, *, by: int) -> bool:
    """True where the next line with words is more than `by` characters longer than line `n`."""
    after = _next_with_text(lines, n)
    return after is not None and len(after.text) > len(lines[n].text) + by


def _follows_an_end(lines: Sequence[_TextLine], n: int) -> bool:
    """The line before it ends a sentence, or is a bullet."""
    if n == 0:
        return False
    before = lines[n - 1]
    return before.kind == "bullet" or before.text.endswith((".", ";", "!", "?"))


def _is_blank(lines: Sequence[_TextLine], n: int) -> bool:
    """True before the first line and after the last, too."""
    return not 0 <= n < len(lines) or not lines[n].text


def _next_with_text(lines: Sequence[_TextLine], n: int) -> _TextLine | None:
    for line in lines[n + 1 : n + 6]:
        if line.text:
            return line
    return None


def _is_title_like(words: Sequence[str]) -> bool:
    """Most of the words that a title has with a capital letter have one."""
    long = [word for word in words if word.lower() not in _SMALL and word[0].isalpha()]
    capitals = sum(word[0].isupper() for word in long)
    return bool(long) and capitals >= 0.7 * len(long)


# --- units ----------------------------------------------------------------------------------------


class _Divider:
    """Goes through the lines of a text, and knows below which headings and in which list it is."""

    def __init__(self, text: str, lines: Sequence[_TextLine]) -> None:
        self._text = text
        self._lines = lines
        #: The headings above, outermost first.
        self._headings: list[_TextLine] = []
        self._path: tuple[str, ...] = ()
        self._block = 0
        #: What may introduce a list.
        self._lead_in: tuple[int, int] | None = None
        #: The next bullet belongs to the block of what comes before it.
        self._in_list = False

    def divide(self) -> Iterator[Unit]:
        n = 0
        while n < len(self._lines):
            line = self._lines[n]
            last = n
            if line.kind == "heading":
                self._enter_section(line)
            elif line.kind == "rule":
                self._leave_list()
            elif line.kind == "bullet":
                last = self._find_last(n)
                yield from self._divide_bullet(n, last)
            elif line.kind == "text":
                last = self._find_last(n)
                yield from self._divide_paragraph(n, last)
            n = last + 1

    def _enter_section(self, heading: _TextLine) -> None:
        above = [other for other in self._headings if other.level < heading.level]
        self._headings = [*above, heading]
        self._path = tuple(other.heading for other in self._headings)
        self._block += 1
        self._leave_list()

    def _leave_list(self) -> None:
        self._lead_in = None
        self._in_list = False

    def _find_last(self, first: int) -> int:
        """The last line of the paragraph or bullet whose first line is `first`."""
        last = first
        while last + 1 < len(self._lines) and self._lines[last + 1].kind == "text":
            if _begins_something_new(self._lines, first, last):
                break
            last += 1
        return last

    def _divide_bullet(self, first: int, last: int) -> list[Unit]:
        line = self._lines[first]
        marker = _BULLET.match(line.text)
        start = line.start + (marker.end() if marker else 0)
        end = self._lines[last].end
        opens_list = self._text[start:end].endswith(":")
        if not self._in_list:
            self._block += 1
        if opens_list:
            self._block += 1

        kind: UnitKind = "lead-in" if opens_list else "bullet"
        units = []
        for place in _split_bullet(self._text, start, end):
            units.append(self._make_unit(place, kind, lead_in=self._lead_in, item=start))
        if opens_list:
            self._lead_in = (start, end)
        self._in_list = True
        return units

    def _divide_paragraph(self, first: int, last: int) -> list[Unit]:
        start = self._lines[first].start
        end = self._lines[last].end
        asks_for_more = self._text[start:end].endswith((":", "to", "that"))
        opens_list = asks_for_more or self._comes_before_bullet(last)
        self._block += 1

        places = list(_split_sentences(self._text, start, end))
        units = [self._make_unit(place, "sentence") for place in places]
        self._leave_list()
        if opens_list and places:
            units[-1] = self._make_unit(places[-1], "lead-in")
            self._lead_in = places[-1]
        self._in_list = opens_list
        return units

    def _comes_before_bullet(self, n: int) -> bool:
        """What comes next after line `n`, and two blank lines at most, is a bullet."""
        for line in self._lines[n + 1 : n + 4]:
            if line.kind != "blank":
                return line.kind == "bullet"
        return False

    def _make_unit(
        self,
        place: tuple[int, int],
        kind: UnitKind,
        *,
        lead_in: tuple[int, int] | None = None,
        item: int = -1,
    ) -> Unit:
        start, end = place
        return Unit(
            start=start,
            end=end,
            section=self._path[-1] if self._path else "",
            block=self._block,
            kind=kind,
            lead_in=lead_in,
            path=self._path,
            item=item,
            under=self._headings[-1].start if self._headings else -1,
        )


def _begins_something_new(lines: Sequence[_TextLine], first: int, last: int) -> bool:
    """True where the line after `last` begins something new, though no blank line says so."""
    here, following = lines[last], lines[last + 1]
    if lines[first].kind == "bullet" and following.indent == 0 and here.text[-1] in ".;:!?":
        return True
    # Rows of a table, and lines to fill in.
    if here.text.startswith("|") and following.text.startswith("|"):
        return True
    if "__" in here.text and "__" in following.text:
        return True
    return here.text.endswith(":")


def _split_bullet(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where the units of a bullet begin and end: one unit where it is short, else its sentences."""
    if 0 < end - start <= SHORT_BULLET:
        yield start, end
    else:
        yield from _split_sentences(text, start, end)


def _split_sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where the sentences of text[start:end] begin and end, none longer than LONGEST."""
    here = start
    for match in _SENTENCE_END.finditer(text, start, end):
        if match.end() < end and _ABBREVIATION.search(text, here, match.start() + 1):
            continue
        yield from _cut_to_length(text, here, match.end())
        here = _skip_blanks(text, match.end(), end)
    if here < end:
        yield from _cut_to_length(text, here, end)


def _cut_to_length(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Pieces of text[start:end] of at most LONGEST characters, cut where a pause is, if any."""
    while end - start > LONGEST:
        pauses = [
            text.rfind(mark, start + LONGEST // 2, start + LONGEST)
            for mark in ("; ", ", ", " ", "\n", "\r")
        ]
        latest = max(pauses)
        cut = latest + 1 if latest > 0 else start + LONGEST
        piece = text[start:cut].rstrip()
        if piece:
            yield start, start + len(piece)
        start = _skip_blanks(text, cut, end)
    if end > start:
        yield start, end


def _skip_blanks(text: str, start: int, end: int) -> int:
    while start < end and text[start].isspace():
        start += 1
    return start
