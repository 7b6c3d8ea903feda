"""Divides a text into units: sentences and bullets, each with its place, its heading and its lead-in.

Schools write in every shape: Markdown, bare text pasted from a word processor, bullets of a dozen kinds,
numbered clauses, headings that are only short lines. Nothing here can fail; at worst a text becomes one
run of sentences. A unit is always an exact slice of the text, at most LONGEST characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from store.policies.texts import PolicyText

LONGEST = 800
SHORT_BULLET = 140  # characters; a longer bullet is divided into its sentences

_WORD = re.compile(r"[^\W_]")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_SIGNS = "•·▪◦●○■□➢➤►✓✔‣⁃\uf0b7\uf0a7\uf0d8"
_BULLET = re.compile(
    rf"(?:[-*+∙▫◆◇▶☑–—»>§{_SIGNS}]|o(?=[ \t]))(?:[ \t\u00a0]+|(?<=[{_SIGNS}])(?=\S))"
    r"|\(?(?:\d{1,2}|[a-zA-Z]|[ivxIVX]{1,5})[.)][ \t\u00a0]+(?=\S)"
    r"|\d{1,2}(?:\.\d{1,2}){1,3}\.?[ \t\u00a0]+(?=\S)"
)
_MARKDOWN_HEADING = re.compile(r"(#{1,6})[ \t]+(.*?)[ \t#]*\Z")
_BOLD_LINE = re.compile(r"(\*\*|__)(.+?)\1:?\Z")
_RULE = re.compile(r"(?:[-=_*~.·•|+]|[ \t])+\Z")
_NUMBER = re.compile(r"(?:\d{1,2}(?:\.\d{1,2}){0,3}[.)]?|[A-Z][.)]|[ivxIVX]+[.)])[ \t]+")
_SENTENCE_END = re.compile(r"[.!?…][\"'’”)\]]*(?=\s+[\"'‘“(\[]*[A-Z0-9]|\s*\Z)")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|mr|mrs|ms|dr|st|no|vs|inc|approx|dept|p|pp|para)|\b[A-Z])\.\Z",
    re.IGNORECASE,
)
_SMALL = {
    "a",
    "an",
    "and",
    "as",
    "at",
    "by",
    "for",
    "from",
    "in",
    "is",
    "of",
    "on",
    "or",
    "our",
    "the",
    "to",
    "we",
    "with",
    "your",
}


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence or a bullet."""

    start: int
    end: int
    section: str  # the nearest heading above it; "" where there is none
    block: int  # number of the paragraph or list that it belongs to
    kind: Literal["sentence", "bullet", "lead-in"]
    lead_in: tuple[int, int] | None = (
        None  # place of what introduces the list that this bullet belongs to
    )
    path: tuple[str, ...] = ()  # every heading above it, outermost first
    item: int = -1  # where its bullet begins; -1 outside a list
    under: int = -1  # where its section's heading begins; -1 where there is none


@dataclass(slots=True)
class _Line:
    start: int
    end: int  # without trailing blanks
    indent: int
    text: str  # without blanks at either end
    kind: str = "text"  # blank, rule, heading, bullet, text
    level: int = 0
    heading: str = ""


def divide(text: PolicyText) -> tuple[Unit, ...]:
    """All units of a text that have a letter or a digit, in order."""
    units = _units(text.text, _lines(text.text, text.body))
    return tuple(unit for unit in units if _WORD.search(text.text, unit.start, unit.end))


def sections(units: tuple[Unit, ...]) -> tuple[str, ...]:
    """The headings, each once, in order."""
    return tuple(dict.fromkeys(u.section for u in units if u.section))


