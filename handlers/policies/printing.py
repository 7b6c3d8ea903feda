"""A policy text as a PDF to print, and an agreement with lines to sign.

The words of the text never become typst's own language: they reach the template below as data (JSON), and are set
as they stand. `**so**` is bold, `# ` a heading, `- ` a bullet, `| a | b |` a row of a table, and a run of
underscores a line to write on; everything else is shown literally.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from store.policies.divide import divide, sections
from store.policies.texts import PolicyText

OWNER = "Owner: {owner}"
APPROVED = "Approved {day}"
REVIEW = "Review by {day}"
REVIEW_DUE = "Review was due {day}"
AUDIENCE = "For {audience}"
PRINTED = "Printed {day}"
SIGNATURES = "Signatures"
SIGNATURE, NAME, DATE = "Signature", "Name in capitals", "Date"

_LINE = re.compile(r"\r\n|\r|\n|\x0b|\x0c|\u2028|\u2029")
_HEADING = re.compile(r"(#{1,6})[ \t]+(.*?)[ \t#]*\Z")
_BULLET = re.compile(
    r"(?:[-*+–—»•·▪◦●○■□➢➤►✓✔‣⁃∙]|o(?=[ \t])|\uf0b7|\uf0a7)[ \t\u00a0]+(?=\S)|[•·▪◦●■➢➤►✓✔](?=\S)"
)
_NUMBER = re.compile(
    r"(\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)]|\d{1,2}(?:\.\d{1,2}){1,3}\.?)[ \t\u00a0]+(?=\S)"
)
_RULE = re.compile(r"(?:[-*_=] ?){3,}\Z")
_TABLE_RULE = re.compile(r"\|?[ :|-]*-[ :|-]*\|?\Z")
_TO_FILL = re.compile(r"_{3,}|\.{6,}|…{3,}")
_TO_SIGN = re.compile(rf"\bsign(?:ed|ature)\b[^\r\n]*(?:{_TO_FILL.pattern})", re.IGNORECASE)
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufeff\ufffe\uffff]")
_ENDLESS = re.compile(r"\S{60}(?=\S)")

Block = dict[str, Any]


def print_text(text: PolicyText, school_name: str, printed_on: date) -> bytes:
    """A PDF (A4) of a text. An agreement ends in lines for signature, name and date.

    `printed_on` is the local day, shown at the foot of each page. Takes about 20 ms of one core, and 5 ms more for
    each further page: call it in a thread. Never raises on anything that a text may hold.
    """
    import typst  # a compiler: loaded when something is printed

    content = {
        "title": _clean(text.title),
        "school": _clean(school_name),
        "about": [_clean(line) for line in _about(text, printed_on)],
        "printed": PRINTED.format(day=_spoken(printed_on)),
        "blocks": list(_kept_together(blocks(text))),
        "sign": [_clean(name[:1].upper() + name[1:]) for name in signatories(text)],
        "words": {"signatures": SIGNATURES, "lines": [SIGNATURE, NAME, DATE]},
    }
    made = typst.compile(TEMPLATE.encode(), sys_inputs={"content": json.dumps(content)})
    if not isinstance(made, bytes):
        raise TypeError("typst gave no single PDF")
    return made


def signatories(text: PolicyText) -> tuple[str, ...]:
    """Who signs below an agreement: those its header names; one without a name where neither the header nor
    lines of its own say who. Empty for what is not signed, or has lines of its own."""
    if text.kind != "agreement":
        return ()
    return text.sign or (() if _TO_SIGN.search(text.text, text.body) else ("",))


def blocks(text: PolicyText) -> Iterator[Block]:
    """What a text is made of, in order, each part with its words.

    A block has a `kind`: `heading` (with a `level` from 1), `paragraph`, `item` (with `mark` and `indent`), `rows`
    (each a list of cells; with the `widths` of the columns), `form` (pairs of words and whether a line to write on
    follows them), `rule`.
    """
    known = {_plain(s) for s in sections(divide(text))} | {_plain(text.title)}
    lines = _LINE.split(text.text[text.body :])
    untold = True  # the title stands on top already
    n = 0
    while n < len(lines):
        line = lines[n].strip()
        n += 1
        following = lines[n].strip() if n < len(lines) else ""
        if not line:
            continue
        found = _HEADING.match(line)
        underlined = bool(re.fullmatch(r"={3,}|-{3,}", following)) and not _RULE.match(line)
        if found or underlined or _stands_alone(line, lines, n, known):
            n += underlined
            level = len(found.group(1)) if found else 2
            words = found.group(2) if found else _BOLD.sub(r"\1", line)
            if not (untold and _plain(words) == _plain(text.title)):
                yield {"kind": "heading", "level": level, "text": _runs(words)}
            untold = False
        elif _RULE.match(line) and "_" not in line:
            yield {"kind": "rule"}
        elif line.startswith("|"):
            rows = [line]
            while n < len(lines) and lines[n].strip().startswith("|"):
                rows.append(lines[n].strip())
                n += 1
            yield {"kind": "rows", **_table(rows)}
        elif _TO_FILL.search(line):
            yield {"kind": "form", "fields": _fields(line)}
        else:
            indent = (len(lines[n - 1].expandtabs(4)) - len(lines[n - 1].expandtabs(4).lstrip())) // 2
            words = [lines[n - 1]]
            while n < len(lines) and _goes_on(lines[n]):
                words.append(lines[n])
                n += 1
            yield _paragraph(words, min(indent, 4))


def _paragraph(lines: Sequence[str], indent: int) -> Block:
    words = " ".join(line.strip() for line in lines)
    if found := _BULLET.match(words):
        return {"kind": "item", "mark": "", "indent": indent, "text": _runs(words[found.end() :])}
    if found := _NUMBER.match(words):
        mark = found.group(1)
        return {"kind": "item", "mark": _clean(mark), "indent": indent, "text": _runs(words[found.end() :])}
    return {"kind": "paragraph", "text": _runs(words)}


def _goes_on(line: str) -> bool:
    """Whether a line belongs to the paragraph above it."""
    bare = line.strip()
    return bool(bare) and not (
        _HEADING.match(bare)
        or _BULLET.match(bare)
        or _NUMBER.match(bare)
        or bare.startswith("|")
        or _TO_FILL.search(bare)
        or _RULE.match(bare)
    )


def _stands_alone(line: str, lines: Sequence[str], n: int, known: set[str]) -> bool:
    """A heading without a mark: between blank lines, and taken for one when the text was divided."""
    if n < len(lines) and lines[n].strip() and n > 1 and lines[n - 2].strip():
        return False
    return len(line) <= 100 and (_plain(line) in known or _plain(_NUMBER.sub("", line)) in known)


def _table(lines: Sequence[str]) -> Block:
    """Its rows, all equally long, and the share of the page's width that each column gets."""
    cells = [
        [cell.strip() for cell in line.removeprefix("|").removesuffix("|").split("|")]
        for line in lines
        if not _TABLE_RULE.match(line)
    ]
    wide = max((len(row) for row in cells), default=0)
    full = [row + [""] * (wide - len(row)) for row in cells]
    widths = [min(max(*(len(row[n]) for row in full), 8), 40) for n in range(wide)]
    return {"rows": [[_runs(cell) for cell in row] for row in full], "widths": widths}


