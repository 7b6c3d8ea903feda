"""A letter, filled in: what stands in it comes from the case's links, sites and days alone.

No words of the case go into it, and no names but of whoever signs it: a child is named in it only
where somebody types that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.desk import Desk
from handlers.matter import Matter
from handlers.policies.passages import passage_at
from handlers.text.links import host_of
from handlers.text.words import ROLES, full_day, listed
from store.model.kinds import EvidenceKind
from store.model.records import Person, Role, State
from store.school.letters import Letter, divide_at_fields

A_POST = "a post that the school was shown on {day}"
AT_SITES = "what was posted on {sites}, and shown to the school on {day} ({links})"
#: In whose place a letter quotes its passages.
PASSAGES = "{passages}"
LINE = "____________________"
#: Whoever signs does so with the first of these roles that they have.
SIGNS_AS = (Role.HEAD, Role.CHAIR, Role.DSL, Role.LEADER, Role.ICT)
#: Links that are written out.
MOST_LINKS = 5


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A part of a letter, with its lines: words, a list of them, or a passage that is quoted."""

    kind: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Filled:
    title: str
    paragraphs: tuple[Paragraph, ...]


def fill(letter: Letter, matter: Matter, to: str, by: Person, at: datetime, desk: Desk) -> Filled:
    """The letter, filled in. `to`: as typed; nothing leaves a line to write on. `at`: UTC."""
    today = desk.calendar.local(at)
    role = next((ROLES[role] for role in SIGNS_AS if by.has(role)), "")
    values = {
        "school": desk.calendar.school.name,
        "date": full_day(today),
        "to": to or LINE,
        "what was posted, where, when": what_was_posted(matter, desk),
        "signed": "\n".join((LINE, by.name, role[:1].upper() + role[1:])).strip(),
    }
    # What is filled in is set as it stands: a joiner of no width keeps asterisks from being marks.
    plain = {field: value.replace("**", "*\u2060*") for field, value in values.items()}
    return Filled(letter.title, tuple(_paragraphs(letter, plain, desk)))


def _paragraphs(letter: Letter, values: Mapping[str, str], desk: Desk) -> Iterator[Paragraph]:
    for block in letter.text.replace("\r", "").split("\n\n"):
        lines = [line for line in block.split("\n") if line.strip()]
        if [line.strip() for line in lines] == [PASSAGES]:
            yield from _quoted(letter, desk)
        elif lines:
            yield _paragraph(lines, values)


def _paragraph(lines: Sequence[str], values: Mapping[str, str]) -> Paragraph:
    """A list, where each line begins as one of a list does; else words, a line for each."""
    if all(line.startswith("- ") for line in lines):
        return Paragraph("list", tuple(_filled(line[2:], values) for line in lines))
    filled: list[str] = []
    for line in lines:
        # An address that is filled in has several lines.
        filled += _filled(line, values).split("\n")
    return Paragraph("words", tuple(filled))


def _filled(line: str, values: Mapping[str, str]) -> str:
    """What is filled in is never looked through for fields."""
    pieces = divide_at_fields(line)
    return "".join(values.get(piece, "") if is_field else piece for piece, is_field in pieces)


def _quoted(letter: Letter, desk: Desk) -> Iterator[Paragraph]:
    for place in letter.passages:
        passage = passage_at(place, desk)
        if passage:
            lines = [line.strip() for line in passage.words.split("\n") if line.strip()]
            said = f"({passage.title}: {passage.section})"
            yield Paragraph("quote", (*lines, said))


def what_was_posted(matter: Matter, desk: Desk) -> str:
    """Where and when, by the links that were kept; never what it says, or who passed it on."""
    day = full_day(desk.calendar.local(matter.case.opened_at))
    links = _links(matter)
    # Where a picture is locked away, nobody is told where it is to be found.
    if matter.withheld or not links:
        return A_POST.format(day=day)
    sites = dict.fromkeys(filter(None, map(host_of, links)))
    shown = links[:MOST_LINKS]
    return AT_SITES.format(sites=listed(sites), day=day, links=", ".join(shown))


def _links(matter: Matter) -> Sequence[str]:
    found = []
    for case in matter.cases:
        for item in case.evidence:
            is_link = item.kind == EvidenceKind.LINK and item.state == State.KEPT
            if is_link and item.normal and host_of(item.normal):
                found.append(item.normal)
    return list(dict.fromkeys(found))