def _lines(text: str, body: int) -> list[_Line]:
    lines: list[_Line] = []
    for match in _LINE.finditer(text, body):
        raw = match.group()
        if not raw:
            continue
        bare = raw.strip(" \t\r\n\u00a0\u200b\ufeff\x0b\x0c")
        lead = len(raw) - len(raw.lstrip(" \t\u00a0\u200b\ufeff\x0b\x0c"))
        start = match.start() + min(lead, len(raw))
        lines.append(_Line(start, start + len(bare), lead, bare))
    for n, line in enumerate(lines):
        _classify(lines, n, line)
    return lines


def _classify(lines: list[_Line], n: int, line: _Line) -> None:
    before = lines[n - 1] if n else None
    after = lines[n + 1] if n + 1 < len(lines) else None
    if not line.text:
        line.kind = "blank"
    elif found := _MARKDOWN_HEADING.match(line.text):
        line.kind, line.level, line.heading = "heading", len(found.group(1)), found.group(2)
    elif (
        after
        and len(line.text) <= 100
        and re.fullmatch(r"={3,}|-{3,}", after.text)
        and (not before or not before.text)
    ):
        line.kind, line.level, line.heading = "heading", 1 if after.text[0] == "=" else 2, line.text
    elif _RULE.fullmatch(line.text):
        line.kind = "rule"
    elif (
        len(line.text) <= 100
        and (found := _BOLD_LINE.match(line.text))
        and "**" not in found.group(2)
    ):
        line.kind, line.level, line.heading = "heading", 3, found.group(2).strip(" :")
    elif _BULLET.match(line.text) and not _numbered_heading(lines, n, line):
        line.kind = "bullet"
    elif _short_heading(lines, n, line):
        line.kind, line.level, line.heading = (
            "heading",
            3,
            _NUMBER.sub("", line.text, count=1).strip(" :"),
        )


def _blank(lines: list[_Line], n: int) -> bool:
    return not 0 <= n < len(lines) or not lines[n].text


def _next_text(lines: list[_Line], n: int) -> _Line | None:
    return next((line for line in lines[n + 1 : n + 6] if line.text), None)


def _title_like(words: list[str]) -> bool:
    long = [w for w in words if w.lower() not in _SMALL and w[0].isalpha()]
    return bool(long) and sum(w[0].isupper() for w in long) >= 0.7 * len(long)


def _numbered_heading(lines: list[_Line], n: int, line: _Line) -> bool:
    """`3. Roles and Duties` above a paragraph is a heading; the same among its like is a list."""
    found = _NUMBER.match(line.text)
    rest = line.text[found.end() :] if found else ""
    words = rest.split()
    if not words or len(words) > 9 or rest[-1] in ".;,!?" or not rest[0].isupper():
        return False
    after = _next_text(lines, n)
    if after is None or _NUMBER.match(after.text) or not _blank(lines, n - 1):
        return False
    return (
        line.text.isupper()
        or _title_like(words)
        or (len(words) <= 6 and len(after.text) > len(line.text) + 30)
    )


def _short_heading(lines: list[_Line], n: int, line: _Line) -> bool:
    words = line.text.split()
    if (
        len(words) > 12
        or len(line.text) > 90
        or line.text[-1] in ".;,!…"
        or not any(c.isalpha() for c in line.text)
    ):
        return False
    if (
        re.match(r"(?:dear|signed|date|name|yours|thank)\b", line.text, re.IGNORECASE)
        or "__" in line.text
        or "@" in line.text
    ):
        return False
    after = _next_text(lines, n)
    if after is None:
        return False
    stands_alone = _blank(lines, n - 1) or (
        n > 0 and lines[n - 1].kind in ("heading", "rule", "bullet")
    )
    if line.text.isupper() and len(line.text) > 3:
        return True
    if line.text.endswith(":"):
        return (
            stands_alone
            and len(words) <= 4
            and _title_like(words)
            and not _BULLET.match(after.text)
        )
    if (
        not (line.text[0].isupper() or _NUMBER.match(line.text))
        or line.text.endswith("?")
        and len(words) > 9
    ):
        return False
    if stands_alone and (
        _blank(lines, n + 1) or len(after.text) > len(line.text) + 20 or _BULLET.match(after.text)
    ):
        return len(words) <= 9 or _title_like(words)
    ends = n > 0 and (
        lines[n - 1].text[-1:] in (".", ";", "!", "?") or lines[n - 1].kind == "bullet"
    )
    return ends and len(words) <= 8 and len(after.text) > len(line.text) + 40


