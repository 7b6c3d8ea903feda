"""All that was kept of a case is handed over: its evidence, and its chronology."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import partial

from handlers.cases.chronology import cases_named_in, entries_for, entry_line
from handlers.cases.evidence.shown import place_of
from handlers.cases.evidence.words import unkept_lines
from handlers.commands import WITH_CASE, command
from handlers.desk import Ask, Desk, take_reference
from handlers.matter import Matter
from handlers.messages import Choice, Choices, File, Heading, Part, Quote, Reply, Text, say
from handlers.rules.access import Act
from handlers.text.pages import PAGE, fill_pages, page_named, split_text
from handlers.text.words import counted, listed
from handlers.workflow.changes import change
from store.model.case import Case
from store.model.evidence import Evidence
from store.model.kinds import WORDS, EntryKind, EvidenceKind
from store.model.records import Person, State

NOTHING_KEPT = "Case {reference} has nothing that could be handed over."
HANDED = (
    "{what} of case {reference}. {page}Keep them to yourself; that you were given them is noted."
)
PAGE_OF = "Page {page} of {pages}. "
PIECE_OF = " · part {number} of {all}"
LOCKED = "The pictures and files of case {reference} are locked away. They are handed to nobody."
LOCKED_FOR_LEAD = (
    "The pictures and files of case {reference} are locked away: nobody opens them, copies them or "
    "passes them "
    "on, you neither. Tell the police (101, or 999 if a child is in danger) or children's services "
    "that they "
    "are there; they say what happens to them."
)
MORE = "The next ones"
#: Characters of a text, with room for where it came from.
PIECE = PAGE - 400
#: In one answer.
FILES = 10
EVERYTHING = "Case {reference}: all entries"


@dataclass(frozen=True, slots=True)
class Piece:
    """A file, or as much of a text as fits on a page."""

    case: Case
    item: Evidence
    text: str = ""
    place: str = ""

    @property
    def length(self) -> int:
        return len(self.text) + len(self.place) if self.text else PAGE // FILES


@command(
    "case evidence",
    usage="/case evidence REFERENCE [PAGE]",
    bare=WITH_CASE,
    may=Act.EVIDENCE,
    summary="be handed the words, links, pictures and files of a case",
)
async def evidence(ask: Ask, desk: Desk) -> Reply:
    """Hand over what is kept, in full. That it was handed over is an entry."""
    reference, typed = take_reference(ask.words, evidence.usage)
    matter = await desk.case_for(ask.person, reference, Act.EVIDENCE)
    root = matter.case.reference
    last = _not_handed(ask.person, matter)
    pieces = _pieces(matter, desk)
    if not pieces:
        return matter.shown_in(say(NOTHING_KEPT.format(reference=root), *last))
    pages = fill_pages(pieces, lambda piece: piece.length, FILES)
    page = page_named(typed, len(pages))
    handed = pages[page - 1]
    numbers = ", ".join(dict.fromkeys(f"{p.case.reference} {p.item.number}" for p in handed))
    await change(
        desk,
        ask.person,
        matter,
        Act.EVIDENCE,
        lambda case: case.enter(ask.at, ask.person.id, EntryKind.EVIDENCE, numbers=numbers),
    )
    page_of = PAGE_OF.format(page=page, pages=len(pages)) if len(pages) > 1 else ""
    parts: list[Part] = [Text(HANDED.format(what=_what(handed), reference=root, page=page_of))]
    parts += [_part(piece, desk) for piece in handed]
    if page < len(pages):
        parts.append(Choices((Choice(MORE, f"case evidence {root} {page + 1}"),)))
    else:
        parts += last
    return matter.shown_in(Reply(tuple(parts))).showing(piece.case.reference for piece in handed)


def _pieces(matter: Matter, desk: Desk) -> list[Piece]:
    """All that may be handed over, in the order in which it came."""
    rows = []
    for case in matter.cases:
        for item in case.evidence:
            if item.state == State.KEPT:
                rows.append((case, item))
    rows.sort(key=lambda row: row[1].at)

    found = []
    for case, item in rows:
        if item.kind in WORDS:
            place = place_of(item, case, matter, desk)
            found += _pieces_of_words(case, item, place)
        elif item.sha256 and not matter.withheld:
            found.append(Piece(case, item))
    return found


def _pieces_of_words(case: Case, item: Evidence, place: str) -> list[Piece]:
    """A text, cut where it is longer than a page; each piece says which of them it is."""
    texts = split_text(item.text, PIECE)
    if len(texts) == 1:
        return [Piece(case, item, texts[0], place)]
    pieces = []
    for number, text in enumerate(texts, 1):
        part = PIECE_OF.format(number=number, all=len(texts))
        pieces.append(Piece(case, item, text, place + part))
    return pieces


def _what(handed: list[Piece]) -> str:
    """`2 messages, a link and 3 files`: a text in several pieces is one message."""
    kinds = {(p.case.reference, p.item.number): p.item.kind for p in handed}
    names: dict[str, str] = {EvidenceKind.TEXT: "message", EvidenceKind.LINK: "link"}
    counts = Counter(names.get(kind, "file") for kind in kinds.values())
    in_order = [name for name in ("message", "link", "file") if counts[name]]
    what = listed(counted(counts[name], name) for name in in_order)
    return what[0].upper() + what[1:]


def _part(piece: Piece, desk: Desk) -> Part:
    if piece.text:
        return Quote(piece.text, piece.place)
    item, reference = piece.item, piece.case.reference
    kept = partial(desk.store.kept, reference, item.sha256)
    media_type = item.media_type or "application/octet-stream"
    return File(kept, file_name(reference, item), media_type, protected=True)


def file_name(reference: str, item: Evidence) -> str:
    """`7K4M-3.png`: never the name that it came with, which may be a trick or a person's name."""
    kinds = {"image/jpeg": ".jpg", "image/png": ".png", "video/mp4": ".mp4", "audio/ogg": ".ogg"}
    suffix = kinds.get(item.media_type, "")
    own_suffix = re.search(r"\.[A-Za-z0-9]{1,5}$", item.name)
    if own_suffix:
        suffix = own_suffix[0].lower()
    return f"{reference}-{item.number}{suffix}"


