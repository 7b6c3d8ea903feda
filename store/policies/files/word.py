"""Reads a Word file (.docx): the words as they stand, with the numbers that Word makes up.

Kept: headings, paragraphs, bullets, numbered clauses with their numbers, tables (a row is a line),
text boxes, footnotes, words that were inserted as tracked changes. Not kept: words that were
deleted so, hidden text, comments, pictures. Page headers and footers, and the table of contents,
are given beside the text.

The format: ECMA-376, part 1, WordprocessingML. It is read here because mammoth and python-docx
leave out the numbers of clauses, to which policies refer (“see 4.2”), and mammoth leaves out text
boxes as well.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
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

#: Bytes of XML in one part of the file; a policy of 100 pages has about 1 million.
LARGEST_PART = 15_000_000
MOST_PARTS = 5_000

#: Word writes further items of a list of letters with 30 letters, and begins again.
MOST_LETTERS = 780

NOT_WORD = "{name} is not a Word file. Add a .docx, .pdf, .md or .txt file."
DAMAGED = (
    "{name} is damaged and cannot be read to its end. "
    "Open it in Word, save it again, and add the new file."
)
BOMB = (
    "{name} unpacks to far more than a policy text. "
    "Save the text on its own, without anything else in it."
)
EMPTY = "{name} holds no words. If it shows a picture of a text, type the text out, and add that."
LOCKED = "{name} needs a password. Save a copy without a password in Word, and add that."

_MAIN_PART = re.compile(r"word/document\d*\.xml")
_MARGIN_PART = re.compile(r"word/(?:header|footer)\d*\.xml")
_HEADING = re.compile(r"heading (\d)")
#: What stands for a heading's style where the file does not describe its styles.
_HEADING_ID = re.compile(r"heading ?(\d)")
_CONTENTS = re.compile(r"toc(?: heading| \d)")
_PAGE_NUMBER = re.compile(r"(?:page )?\d*(?: ?(?:of|/) ?\d*)?", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")
#: Signs of the Symbol and Wingdings fonts, by the lower byte of their number.
_SYMBOLS = {0xA8: "☐", 0x6F: "☐", 0xFE: "☑", 0xFD: "☒", 0xFC: "✓", 0xB7: "•", 0xA7: "•"}
#: Elements that stand for a sign.
_SIGNS = {"tab": " ", "ptab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_NOTES = ("footnoteReference", "endnoteReference")
#: Elements without elements in them that say something.
_LEAVES = {"t", "sym", *_SIGNS, *_NOTES}
_SKIPPED = {"del", "moveFrom", "instrText", "delText", "rPr", "pPr", "sdtPr", "pict", "object"}
#: Characters of a line in bold that is a heading, though Word has not been told so.
_SHORT = 90
#: Characters from which a row of a table is told cell by cell.
_LONG_ROW = 400
#: From this outline level, counted from 0, Word takes a paragraph for running text.
_BODY_LEVEL = 9

Element = ElementTree.Element

#: What a damaged or hostile file ends in, wherever it is opened or read.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    NotImplementedError,
    ElementTree.ParseError,
    ValueError,
    OverflowError,
    RecursionError,
)


@dataclass(frozen=True, slots=True)
class _ListPlace:
    """Where a paragraph stands: in which list, and how deep in it, from 0."""

    list_id: str
    level: int


@dataclass(frozen=True, slots=True)
class _Style:
    #: In small letters.
    name: str = ""
    based_on: str = ""
    #: From 0; None where the style has none.
    outline: int | None = None
    place: _ListPlace | None = None
    is_bold: bool = False


@dataclass(frozen=True, slots=True)
class _ListLevel:
    #: As Word calls it: bullet, decimal, lowerLetter, …
    form: str
    #: What is shown, with the number of level n in place of `%n`: `%1.%2`.
    text: str
    first: int = 1


@dataclass(slots=True)
class _Numbering:
    """One kind of numbering, and how far it has counted. Several lists may share it."""

    levels: dict[int, _ListLevel] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)

    def count(self, level: int) -> str:
        """`-`, or the number with which Word shows the next paragraph at `level`."""
        here = self.levels.get(level, _ListLevel("bullet", ""))
        if here.form == "bullet":
            return "-"
        self.counts[level] = self.counts.get(level, here.first - 1) + 1
        for deeper in list(self.counts):
            if deeper > level:
                del self.counts[deeper]
        return re.sub(r"%(\d)", self._number, here.text).strip()

    def _number(self, match: re.Match[str]) -> str:
        at = int(match.group(1)) - 1
        level = self.levels.get(at, _ListLevel("decimal", ""))
        return _numeral(self.counts.get(at, level.first), level.form)


@dataclass(frozen=True, slots=True)
class _Mark:
    """What Word shows before an item of a list: `-`, a number or nothing; and the item's depth."""

    text: str
    level: int


