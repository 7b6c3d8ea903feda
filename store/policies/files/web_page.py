"""Reads a saved web page: what it says, without the menus and banners that stand around it.

A page of a school's site has a policy in the midst of a menu, a notice about cookies, news and an
address. Where a page says which part is its own (`<main>`), that is read, else all but the rest.
What is folded away until somebody opens it is read as well.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

from store.policies.files.bare_text import title_on_top
from store.policies.files.reading import FileText
from store.policies.plain import read_plain

#: Elements that say nothing of the policy.
_AROUND = re.compile(
    "nav|header|footer|aside|form|button|select|dialog|script|style|noscript|template|svg|iframe"
    "|object|video|audio"
)
_ROLES = re.compile("navigation|banner|contentinfo|search|dialog|alertdialog|complementary")
_NAMES = re.compile(
    r"(?:^|[\s_-])(?:cookies?|breadcrumbs?|skip|share|sharing|menu|sidebar)(?:$|[\s_-])"
)
#: Elements that nothing stands in, and that have no end.
_VOID = re.compile("area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr")
#: Level of the heading above what is folded away.
_FOLDED = "h3"
_PAGE = re.compile(r"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL)
_TITLE = re.compile(r"^# (?P<words>\S.*)$", re.MULTILINE)
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n)+")
_BETWEEN_ROWS = re.compile(r"(?<=\|)\n\n(?=\| )")


def is_web_page(text: str) -> bool:
    return _PAGE.match(text[:5000]) is not None


def read_web_page(text: str) -> FileText:
    """What a page says, in Markdown."""
    reader = _PageReader(has_main=bool(re.search(r"<main\b|role=[\"']?main\b", text, re.I)))
    reader.feed(text)
    reader.close()
    words = read_plain("".join(reader.kept).replace("\r\n", "\n")).words
    lines = "\n".join(line.rstrip() for line in words.split("\n"))
    said = _BETWEEN_ROWS.sub("\n", _BLANK_LINES.sub("\n\n", lines)).strip() + "\n"
    left_out = ("the menus of the web page, and what else stands around the text",)
    heading = _TITLE.search(said)
    title = heading["words"] if heading else title_on_top(said)
    return FileText(said, title=title, left_out=left_out if reader.has_left_out else ())


@dataclass(frozen=True, slots=True)
class _Open:
    """An element that has begun, and what it stands in: each is so of all within it."""

    tag: str = ""
    is_fold: bool = False
    #: It says nothing of the policy.
    is_left_out: bool = False
    #: It is not shown.
    is_in_head: bool = False
    is_in_main: bool = False
    #: A header in there has the title of the text.
    is_in_article: bool = False


@dataclass
class _PageReader(HTMLParser):
    has_main: bool
    kept: list[str] = field(default_factory=list)
    has_left_out: bool = False
    #: The page itself, and the elements that have begun in it, innermost last.
    _open: list[_Open] = field(default_factory=lambda: [_Open()])
    #: How many of each tag.
    _tags: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=False)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if _VOID.fullmatch(tag):
            self._keep(self.get_starttag_text() or "")
            return
        opened = self._begin(tag, {name: value or "" for name, value in attrs})
        self._open.append(opened)
        self._tags[tag] += 1
        self._keep(f"<{_FOLDED}>" if opened.is_fold else self.get_starttag_text() or "")

    def _begin(self, tag: str, told: dict[str, str]) -> _Open:
        around = self._open[-1]
        is_main = tag == "main" or told.get("role") == "main"
        is_fold = tag == "summary" or (tag == "button" and "aria-expanded" in told)
        is_its_own = is_fold or is_main
        return _Open(
            tag,
            is_fold,
            is_left_out=around.is_left_out or not (is_its_own or self._says_something(tag, told)),
            is_in_head=around.is_in_head or tag in ("head", "title"),
            is_in_main=around.is_in_main or is_main,
            is_in_article=around.is_in_article or tag in ("main", "article"),
        )

    def _says_something(self, tag: str, told: dict[str, str]) -> bool:
        """Whether an element that begins here may say something of the policy."""
        if _AROUND.fullmatch(tag) or _ROLES.fullmatch(told.get("role", "")):
            return tag == "header" and self._open[-1].is_in_article
        return not _NAMES.search(f"{told.get('class', '')} {told.get('id', '')}".lower())

    def handle_endtag(self, tag: str) -> None:
        if not self._tags[tag]:
            return
        # What began within it and was not ended, ends with it: a menu, too.
        while self._open[-1].tag != tag:
            self._tags[self._open.pop().tag] -= 1
        self._keep(f"</{_FOLDED}>" if self._open[-1].is_fold else f"</{tag}>")
        self._open.pop()
        self._tags[tag] -= 1

    def handle_data(self, data: str) -> None:
        self._keep(data)
        if self._open[-1].is_left_out and data.strip():
            self.has_left_out = True

    def handle_entityref(self, name: str) -> None:
        self._keep(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._keep(f"&#{name};")

    def _keep(self, words: str) -> None:
        here = self._open[-1]
        if here.is_left_out or here.is_in_head:
            return
        if self.has_main and not here.is_in_main:
            self.has_left_out = self.has_left_out or bool(words.strip(" \n<>"))
            return
        self.kept.append(words)