def _units(text: str, lines: list[_Line]) -> Iterator[Unit]:
    path: list[tuple[int, str]] = []
    under = -1
    block = 0
    lead: tuple[int, int] | None = None  # what may introduce a list
    listing = False
    n = 0
    while n < len(lines):
        line = lines[n]
        if line.kind == "heading":
            path = [p for p in path if p[0] < line.level] + [(line.level, line.heading)]
            under = line.start
            block += 1
            lead, listing = None, False
        elif line.kind in ("text", "bullet"):
            last = n
            while (
                last + 1 < len(lines)
                and lines[last + 1].kind == "text"
                and not _parts(lines, n, last)
            ):
                last += 1
            start, end = line.start, lines[last].end
            section, names = (path[-1][1] if path else ""), tuple(p[1] for p in path)
            if line.kind == "bullet":
                marker = _BULLET.match(line.text)
                start += marker.end() if marker else 0
                if not listing:
                    block += 1
                opens = text[start:end].endswith(":")
                kind: Literal["bullet", "lead-in"] = "lead-in" if opens else "bullet"
                if opens:
                    block += 1
                for a, b in _pieces(text, start, end, whole=True):
                    yield Unit(a, b, section, block, kind, lead, names, start, under)
                if opens:
                    lead = (start, end)
                listing = True
            else:
                follows = next((x for x in lines[last + 1 : last + 4] if x.kind != "blank"), None)
                opens = (
                    follows is not None
                    and follows.kind == "bullet"
                    or text[start:end].endswith((":", "to", "that"))
                )
                block += 1
                pieces = list(_pieces(text, start, end))
                for i, (a, b) in enumerate(pieces):
                    final = opens and i == len(pieces) - 1
                    yield Unit(
                        a,
                        b,
                        section,
                        block,
                        "lead-in" if final else "sentence",
                        None,
                        names,
                        -1,
                        under,
                    )
                lead = pieces[-1] if opens and pieces else None
                listing = opens
            n = last
        elif line.kind == "rule":
            lead, listing = None, False
        n += 1


def _parts(lines: list[_Line], first: int, last: int) -> bool:
    """Whether the next line begins something new, though no blank line says so."""
    here, following = lines[last], lines[last + 1]
    if lines[first].kind == "bullet" and following.indent == 0 and here.text[-1] in ".;:!?":
        return True
    if here.text.startswith("|") and following.text.startswith("|"):
        return True
    return here.text.endswith(":") or ("__" in here.text and "__" in following.text)


def _pieces(text: str, start: int, end: int, whole: bool = False) -> Iterator[tuple[int, int]]:
    """Sentences of text[start:end]; all of it where `whole` and it is not too long."""
    if end <= start:
        return
    if whole and end - start <= SHORT_BULLET:
        yield start, end
        return
    here = start
    for match in _SENTENCE_END.finditer(text, start, end):
        if match.end() < end and _ABBREVIATION.search(text, here, match.start() + 1):
            continue
        yield from _cut(text, here, match.end())
        here = match.end()
        while here < end and text[here].isspace():
            here += 1
    if here < end:
        yield from _cut(text, here, end)


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > LONGEST:
        cut = max(
            text.rfind(mark, start + LONGEST // 2, start + LONGEST)
            for mark in ("; ", ", ", " ", "\n", "\r")
        )
        cut = cut + 1 if cut > 0 else start + LONGEST
        stop = cut
        while stop > start and text[stop - 1].isspace():
            stop -= 1
        if stop > start:
            yield start, stop
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if end > start:
        yield start, end
