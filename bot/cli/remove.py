"""`headsup remove`: one school taken out of a deployment, with everything that is kept of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.chats import label_of
from bot.open_store import NO_EXTRA, address, evidence_bucket, open_even_moved
from bot.settings import KEY, Settings, SettingsError, of_school
from handlers.text.words import counted
from store.backup.taking_away import has_backups, remove_folder, take_away
from store.errors import Trouble
from store.school.school import load_school

if TYPE_CHECKING:
    from store.base import Store
    from store.postgres import Database
    from store.postgres.installations import Installation, Installations

FOLDER_ALONE = (
    "Without DATABASE_URL the school is its folder: stop the bot, and delete {folder} and the "
    "backups yourself."
)
NOT_HERE = (
    "These settings are the school {here}’s, not {school}’s. Run it with those of {school}: "
    "headsup --env-file FILE remove {school}"
)
NO_SCHOOL = "There is no school “{school}”: no folder in SCHOOLS, and nothing in the database."
IN_USE = (
    "{why} With SCHOOLS, the others may go on: disconnect each chat of this school (headsup "
    "--school {school} disconnect …), wait a minute, and try again."
)
WHAT_GOES = "This removes {name} ({school}) for good: {what}."
CASES = "{cases}, with their evidence and all that was said"
OTHER_NAME = "That is not “{name}”, so nothing was removed."
FIRST_QUESTION = "To go on, type the school’s name, {name}"
LAST_QUESTION = "It cannot be undone. Type the name once more"
REMOVED = "{name} was removed: nothing of it is left in {places}."
GIVEN_BACK = "Its chats were given back: {chats}."
BACKUPS_STAY = (
    "Its backups are still at {place}, and the bot will not remove them any more. Delete them "
    "when you no longer need them."
)
LEFT = (
    "What was deleted leaves traces for a while in the tables' free room, in the write-ahead log, "
    "and in every dump: see docs/postgresql.md, “What was erased”."
)
NOT_VACUUMED = (
    "The tables are rid of it once PostgreSQL has vacuumed them, which it does by itself."
)

#: Asks a question at the command line, and gives what was typed.
Ask = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Doomed:
    """A school that is to be removed, and what there is of it."""

    settings: Settings
    #: As people call it; its key where its file does not say.
    name: str
    folder: Path | None
    #: Where its backups are, if there are any and they are to go.
    backups: str
    installed: Sequence[Installation]

    @property
    def key(self) -> str:
        return self.settings.headsup_school


async def remove(
    settings: Settings, school: str, ask: Ask, say: Callable[[str], object], *, keep_backups: bool
) -> None:
    """Remove a school, after its name was typed twice. Raises Trouble.

    Nothing was removed then, or a part; it may be run again.
    """
    if address(settings) is None:
        raise SettingsError(FOLDER_ALONE.format(folder=settings.headsup_data))
    its = _settings_of(settings, school)
    async with _opened(its) as (database, installations):
        doomed = await _look(its, database, installations, keep_backups=keep_backups)
        store = await open_even_moved(its, database)
        try:
            say(WHAT_GOES.format(name=doomed.name, school=school, what=await _what(doomed, store)))
            _must_be_meant(doomed.name, ask)
            async with _kept_still(store, doomed):
                is_vacuumed = await _remove(doomed, database, installations)
        finally:
            await store.close()
    for line in _word(doomed, its, is_vacuumed=is_vacuumed):
        say(line)


def _settings_of(settings: Settings, school: str) -> Settings:
    """Those of the school, also where it has no folder any more."""
    if settings.schools is None:
        # The settings here, of backups too, are one school's own.
        if school != settings.headsup_school:
            raise Trouble(NOT_HERE.format(school=school, here=settings.headsup_school))
        return settings
    # What is no key must not lead out of the folder of the schools.
    if not KEY.fullmatch(school):
        raise Trouble(NO_SCHOOL.format(school=school))
    if (settings.schools / school).is_dir():
        return of_school(settings, school)
    missing = settings.schools / school / "school.toml"
    return settings.model_copy(update={"headsup_school": school, "school_file": missing})


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[tuple[Database, Installations | None]]:
    """The database, and the chats of several schools where there are several."""
    try:
        from bot.schools.open import open_installations
        from store.postgres import Database
    except ImportError as error:
        raise SettingsError(NO_EXTRA) from error
    installations = None
    if settings.schools is None:
        database = await Database.open(address(settings) or "")
    else:
        database, installations = await open_installations(settings)
    try:
        yield database, installations
    finally:
        await database.close()


async def _look(
    settings: Settings,
    database: Database,
    installations: Installations | None,
    *,
    keep_backups: bool,
) -> Doomed:
    from store.postgres.removing import is_known

    key = settings.headsup_school
    folder = settings.schools / key if settings.schools else None
    if not await is_known(database, key) and not (folder and folder.is_dir()):
        raise Trouble(NO_SCHOOL.format(school=key))

    backups = "" if keep_backups else await _find_backups(settings)
    installed = await installations.all() if installations else ()
    mine = [installation for installation in installed if installation.school == key]
    return Doomed(settings, _name_of(settings), folder, backups, mine)


def _name_of(settings: Settings) -> str:
    """What the school calls itself; its key, where its file does not say."""
    name = ""
    if settings.school_file.exists():
        # A mistake in its file must not keep a school from being removed.
        with suppress(Trouble):
            name = load_school(settings.school_file, settings.trust_file).name
    return name or settings.headsup_school


async def _find_backups(settings: Settings) -> str:
    """The place of its backups; empty where there are none."""
    place = settings.backup_place
    has_some = bool(place) and await asyncio.to_thread(has_backups, place)
    return place if has_some else ""


async def _what(doomed: Doomed, store: Store) -> str:
    """What there is of a school, to be said before it goes."""
    cases = counted(len(await store.summaries()), "case")
    parts = [CASES.format(cases=cases), counted(len(await store.people()), "person", "people")]
    for installation in doomed.installed:
        parts.append(f"its {label_of(installation.platform)} ({installation.name})")
    if doomed.folder and doomed.folder.is_dir():
        parts.append(f"the folder {doomed.folder}")
    if doomed.backups:
        parts.append(f"every backup at {doomed.backups}")
    return "; ".join(parts)


def _must_be_meant(name: str, ask: Ask) -> None:
    for question in (FIRST_QUESTION.format(name=name), LAST_QUESTION):
        if ask(question).strip() != name:
            raise Trouble(OTHER_NAME.format(name=name))


@asynccontextmanager
async def _kept_still(store: Store, doomed: Doomed) -> AsyncIterator[None]:
    """No bot works with the school until the context ends. Raises Trouble where one does."""
    still = store.kept_still()
    try:
        await still.__aenter__()
    except Trouble as error:
        if doomed.settings.schools is None:
            raise
        raise Trouble(IN_USE.format(why=error, school=doomed.key)) from error
    try:
        yield
    finally:
        await still.__aexit__(None, None, None)


async def _remove(doomed: Doomed, database: Database, installations: Installations | None) -> bool:
    """Whether the tables are rid of it already.

    First what may be refused from outside. The rows go late and the folder last: with either, the
    school is still known, and the rest can be removed when this is run again.
    """
    from bot.schools.connect import take_out
    from store.postgres.removing import remove_school

    for installation in doomed.installed:
        if installations:
            await take_out(doomed.settings, installation, installations)
    if doomed.settings.evidence_url:
        await evidence_bucket(doomed.settings).remove_all()
    if doomed.backups:
        await asyncio.to_thread(take_away, doomed.backups)
        if doomed.settings.schools and "://" not in doomed.backups:
            await asyncio.to_thread(remove_folder, Path(doomed.backups))
    is_vacuumed = await remove_school(database, doomed.key)
    if doomed.folder:
        await asyncio.to_thread(remove_folder, doomed.folder)
    return is_vacuumed


def _word(doomed: Doomed, settings: Settings, *, is_vacuumed: bool) -> list[str]:
    places = ["the database"]
    if settings.evidence_url:
        places.append("the bucket")
    if doomed.folder:
        places.append(str(doomed.folder))
    if doomed.backups:
        places.append(doomed.backups)
    lines = [REMOVED.format(name=doomed.name, places=", ".join(places))]
    if doomed.installed:
        chats = [f"{label_of(each.platform)} ({each.name})" for each in doomed.installed]
        lines.append(GIVEN_BACK.format(chats=", ".join(chats)))
    if settings.backup_place and not doomed.backups and has_backups(settings.backup_place):
        lines.append(BACKUPS_STAY.format(place=settings.backup_place))
    if not is_vacuumed:
        lines.append(NOT_VACUUMED)
    lines.append(LEFT)
    return lines
