"""Reads a Word file (.docx): the words as they stand, with the numbers that Word makes up while it shows them.

Kept: headings, paragraphs, bullets, numbered clauses with their numbers, tables (a row is a line), text boxes,
footnotes, words that were inserted as tracked changes. Not kept: words that were deleted so, hidden text,
comments, pictures. Page headers and footers, and the table of contents, are given beside the text.
The format: ECMA-376, part 1, WordprocessingML. It is read here because mammoth and python-docx leave out the numbers
of clauses, to which policies refer (“see 4.2”), and mammoth leaves out text boxes as well.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree

from store.policies.files.reading import (
    DamagedFile,
    Empty,
    FileText,
    FileTooLarge,
    OtherKind,
    Protected,
)
from store.policies.texts import LARGEST

LARGEST_PART = 15_000_000  # bytes of XML; a policy of 100 pages has about 1 million
MOST_PARTS = 5_000

NOT_WORD = "{name} is not a Word file. Add a .docx, .pdf, .md or .txt file."
DAMAGED = "{name} is damaged and cannot be read to its end. Open it in Word, save it again, and add the new file."
BOMB = "{name} unpacks to far more than a policy text. Save the text on its own, without anything else in it."
EMPTY = "{name} holds no words. If it shows a picture of a text, type the text out, and add that."
LOCKED = "{name} needs a password. Save a copy without a password in Word, and add that."

_HEADING = re.compile(r"heading (\d)")
_CONTENTS = re.compile(r"toc(?: heading| \d)")
_SYMBOLS = {0xA8: "☐", 0x6F: "☐", 0xFE: "☑", 0xFD: "☒", 0xFC: "✓", 0xB7: "•", 0xA7: "•"}
_SKIPPED = {"del", "moveFrom", "instrText", "delText", "rPr", "pPr", "sdtPr", "pict", "object"}
_SHORT = 90  # characters of a line in bold that is a heading, though Word has not been told so
_LONG_ROW = 400  # characters from which a row of a table is told cell by cell

Element = ElementTree.Element


@dataclass(slots=True)
class _Style:
    name: str = ""
    based_on: str = ""
    outline: int | None = None
    number: tuple[str, int] | None = None  # list and level
    bold: bool = False


@dataclass(slots=True)
class _List:
    """One kind of numbering: of each level its format, its text (`%1.%2`) and its first number."""

    levels: dict[int, tuple[str, str, int]] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Block:
    text: str
    kind: str = "text"  # text, heading, item, row
    level: int = 0
    style: str = ""


def read_word(name: str, data: bytes) -> FileText:
    """The text of the bytes of a .docx file called `name`. Raises FileRefused."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _Document(name, archive).reading()
    except RuntimeError as error:  # so zipfile says that a member is encrypted
        raise Protected(LOCKED.format(name=name)) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise DamagedFile(DAMAGED.format(name=name)) from error
    except (ElementTree.ParseError, ValueError, RecursionError) as error:
        raise DamagedFile(DAMAGED.format(name=name)) from error


