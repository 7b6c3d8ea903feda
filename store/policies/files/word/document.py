"""Reads the paragraphs, tables and notes of a Word file into blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from store.policies.files.reading import Empty, FileText, FileTooLarge
from store.policies.files.word.blocks import WordBlock, one_line, render_markdown, render_row
from store.policies.files.word.elements import (
    Element,
    attribute,
    find,
    find_all,
    parse_int,
    tag_of,
    value_of,
)
from store.policies.files.word.numbering import read_lists
from store.policies.files.word.package import BOMB, WordPackage
from store.policies.files.word.runs import SKIPPED, Note, Runs, first_choice
from store.policies.files.word.styles import Paragraph, Styles
from store.policies.texts import LARGEST

EMPTY = "{name} holds no words. If it shows a picture of a text, type the text out, and add that."
_CONTENTS = re.compile(r"toc(?: heading| \d)")
_PAGE_NUMBER = re.compile(r"(?:page )?\d*(?: ?(?:of|/) ?\d*)?", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")
#: Characters of a line in bold that is a heading, though Word has not been told so.
_SHORT = 90
#: Characters from which a row of a table is told cell by cell.
_LONG_ROW = 400


@dataclass(frozen=True, slots=True)
class _Mark:
    """What Word shows before an item of a list: `-`, a number or nothing; and the item's depth."""

    text: str
    level: int