@dataclass(frozen=True, slots=True)
class _Note:
    """A footnote or an endnote that is referred to."""

    #: footnote or endnote
    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """What Word is told of a paragraph."""

    about: Element | None
    style: str
    #: In small letters.
    style_name: str


@dataclass(slots=True)
class _WordBlock:
    text: str
    #: text, heading, item or row
    kind: str = "text"
    level: int = 0
    is_title: bool = False


def read_word(name: str, data: bytes) -> FileText:
    """The text of the bytes of a .docx file called `name`. Raises FileRefused."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _WordDocument(name, archive).read()
    except _BROKEN as error:
        raise DamagedFile(DAMAGED.format(name=name)) from error
    except RuntimeError as error:
        # So zipfile says that a member is encrypted. Two of _BROKEN are kinds of it, so come first.
        raise Protected(LOCKED.format(name=name)) from error


class _WordDocument:
    def __init__(self, name: str, archive: zipfile.ZipFile) -> None:
        self.name = name
        self._archive = archive
        members = archive.infolist()
        # Some programs write a slash before the names, or backslashes in them.
        self._members = {m.filename.lstrip("/").replace("\\", "/"): m for m in members}
        if len(members) > MOST_PARTS:
            raise FileTooLarge(BOMB.format(name=name))
        self._root = self._open_main_part()
        self._styles = self._read_styles()
        self._lists = self._read_lists()
        self._notes: list[_Note] = []
        self._has_contents = False

    def read(self) -> FileText:
        body = _find(self._root, "body")
        blocks = self._read_worded(self._root if body is None else body)
        blocks += self._read_notes()
        if not blocks:
            raise Empty(EMPTY.format(name=self.name))
        text = _render_markdown(blocks)
        if len(text.encode("utf-8", "surrogatepass")) > LARGEST:
            raise FileTooLarge(BOMB.format(name=self.name))

        # Headers come before the question about the contents, for they may hold the table.
        margins = self._read_margins()
        left_out = ("the table of contents",) if self._has_contents else ()
        return FileText(text, title=_find_title(blocks), margins=margins, left_out=left_out)

    # --- the parts of the package ---------------------------------------------------------------

    def _open_main_part(self) -> Element:
        for path in self._members:
            if _MAIN_PART.fullmatch(path):
                root = self._open_part(path)
                if root is None:
                    raise DamagedFile(DAMAGED.format(name=self.name))
                return root
        raise OtherKind(NOT_WORD.format(name=self.name))

    def _open_part(self, path: str) -> Element | None:
        member = self._members.get(path)
        if member is None:
            return None
        # The size that the archive tells may be a lie, so it is asked of what is read as well.
        if member.file_size > LARGEST_PART:
            raise FileTooLarge(BOMB.format(name=self.name))
        with self._archive.open(member) as file:
            data = file.read(LARGEST_PART + 1)
        if len(data) > LARGEST_PART:
            raise FileTooLarge(BOMB.format(name=self.name))
        # Word writes neither; bombs are made of them.
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data or "<!ENTITY".encode("utf-16-le") in data:
            raise DamagedFile(DAMAGED.format(name=self.name))
        return ElementTree.fromstring(data)  # noqa: S314 - nothing with entities comes this far

    def _children_of_part(self, path: str) -> Sequence[Element]:
        root = self._open_part(path)
        if root is None:
            return ()
        return list(root)

    def _read_styles(self) -> dict[str, _Style]:
        styles: dict[str, _Style] = {}
        for element in self._children_of_part("word/styles.xml"):
            if _tag(element) != "style":
                continue
            about = _find(element, "pPr")
            styles[_attribute(element, "styleId")] = _Style(
                name=_value(element, "name").lower(),
                based_on=_value(element, "basedOn"),
                outline=_read_outline(about),
                place=_read_list_place(about),
                is_bold=_is_on(_find(_find(element, "rPr"), "b")),
            )
        return styles

    def _read_lists(self) -> dict[str, _Numbering]:
        """The lists of the file by their ids. Those of one kind that change nothing count on."""
        elements = self._children_of_part("word/numbering.xml")
        kinds: dict[str, _Numbering] = {}
        for element in elements:
            if _tag(element) == "abstractNum":
                kinds[_attribute(element, "abstractNumId")] = _Numbering(_read_levels(element))

        lists: dict[str, _Numbering] = {}
        for element in elements:
            if _tag(element) == "num":
                kind = kinds.get(_value(element, "abstractNumId"), _Numbering())
                changed = _read_changed_levels(element, kind)
                own = _Numbering({**kind.levels, **changed}) if changed else kind
                lists[_attribute(element, "numId")] = own
        return lists

    def _read_margins(self) -> tuple[str, ...]:
        """The lines of page headers and footers, once each."""
        lines: dict[str, None] = {}
        for path in sorted(self._members):
            if not _MARGIN_PART.fullmatch(path):
                continue
            for block in self._read_blocks(self._children_of_part(path)):
                line = " ".join(block.text.split())
                if _LETTER.search(line) and not _PAGE_NUMBER.fullmatch(line):
                    lines[line] = None
        return tuple(lines)

    def _read_notes(self) -> list[_WordBlock]:
        """The footnotes and endnotes, in the order in which the text refers to them."""
        blocks: list[_WordBlock] = []
        kinds = {note.kind for note in self._notes}
        elements = {kind: self._notes_by_id(kind) for kind in kinds}
        # A copy, for a note may refer to another one.
        for number, note in enumerate(list(self._notes), 1):
            # One note that thousands of places refer to is no note of a policy.
            element = elements[note.kind].pop(note.id, None)
            if element is not None:
                words = " ".join(block.text for block in self._read_worded(element))
                blocks.append(_WordBlock(f"[{number}] {words}"))
        return blocks

    def _notes_by_id(self, kind: str) -> dict[str, Element]:
        """The footnotes or the endnotes: their part is read once, however many there are."""
        return {
            _attribute(element, "id"): element
            for element in self._children_of_part(f"word/{kind}s.xml")
        }

    # --- paragraphs and tables --------------------------------------------------------------------

    def _read_worded(self, parent: Element) -> list[_WordBlock]:
        """The blocks that are more than blanks."""
        return [block for block in self._read_blocks(parent) if block.text.strip()]

    def _read_blocks(self, elements: Sequence[Element] | Element) -> Iterator[_WordBlock]:
        for element in elements:
            tag = _tag(element)
            if tag == "p":
                yield from self._read_paragraph(element)
            elif tag == "tbl":
                yield from self._read_table(element)
            elif tag == "sdt" and _is_contents(element):
                self._has_contents = True
            elif tag == "AlternateContent":
                yield from self._read_blocks(_first_choice(element))
            elif tag not in _SKIPPED:
                yield from self._read_blocks(element)

    def _read_paragraph(self, element: Element) -> Iterator[_WordBlock]:
        about = _find(element, "pPr")
        style = _value(about, "pStyle")
        name = self._styles[style].name if style in self._styles else style.lower()
        if _CONTENTS.fullmatch(name):
            self._has_contents = True
            return

        runs = _Runs(self._notes)
        runs.read(element)
        paragraph = _Paragraph(about, style, name)
        # An item without words is counted, too: Word shows its number.
        mark = self._count_mark(paragraph)
        text = "".join(runs.words).strip(" \t\n")
        if text:
            is_bold = self._is_bold(runs, style)
            yield self._make_block(paragraph, text, mark, is_bold=is_bold)
        for box in runs.boxes:
            yield from self._read_blocks(box)

    def _make_block(
        self, paragraph: _Paragraph, text: str, mark: _Mark | None, *, is_bold: bool
    ) -> _WordBlock:
        if paragraph.style_name == "title":
            return _WordBlock(_one_line(text), "heading", 1, is_title=True)

        level = self._find_heading_level(paragraph)
        if level is not None:
            if mark is not None and mark.text not in ("", "-"):
                text = f"{mark.text} {text}"
            return _WordBlock(_one_line(text), "heading", min(level + 2, 6))
        if mark is not None:
            item = f"{mark.text} {text}" if mark.text else text
            return _WordBlock(item, "item", mark.level)
        if is_bold and len(text) <= _SHORT and text[-1] not in ".,;!":
            return _WordBlock(_one_line(text), "heading", 4)
        return _WordBlock(text)

    def _read_table(self, table: Element) -> Iterator[_WordBlock]:
        rows = self._read_rows(table)
        widest = max((len(cells) for cells in rows), default=0)
        begins_table = True
        for cells in rows:
            if not any(cells):
                continue
            # A table of one column is a frame around text, and a long row no longer a line.
            if widest == 1 or _is_long_row(cells):
                for blocks in cells:
                    yield from blocks
                begins_table = True
                continue

            yield _WordBlock(_render_row(cells), "row")
            if begins_table:
                yield _WordBlock("|" + " --- |" * len(cells), "row")
            begins_table = False

    def _read_rows(self, table: Element) -> list[list[list[_WordBlock]]]:
        """The rows of a table that are not deleted, their cells, and the blocks of each cell."""
        rows = []
        for row in _find_all(table, "tr"):
            if not _is_deleted(row):
                rows.append([self._read_worded(cell) for cell in _find_all(row, "tc")])
        return rows

    # --- what Word shows and does not store -----------------------------------------------------

    def _inherited_styles(self, style: str) -> Iterator[_Style]:
        """A style, the one that it is based on, and so on; a style based on itself ends it."""
        seen: set[str] = set()
        while style in self._styles and style not in seen:
            seen.add(style)
            yield self._styles[style]
            style = self._styles[style].based_on

    def _find_heading_level(self, paragraph: _Paragraph) -> int | None:
        """0 for the uppermost level; None for what is no heading."""
        own = _read_outline(paragraph.about)
        if own is not None:
            return own if own < _BODY_LEVEL else None
        for style in self._inherited_styles(paragraph.style):
            named = _HEADING.fullmatch(style.name)
            if named:
                return _level_named(named)
            if style.outline is not None:
                return style.outline if style.outline < _BODY_LEVEL else None
        named = _HEADING_ID.fullmatch(paragraph.style_name)
        return _level_named(named) if named else None

    def _find_list_place(self, paragraph: _Paragraph) -> _ListPlace | None:
        own = _read_list_place(paragraph.about)
        if own is not None:
            return own
        for style in self._inherited_styles(paragraph.style):
            if style.place:
                return style.place
        return None

    def _count_mark(self, paragraph: _Paragraph) -> _Mark | None:
        """The mark with which Word shows a paragraph; None outside a list. It counts on."""
        place = self._find_list_place(paragraph)
        if place is None or place.list_id not in self._lists:
            return None
        text = self._lists[place.list_id].count(place.level)
        return _Mark(text, place.level)

    def _is_bold(self, runs: _Runs, style: str) -> bool:
        """All words of a paragraph are in bold."""
        if not runs.bold or False in runs.bold:
            return False
        if None not in runs.bold:
            return True
        return any(inherited.is_bold for inherited in self._inherited_styles(style))


class _Runs:
    """The words of one paragraph, in order."""

    def __init__(self, notes: list[_Note]) -> None:
        self.words: list[str] = []
        #: Of each run with words, whether it is in bold; None where it is as its style has it.
        self.bold: list[bool | None] = []
        #: Text boxes that are anchored in the paragraph.
        self.boxes: list[Element] = []
        self._notes = notes

    def read(self, parent: Element, bold: bool | None = None) -> None:
        """Take up what stands in `parent`. `bold`: that of the run that it is part of."""
        # One branch for each kind of element; what is not known may have words deeper in it.
        for element in parent:
            tag = _tag(element)
            if tag == "r":
                about = _find(element, "rPr")
                if not _is_on(_find(about, "vanish")):
                    self.read(element, _read_bold(about))
            elif tag in _LEAVES:
                self._read_leaf(element, tag, bold)
            elif tag == "txbxContent":
                self.boxes.append(element)
            elif tag == "AlternateContent":
                self.read(_first_choice(element), bold)
            elif tag == "pict":
                self.boxes += [box for box in element.iter() if _tag(box) == "txbxContent"]
            elif tag not in _SKIPPED:
                self.read(element, bold)

    def _read_leaf(self, element: Element, tag: str, bold: bool | None) -> None:
        if tag == "t":
            words = element.text or ""
            self.words.append(words)
            if words.strip():
                self.bold.append(bold)
        elif tag == "sym":
            self.words.append(_read_symbol(element))
        elif tag in _NOTES:
            note = _Note(tag.removesuffix("Reference"), _attribute(element, "id"))
            self._notes.append(note)
            self.words.append(f"[{len(self._notes)}]")
        else:
            self.words.append(_SIGNS[tag])


# --- Markdown -------------------------------------------------------------------------------------


def _render_markdown(blocks: Sequence[_WordBlock]) -> str:
    """Blocks as Markdown: a blank line between them, but not within a list or a table."""
    lines: list[str] = []
    before = ""
    for block in blocks:
        is_next_of_its_kind = block.kind == before and block.kind in ("item", "row")
        if lines and not is_next_of_its_kind:
            lines.append("")
        lines += _render_block(block)
        before = block.kind
    return "\n".join(lines) + "\n"


def _render_block(block: _WordBlock) -> list[str]:
    if block.kind == "heading":
        return ["#" * block.level + " " + block.text]
    first, *others = block.text.split("\n")
    if block.kind != "item":
        return [first, *others]
    indent = "  " * block.level
    return [indent + first, *(indent + "  " + line for line in others)]


def _render_row(cells: Sequence[Sequence[_WordBlock]]) -> str:
    lines = []
    for blocks in cells:
        lines.append(" ".join(_one_line(block.text) for block in blocks))
    return "| " + " | ".join(lines) + " |"


def _find_title(blocks: Sequence[_WordBlock]) -> str:
    """What has the style of a title, or else the first heading, if it stands near the beginning."""
    for block in blocks:
        if block.is_title:
            return block.text
    for block in blocks[:12]:
        if block.kind == "heading":
            return block.text
    return ""


def _is_long_row(cells: Sequence[Sequence[_WordBlock]]) -> bool:
    """A cell has several paragraphs, and they are too much for a line."""
    if not any(len(blocks) > 1 for blocks in cells):
        return False
    length = 0
    for blocks in cells:
        length += sum(len(block.text) for block in blocks)
    return length > _LONG_ROW


def _one_line(text: str) -> str:
    return text.replace("\n", " ")


# --- numbers --------------------------------------------------------------------------------------


def _numeral(number: int, form: str) -> str:
    """A number as Word shows it in one of its formats; in figures where it cannot be shown so."""
    if form == "none":
        return ""
    if form == "decimalZero":
        return f"{number:02}"
    if form in ("lowerLetter", "upperLetter") and 0 < number <= MOST_LETTERS:
        return _in_case(_letter(number), form)
    if form in ("lowerRoman", "upperRoman") and 0 < number < 4000:
        return _in_case(_roman(number), form)
    return str(number)


def _in_case(small: str, form: str) -> str:
    return small.upper() if form.startswith("upper") else small


def _letter(number: int) -> str:
    """a to z for 1 to 26; then, as Word has it, aa, bb, cc."""
    rounds, place = divmod(number - 1, 26)
    return chr(ord("a") + place) * (rounds + 1)


def _roman(number: int) -> str:
    values = (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1)
    signs = ("m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i")
    written = ""
    for value, sign in zip(values, signs, strict=True):
        written += sign * (number // value)
        number %= value
    return written


def _level_named(heading: re.Match[str]) -> int:
    """The level, from 0, of a style that is called `heading 1`, `heading 2`, …"""
    return max(int(heading.group(1)) - 1, 0)


# --- XML ------------------------------------------------------------------------------------------


def _read_levels(parent: Element) -> dict[int, _ListLevel]:
    levels: dict[int, _ListLevel] = {}
    for level in _find_all(parent, "lvl"):
        levels[_parse_int(_attribute(level, "ilvl"))] = _ListLevel(
            form=_value(level, "numFmt") or "decimal",
            text=_value(level, "lvlText"),
            first=_parse_int(_value(level, "start"), 1),
        )
    return levels


def _read_changed_levels(parent: Element, kind: _Numbering) -> dict[int, _ListLevel]:
    """The levels that a list has otherwise than others of its kind: another start, or all of it."""
    changed: dict[int, _ListLevel] = {}
    for override in parent:
        if _tag(override) != "lvlOverride":
            continue
        number = _parse_int(_attribute(override, "ilvl"))
        level = kind.levels.get(number, _ListLevel("decimal", f"%{number + 1}."))
        first = _parse_int(_value(override, "startOverride"), level.first)
        changed[number] = replace(level, first=first)
        changed.update(_read_levels(override))
    return changed


def _read_list_place(about: Element | None) -> _ListPlace | None:
    """The list and level that the properties of a paragraph or style name."""
    found = _find(about, "numPr")
    if found is None:
        return None
    return _ListPlace(_value(found, "numId"), _parse_int(_value(found, "ilvl")))


def _read_outline(about: Element | None) -> int | None:
    """The outline level, from 0, that the properties of a paragraph or style name."""
    value = _value(about, "outlineLvl")
    return _parse_int(value, _BODY_LEVEL) if value else None


def _read_bold(about: Element | None) -> bool | None:
    """What the properties of a run say of bold; None where they do not."""
    weight = _find(about, "b")
    return None if weight is None else _is_on(weight)


def _read_symbol(element: Element) -> str:
    code = _parse_int(_attribute(element, "char"), base=16)
    # In a damaged file it may be no character's number: this raises ValueError then.
    sign = chr(code)
    # Fonts of symbols have their signs at U+F000 and the following.
    if code >= 0xF000:
        return _SYMBOLS.get(code & 0xFF, sign)
    return sign


def _is_contents(control: Element) -> bool:
    """True for Word's own table of contents."""
    about = _find(_find(control, "sdtPr"), "docPartObj")
    return _value(about, "docPartGallery") == "Table of Contents"