class _Document:
    def __init__(self, name: str, archive: zipfile.ZipFile) -> None:
        self.name = name
        self._archive = archive
        members = archive.infolist()
        self._members = {m.filename.lstrip("/").replace("\\", "/"): m for m in members}
        if len(members) > MOST_PARTS:
            raise FileTooLarge(BOMB.format(name=name))
        main = next((m for m in self._members if re.fullmatch(r"word/document\d*\.xml", m)), None)
        if main is None:
            raise OtherKind(NOT_WORD.format(name=name))
        root = self._part(main)
        if root is None:
            raise DamagedFile(DAMAGED.format(name=name))
        self._root = root
        self._styles = self._read_styles()
        self._lists = self._read_lists()
        self._notes: list[
            tuple[str, str]
        ] = []  # of each footnote that is referred to, its kind and id
        self._contents = False

    def reading(self) -> FileText:
        body = next((e for e in self._root if _tag(e) == "body"), self._root)
        blocks = [b for b in self._blocks(body) if b.text.strip()]
        blocks += self._footnotes()
        if not blocks:
            raise Empty(EMPTY.format(name=self.name))
        text = _markdown(blocks)
        if len(text.encode("utf-8", "surrogatepass")) > LARGEST:
            raise FileTooLarge(BOMB.format(name=self.name))
        title = next((b.text for b in blocks if b.style == "title"), "")
        return FileText(
            text,
            title=title or next((b.text for b in blocks[:12] if b.kind == "heading"), ""),
            margins=tuple(self._margins()),
            left_out=("the table of contents",) if self._contents else (),
        )

    # --- the parts of the package ---------------------------------------------------------------

    def _part(self, path: str) -> Element | None:
        member = self._members.get(path)
        if member is None:
            return None
        if member.file_size > LARGEST_PART:
            raise FileTooLarge(BOMB.format(name=self.name))
        with self._archive.open(member) as file:
            data = file.read(LARGEST_PART + 1)
        if len(data) > LARGEST_PART:
            raise FileTooLarge(BOMB.format(name=self.name))
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data or "<!ENTITY".encode("utf-16-le") in data:
            raise DamagedFile(
                DAMAGED.format(name=self.name)
            )  # Word writes neither; bombs are made of them
        return ElementTree.fromstring(data)  # noqa: S314 - nothing with entities comes this far

    def _read_styles(self) -> dict[str, _Style]:
        styles: dict[str, _Style] = {}
        root = self._part("word/styles.xml")
        for element in root if root is not None else ():
            if _tag(element) == "style":
                style = _Style(
                    name=_value(element, "name").lower(), based_on=_value(element, "basedOn")
                )
                style.outline = _outline(element)
                style.number = _number(element)
                style.bold = _is_on(_find(_find(element, "rPr"), "b"))
                styles[_attribute(element, "styleId")] = style
        return styles

    def _read_lists(self) -> dict[str, _List]:
        root = self._part("word/numbering.xml")
        if root is None:
            return {}
        kinds: dict[str, _List] = {}
        for element in root:
            if _tag(element) == "abstractNum":
                kinds[_attribute(element, "abstractNumId")] = _List(dict(_levels(element)))
        lists: dict[str, _List] = {}
        for element in root:
            if _tag(element) == "num":
                made = kinds.get(_value(element, "abstractNumId"), _List())
                changed: dict[int, tuple[str, str, int]] = {}
                for override in element:
                    if _tag(override) == "lvlOverride":
                        level = _whole(_attribute(override, "ilvl"))
                        kind, text, first = made.levels.get(level, ("decimal", f"%{level + 1}.", 1))
                        changed[level] = (
                            kind,
                            text,
                            _whole(_value(override, "startOverride"), first),
                        )
                        changed.update(_levels(override))
                own = _List({**made.levels, **changed}) if changed else made
                lists[_attribute(element, "numId")] = own
        return lists

    def _margins(self) -> Iterator[str]:
        """The lines of page headers and footers, once each."""
        seen: set[str] = set()
        for path in sorted(self._members):
            if re.fullmatch(r"word/(?:header|footer)\d*\.xml", path):
                root = self._part(path)
                for block in self._blocks(root) if root is not None else ():
                    line = " ".join(block.text.split())
                    if (
                        re.search(r"[^\W\d_]", line)
                        and not _PAGE.fullmatch(line)
                        and line not in seen
                    ):
                        seen.add(line)
                        yield line

    def _footnotes(self) -> Iterator[_Block]:
        for n, (kind, wanted) in enumerate(list(self._notes), 1):
            root = self._part(f"word/{kind}s.xml")
            for note in root if root is not None else ():
                if _attribute(note, "id") == wanted:
                    words = " ".join(b.text for b in self._blocks(note) if b.text.strip())
                    yield _Block(f"[{n}] {words}")

    # --- paragraphs and tables --------------------------------------------------------------------

    def _blocks(self, parent: Element) -> Iterator[_Block]:
        for element in parent:
            tag = _tag(element)
            if tag == "p":
                yield from self._paragraph(element)
            elif tag == "tbl":
                yield from self._table(element)
            elif tag == "sdt":
                gallery = _find(_find(_find(element, "sdtPr"), "docPartObj"), "docPartGallery")
                if gallery is not None and _attribute(gallery, "val") == "Table of Contents":
                    self._contents = True
                else:
                    yield from self._blocks(element)
            elif tag == "AlternateContent":
                yield from self._blocks(_choice(element))
            elif tag not in _SKIPPED:
                yield from self._blocks(element)

    def _paragraph(self, paragraph: Element) -> Iterator[_Block]:
        about = _find(paragraph, "pPr")
        style = _value(about, "pStyle")
        name = self._styles[style].name if style in self._styles else style.lower()
        if _CONTENTS.fullmatch(name):
            self._contents = True
            return
        runs = _Runs(self._notes)
        runs.take(paragraph)
        text = "".join(runs.words).strip(" \t\n")
        mark = self._mark(about, style)
        level = self._heading_level(about, style, name)
        if name == "title" and text:
            yield _Block(_one_line(text), "heading", 1, "title")
        elif level is not None and text:
            numbered = f"{mark} {text}" if mark and mark != "-" else text
            yield _Block(_one_line(numbered), "heading", min(level + 2, 6))
        elif mark is not None and text:
            indent = self._level(about, style)
            yield _Block(f"{mark} {text}" if mark else text, "item", indent)
        elif text and self._is_bold(runs, style) and len(text) <= _SHORT and text[-1] not in ".,;!":
            yield _Block(_one_line(text), "heading", 4)
        elif text:
            yield _Block(text)
        for box in runs.boxes:
            yield from self._blocks(box)

    def _table(self, table: Element) -> Iterator[_Block]:
        rows = [
            [list(self._cell(c)) for c in _all(row, "tc")]
            for row in _all(table, "tr")
            if not _deleted(row)
        ]
        wide = max((len(r) for r in rows), default=0)
        first = True
        for row in rows:
            words = sum(len(b.text) for cell in row for b in cell)
            several = any(len(cell) > 1 for cell in row)
            if not words:
                continue
            if wide == 1 or (several and words > _LONG_ROW):
                for cell in row:
                    yield from cell
                first = True
                continue
            cells = [" ".join(_one_line(b.text) for b in cell) for cell in row]
            yield _Block("| " + " | ".join(cells) + " |", "row")
            if first:
                yield _Block("|" + " --- |" * len(cells), "row")
            first = False

    def _cell(self, cell: Element) -> Iterator[_Block]:
        return (b for b in self._blocks(cell) if b.text.strip())

    # --- what Word shows and does not store -----------------------------------------------------

    def _chain(self, style: str) -> Iterator[_Style]:
        seen: set[str] = set()
        while style in self._styles and style not in seen:
            seen.add(style)
            yield self._styles[style]
            style = self._styles[style].based_on

    def _heading_level(self, about: Element | None, style: str, name: str) -> int | None:
        """0 for the uppermost level; None for what is no heading."""
        own = _outline(about)
        if own is not None:
            return own if own < 9 else None
        for one in self._chain(style):
            if found := _HEADING.fullmatch(one.name):
                return max(int(found.group(1)) - 1, 0)
            if one.outline is not None:
                return one.outline if one.outline < 9 else None
        found = re.fullmatch(r"heading ?(\d)", name)
        return max(int(found.group(1)) - 1, 0) if found else None

    def _numbering(self, about: Element | None, style: str) -> tuple[str, int] | None:
        own = _number(about, wraps=False)
        if own is not None:
            return own
        return next((s.number for s in self._chain(style) if s.number), None)

    def _level(self, about: Element | None, style: str) -> int:
        found = self._numbering(about, style)
        return found[1] if found else 0

    def _mark(self, about: Element | None, style: str) -> str | None:
        """`-` or the number with which Word shows a paragraph; None outside a list."""
        found = self._numbering(about, style)
        if found is None or found[0] not in self._lists:
            return None
        made, level = self._lists[found[0]], found[1]
        kind, text, first = made.levels.get(level, ("bullet", "", 1))
        if kind == "bullet":
            return "-"
        made.counts[level] = made.counts.get(level, first - 1) + 1
        for deeper in [n for n in made.counts if n > level]:
            del made.counts[deeper]

        def written(match: re.Match[str]) -> str:
            at = int(match.group(1)) - 1
            form, _, begins = made.levels.get(at, ("decimal", "", 1))
            return _numeral(made.counts.get(at, begins), form)

        return re.sub(r"%(\d)", written, text).strip()

    def _is_bold(self, runs: _Runs, style: str) -> bool:
        by_style = any(s.bold for s in self._chain(style))
        return bool(runs.bold) and all(by_style if b is None else b for b in runs.bold)


