"""A text as its reader sees it: the words, without the marks of Markdown, HTML and templates.

What is quoted are these words. Each of them stands in the file, in this order; nothing is added but
line ends, the marks of lists and tables that HTML draws by itself, and “…” where a template leaves
something open. What is struck out, commented out or hidden is not there to be read. Where the words
come from is known for every character, so a quotation can be found in its file.

The marks of headings, of bullets and of a table's rows stay: they say what a line is.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from store.policies.tags import Edit, read_hidden, read_tags

#: Stands for what was taken out, so that nothing is found in it any more.
_GONE = "\x00"
#: Put for what a template leaves open.
_OPEN = "…"

#: A short line in bold that is no sentence: a heading.
_BOLD_LINE = re.compile(
    r"[ \t]*(?P<open>\*\*|__)(?=\S)(?:(?!(?P=open)).){1,96}(?<![.;,:\s])(?P<close>(?P=open))[ \t]*"
)
_SPACES_IN_ROW = re.compile(r"(?<=[ \t])[ \t]+")
_TEMPLATES = re.compile(r"\{\{.{0,300}?\}\}", re.DOTALL)
#: Where a line begins and ends, whatever ends it.
_BEGINS = r"(?<![^\r\n])"
_ENDS = r"(?![^\r\n])"
_ORDERS = re.compile(
    r"\{%.{0,300}?%\}|(?<=\S)[ \t]*\{[:#][^{}\r\n]{0,80}\}"
    rf"|{_BEGINS}[ \t]*\{{:[^{{}}\r\n]{{0,80}}\}}[ \t]*{_ENDS}"
    rf"|{_BEGINS}[ \t]*(?:```|~~~)[^\r\n]*"
    rf"|{_BEGINS}\.\. (?:_[^\r\n]*:|[\w-]+::)[^\r\n]*"
    rf"|{_BEGINS} {{0,3}}\[[^\]\r\n^]{{1,80}}\]:[ \t]+\S[^\r\n]*"
    rf"|{_BEGINS} {{0,3}}\[\^[^\]\s]{{1,30}}\]:[ \t]*",
    re.DOTALL,
)
_CODE = re.compile(r"(?<!`)(`{1,2})(?=[^\s`])(?P<words>[^`\r\n]{1,300}?)\1(?!`)")
# Nothing is of any length, so that no file keeps anybody waiting.
_ADDRESS = (
    r"\(\s{0,20}<?[^()\s<>]{0,2000}(?:\([^()\s]{0,300}\)[^()\s<>]{0,300}){0,9}>?"
    r"(?:\s{1,20}[\"'“][^\"'”\r\n]{0,300}[\"'”])?\s{0,20}\)"
)
_IMAGE = re.compile(rf"!\[[^\]\r\n]{{0,300}}\](?:{_ADDRESS}|\[[^\]\r\n]{{0,80}}\])")
_LINK = re.compile(
    rf"(?P<open>\[)(?P<words>[^\[\]]{{1,500}}?)(?P<close>\]{_ADDRESS}|\]\[[^\]\r\n]{{0,80}}\]"
    # Somebody broke the line between the two halves.
    r"|\]\s\((?:https?:|mailto:|/)[^()\s]{0,2000}\))"
)
_RST_LINK = re.compile(
    r"(?P<open>`)(?P<words>[^`<>]{1,300}?)(?P<close>\s{0,20}<[^<>\s]{1,2000}>`_{1,2})"
)
_FOOTNOTE = re.compile(r"\[\^[^\]\s]{1,30}\]")
_AUTOLINK = re.compile(
    r"(?P<open><)(?=[^\s<>]{1,2000}>)(?P<words>[^\s<>]+[.@][^\s<>]+)(?P<close>>)"
)
_ESCAPE = re.compile(r"\\(?P<words>[!-/:-@\[-`{-~])")
_ESCAPED_END = re.compile(r"\\(?=\r?\n)")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_STRUCK = re.compile(r"~~(?=\S)[^~\r\n]{1,500}?~~")
#: Marks of emphasis; within a paragraph, and never between two blanks or within a word.
_WITHIN = r"(?:(?!\r?\n[ \t]*\r?\n)[\s\S]){1,800}?"
#: The end of a line in the midst of a paragraph.
_SOFT_BREAK = r"\r?\n(?![ \t]*(?:[-+#>|\r\n]|\d{1,3}[.)]))"
_EMPHASIS = (
    re.compile(rf"(?P<open>\*{{3}})(?=[^\s*]){_WITHIN}(?<=[^\s*])(?P<close>\*{{3}})"),
    re.compile(rf"(?P<open>\*\*)(?=[^\s*]){_WITHIN}(?<=[^\s])(?P<close>\*\*)"),
    re.compile(rf"(?<![\w_])(?P<open>__)(?=[^\s_]){_WITHIN}(?<=[^\s_])(?P<close>__)(?![\w_])"),
    re.compile(
        rf"(?<![\w*])(?P<open>\*)(?=[^\s*])(?:[^*\r\n]|{_SOFT_BREAK}){{1,400}}?"
        r"(?<=[^\s*])(?P<close>\*)(?![\w*])"
    ),
    re.compile(
        r"(?<![\w_])(?P<open>_)(?=[^\s_])(?:(?!\r?\n[ \t]*\r?\n)[^_]){1,400}?"
        r"(?<=[^\s_])(?P<close>_)(?![\w_])"
    ),
)
#: A box to tick, after the mark of its bullet.
_BOX = re.compile(r"[ \t]+\[(?P<tick>[ xX])\](?=[ \t]+\S)")
_DASH_BULLET = re.compile(r"^(?P<indent>[ \t]*(?:>[ \t]?)*)(?P<mark>[-*+])(?=[ \t]+\S)")
_RULE = re.compile(r"[ \t]*([-*_])(?:[ \t]*\1){2,}[ \t]*")
_LINE = re.compile(r"[^\r\n]+")


@dataclass(frozen=True, slots=True)
class _Run:
    """A run of characters that is kept, or the words put for one that is not."""

    #: Where it begins among the words.
    at: int
    #: Its characters in the file.
    start: int
    end: int
    is_kept: bool


@dataclass(frozen=True, slots=True)
class PlainText:
    """The words of a text, and where each stands in its file."""

    words: str
    #: Where the text begins among the words, after its header.
    body: int
    _runs: tuple[_Run, ...]
    _begins: tuple[int, ...]

    def find_start(self, place: int) -> int:
        """Where the character at `place` of the words begins in the file."""
        run = self._run_at(place)
        return run.start + (place - run.at if run.is_kept else 0)

    def find_end(self, place: int) -> int:
        """Where the characters before `place` of the words end in the file."""
        run = self._run_at(place - 1)
        return run.start + (place - run.at) if run.is_kept else run.end

    def _run_at(self, place: int) -> _Run:
        return self._runs[max(0, bisect_right(self._begins, place) - 1)]


def read_plain(text: str, body: int = 0) -> PlainText:
    """What a reader sees of a text, whose header ends at character `body`. Nothing can fail."""
    found = _Finder(text, body)
    return _put_together(text, body, found.edits())


def _put_together(text: str, body: int, edits: Sequence[Edit]) -> PlainText:
    pieces: list[str] = []
    runs: list[_Run] = []
    at = 0
    place = 0
    for edit in [*edits, Edit(len(text), len(text))]:
        if edit.start > place:
            runs.append(_Run(at, place, edit.start, is_kept=True))
            pieces.append(text[place : edit.start])
            at += edit.start - place
        if edit.words:
            runs.append(_Run(at, edit.start, edit.end, is_kept=False))
            pieces.append(edit.words)
            at += len(edit.words)
        place = edit.end
    runs = runs or [_Run(0, 0, 0, is_kept=True)]
    # The header is never changed.
    return PlainText("".join(pieces), body, tuple(runs), tuple(run.at for run in runs))


class _Finder:
    """Finds the marks, the surest first; in what was taken out, nothing is found again."""

    def __init__(self, text: str, body: int) -> None:
        self._text = text
        self._body = body
        #: The text, with what was taken out as so many characters _GONE.
        self._left = text
        self._edits: list[Edit] = []

    def edits(self) -> list[Edit]:
        """All that is read otherwise than it is written, in order, none over another."""
        # Whatever stands in code is no mark; a bar in the cell of a table has to be escaped there.
        code = self._find(_CODE)
        self._take(Edit(*found.span(), found["words"].replace("\\|", "|")) for found in code)
        if "<" in self._text:
            self._take(read_hidden(self._left, self._body))
            self._take(read_tags(self._left, self._body))
        self._take(Edit(*found.span(), _OPEN) for found in self._find(_TEMPLATES))
        self._take_whole(_ORDERS)
        self._take_pairs(_RST_LINK)
        self._take_whole(_IMAGE)
        self._take_pairs(_LINK)
        self._take_whole(_FOOTNOTE)
        self._take_pairs(_AUTOLINK)
        self._take(Edit(*found.span(), found["words"]) for found in self._find(_ESCAPE))
        self._take_whole(_ESCAPED_END)
        self._take(_read_entities(self._find(_ENTITY)))
        self._take_whole(_STRUCK)
        self._take(_read_line_marks(self._left, self._body))
        for pattern in _EMPHASIS:
            self._take_pairs(pattern)
        return sorted(self._edits, key=lambda edit: edit.start)

    def _take_whole(self, pattern: re.Pattern[str]) -> None:
        """Take out what it finds, and put nothing in its place."""
        self._take(Edit(*found.span()) for found in self._find(pattern))

    def _find(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        return pattern.finditer(self._left, self._body)

    def _take_pairs(self, pattern: re.Pattern[str]) -> None:
        """Take out what stands on both sides of the words."""
        edits: list[Edit] = []
        for found in self._find(pattern):
            edits.append(Edit(*found.span("open")))
            edits.append(Edit(*found.span("close")))
        self._take(edits)

    def _take(self, edits: Iterable[Edit]) -> None:
        pieces: list[str] = []
        place = 0
        for edit in edits:
            self._edits.append(edit)
            pieces.append(self._left[place : edit.start])
            pieces.append(_GONE * (edit.end - edit.start))
            place = edit.end
        if pieces:
            self._left = "".join([*pieces, self._left[place:]])


def _read_entities(found: Iterable[re.Match[str]]) -> Iterator[Edit]:
    for entity in found:
        words = html.unescape(entity.group())
        if words != entity.group():
            yield Edit(*entity.span(), words)


def _read_line_marks(text: str, body: int) -> Iterator[Edit]:
    """Bullets of Markdown as a reader sees them, bold lines as headings, rows without padding."""
    for line in _LINE.finditer(text, body):
        words = line.group()
        if _RULE.fullmatch(words):
            continue
        bullet = _DASH_BULLET.match(words)
        bold = _BOLD_LINE.fullmatch(words)
        if bullet:
            yield _read_bullet(bullet, words, line.start())
        elif bold:
            yield _moved(bold, "open", line.start(), "### ")
            yield _moved(bold, "close", line.start(), "")
        elif words.lstrip().startswith("|"):
            for spaces in _SPACES_IN_ROW.finditer(words):
                yield _moved(spaces, 0, line.start(), "")


def _read_bullet(bullet: re.Match[str], words: str, by: int) -> Edit:
    """The mark of a bullet as it is drawn: a point, or a box with a tick or without."""
    box = _BOX.match(words, bullet.end("mark"))
    if box is None:
        return _moved(bullet, "mark", by, "•")
    drawn = "☐" if box["tick"] == " " else "☑"
    return Edit(by + bullet.start("mark"), by + box.end(), drawn)


def _moved(found: re.Match[str], group: str | int, by: int, words: str) -> Edit:
    start, end = found.span(group)
    return Edit(by + start, by + end, words)
