"""A PDF out of plain blocks, set so that nothing in them is obeyed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: One part of a text, as the template reads it: its `kind`, and what that kind holds.
Block = dict[str, Any]

#: A piece of a paragraph, and whether it is bold.
Run = tuple[str, bool]

BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\ufffe\uffff]")
#: What turns round the words that follow: whoever reads must see that it is there.
_TURNING = re.compile("[\u202d\u202e]")
#: What sets words apart by their direction; without it they are set by themselves.
_APART = re.compile("[\u202a-\u202c\u2066-\u2069]")
_ENDLESS = re.compile(r"\S{60}(?=\S)")

#: What is kept on one page must fit on one: fewer characters and fewer blocks than these.
MOST_CHARACTERS = 1_500
MOST_BLOCKS = 25


def keep_forms_together(blocks: Iterable[Block]) -> Iterator[Block]:
    """Keep lines to write on upon one page with the heading above them and what is signed.

    A section that is not too long for that becomes one block, of the kind `together`.
    """
    for section in _by_section(blocks):
        has_form = any(block["kind"] == "form" for block in section)
        yield from keep_together(section) if has_form else section


def keep_together(blocks: Sequence[Block]) -> list[Block]:
    """One block, of the kind `together`; the same blocks where they do not fit on a page."""
    if _fits_on_a_page(blocks):
        return [{"kind": "together", "blocks": blocks}]
    return list(blocks)


def _by_section(blocks: Iterable[Block]) -> Iterator[list[Block]]:
    """Each heading with what follows it; first what stands before any."""
    section: list[Block] = []
    for block in blocks:
        if block["kind"] == "heading" and section:
            yield section
            section = []
        section.append(block)
    if section:
        yield section


def _fits_on_a_page(section: Sequence[Block]) -> bool:
    characters = 0
    for block in section:
        for words, _ in block.get("text", ()):
            characters += len(words)
    return characters < MOST_CHARACTERS and len(section) < MOST_BLOCKS


def split_runs(words: str) -> list[Run]:
    """Split a paragraph into what is bold, between double asterisks, and what is not."""
    pieces: list[Run] = []
    here = 0
    for found in BOLD.finditer(words):
        pieces.append((words[here : found.start()], False))
        pieces.append((found.group(1), True))
        here = found.end()
    pieces.append((words[here:], False))
    return [(printable(piece), is_bold) for piece, is_bold in pieces if piece]


def printable(words: str) -> str:
    """The words without what cannot be printed; an endless one may be broken."""
    whole = words.encode("utf-8", "replace").decode().replace("\t", " ")
    straight = _APART.sub("", _TURNING.sub(_named, whole))
    return _ENDLESS.sub(_with_break, _CONTROL.sub("", straight))


def _named(found: re.Match[str]) -> str:
    """`[U+202E]`, as the pages of an export have it."""
    return f"[U+{ord(found.group()):04X}]"


def _with_break(found: re.Match[str]) -> str:
    # A space of no width: the line may end there, and nothing is seen of it elsewhere.
    return found.group() + "\u200b"


@dataclass(frozen=True, slots=True)
class Document:
    """A document of several pages, and what stands above and below its text."""

    title: str
    school: str
    #: Lines below the title.
    about: Sequence[str]
    #: At the foot of each page.
    printed: str
    blocks: Sequence[Block]
    #: Who signs below it, each an empty text or a name.
    sign: Sequence[str] = ()
    #: Above the lines to sign, and what is written on them.
    signatures: str = ""
    lines: Sequence[str] = ()


def print_document(document: Document, pictures: Path | None = None) -> bytes:
    """A PDF (A4). `pictures`: the folder of those that it shows.

    It takes some 20 ms of one core, and 5 ms for each page: call it in a thread.
    """
    content = {
        "title": printable(document.title),
        "school": printable(document.school),
        "about": [printable(line) for line in document.about],
        "printed": printable(document.printed),
        "blocks": document.blocks,
        "sign": [printable(name) for name in document.sign],
        "words": {"signatures": document.signatures, "lines": document.lines},
    }
    return compile_pdf(TEMPLATE, content, pictures)


def compile_pdf(template: str, content: Mapping[str, Any], pictures: Path | None = None) -> bytes:
    """A PDF out of a template of typst's, which finds `content` as JSON in `sys.inputs.content`.

    `pictures`: the folder of those that it shows. Call it in a thread.
    """
    # A compiler: loaded when something is printed.
    import typst

    # Its stubs want all paths, and the template, to be of one type; what runs takes any.
    pdf = typst.compile(  # type: ignore[type-var]
        template.encode(), root=pictures, sys_inputs={"content": json.dumps(content)}
    )
    if not isinstance(pdf, bytes):
        raise TypeError("typst gave no single PDF")
    return pdf


def heading(words: str, level: int = 1) -> Block:
    """Words above a part, as they stand."""
    return {"kind": "heading", "level": level, "text": [(printable(words), False)]}


def paragraph(words: str) -> Block:
    """A paragraph, as it stands."""
    return {"kind": "paragraph", "text": [(printable(words), False)]}


def rows(cells: Sequence[Sequence[str]], widths: Sequence[int]) -> Block:
    """A table, its first row the heads of the columns; `widths` are shares of the page."""
    set_cells = [[[(printable(cell), False)] for cell in row] for row in cells]
    return {"kind": "rows", "rows": set_cells, "widths": list(widths)}


def picture(name: str) -> Block:
    """A small picture, by its name in the folder that is printed with."""
    return {"kind": "picture", "name": f"/{name}"}


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

#let run(p) = if p.at(1) { strong(p.at(0)) } else { text(p.at(0)) }
#let runs(pieces) = [] + pieces.map(run).join()

#let blank = box(width: 1fr, baseline: 1mm, line(length: 100%, stroke: 0.6pt + luma(30%)))

#let show-form(fields) = block(above: 9mm, below: 9mm, breakable: false, grid(
  columns: fields.map(f => if f.at(1) { 1fr } else { auto }),
  column-gutter: 6mm,
  ..fields.map(f => if f.at(1) { [#f.at(0) #h(2mm) #blank] } else { f.at(0) }),
))

#let show-item(b) = pad(left: 5mm * b.indent, if b.mark == "" { list(runs(b.text)) } else {
  grid(
    columns: (calc.max(3, b.mark.len()) * 2.2mm + 2mm, 1fr),
    text(fill: ink, b.mark),
    runs(b.text),
  )
})

#let show-block(b) = {
  if b.kind == "heading" { heading(level: calc.min(calc.max(b.level - 1, 1), 3), runs(b.text)) }
  else if b.kind == "paragraph" { block(spacing: 1.1em, par(runs(b.text))) }
  else if b.kind == "form" { show-form(b.fields) }
  else if b.kind == "picture" {
    block(above: 0.8em, below: 1.4em, breakable: false, box(
      stroke: hair, image(b.name, width: 60mm, height: 60mm, fit: "contain"),
    ))
  }
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
    if b.kind == "together" {
      block(breakable: false, width: 100%, above: 10mm, show-all(b.blocks))
    }
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