def _is_deleted(row: Element) -> bool:
    return _find(_find(row, "trPr"), "del") is not None


def _first_choice(element: Element) -> Element:
    """Of two ways to show one thing, the first: taking both would tell it twice."""
    for choice in element:
        return choice
    return element


def _find_all(parent: Element, tag: str) -> Iterator[Element]:
    """Rows or cells, also those that are wrapped in a control or a tracked change."""
    for element in parent:
        if _tag(element) == tag:
            yield element
        elif _tag(element) in ("sdt", "sdtContent", "ins", "customXml"):
            yield from _find_all(element, tag)


def _tag(element: Element) -> str:
    """The name of an element, without its namespace: older and stricter files have others."""
    return str(element.tag).rsplit("}", 1)[-1]


def _find(parent: Element | None, tag: str) -> Element | None:
    if parent is None:
        return None
    for element in parent:
        if _tag(element) == tag:
            return element
    return None


def _attribute(element: Element, name: str) -> str:
    for key, value in element.attrib.items():
        if key.rsplit("}", 1)[-1] == name:
            return value
    return ""


def _value(parent: Element | None, tag: str) -> str:
    found = _find(parent, tag)
    return "" if found is None else _attribute(found, "val")


def _is_on(element: Element | None) -> bool:
    """True for a switch that is there, and not turned off."""
    return element is not None and _attribute(element, "val").lower() not in ("0", "false", "off")


def _parse_int(value: str, otherwise: int = 0, *, base: int = 10) -> int:
    try:
        return int(value, base)
    except ValueError:
        return otherwise