class WordDocument:
    """Reads the main part, and the notes, headers and footers that stand in parts of their own."""

    def __init__(self, package: WordPackage) -> None:
        self._package = package
        self._root = package.open_main_part()
        self._styles = Styles(package.children_of_part("word/styles.xml"))
        self._lists = read_lists(package.children_of_part("word/numbering.xml"))
        self._notes: list[Note] = []
        #: The footnotes, and the endnotes, that are not told yet, by their ids.
        self._note_elements: dict[str, dict[str, Element]] = {}
        self._has_contents = False

    def read(self) -> FileText:
        body = find(self._root, "body")
        blocks = self._read_with_notes(self._root if body is None else body)
        if not blocks:
            raise Empty(EMPTY.format(name=self._package.name))
        text = render_markdown(blocks)
        if len(text.encode("utf-8", "surrogatepass")) > LARGEST:
            raise FileTooLarge(BOMB.format(name=self._package.name))

        # Headers come before the question about the contents, for they may hold the table.
        margins = self._read_margins()
        left_out = ("the table of contents",) if self._has_contents else ()
        return FileText(text, title=_find_title(blocks), margins=margins, left_out=left_out)

    def _read_margins(self) -> tuple[str, ...]:
        """The lines of page headers and footers, once each."""
        lines: dict[str, None] = {}
        for path in self._package.margin_paths():
            for block in self._read_blocks(self._package.children_of_part(path)):
                line = " ".join(block.text.split())
                if _LETTER.search(line) and not _PAGE_NUMBER.fullmatch(line):
                    lines[line] = None
        return tuple(lines)

    def _read_with_notes(self, body: Element) -> list[WordBlock]:
        """The blocks of the text, with the notes of each section at its end."""
        blocks: list[WordBlock] = []
        told = 0
        known = 0
        for block in self._read_blocks(body):
            if block.kind == "heading":
                blocks += self._read_notes(told, known)
                told = known
            if block.text.strip():
                blocks.append(block)
            known = len(self._notes)
        # A note may refer to another one.
        while told < len(self._notes):
            until = len(self._notes)
            blocks += self._read_notes(told, until)
            told = until
        return blocks

    def _read_notes(self, first: int, until: int) -> list[WordBlock]:
        """The footnotes and endnotes from number `first` on, counted from 0 as they are met."""
        blocks: list[WordBlock] = []
        for number in range(first, until):
            note = self._notes[number]
            if note.kind not in self._note_elements:
                self._note_elements[note.kind] = self._notes_by_id(note.kind)
            # One note that thousands of places refer to is no note of a policy.
            element = self._note_elements[note.kind].pop(note.id, None)
            if element is not None:
                words = " ".join(block.text for block in self._read_worded(element))
                blocks.append(WordBlock(f"[{number + 1}] {words}"))
        return blocks

    def _notes_by_id(self, kind: str) -> dict[str, Element]:
        """The footnotes or the endnotes: their part is read once, however many there are."""
        return {
            attribute(element, "id"): element
            for element in self._package.children_of_part(f"word/{kind}s.xml")
        }

    def _read_worded(self, parent: Element) -> list[WordBlock]:
        """The blocks that are more than blanks."""
        return [block for block in self._read_blocks(parent) if block.text.strip()]

    def _read_blocks(self, elements: Sequence[Element] | Element) -> Iterator[WordBlock]:
        for element in elements:
            tag = tag_of(element)
            if tag == "p":
                yield from self._read_paragraph(element)
            elif tag == "tbl":
                yield from self._read_table(element)
            elif tag == "sdt" and _is_contents(element):
                self._has_contents = True
            elif tag == "AlternateContent":
                yield from self._read_blocks(first_choice(element))
            elif tag not in SKIPPED:
                yield from self._read_blocks(element)

    def _read_paragraph(self, element: Element) -> Iterator[WordBlock]:
        about = find(element, "pPr")
        style = value_of(about, "pStyle")
        name = self._styles.find_name(style)
        if _CONTENTS.fullmatch(name):
            self._has_contents = True
            return

        runs = Runs(self._notes)
        runs.read(element)
        paragraph = Paragraph(about, style, name)
        # An item without words is counted, too: Word shows its number.
        mark = self._count_mark(paragraph)
        text = "".join(runs.words).strip(" \t\n")
        if text:
            is_bold = self._is_bold(runs, style)
            yield self._make_block(paragraph, text, mark, is_bold=is_bold)
        for box in runs.boxes:
            yield from self._read_blocks(box)

    def _make_block(
        self, paragraph: Paragraph, text: str, mark: _Mark | None, *, is_bold: bool
    ) -> WordBlock:
        if paragraph.style_name == "title":
            return WordBlock(one_line(text), "heading", 1, is_title=True)

        level = self._styles.find_heading_level(paragraph)
        if level is not None:
            if mark is not None and mark.text not in ("", "-"):
                text = f"{mark.text} {text}"
            return WordBlock(one_line(text), "heading", min(level + 2, 6))
        if mark is not None:
            item = f"{mark.text} {text}" if mark.text else text
            return WordBlock(item, "item", mark.level)
        if is_bold and len(text) <= _SHORT and text[-1] not in ".,;!":
            return WordBlock(one_line(text), "heading", 4)
        return WordBlock(text)

    def _read_table(self, table: Element) -> Iterator[WordBlock]:
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

            yield WordBlock(render_row(cells), "row")
            if begins_table:
                yield WordBlock("|" + " --- |" * len(cells), "row")
            begins_table = False

    def _read_rows(self, table: Element) -> list[list[list[WordBlock]]]:
        """The rows of a table that are not deleted, their cells, and the blocks of each cell.

        A cell over several rows says the same in each of them, for each row is quoted by itself.
        """
        rows: list[list[list[WordBlock]]] = []
        above: dict[int, list[WordBlock]] = {}
        for row in find_all(table, "tr"):
            if _is_deleted(row):
                continue
            cells = []
            column = 0
            for cell in find_all(row, "tc"):
                about = find(cell, "tcPr")
                blocks = self._read_worded(cell)
                if not blocks and _goes_on_from_above(about):
                    blocks = above.get(column, [])
                above[column] = blocks
                cells.append(blocks)
                column += max(1, parse_int(value_of(about, "gridSpan"), 1))
            rows.append(cells)
        return rows

    def _count_mark(self, paragraph: Paragraph) -> _Mark | None:
        """The mark with which Word shows a paragraph; None outside a list. It counts on."""
        place = self._styles.find_list_place(paragraph)
        if place is None or place.list_id not in self._lists:
            return None
        text = self._lists[place.list_id].count(place.level)
        return _Mark(text, place.level)

    def _is_bold(self, runs: Runs, style: str) -> bool:
        """All words of a paragraph are in bold."""
        if not runs.bold or False in runs.bold:
            return False
        if None not in runs.bold:
            return True
        return self._styles.is_bold(style)


def _find_title(blocks: Sequence[WordBlock]) -> str:
    """What has the style of a title, or else the first heading, if it stands near the beginning."""
    for block in blocks:
        if block.is_title:
            return block.text
    for block in blocks[:12]:
        if block.kind == "heading":
            return block.text
    return ""


def _is_long_row(cells: Sequence[Sequence[WordBlock]]) -> bool:
    """A cell has several paragraphs, and they are too much for a line."""
    if not any(len(blocks) > 1 for blocks in cells):
        return False
    length = 0
    for blocks in cells:
        length += sum(len(block.text) for block in blocks)
    return length > _LONG_ROW


def _is_contents(control: Element) -> bool:
    """True for Word's own table of contents."""
    about = find(find(control, "sdtPr"), "docPartObj")
    return value_of(about, "docPartGallery") == "Table of Contents"


def _goes_on_from_above(about: Element | None) -> bool:
    """A cell that is one with the cell above it."""
    merged = find(about, "vMerge")
    return merged is not None and attribute(merged, "val") in ("", "continue")


def _is_deleted(row: Element) -> bool:
    return find(find(row, "trPr"), "del") is not None
