"""A picture as a page of HTML, before it is taken, and the words that it shows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser

from tests.talks.stage import Stage

#: In CSS pixels: about a phone.
WIDTH = 350
#: In place of the references of a run, which are others each time; oldest case first.
REFERENCES = ("7K4M", "4RTX", "9HPC", "3WGN", "6BVD")
#: Letters that are on every machine; nothing comes from elsewhere.
STYLE = """
* { box-sizing: border-box; margin: 0; }
body { width: 350px; background: #fff; color: #1d1c1d; overflow-wrap: anywhere;
  font: 13px/1.42 "DejaVu Sans", sans-serif; font-stretch: condensed; }
.caption { padding: 6px 12px; background: #eceef0; color: #454b50; font-size: 12px; }
.panel { padding: 10px 12px 14px; }
a { text-decoration: none; }
code, pre { font: 11px/1.4 "DejaVu Sans Mono", monospace; white-space: pre-wrap; }
"""


@dataclass(frozen=True)
class Panel:
    """What somebody has before them at one moment."""

    caption: str
    #: Each message as HTML.
    messages: Sequence[str]


def page(style: str, panels: Iterable[Panel]) -> str:
    """The panels one below the other, in the look of one chat."""
    rows: list[str] = []
    for panel in panels:
        shown = "\n".join(panel.messages)
        rows.append(f'<div class="caption">{escape(panel.caption)}</div>')
        rows.append(f'<div class="panel">{shown}</div>')
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><style>{STYLE}{style}</style>'
    return "\n".join((head, *rows))


async def steady(html: str, stage: Stage) -> str:
    """The same with references that are the same each time."""
    cases = sorted(await stage.bot.desk.store.summaries(), key=lambda case: case.opened_at)
    for case, reference in zip(cases, REFERENCES, strict=False):
        html = re.sub(rf"\b{case.reference}\b", reference, html)
    return html


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._is_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_style = tag == "style"

    def handle_data(self, data: str) -> None:
        line = " ".join(data.split())
        if line and not self._is_style:
            self.lines.append(line)

    def handle_endtag(self, tag: str) -> None:
        self._is_style = False


def words_of(html: str) -> str:
    """What is read on a page, a line for each piece of it."""
    parser = _Words()
    parser.feed(html)
    parser.close()
    return "\n".join(parser.lines)