def _fields(line: str) -> list[tuple[str, bool]]:
    """`Signed ____ Date ____` as what stands before each line to write on."""
    parts = _TO_FILL.split(line)
    last = [(parts[-1].strip(), False)] if parts[-1].strip() else []
    return [(_clean(part.strip()), True) for part in parts[:-1]] + [(_clean(t), b) for t, b in last]


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


def _about(text: PolicyText, printed_on: date) -> Iterator[str]:
    facts = []
    if text.owner:
        facts.append(OWNER.format(owner=text.owner))
    if text.approved:
        facts.append(APPROVED.format(day=_spoken(text.approved)))
    if text.review_by:
        due = REVIEW_DUE if text.is_past_review(printed_on) else REVIEW
        facts.append(due.format(day=_spoken(text.review_by)))
    if facts:
        yield "  ·  ".join(facts)
    if text.audience:
        yield AUDIENCE.format(audience=text.audience)


def _clean(words: str) -> str:
    """Without what cannot be printed; an endless word may be broken."""
    whole = words.encode("utf-8", "replace").decode().replace("\t", " ")
    return _ENDLESS.sub(lambda found: found.group() + "\u200b", _CONTROL.sub("", whole))


def _plain(words: str) -> str:
    return " ".join(re.findall(r"\w+", words.lower()))


def _spoken(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


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