class _Runs:
    """The words of one paragraph, in order."""

    def __init__(self, notes: list[tuple[str, str]]) -> None:
        self.words: list[str] = []
        self.bold: list[bool | None] = []  # of each run with words; None: as the style has it
        self.boxes: list[Element] = []  # text boxes that are anchored here
        self._notes = notes

    def take(self, parent: Element, bold: bool | None = None) -> None:
        for element in parent:
            tag = _tag(element)
            if tag == "r":
                about = _find(element, "rPr")
                if not _is_on(_find(about, "vanish")):
                    weight = _find(about, "b")
                    self.take(element, None if weight is None else _is_on(weight))
            elif tag == "t":
                if element.text:
                    self.words.append(element.text)
                    if element.text.strip():
                        self.bold.append(bold)
            elif tag in ("tab", "ptab"):
                self.words.append(" ")
            elif tag in ("br", "cr"):
                self.words.append("\n")
            elif tag == "noBreakHyphen":
                self.words.append("-")
            elif tag == "sym":
                code = _whole(_attribute(element, "char"), base=16)
                self.words.append(
                    _SYMBOLS.get(code & 0xFF, chr(code)) if code >= 0xF000 else chr(code)
                )
            elif tag in ("footnoteReference", "endnoteReference"):
                self._notes.append((tag.removesuffix("Reference"), _attribute(element, "id")))
                self.words.append(f"[{len(self._notes)}]")
            elif tag == "txbxContent":
                self.boxes.append(element)
            elif tag == "AlternateContent":
                self.take(_choice(element), bold)
            elif tag == "pict":
                self.boxes += [e for e in element.iter() if _tag(e) == "txbxContent"]
            elif tag not in _SKIPPED:
                self.take(element, bold)


