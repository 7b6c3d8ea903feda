"""`headsup export`: what is held that names somebody, in a folder for a person to check and to redact.

It only reads, so the bot may run meanwhile, but for one new record: that this was gathered.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import cast

from bot.cli.export.name_search import PERHAPS, Sought, texts_in
from bot.cli.export.pages import README, page, paragraph, safe, table
from bot.cli.export.records import Held, all_held
from bot.settings import Settings
from handlers.cases.chronology import entries_of, entry_line
from handlers.cases.hand_over import file_name
from handlers.cases.questions import about_words
from handlers.desk import Desk, Matter
from handlers.rules.access import is_subject
from handlers.rules.calendar import Calendar
from handlers.rules.names import names_alike
from handlers.text.words import listed, moment
from handlers.workflow.people import name_of
from store.base import Store
from store.disk.durable import unavailable
from store.disk.evidence import sha256_of
from store.errors import NotFound, Trouble
from store.model.case import Case
from store.model.kinds import WORDS
from store.model.memos import Exported
from store.model.records import Evidence, Person, State, new_id
from store.policies import Policies
from store.school.procedure import load_procedure
from store.school.school import load_school

NO_NAME = 'Give the person\'s full name: --person "Asha Patel"'
NOT_EMPTY = "{folder} holds something already. Name a new folder, so that nothing is mixed up."
INSIDE = "{folder} lies within the bot's own folder. Name another one."
NOTHING = "Nothing that is held names “{name}”. Other spellings, and first names alone, are for you to try."
GATHERED = "Gathered in {folder}: {cases}. Read README.txt there before anything is handed over."
UNREADABLE = "{number} files could not be read; they are named in README.txt."

LOCKED = "not copied: nobody copies or passes on what shows a child undressed"
GONE = "not copied: it is missing from the disk"
SPOILT = "not copied: it is not as it was received. See: headsup verify"
NEVER_KEPT = "never kept: {state}"


@dataclass(slots=True)
class Included:
    """A case that names the person, and why."""

    matter: Matter
    reasons: list[str]
    sure: bool
    copied: dict[str, str] = field(
        default_factory=dict
    )  # evidence, as REFERENCE NUMBER -> file or why not

    @property
    def case(self) -> Case:
        return self.matter.named


async def export_to(folder: Path, typed: str, settings: Settings, now: datetime) -> list[str]:
    """Gather it, and say what to do next. Raises Trouble."""
    sought = Sought(" ".join(typed.split())[:200])
    if not sought.parts:
        raise Trouble(NO_NAME)
    _must_be_new(folder, settings.headsup_data)
    try:
        async with all_held(settings) as held:
            return await _export(folder, sought, settings, held, now)
    except OSError as error:
        raise unavailable(error, folder) from error


async def _export(
    folder: Path, sought: Sought, settings: Settings, held: Held, now: datetime
) -> list[str]:
    desk = Desk(
        store=cast("Store", held),  # of which no more is asked than names
        procedure=load_procedure(settings.policy_texts),
        policies=Policies(settings.policy_texts, by_meaning=False),
        calendar=Calendar(load_school(settings.school_file)),
        now=lambda: now,
    )
    known = [p for p in held.people if names_alike(sought.name, p.name)]
    found = [each for case in held.cases if (each := _included(case, sought, known, held))]
    others = list(_others(sought, known, held))
    if not found and not others:
        return [NOTHING.format(name=safe(sought.name))]
    sure = [each for each in found if each.sure]
    references = tuple(each.case.reference for each in sure)
    _make(folder)
    with _whole(folder):
        await _write(folder, sought, found, others, held, desk)
        await held.note(Exported(new_id(), sought.name, references, now))
    cases = "no case" if not sure else f"{len(sure)} case{'s' if len(sure) > 1 else ''}"
    said = [GATHERED.format(folder=folder, cases=cases)]
    return [*said, *([UNREADABLE.format(number=len(held.unreadable))] if held.unreadable else [])]


def _make(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)


@contextmanager
def _whole(folder: Path) -> Iterator[None]:
    """What could not be gathered, or noted, is not left lying there."""
    try:
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _must_be_new(folder: Path, data: Path) -> None:
    if folder.resolve().is_relative_to(data.resolve()):
        raise Trouble(INSIDE.format(folder=folder))
    if os.path.lexists(folder) and (not folder.is_dir() or any(folder.iterdir())):
        raise Trouble(NOT_EMPTY.format(folder=folder))


# --- what names them -----------------------------------------------------------------------------------


def _included(case: Case, sought: Sought, known: Sequence[Person], held: Held) -> Included | None:
    ids = {id for person in known for id in person.ids}
    reasons = []
    about = case.about
    if about and (any(is_subject(p, about) for p in known) or names_alike(sought.name, about.name)):
        reasons.append("it is about them")
    if not ids.isdisjoint(case.reporters):
        reasons.append("they passed it on")
    if case.owner in ids:
        reasons.append("they look after it")
    if any(step.person in ids for step in case.follow_ups):
        reasons.append("a step of it was given to them")
    if any(
        entry.by in ids or not ids.isdisjoint(entry.details.values()) for entry in case.chronology
    ):
        reasons.append("entries are by them, or name them")
    sure = bool(reasons)
    if how := sought.best(texts_in(asdict(case))):
        reasons.append(f"words in it name them ({how})")
        sure = sure or how != PERHAPS
    return Included(_matter(case, held), reasons, sure) if reasons else None


def _matter(case: Case, held: Held) -> Matter:
    """The case, with what it was joined to and what was joined to it."""
    ring = {case.reference}
    while True:
        wider = ring | {c.reference for c in held.cases if c.joined_to in ring}
        wider |= {c.joined_to for c in held.cases if c.reference in ring and c.joined_to}
        if wider == ring:
            break
        ring = wider
    others = tuple(c for c in held.cases if c.reference in ring and c.reference != case.reference)
    return Matter(case, frozenset(), case, others)


def _others(sought: Sought, known: Sequence[Person], held: Held) -> Iterator[tuple[str, object]]:
    """People, notices and memos that name them."""
    ids = {id for person in known for id in person.ids}
    yield from (("people", person) for person in known)
    for kind, record in held.others:
        texts = list(texts_in(asdict(record)))
        if not ids.isdisjoint(texts) or sought.best(texts) not in ("", PERHAPS):
            yield kind, record


# --- writing it down -------------------------------------------------------------------------------------


async def _write(
    folder: Path,
    sought: Sought,
    found: Sequence[Included],
    others: Sequence[tuple[str, object]],
    held: Held,
    desk: Desk,
) -> None:
    for each in found:
        if each.sure:
            await _copy_evidence(each, folder, held)
            _put(folder / f"{each.case.reference}.html", await _case_page(each, sought, desk))
    _put(folder / "other-records.html", _others_page(others, sought))
    _put(folder / "index.html", _index(found, sought, desk))
    unread = "".join(f"\n    {path}" for path in held.unreadable) or " none"
    at = moment(desk.now(), desk.calendar)
    _put(folder / "README.txt", README.format(name=safe(sought.name), at=at, unread=unread))


def _put(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


async def _copy_evidence(each: Included, folder: Path, held: Held) -> None:
    case = each.case
    for item in case.evidence:
        if item.kind not in WORDS:
            each.copied[f"{case.reference} {item.number}"] = await _copied(
                item, each.matter, folder, held
            )


async def _copied(item: Evidence, matter: Matter, folder: Path, held: Held) -> str:
    """The name of the copy, or why there is none."""
    reference = matter.named.reference
    if matter.withheld or item.state == State.WITHHELD:
        return LOCKED
    if not item.sha256:
        return NEVER_KEPT.format(state=item.state)
    copy = folder / "evidence" / file_name(reference, item)
    copy.parent.mkdir(mode=0o700, exist_ok=True)
    try:
        async with held.kept(reference, item.sha256) as source:
            shutil.copyfile(source, copy)
    except NotFound:
        return GONE
    if sha256_of(copy) != item.sha256:
        copy.unlink()
        return SPOILT
    copy.chmod(0o600)
    return f"{copy.parent.name}/{copy.name}"


async def _case_page(each: Included, sought: Sought, desk: Desk) -> str:
    case, matter = each.case, each.matter
    category = desk.procedure.named(case.category)
    facts = [
        ("Why it is here", "; ".join(each.reasons)),
        ("Category", category.name if category else "none"),
        ("About", about_words(case.about)),
        ("Passed on", moment(case.opened_at, desk.calendar)),
        ("By", listed([await name_of(id, desk) for id in case.reporters])),
        ("Looked after by", await name_of(case.owner, desk) if case.owner else "nobody"),
        ("State", case.status + (f": {case.outcome}" if case.outcome else "")),
        (
            "Together with",
            listed(part.reference for part in matter.joined) if matter.joined else "nothing",
        ),
    ]
    evidence = [[*await _item(item, each, desk)] for item in case.evidence]
    steps = [
        [
            step.what,
            step.progress,
            moment(step.due, desk.calendar),
            step.person and await name_of(step.person, desk),
        ]
        for step in case.follow_ups
    ]
    alone = Matter(case, frozenset(), case)
    happened = [
        [await entry_line(row, row.case, desk), _details(row.entry.details)]
        for row in entries_of(alone)
    ]
    return page(
        f"Case {case.reference}",
        table(("", ""), facts, sought),
        "<h2>What was sent</h2>",
        table(("No.", "What", "By", "When", "Words, or the copy", "SHA-256"), evidence, sought),
        "<h2>Steps</h2>",
        table(("What", "What came of it", "Due", "Given to"), steps, sought),
        "<h2>What happened</h2>",
        table(("", "In the record"), happened, sought),
    )


async def _item(item: Evidence, each: Included, desk: Desk) -> tuple[str, ...]:
    words = item.text or each.copied.get(f"{each.case.reference} {item.number}", "")
    origin = _details(item.origin)
    named = f"{item.kind} {item.name}".strip() + (f" ({origin})" if origin else "")
    when = moment(item.at, desk.calendar)
    return str(item.number), named, await name_of(item.by, desk), when, words, item.sha256


def _details(details: object) -> str:
    pairs = dict(details).items()  # type: ignore[call-overload]
    return "; ".join(f"{key}: {value}" for key, value in pairs if value)


def _others_page(others: Sequence[tuple[str, object]], sought: Sought) -> str:
    rows = [(kind, _details(asdict(record))) for kind, record in others]  # type: ignore[call-overload]
    return page("Other records", table(("Kind", "What it holds"), rows, sought))


def _index(found: Sequence[Included], sought: Sought, desk: Desk) -> str:
    def rows(sure: bool) -> list[tuple[str, str, str]]:
        return [
            (
                each.case.reference,
                moment(each.case.opened_at, desk.calendar),
                "; ".join(each.reasons),
            )
            for each in found
            if each.sure is sure
        ]

    held = [
        (each.case.reference, number.split()[-1], what)
        for each in found
        for number, what in each.copied.items()
    ]
    links = "".join(
        f'<li><a href="{ref}.html">Case {ref}</a></li>'
        for ref in (e.case.reference for e in found if e.sure)
    )
    return page(
        f"What is held that names {sought.name}",
        f'<ul>{links}<li><a href="other-records.html">Other records</a></li></ul>',
        "<h2>Cases, and why they are here</h2>",
        table(("Case", "Passed on", "Why"), rows(True), None),
        "<h2>Pictures and files</h2>",
        table(("Case", "No.", "The copy, or why there is none"), held, None),
        "<h2>Perhaps</h2>",
        paragraph(
            "Only a first name stands there. Look into them in the bot; nothing of them was gathered."
        ),
        table(("Case", "Passed on", "Why"), rows(False), None),
    )
