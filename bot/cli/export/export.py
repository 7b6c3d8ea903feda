"""`headsup export`: what is held that names somebody, in a folder for a person to check and redact.

It only reads, so the bot may run meanwhile, but for one new record: that this was gathered.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from bot.cli.export.decisions import NAME as OTHERS
from bot.cli.export.decisions import proposed, written
from bot.cli.export.exported_pages import case_page, index_page, others_page
from bot.cli.export.held_records import Held, all_held
from bot.cli.export.html_pages import README, safe, texts_of
from bot.cli.export.included import Included, Search
from bot.cli.export.name_search import Sought, texts_in
from bot.cli.export.new_folder import make_folder, must_be_new, put, whole
from bot.cli.export.others_named import others_named
from bot.settings import Settings
from handlers.cases.evidence.hand_over import file_name
from handlers.desk import Desk
from handlers.matter import Matter
from handlers.rules.calendar import Calendar
from handlers.text.words import moment
from store.base import Store
from store.disk.durable import unavailable
from store.disk.evidence import sha256_of
from store.errors import NotFound, Trouble
from store.model.evidence import Evidence
from store.model.identifiers import new_id
from store.model.kinds import WORDS
from store.model.memos import Exported
from store.model.records import State
from store.policies import Policies
from store.school.procedure import load_procedure
from store.school.school import load_school

NO_NAME = 'Give the person\'s full name: --person "Asha Patel"'
NOTHING = "Nothing that is held names “{name}”. Try other spellings, and the first name alone."
GATHERED = "Gathered in {folder}: {cases}. Read README.txt there before anything is handed over."
UNREADABLE = "{number} files could not be read; they are named in README.txt."

LOCKED = "not copied: nobody copies or passes on what shows a child undressed"
GONE = "not copied: it is missing from the disk"
SPOILT = "not copied: it is not as it was received. See: headsup verify"
NEVER_KEPT = "never kept: {state}"


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that was found, before it is written down."""

    sought: Sought
    cases: Sequence[Included]
    #: Every other record, with the name of its kind's folder.
    others: Sequence[tuple[str, Any]]

    @property
    def sure(self) -> list[Included]:
        """The cases that are gathered; of the others, only the index speaks."""
        return [included for included in self.cases if included.sure]


async def export_to(folder: Path, typed: str, settings: Settings, now: datetime) -> list[str]:
    """Gather it, and say what to do next. `typed`: a name. `now`: UTC. Raises Trouble."""
    sought = Sought(" ".join(typed.split())[:200])
    if not sought.parts:
        raise Trouble(NO_NAME)
    must_be_new(folder, settings.headsup_data, "the bot's own")
    try:
        async with all_held(settings) as held:
            desk = desk_for(settings, held, now)
            return await _export(folder, sought, held, desk)
    except OSError as error:
        raise unavailable(error, folder) from error


def desk_for(settings: Settings, held: Held, now: datetime) -> Desk:
    """A desk whose store is asked for no more than names."""
    return Desk(
        store=cast("Store", held),
        procedure=load_procedure(settings.policy_texts, settings.trust_texts),
        policies=Policies(settings.policy_texts, by_meaning=False),
        calendar=Calendar(load_school(settings.school_file, settings.trust_file)),
        now=lambda: now,
        data=settings.headsup_data,
    )


async def _export(folder: Path, sought: Sought, held: Held, desk: Desk) -> list[str]:
    search = Search.of(sought, held)
    gathered = Gathered(sought, search.cases(), list(search.others()))
    if not gathered.cases and not gathered.others:
        return [NOTHING.format(name=safe(sought.name))]

    references = tuple(included.case.reference for included in gathered.sure)
    make_folder(folder)
    with whole(folder):
        await _write(folder, gathered, held, desk)
        await held.note(Exported(new_id(), sought.name, references, desk.now()))

    said = [GATHERED.format(folder=folder, cases=_number_of_cases(len(references)))]
    if held.unreadable:
        said.append(UNREADABLE.format(number=len(held.unreadable)))
    return said


def _number_of_cases(number: int) -> str:
    if number == 0:
        return "no case"
    return f"{number} case{'s' if number > 1 else ''}"


# --- writing it down -----------------------------------------------------------------------------


async def _write(folder: Path, gathered: Gathered, held: Held, desk: Desk) -> None:
    sought = gathered.sought
    for included in gathered.sure:
        await _copy_evidence(included, folder, held)
    pages = {
        included.case.reference: case_page(included, sought, desk) for included in gathered.sure
    }
    pages["other-records"] = others_page(gathered.others, sought)
    pages["index"] = index_page(gathered.cases, sought, desk)
    for name, page in pages.items():
        put(folder / f"{name}.html", page)
    put(folder / OTHERS, _others(folder, gathered, list(pages.values()), held, desk))

    unread = "".join(f"\n    {path}" for path in held.unreadable) or " none"
    at = moment(desk.now(), desk.calendar)
    put(folder / "README.txt", README.format(name=safe(sought.name), at=at, unread=unread))


def _others(folder: Path, gathered: Gathered, pages: Sequence[str], held: Held, desk: Desk) -> str:
    """The text of the file in which it is decided what is taken out."""
    known = set(desk.calendar.school.staff)
    for person in held.people:
        known.update(person.names)
    typed: list[str] = []
    for included in gathered.sure:
        known |= {about.name for about in (*included.case.subjects, *included.case.posters)}
        typed += included.typed
    for _, record in gathered.others:
        typed += texts_in(asdict(record))

    cells: list[str] = []
    for page in pages:
        cells += texts_of(page)
    others = others_named(map(safe, typed), known, cells, gathered.sought)
    return written(proposed(others, _copied(folder, gathered)))


def _copied(folder: Path, gathered: Gathered) -> list[str]:
    """The paths within the folder of the files that are there."""
    files: list[str] = []
    for included in gathered.sure:
        files += [copy for copy in included.copied.values() if (folder / copy).is_file()]
    return files


async def _copy_evidence(included: Included, folder: Path, held: Held) -> None:
    """Copy the files of a case, and note beside it where each is, or why it is not."""
    case = included.case
    for item in case.evidence:
        # What somebody wrote stands in the case's page.
        if item.kind in WORDS:
            continue
        copy = await _copy(item, included.matter, folder, held)
        included.copied[f"{case.reference} {item.number}"] = copy


async def _copy(item: Evidence, matter: Matter, folder: Path, held: Held) -> str:
    """The path of the copy within the folder, or why there is none."""
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
