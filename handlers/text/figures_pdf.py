"""Figures as one page of A4 (PDF): a table with bars, months, and notes on how it was counted.

Words and numbers reach the template as data, and are set as they stand.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from handlers.text.pdf import printable


@dataclass(frozen=True, slots=True)
class PrintedRow:
    name: str
    cells: tuple[str, ...]
    #: Length of its bar, from 0 to 1; none for what is hidden.
    bar: float | None


@dataclass(frozen=True, slots=True)
class PrintedFigures:
    """What stands on the page, in words."""

    school: str
    title: str
    about: Sequence[str]
    #: Heads of the columns: of the kinds, then of the periods.
    heads: Sequence[str]
    rows: Sequence[PrintedRow]
    #: Each month, how many, and the length of its bar from 0 to 1.
    months: Sequence[tuple[str, str, float]]
    lines: Sequence[str]
    notes: Sequence[str]


def print_figures(figures: PrintedFigures) -> bytes:
    """A PDF of one page. It takes some 30 ms of one core: call it in a thread."""
    # A compiler: loaded when something is printed.
    import typst

    content = {
        "school": printable(figures.school),
        "title": printable(figures.title),
        "about": [printable(line) for line in figures.about],
        "heads": [printable(head) for head in figures.heads],
        "rows": [
            {"name": printable(r.name), "cells": [printable(c) for c in r.cells], "bar": r.bar}
            for r in figures.rows
        ],
        "months": [
            {"name": printable(name), "number": printable(number), "bar": bar}
            for name, number, bar in figures.months
        ],
        "lines": [printable(line) for line in figures.lines],
        "notes": [printable(note) for note in figures.notes],
    }
    pdf = typst.compile(TEMPLATE.encode(), sys_inputs={"content": json.dumps(content)})
    if not isinstance(pdf, bytes):
        raise TypeError("typst gave no single PDF")
    return pdf


def draw_bars(school: str, title: str, rows: Sequence[PrintedRow]) -> bytes:
    """A picture (PNG) of the bars alone, each with the first cell of its row.

    It takes some 60 ms of one core: call it in a thread.
    """
    import typst

    content = {
        "school": printable(school),
        "title": printable(title),
        "rows": [
            {"name": printable(row.name), "cell": printable(row.cells[0]), "bar": row.bar}
            for row in rows
        ],
    }
    drawn = typst.compile(
        BARS.encode(), format="png", ppi=144, sys_inputs={"content": json.dumps(content)}
    )
    if not isinstance(drawn, bytes):
        raise TypeError("typst gave no single picture")
    return drawn


#: As wide as a phone shows it whole, and as high as there are rows.
BARS = r"""
#let d = json(bytes(sys.inputs.content))
#set page(width: 150mm, height: auto, margin: 7mm, fill: white)
#set text(font: "Libertinus Serif", size: 11pt, lang: "en", region: "GB", hyphenate: false)
#text(9pt, fill: luma(35%), d.school)
#block(above: 2mm, below: 4mm, text(14pt, weight: "bold", fill: rgb("#1c3557"), d.title))
#grid(
  columns: (62mm, 1fr, 22mm),
  column-gutter: 3mm,
  row-gutter: 2.4mm,
  align: (left + horizon, left + horizon, right + horizon),
  ..d.rows.map(r => (
    text(r.name),
    if r.bar == none { [] } else {
      rect(width: calc.max(r.bar * 100%, 0.2%), height: 4mm, fill: rgb("#5b7fa8"), stroke: none)
    },
    text(r.cell),
  )).flatten(),
)
"""

TEMPLATE = r"""
#let d = json(bytes(sys.inputs.content))
#let ink = rgb("#1c3557")
#let bar-colour = rgb("#5b7fa8")
#let grey = luma(35%)
#let hair = 0.4pt + luma(70%)

#set document(title: d.title)
#set page(paper: "a4", margin: (x: 20mm, top: 16mm, bottom: 14mm))
#set text(font: "Libertinus Serif", size: 10pt, lang: "en", region: "GB", hyphenate: false)
#set par(leading: 0.55em, spacing: 0.8em)

#let long = d.rows.len() > 22
#let bar(length, width, height) = box(
  width: width, height: height,
  if length == none { none } else { align(left + horizon, rect(
    width: calc.max(length * 100%, 0.01%), height: height, fill: bar-colour, stroke: none)) },
)

#text(10.5pt, fill: grey, d.school)
#block(above: 3mm, below: 3mm, text(18pt, weight: "bold", fill: ink, d.title))
#text(9.5pt, fill: grey, d.about.map(a => text(a)).join(linebreak()))
#line(length: 100%, stroke: 1pt + ink)

#{
  set text(if long { 8.2pt } else { 9.8pt })
  set par(leading: 0.4em)
  let periods = d.heads.len() - 1
  table(
    columns: (1fr, 34mm, ..range(periods).map(_ => 25mm)),
    stroke: (x, y) => (bottom: hair),
    inset: (x: 1.5mm, y: if long { 0.9mm } else { 1.5mm }),
    align: (x, y) => if x < 2 { left + horizon } else { right + horizon },
    table.header(
      strong(d.heads.at(0)), [],
      ..d.heads.slice(1).map(h => strong(text(h))),
    ),
    ..d.rows.enumerate().map(((n, r)) => {
      let set-it = if n == d.rows.len() - 1 { strong } else { x => x }
      (set-it(text(r.name)), bar(r.bar, 31mm, 2.6mm), ..r.cells.map(c => set-it(text(c))))
    }).flatten(),
  )
}

#if d.months.len() > 0 {
  v(1mm)
  grid(
    columns: d.months.map(_ => 1fr),
    column-gutter: 2mm,
    ..d.months.map(m => align(center + bottom, stack(spacing: 1mm,
      text(8.5pt, m.number),
      align(center, rect(
        width: 70%, height: calc.max(m.bar * 16mm, 0.2mm), fill: bar-colour, stroke: none)),
      text(8pt, fill: grey, m.name),
    ))),
  )
}

#v(1mm)
#for line in d.lines { block(spacing: 2.2mm, text(line)) }

#v(1mm)
#line(length: 100%, stroke: hair)
#{
  set text(8.2pt, fill: grey)
  for note in d.notes { block(spacing: 1.3mm, text(note)) }
}
"""
