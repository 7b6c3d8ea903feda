"""The chronology of a pack, as a PDF."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from handlers.cases.chronology import entry_line
from handlers.cases.concerned.poster_words import posters_words
from handlers.cases.packs.contents import Item, Pack
from handlers.cases.removals.wording import post_words, state_words
from handlers.cases.reporting.questions import subjects_words
from handlers.desk import Desk
from handlers.matter import Matter
from handlers.text.pdf import Block, Document, heading, paragraph, picture, print_document, rows
from handlers.text.words import full_day, listed, size
from handlers.workflow.removals import posts_of
from store.model.case import Case
from store.model.records import Status
from store.model.removals import PostRemoval

TITLE = "Case {reference}"
FOR = "For {receiver}. Made by {by} on {day}."
WHY = "Why: {reason}"
IN_CONFIDENCE = (
    "Left out, as it was said in confidence: the names of those who passed it on and their own "
    "words, notes, and whatever else somebody typed. Their places in the chain of entries stay."
)
WHOLE = "It names those who passed it on. Whoever gets it keeps it as confidential as it was."
CHECK = (
    "manifest.json has the SHA-256 of each file. “python3 verify.py”, in the folder of the pack, "
    "says whether all is as it was."
)
WITHHELD = (
    "Its pictures and files are locked away and are not in this pack: nobody copies or passes on "
    "what shows a child undressed."
)
KNOWN, STEPS, REMOVED, RECEIVED, HAPPENED = (
    "What is known",
    "Steps",
    "Removal",
    "What was received",
    "What happened",
)
LEFT_OUT = "Not in this pack: {what}."
NOTHING = "None."


@dataclass(frozen=True, slots=True)
class Pictures:
    """Small copies of what is in a pack."""

    folder: Path
    #: Their names in it, by the path of what they are of.
    names: Mapping[str, str]


def chronology_pdf(pack: Pack, hashes: Mapping[str, str], pictures: Pictures, desk: Desk) -> bytes:
    """The first file of a pack. `hashes`: SHA-256 by path. Call it in a thread."""
    school = desk.calendar.school.name
    day = full_day(desk.calendar.local(pack.made_at))
    document = Document(
        title=TITLE.format(reference=pack.matter.case.reference),
        school=school,
        about=[FOR.format(receiver=pack.receiver.value, by=pack.made_by, day=day)],
        printed=day,
        blocks=list(_blocks(pack, hashes, pictures, desk)),
    )
    return print_document(document, pictures.folder)


def _blocks(
    pack: Pack, hashes: Mapping[str, str], pictures: Pictures, desk: Desk
) -> Iterator[Block]:
    yield paragraph(WHY.format(reason=pack.reason))
    yield paragraph(WHOLE if pack.receiver.gets_all else IN_CONFIDENCE)
    if pack.matter.withheld:
        yield paragraph(WITHHELD)
    yield paragraph(CHECK)

    yield heading(KNOWN)
    reference = pack.matter.case.reference
    yield rows([("Case", reference), *_facts(pack, desk)], (10, 40))

    yield heading(STEPS)
    yield from _steps(pack, desk)

    removals = list(_removals(pack))
    if removals:
        yield heading(REMOVED)
        yield rows([("Post", "What became of it"), *removals], (20, 40))

    yield heading(RECEIVED)
    for item in pack.items:
        blocks = list(_item(item, pack, hashes, desk))
        if item.path in pictures.names:
            shown = [*blocks, picture(pictures.names[item.path])]
            blocks = [{"kind": "together", "blocks": shown}]
        yield from blocks
    if pack.not_handed_over:
        yield paragraph(LEFT_OUT.format(what="; ".join(pack.not_handed_over)))

    yield heading(HAPPENED)
    day = ""
    for row in pack.shown_rows:
        of_entry = full_day(desk.calendar.local(row.entry.at))
        if of_entry != day:
            yield heading(of_entry, 3)
        day = of_entry
        yield paragraph(entry_line(row, pack.matter, desk))


def _facts(pack: Pack, desk: Desk) -> Iterator[tuple[str, str]]:
    matter = pack.matter
    yield "About", _kinds(matter, desk)
    if pack.receiver.gets_all:
        yield from _people(pack)
    yield "Passed on", _when(matter.case.opened_at, desk)
    yield "State", _state(matter.case, desk)
    if matter.joined:
        yield "With it", listed(case.reference for case in matter.joined)


def _kinds(matter: Matter, desk: Desk) -> str:
    """The categories of a case and of what was joined to it, each once."""
    categories = [desk.procedure.named(case.category) for case in matter.cases]
    names = dict.fromkeys(category.name for category in categories if category)
    return "; ".join(names) or "not categorised yet"


def _people(pack: Pack) -> Iterator[tuple[str, str]]:
    """Whom it concerns, who posted it, and who passed it on: for those alone who get all."""
    matter = pack.matter
    yield "Concerns", subjects_words(matter.subjects) or "nobody has said"
    yield "Posted by", posters_words(matter.posters) or "not known"
    yield "Passed on by", listed(map(pack.name, matter.reporters))


def _state(case: Case, desk: Desk) -> str:
    if case.status != Status.CLOSED:
        return "open"
    outcome = desk.procedure.outcome_named(case.outcome)
    return f"closed: {outcome.name.lower() if outcome else case.outcome}"


def _when(at: datetime, desk: Desk) -> str:
    """`24 November 2026, 09:00`, local time."""
    local = desk.calendar.local(at)
    return f"{full_day(local)}, {local:%H:%M}"


def _steps(pack: Pack, desk: Desk) -> Iterator[Block]:
    found = []
    for case in pack.matter.cases:
        for step in case.oldest_first:
            if pack.receiver.gets_all or not step.is_own:
                settled = step.settled_at
                when = full_day(desk.calendar.local(settled)) if settled else ""
                due = full_day(desk.calendar.local(step.due))
                found.append((step.what, due, f"{step.progress} {when}".strip()))
    if found:
        yield rows([("Step", "Due", "State"), *found], (30, 14, 16))
    else:
        yield paragraph(NOTHING)


def _removals(pack: Pack) -> Iterator[tuple[str, str]]:
    """Each post of which something was noted. What was typed is for those alone who get all."""
    matter = pack.matter
    for post in posts_of(matter):
        if post.removal != PostRemoval(post.number):
            said = state_words(post.removal, pack.name, with_typed=pack.receiver.gets_all)
            yield post_words(post, matter), said


def _item(item: Item, pack: Pack, hashes: Mapping[str, str], desk: Desk) -> Iterator[Block]:
    evidence = item.evidence
    at = _when(evidence.at, desk)
    number, *_ = item.path.rsplit("/", 1)[-1].split("-")
    yield heading(f"{number} · {evidence.kind}, {at}, from {pack.name(evidence.by)}", 3)
    if item.is_words:
        for line in pack.words_of(item).splitlines():
            yield paragraph(line or " ")
    large = f", {size(evidence.size)}" if evidence.size else ""
    yield paragraph(f"{item.path}{large}. SHA-256: {hashes.get(item.path, 'cannot be read')}")
