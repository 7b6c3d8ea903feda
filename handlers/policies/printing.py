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

from handlers.text.pdf import _BOLD, TEMPLATE, Block, _clean, _kept_together, _runs
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
            indent = (
                len(lines[n - 1].expandtabs(4)) - len(lines[n - 1].expandtabs(4).lstrip())
            ) // 2
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
        return {
            "kind": "item",
            "mark": _clean(mark),
            "indent": indent,
            "text": _runs(words[found.end() :]),
        }
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


def _plain(words: str) -> str:
    return " ".join(re.findall(r"\w+", words.lower()))


def _spoken(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