def _not_handed(person: Person, matter: Matter) -> list[Text]:
    """What there is besides, and why it is not handed over."""
    said = unkept_lines(matter.evidence)
    if matter.withheld and any(item.sha256 for item in matter.evidence):
        locked = LOCKED_FOR_LEAD if matter.may(person, Act.UNLOCK) else LOCKED
        said.insert(0, locked.format(reference=matter.case.reference))
    return [Text("\n".join(said))] if said else []


@command(
    "case log",
    usage="/case log REFERENCE [PAGE]",
    bare=WITH_CASE,
    may=Act.WORK,
    summary="everything that happened in a case, from the beginning",
)
async def log(ask: Ask, desk: Desk) -> Reply:
    """All entries of a case and of what was joined to it, in full.

    That they were read is an entry.
    """
    reference, typed = take_reference(ask.words, log.usage)
    matter = await change(desk, ask.person, reference, Act.WORK, lambda case: _read(case, ask))
    root = matter.case.reference
    rows = await entries_for(ask.person, matter, desk)
    lines: list[str] = []
    for row in rows:
        words = entry_line(row, matter, desk)
        for line in words.split("\n"):
            lines += split_text(line, PIECE)
    pages = fill_pages(lines, lambda line: len(line) + 1)
    page = page_named(typed, len(pages))
    shown = Quote(
        "\n".join(pages[page - 1]), PAGE_OF.format(page=page, pages=len(pages)).strip(". ")
    )
    parts: list[Part] = [Heading(EVERYTHING.format(reference=root)), shown]
    if page < len(pages):
        parts.append(Choices((Choice("More", f"case log {root} {page + 1}"),)))
    return Reply(tuple(parts)).showing(cases_named_in(matter, rows))


def _read(case: Case, ask: Ask) -> Case:
    """Turning the pages is one reading."""
    last = case.chronology[-1]
    known = last.what == EntryKind.READ and last.by == ask.person.id
    return case if known else case.enter(ask.at, ask.person.id, EntryKind.READ)
