"""A PDF out of plain blocks, set so that nothing in them is obeyed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any

_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")


_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufeff\ufffe\uffff]")


_ENDLESS = re.compile(r"\S{60}(?=\S)")


Block = dict[str, Any]


def _kept_together(made: Iterator[Block]) -> Iterator[Block]:
    """Lines to write on come on one page with the heading above them and what is signed."""
    for part in _by_section(made):
        long = sum(len(run[0]) for block in part for run in block.get("text", ()))
        if any(block["kind"] == "form" for block in part) and long < 1_500 and len(part) < 25:
            yield {"kind": "together", "blocks": part}
        else:
            yield from part


def _by_section(made: Iterator[Block]) -> Iterator[list[Block]]:
    count = 0

    def number(block: Block) -> int:
        nonlocal count
        if block["kind"] == "heading":
            count += 1
        return count

    return (list(part) for _, part in groupby(made, key=number))


def _runs(words: str) -> list[tuple[str, bool]]:
    """Pieces of a paragraph, each bold or not."""
    pieces: list[tuple[str, bool]] = []
    here = 0
    for found in _BOLD.finditer(words):
        pieces += [(words[here : found.start()], False), (found.group(1), True)]
        here = found.end()
    pieces.append((words[here:], False))
    return [(_clean(piece), bold) for piece, bold in pieces if piece]


def _clean(words: str) -> str:
    """Without what cannot be printed; an endless word may be broken."""
    whole = words.encode("utf-8", "replace").decode().replace("\t", " ")
    return _ENDLESS.sub(lambda found: found.group() + "\u200b", _CONTROL.sub("", whole))


TEMPLATE = r"""
#let d = json(bytes(sys.inputs.content))
#let ink = rgb("#1c3557")
#let grey = luma(35%)
#let hair = 0.5pt + luma(65%)

#set document(title: d.title)
#set page(
  paper: "a4",
  margin: (x: 25mm, top: 22mm, bottom: 27mm),
  footer-descent: 9mm,
  footer: {
    set text(8.5pt, fill: grey)
    line(length: 100%, stroke: hair)
    v(-1mm)
    grid(
      columns: (1fr, auto, 1fr),
      column-gutter: 6mm,
      d.school,
      context [Page #counter(page).display() of #counter(page).final().first()],
      align(right, d.printed),
    )
  },
)
#set text(font: "Libertinus Serif", size: 11pt, lang: "en", region: "GB", hyphenate: false)
#set par(leading: 0.7em, spacing: 1em)
#let dot = text(fill: ink, size: 1.25em, baseline: 0.06em, sym.bullet)
#set list(indent: 1mm, body-indent: 2.5mm, spacing: 0.75em, marker: dot)
#set table(stroke: hair, inset: (x: 2.5mm, y: 2mm))

#show heading: set text(fill: ink)
#show heading.where(level: 1): set text(15pt)
#show heading.where(level: 1): set block(above: 1.9em, below: 0.9em)
#show heading.where(level: 2): set text(13pt)
#show heading.where(level: 2): set block(above: 1.7em, below: 0.8em)
#show heading.where(level: 3): set text(11.5pt)
#show heading.where(level: 3): set block(above: 1.4em, below: 0.7em)

#let runs(pieces) = [] + pieces.map(p => if p.at(1) { strong(p.at(0)) } else { text(p.at(0)) }).join()

#let blank = box(width: 1fr, baseline: 1mm, line(length: 100%, stroke: 0.6pt + luma(30%)))

#let show-form(fields) = block(above: 9mm, below: 9mm, breakable: false, grid(
  columns: fields.map(f => if f.at(1) { 1fr } else { auto }),
  column-gutter: 6mm,
  ..fields.map(f => if f.at(1) { [#f.at(0) #h(2mm) #blank] } else { f.at(0) }),
))

#let show-item(b) = pad(left: 5mm * b.indent, if b.mark == "" { list(runs(b.text)) } else {
  grid(columns: (calc.max(3, b.mark.len()) * 2.2mm + 2mm, 1fr), text(fill: ink, b.mark), runs(b.text))
})

#let show-block(b) = {
  if b.kind == "heading" { heading(level: calc.min(calc.max(b.level - 1, 1), 3), runs(b.text)) }
  else if b.kind == "paragraph" { block(spacing: 1.1em, par(runs(b.text))) }
  else if b.kind == "form" { show-form(b.fields) }
  else if b.kind == "rule" { line(length: 100%, stroke: hair) }
  else if b.kind == "rows" and b.rows.len() > 0 {
    block(above: 1.2em, below: 1.2em, {
      set text(10pt)
      set par(leading: 0.6em)
      table(
        columns: b.widths.map(w => w * 1fr),
        fill: (_, y) => if y == 0 { luma(94%) },
        table.header(..b.rows.first().map(c => strong(runs(c)))),
        ..b.rows.slice(1).fold((), (all, row) => all + row).map(runs),
      )
    })
  }
}

#let show-all(all) = {
  let before = ""
  for b in all {
    if b.kind == "together" { block(breakable: false, width: 100%, above: 10mm, show-all(b.blocks)) }
    else if b.kind == "item" {
      block(above: if before == "item" { 0.75em } else { 1.1em }, below: 0.75em, show-item(b))
    }
    else { show-block(b) }
    before = b.kind
  }
}

#block(below: 4.5mm, text(11pt, fill: grey, tracking: 0.02em, d.school))
#block(above: 0mm, below: 4mm, {
  set par(leading: 0.5em)
  text(21pt, weight: "bold", fill: ink, d.title)
})
#if d.about.len() > 0 {
  set text(9.5pt, fill: grey)
  set par(leading: 0.55em)
  d.about.map(a => text(a)).join(linebreak())
}
#line(length: 100%, stroke: 1pt + ink)
#v(2mm)

#show-all(d.blocks)

#if d.sign.len() > 0 {
  block(breakable: false, width: 100%, above: 10mm, {
    heading(level: 1, d.words.signatures)
    for who in d.sign {
      block(above: 7mm, breakable: false, width: 100%, {
        if who != "" { strong(who) }
        v(5mm, weak: true)
        grid(
          columns: (1fr, 1fr, 34mm),
          column-gutter: 6mm,
          row-gutter: 1.5mm,
          ..d.words.lines.map(_ => { v(9mm); line(length: 100%, stroke: 0.6pt + luma(30%)) }),
          ..d.words.lines.map(w => text(8.5pt, fill: grey, w)),
        )
      })
    }
  })
}
"""
