"""Reads a saved web page: what it says, without the menus and banners that stand around it.

A page of a school's site has a policy in the midst of a menu, a notice about cookies, news and an
address. Where a page says which part is its own (`<main>`), that is read, else all but the rest.
What is folded away until somebody opens it is read as well.
"""

from __future__ import annotations

import re
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


@dataclass(slots=True)
class _Open:
    """An element that has begun."""

    tag: str
    is_left_out: bool = False
    is_main: bool = False
    is_fold: bool = False


@dataclass
class _PageReader(HTMLParser):
    has_main: bool
    kept: list[str] = field(default_factory=list)
    has_left_out: bool = False
    _open: list[_Open] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=False)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if _VOID.fullmatch(tag):
            self._keep(self.get_starttag_text() or "")
            return
        told = {name: value or "" for name, value in attrs}
        is_main = tag == "main" or told.get("role") == "main"
        is_fold = tag == "summary" or (tag == "button" and "aria-expanded" in told)
        is_left_out = not is_fold and not is_main and self._is_around(tag, told)
        self._open.append(_Open(tag, is_left_out, is_main, is_fold))
        self._keep(f"<{_FOLDED}>" if is_fold else self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        places = [n for n, opened in enumerate(self._open) if opened.tag == tag]
        if not places:
            return
        # What began within it and was not ended, ends with it: a menu, too.
        ended = self._open[places[-1]]
        del self._open[places[-1] + 1 :]
        self._keep(f"</{_FOLDED}>" if ended.is_fold else f"</{tag}>")
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self._keep(data)
        if not data.strip():
            return
        if any(opened.is_left_out for opened in self._open):
            self.has_left_out = True

    def handle_entityref(self, name: str) -> None:
        self._keep(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._keep(f"&#{name};")

    def _is_around(self, tag: str, told: dict[str, str]) -> bool:
        if _AROUND.fullmatch(tag) or _ROLES.fullmatch(told.get("role", "")):
            # The header of an article has its title.
            return not (tag == "header" and self._is_in("main", "article"))
        return bool(_NAMES.search(f"{told.get('class', '')} {told.get('id', '')}".lower()))

    def _is_in(self, *tags: str) -> bool:
        return any(opened.tag in tags for opened in self._open)

    def _keep(self, words: str) -> None:
        if any(opened.is_left_out for opened in self._open):
            return
        if self._is_in("head", "title"):
            return
        if self.has_main and not any(opened.is_main for opened in self._open):
            self.has_left_out = self.has_left_out or bool(words.strip(" \n<>"))
            return
        self.kept.append(words)