_PAGE = re.compile(r"(?:page )?\d*(?: ?(?:of|/) ?\d*)?", re.IGNORECASE)


def _markdown(blocks: Sequence[_Block]) -> str:
    """Blocks as Markdown: a blank line between them, but not within a list or a table."""
    lines: list[str] = []
    before = ""
    for block in blocks:
        if lines and not (block.kind == before and block.kind in ("item", "row")):
            lines.append("")
        if block.kind == "heading":
            lines.append("#" * block.level + " " + block.text)
        elif block.kind == "item":
            indent = "  " * block.level
            lines += [
                indent + ("  " if n else "") + line for n, line in enumerate(block.text.split("\n"))
            ]
        else:
            lines += block.text.split("\n")
        before = block.kind
    return "\n".join(lines) + "\n"


def _one_line(text: str) -> str:
    return " ".join(text.split("\n"))


def _numeral(n: int, form: str) -> str:
    if form in ("lowerLetter", "upperLetter") and n > 0:
        letter = chr(ord("a") + (n - 1) % 26) * ((n - 1) // 26 + 1)
        return letter if form == "lowerLetter" else letter.upper()
    if form in ("lowerRoman", "upperRoman") and 0 < n < 4000:
        roman = _roman(n)
        return roman if form == "lowerRoman" else roman.upper()
    if form == "decimalZero":
        return f"{n:02}"
    return "" if form == "none" else str(n)


def _roman(n: int) -> str:
    signs = ("m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i")
    made = ""
    for value, sign in zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1), signs, strict=True
    ):
        made += sign * (n // value)
        n %= value
    return made


def _levels(parent: Element) -> Iterator[tuple[int, tuple[str, str, int]]]:
    for level in _all(parent, "lvl"):
        form = _value(level, "numFmt") or "decimal"
        first = _whole(_value(level, "start"), 1)
        yield _whole(_attribute(level, "ilvl")), (form, _value(level, "lvlText"), first)


def _number(element: Element | None, *, wraps: bool = True) -> tuple[str, int] | None:
    """The list and level that a paragraph or style names."""
    about = _find(element, "pPr") if wraps else element
    found = _find(about, "numPr")
    return (_value(found, "numId"), _whole(_value(found, "ilvl"))) if found is not None else None


def _outline(element: Element | None) -> int | None:
    about = element if element is None or _tag(element) == "pPr" else _find(element, "pPr")
    value = _value(about, "outlineLvl")
    return _whole(value, 9) if value else None


def _deleted(row: Element) -> bool:
    return _find(_find(row, "trPr"), "del") is not None


def _choice(element: Element) -> Element:
    """Of two ways to show one thing, the first: taking both would tell it twice."""
    return next(iter(element), element)


def _all(parent: Element, tag: str) -> Iterator[Element]:
    """Rows or cells, also those that are wrapped in a control or a tracked change."""
    for element in parent:
        if _tag(element) == tag:
            yield element
        elif _tag(element) in ("sdt", "sdtContent", "ins", "customXml"):
            yield from _all(element, tag)


def _tag(element: Element) -> str:
    return str(element.tag).rsplit("}", 1)[-1]


def _find(parent: Element | None, tag: str) -> Element | None:
    return next((e for e in parent if _tag(e) == tag), None) if parent is not None else None


def _attribute(element: Element, name: str) -> str:
    return next((v for k, v in element.attrib.items() if k.rsplit("}", 1)[-1] == name), "")


def _value(parent: Element | None, tag: str) -> str:
    found = _find(parent, tag)
    return _attribute(found, "val") if found is not None else ""


def _is_on(element: Element | None) -> bool:
    return element is not None and _attribute(element, "val").lower() not in ("0", "false", "off")


def _whole(value: str, otherwise: int = 0, *, base: int = 10) -> int:
    try:
        return int(value, base)
    except ValueError:
        return otherwise
