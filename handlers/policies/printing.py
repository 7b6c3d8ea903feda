"""A policy text as a PDF to print, and an agreement with lines to sign.

The words of the text never become typst's own language: they reach the template as data (JSON), and
are set as they stand. `**so**` is bold, `# ` a heading, `- ` a bullet, `| a | b |` a row of a
table, and a run of underscores a line to write on; everything else is shown literally.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from handlers.text.pdf import (
    BOLD,
    Block,
    Document,
    keep_forms_together,
    print_document,
    printable,
    split_runs,
)
from handlers.text.words import full_day
from store.policies.divide import divide, sections
from store.policies.texts import PolicyText

OWNER = "Owner: {owner}"
APPROVED = "Approved {day}"
REVIEW = "Review by {day}"
REVIEW_DUE = "Review was due {day}"
AUDIENCE = "For {audience}"
PRINTED = "Printed {day}"
SIGNATURES = "Signatures"
SIGNATURE_LINES = ("Signature", "Name in capitals", "Date")

#: Spaces of indentation that make a level, and the deepest level that is shown.
INDENT = 2
DEEPEST = 4

#: Characters. A column is as wide as its longest cell, but no narrower and no wider than these.
NARROWEST = 8
WIDEST = 40

#: Characters. A line that is longer is no heading.
LONGEST_HEADING = 100

_LINE = re.compile(r"\r\n|\r|\n|\x0b|\x0c|\u2028|\u2029")
_HEADING = re.compile(r"(#{1,6})[ \t]+(.*)")
_BULLET = re.compile(
    r"(?:[-*+–—»•·▪◦●○■□➢➤►✓✔‣⁃∙]|o(?=[ \t])|\uf0b7|\uf0a7)[ \t\u00a0]+(?=\S)|[•·▪◦●■➢➤►✓✔](?=\S)"
)
_NUMBER = re.compile(
    r"(\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)]|\d{1,2}(?:\.\d{1,2}){1,3}\.?)[ \t\u00a0]+(?=\S)"
)
_RULE = re.compile(r"(?:[-*_=] ?){3,}\Z")
_TABLE_RULE = re.compile(r"[ :|]*-[ :|-]*\Z")
_TO_FILL = re.compile(r"_{3,}|\.{6,}|…{3,}")
_UNDERLINE = re.compile(r"={3,}|-{3,}")
_TO_SIGN = re.compile(rf"\bsign(?:ed|ature)\b[^\r\n]*(?:{_TO_FILL.pattern})", re.IGNORECASE)


def print_text(text: PolicyText, school_name: str, printed_on: date) -> bytes:
    """A PDF (A4) of a text. An agreement ends in lines for signature, name and date.

    `printed_on` is the local day, shown at the foot of each page. Takes about 20 ms of one core,
    and 5 ms more for each further page: call it in a thread. Never raises on anything that a text
    may hold.
    """
    document = Document(
        title=text.title,
        school=school_name,
        about=list(_about(text, printed_on)),
        printed=PRINTED.format(day=full_day(printed_on)),
        blocks=list(keep_forms_together(blocks(text))),
        sign=[name[:1].upper() + name[1:] for name in signatories(text)],
        signatures=SIGNATURES,
        lines=SIGNATURE_LINES,
    )
    return print_document(document)


def signatories(text: PolicyText) -> tuple[str, ...]:
    """Who signs below an agreement: those whom its header names.

    One without a name where neither the header nor lines of the text's own say who. Nobody below
    what is not signed, or has lines of its own.
    """
    if text.kind != "agreement":
        return ()
    if text.sign:
        return text.sign
    has_lines_to_sign = _TO_SIGN.search(text.text, text.body)
    return () if has_lines_to_sign else ("",)


def blocks(text: PolicyText) -> Iterator[Block]:
    """What a text is made of, in order, each part with its words.

    A block has a `kind`: `heading` (with a `level` from 1), `paragraph`, `item` (with `mark` and
    `indent`), `rows` (each a list of cells; with the `widths` of the columns), `form` (pairs of
    words and whether a line to write on follows them), `rule`.
    """
    title = _plain(text.title)
    reader = _Reader(text)
    is_first_heading = True
    while reader.find_next():
        heading = reader.take_heading()
        if heading is None:
            yield reader.take_block()
            continue

        # The title stands on top already.
        if not (is_first_heading and _plain(heading.words) == title):
            words = split_runs(heading.words)
            yield {"kind": "heading", "level": heading.level, "text": words}
        is_first_heading = False


@dataclass(frozen=True, slots=True)
class _Heading:
    level: int
    words: str


class _Reader:
    """The lines of a text, taken from the top, a block at a time."""

    def __init__(self, text: PolicyText) -> None:
        self._lines = _LINE.split(text.text[text.body :])
        self._at = 0
        #: What was taken for a heading when the text was divided, marked as one or not.
        self._known = {_plain(section) for section in sections(divide(text))}
        self._known.add(_plain(text.title))

    def find_next(self) -> bool:
        """Go on to the next line that is not blank. False at the end."""
        while self._at < len(self._lines) and not self._line:
            self._at += 1
        return self._at < len(self._lines)

    @property
    def _line(self) -> str:
        return self._lines[self._at].strip()

    @property
    def _line_before(self) -> str:
        return self._lines[self._at - 1].strip() if self._at else ""

    @property
    def _line_after(self) -> str:
        following = self._at + 1
        return self._lines[following].strip() if following < len(self._lines) else ""

    def take_heading(self) -> _Heading | None:
        """The heading that begins here; None, and nothing is taken, where none does."""
        line = self._line
        marked = _HEADING.match(line)
        is_underlined = bool(_UNDERLINE.fullmatch(self._line_after)) and not _RULE.match(line)
        if not (marked or is_underlined or self._stands_alone()):
            return None

        self._at += 2 if is_underlined else 1
        if marked:
            return _Heading(len(marked.group(1)), marked.group(2).rstrip(" \t#"))
        return _Heading(2, BOLD.sub(r"\1", line))

    def _stands_alone(self) -> bool:
        """Tell a heading without a mark: beside a blank line, and taken for one on dividing."""
        if self._line_before and self._line_after:
            return False
        line = self._line
        if len(line) > LONGEST_HEADING:
            return False
        return _plain(line) in self._known or _plain(_NUMBER.sub("", line)) in self._known

    def take_block(self) -> Block:
        """What begins here, and is no heading."""
        line = self._line
        # Of underscores, it is a line to write on.
        if _RULE.match(line) and "_" not in line:
            self._at += 1
            return {"kind": "rule"}
        if line.startswith("|"):
            return _table(self._take_rows())
        if _TO_FILL.search(line):
            self._at += 1
            return {"kind": "form", "fields": _fields(line)}
        return _paragraph(self._take_paragraph())

    def _take_rows(self) -> list[str]:
        rows = []
        while self._at < len(self._lines) and self._line.startswith("|"):
            rows.append(self._line)
            self._at += 1
        return rows

    def _take_paragraph(self) -> list[str]:
        """The lines of a paragraph, as they stand."""
        first = self._at
        self._at += 1
        while self._at < len(self._lines) and _goes_on(self._line):
            self._at += 1
        return self._lines[first : self._at]


def _paragraph(lines: Sequence[str]) -> Block:
    """A paragraph, or an item of a list where it begins with a bullet or a number."""
    words = " ".join(line.strip() for line in lines)
    bullet = _BULLET.match(words)
    if bullet:
        return _item("", lines[0], words[bullet.end() :])
    number = _NUMBER.match(words)
    if number:
        return _item(printable(number.group(1)), lines[0], words[number.end() :])
    return {"kind": "paragraph", "text": split_runs(words)}


def _item(mark: str, first_line: str, words: str) -> Block:
    expanded = first_line.expandtabs(4)
    spaces = len(expanded) - len(expanded.lstrip())
    indent = min(spaces // INDENT, DEEPEST)
    return {"kind": "item", "mark": mark, "indent": indent, "text": split_runs(words)}


def _goes_on(line: str) -> bool:
    """Tell whether a stripped line belongs to the paragraph above it."""
    if not line or line.startswith("|") or _TO_FILL.search(line):
        return False
    return not any(form.match(line) for form in (_HEADING, _BULLET, _NUMBER, _RULE))


def _table(lines: Sequence[str]) -> Block:
    """Its rows, all equally long, and the share of the page's width that each column gets."""
    rows = []
    for line in lines:
        if not _TABLE_RULE.match(line):
            cells = line.removeprefix("|").removesuffix("|").split("|")
            rows.append([cell.strip() for cell in cells])

    columns = max((len(row) for row in rows), default=0)
    for row in rows:
        row += [""] * (columns - len(row))

    widths = []
    for column in range(columns):
        longest = max(len(row[column]) for row in rows)
        widths.append(min(max(longest, NARROWEST), WIDEST))
    cells_of_rows = [list(map(split_runs, row)) for row in rows]
    return {"kind": "rows", "rows": cells_of_rows, "widths": widths}


def _fields(line: str) -> list[tuple[str, bool]]:
    """`Signed ____ Date ____` as what stands before each line to write on.

    What stands after the last of them has no line, which the second value says.
    """
    *before, last = _TO_FILL.split(line)
    fields = [(printable(part.strip()), True) for part in before]
    if last.strip():
        fields.append((printable(last.strip()), False))
    return fields


def _about(text: PolicyText, printed_on: date) -> Iterator[str]:
    """The lines below the title: who keeps the text and when it is reviewed, and whom it is for."""
    facts = []
    if text.owner:
        facts.append(OWNER.format(owner=text.owner))
    if text.approved:
        facts.append(APPROVED.format(day=full_day(text.approved)))
    if text.review_by:
        review = REVIEW_DUE if text.is_past_review(printed_on) else REVIEW
        facts.append(review.format(day=full_day(text.review_by)))
    if facts:
        yield "  ·  ".join(facts)
    if text.audience:
        yield AUDIENCE.format(audience=text.audience)


def _plain(words: str) -> str:
    return " ".join(re.findall(r"\w+", words.lower()))
