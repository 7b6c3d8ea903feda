"""HTML in a text, as its reader sees it: paragraphs, headings, lists and tables in plain lines.

Known tags alone are tags: `<name of school>` stays what somebody wrote.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

_BLOCKS = (
    "address|article|aside|blockquote|body|caption|center|dd|details|div|dl|dt|figure|figcaption|"
    "footer|form|header|head|html|main|nav|p|pre|section|summary|table|tbody|tfoot|thead|title"
)
_INLINE = (
    "a|abbr|b|big|cite|code|col|colgroup|dfn|em|font|i|img|input|ins|kbd|label|link|mark|meta|o:p|q|"
    "small|span|strong|sub|sup|time|tt|u|var|wbr"
)
_HIDING = re.compile(
    r"<!--|<(?P<name>script|style|del|s|strike|template|head)(?=[\s>])[^<>]*>", re.I
)
_TAG = re.compile(
    rf"<(?P<end>/?)(?P<name>{_BLOCKS}|{_INLINE}|br|hr|h[1-6]|li|ol|ul|tr|td|th)"
    r"(?=[\s/>])[^<>]*>",
    re.IGNORECASE,
)
_LINE_END = re.compile(r"(?<![ \t])[ \t]*[\r\n][\s]*")
_BLOCK = re.compile(_BLOCKS, re.IGNORECASE)
_BOLD_BLOCK = re.compile(
    r"<p\b[^<>]*>\s*(?P<open><(?P<b>strong|b)\b[^<>]*>)[^<>]{1,100}(?P<close></(?P=b)\s*>)\s*</p\s*>",
    re.IGNORECASE,
)
#: Lists within lists that are told apart.
DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Edit:
    """Characters `start` to `end` of a text are read as `words`."""

    start: int
    end: int
    words: str = ""


def read_hidden(text: str, body: int) -> Iterator[Edit]:
    """What no reader sees: comments, scripts, and what is struck out."""
    place = body
    unended: set[str] = set()
    while opening := _HIDING.search(text, place):
        name = (opening["name"] or "").lower()
        place = opening.end()
        close = None if name in unended else _ending(name).search(text, place)
        if close is None:
            # A mark that nothing ends hides nothing, and is not searched for again.
            unended.add(name)
            continue
        place = close.end()
        yield Edit(opening.start(), place)


@cache
def _ending(name: str) -> re.Pattern[str]:
    """What ends a tag that hides; without a name, what ends a comment."""
    return re.compile(rf"</{name}\s{{0,20}}>" if name else "-->", re.IGNORECASE)


def read_tags(text: str, body: int) -> Iterator[Edit]:
    """The tags from character `body` on, each as what it draws: a line end, a mark, or nothing."""
    bold = {found.start("open") for found in _BOLD_BLOCK.finditer(text, body)}
    reader = _TagReader(text, bold)
    for tag in _TAG.finditer(text, body):
        yield from reader.read(tag)


@dataclass(slots=True)
class _TagReader:
    text: str
    #: Where a tag begins that puts a whole paragraph in bold: a heading.
    bold: set[int]
    #: Of each list that is open, the number of its next item; 0 where it has bullets.
    lists: list[int] = field(default_factory=list)
    in_row: bool = False
    #: Cells of the row, and how many of them are no headers.
    cells: int = 0
    data_cells: int = 0
    #: Where the last tag ended, with the blanks after it.
    place: int = 0
    #: The last tag began an item, and nothing was written in it yet.
    is_new_item: bool = False
    #: Where the line begins that a tag was last looked for in, and how far line ends are known.
    line: int = 0
    known: int = 0

    def read(self, tag: re.Match[str]) -> Iterator[Edit]:
        name = tag["name"].lower()
        is_end = bool(tag["end"])
        if self.in_row:
            yield from self._join_lines(tag.start())

        is_in_new_item = self._is_in_new_item(tag.start())
        draws = self._draw(name, tag, is_end)
        is_taken_in = is_in_new_item and draws.isspace() and not is_end
        begins_line = not is_end and _begins_line(name)
        self.place = tag.end()
        if is_taken_in or begins_line:
            self.place = _skip_blanks(self.text, tag.end())
        self.is_new_item = is_taken_in or (name == "li" and not is_end)
        # An item and its paragraph begin one line.
        yield Edit(tag.start(), self.place, "" if is_taken_in else draws)

    def _is_in_new_item(self, place: int) -> bool:
        return self.is_new_item and self.place == place

    def _join_lines(self, end: int) -> Iterator[Edit]:
        """The lines of a row since the last tag are one."""
        for found in _LINE_END.finditer(self.text, self.place, end):
            yield Edit(*found.span(), " ")

    def _draw(self, name: str, tag: re.Match[str], is_end: bool) -> str:
        """What a tag is read as."""
        if name in ("table", "tr", "td", "th"):
            return self._draw_table(name, is_end)
        if self.in_row or self._is_in_row(tag.start()):
            return " " if _is_block(name) else ""
        if name in ("ul", "ol", "li"):
            return self._draw_list(name, is_end)
        return self._draw_block(name, tag.start(), is_end)

    def _draw_block(self, name: str, place: int, is_end: bool) -> str:
        if _is_heading(name) and not is_end:
            return f"\n\n{'#' * int(name[1])} "
        if place in self.bold:
            return "### "
        if name == "br":
            return "\n"
        return "\n\n" if _is_block(name) else ""

    def _is_in_row(self, place: int) -> bool:
        """True in a row of a table of Markdown, which is one line."""
        last = max(self.text.rfind(end, self.known, place) for end in "\r\n")
        self.known = place
        if last >= 0:
            self.line = last + 1
        return self.text[self.line : self.line + 80].lstrip().startswith("|")

    def _draw_list(self, name: str, is_end: bool) -> str:
        if name != "li":
            if not is_end:
                self.lists.append(1 if name == "ol" else 0)
            elif self.lists:
                self.lists.pop()
            return "\n" if self.lists else "\n\n"
        if is_end:
            return "\n"
        indent = "    " * (min(len(self.lists), DEEPEST) - 1)
        if not self.lists or self.lists[-1] == 0:
            return f"\n{indent}• "
        self.lists[-1] += 1
        return f"\n{indent}{self.lists[-1] - 1}. "

    def _draw_table(self, name: str, is_end: bool) -> str:
        if name in ("td", "th"):
            return self._draw_cell(name, is_end)
        before = self._end_row() if self.in_row else ""
        if name == "tr" and not is_end:
            self.in_row = True
            self.cells = self.data_cells = 0
            return f"{before}\n| "
        return before or ("\n\n" if name == "table" else "")

    def _draw_cell(self, name: str, is_end: bool) -> str:
        if is_end or not self.in_row:
            return " "
        self.cells += 1
        self.data_cells += name == "td"
        return "" if self.cells == 1 else " | "

    def _end_row(self) -> str:
        self.in_row = False
        is_header = self.cells > 0 and self.data_cells == 0
        return " |\n" + ("|" + "---|" * self.cells + "\n" if is_header else "")


def _is_block(name: str) -> bool:
    """What is in it stands on lines of its own."""
    if name in ("br", "hr", "ul", "ol", "li") or _is_heading(name):
        return True
    return bool(_BLOCK.fullmatch(name))


def _begins_line(name: str) -> bool:
    return name in ("li", "td", "th") or _is_heading(name)


def _is_heading(name: str) -> bool:
    return len(name) == 2 and name[0] == "h" and name[1].isdigit()


def _skip_blanks(text: str, place: int) -> int:
    while place < len(text) and text[place].isspace():
        place += 1
    return place
