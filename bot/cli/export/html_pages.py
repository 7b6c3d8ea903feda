"""Pages of an export: HTML that any browser and word processor opens.

What people typed is text there, and nothing else.
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterable, Sequence
from html.parser import HTMLParser

from bot.cli.export.name_search import Sought

STYLE = (
    "body{font:11pt sans-serif;max-width:60em;margin:2em auto}"
    "table{border-collapse:collapse;width:100%}"
    "td,th{border:1px solid #999;padding:.3em .5em;text-align:left;vertical-align:top;"
    "overflow-wrap:anywhere}"
    "td{white-space:pre-wrap}tr.named td:first-child{border-left:.4em solid #333}"
)

#: For the browser: nothing is loaded or run, whatever somebody may have typed.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"

README = """\
What Heads Up holds that names {name}, gathered {at}

Nobody but the person who deals with the request should open this folder, and it should be deleted when the request
has been answered. It was gathered by a search for the name. A search misses nicknames, initials, slips of the
keyboard, and what can only be seen in a picture; and it finds namesakes. A person has to read it all.

Begin with index.html. A dark edge marks what holds the name.

Before anything is handed over:
  - Is it the right person? A namesake's data must not go out.
  - Take out what tells of other people: pupils, parents, colleagues, whoever passed it on. They are entitled to that,
    unless they agree, or it is reasonable without. Who else is named stands in others.txt: decide of each there, or let
    `headsup redact` ask you; it writes a copy without them, and leaves this folder as it is.
  - Leave out what would put a child or somebody else at risk of serious harm, or would harm an investigation.
  - Pictures and files are in evidence/, as they were received, and their SHA-256 stands beside them in the case's page.
    What shows a child undressed is listed and was not copied: nobody copies it or passes it on. Ask the police.
  - A child's own data may be asked for by the child, and by a parent on the child's behalf. Who may, decide first.
  - Slack and Telegram keep copies of what was said there, and so do backups. The school answers for those as well.

Time: the law gives one calendar month from the day of the request, holidays included; two more where it is complex, if
the person is told so within the first month.
Whom to ask: the school's data protection officer, before anything goes out. The Information Commissioner's Office
(ico.org.uk) explains the rules.

That this was gathered is noted in each case that was taken, when the bot runs next.

Files that could not be read, and have to be looked through by hand:{unread}
"""  # noqa: E501  (these are the lines that people read)


def safe(text: str) -> str:
    """A text without characters that hide or turn round what stands beside them.

    They are named instead, as `[U+202E]`.
    """
    return "".join(map(_shown, text.replace("\r\n", "\n")))


def _shown(character: str) -> str:
    if character in "\n\t" or not _is_hidden(character):
        return character
    return f"[U+{ord(character):04X}]"


def _is_hidden(character: str) -> bool:
    kind = unicodedata.category(character)
    if kind == "Cf":
        # Emoji of several people are held together by it.
        return character != "\N{ZERO WIDTH JOINER}"
    return kind in ("Cc", "Cs", "Zl", "Zp")


def text(words: object) -> str:
    """What somebody typed, as HTML; None is nothing."""
    return html.escape(safe(str(words or "")))


def texts_of(page: str) -> list[str]:
    """The texts of a page as they are read, each cell by itself."""
    texts = _Texts()
    texts.feed(page)
    texts.close()
    return texts.found


class _Texts(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._is_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_style = tag == "style"

    def handle_data(self, data: str) -> None:
        if not self._is_style:
            self.found.append(data)


def paragraph(words: str) -> str:
    return f"<p>{text(words)}</p>"


def table(head: Sequence[str], rows: Iterable[Sequence[object]], sought: Sought | None) -> str:
    """A line for each row; those that hold the name that is sought are marked."""
    lines = []
    for row in rows:
        is_marked = sought and sought.surest_way(str(cell) for cell in row)
        mark = ' class="named"' if is_marked else ""
        cells = "".join(f"<td>{text(cell)}</td>" for cell in row)
        lines.append(f"<tr{mark}>{cells}</tr>")
    if not lines:
        return "<p>None.</p>"
    headings = "".join(f"<th>{text(cell)}</th>" for cell in head)
    return f"<table><tr>{headings}</tr>{''.join(lines)}</table>"


def page(title: str, *parts: str) -> str:
    """A whole page of parts that are HTML already."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{text(title)}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f"<style>{STYLE}</style></head><body><h1>{text(title)}</h1>{''.join(parts)}</body></html>\n"
    )
