"""`headsup restore`: a backup put back into an empty folder, or into a database."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pydantic import SecretStr

from bot.cli.keeping.backup import megabytes
from bot.cli.keeping.older_copy import CopyOrder, unpacked
from bot.monitoring.logs import to_standard_error
from bot.open_store import address, migrate_tables, open_even_half_restored, without_password
from bot.settings import Settings, of_school, schools_of
from store.backup import Restored, restore
from store.base import Store
from store.disk.durable import unavailable
from store.errors import Trouble
from store.model.place_notes import PUTTING_BACK
from store.moving import move
from store.tiny import TinyStore
from store.tiny.verifying import verify
from store.verifying import Walk, look_through

RESTORED = "Put back {files} files ({size}), as of {made:%d/%m/%Y %H:%M} UTC, into {to}."
NEXT = "All is well. Set HEADSUP_DATA={folder}, and start the bot."
NEXT_DATABASE = "All is well. Set DATABASE_URL to that database, and start the bot."
NOT_WELL = "All of the backup is back. Not all was well when it was made:"
NOWHERE = "Say where it goes: headsup restore FROM FOLDER, or headsup restore FROM postgresql://…"
NOT_EMPTY = (
    "The database has cases or people of the school “{school}” already. "
    "Name an empty database: nothing is ever written over. To decide case by case what comes back "
    "into this one: headsup put-back FROM"
)
#: Where what was backed up was damaged then: a database takes whole records alone.
FOLDER_FIRST = "{why} A folder can take all of it as it is: headsup restore FROM FOLDER"


@dataclass(frozen=True, slots=True)
class RestoreOrder:
    """What is to be put back."""

    #: Where the backups are: a folder, or `s3://bucket/path`.
    source: str
    #: An empty folder, or a database's address; nothing for that of DATABASE_URL.
    to: str = ""
    #: The file with the private key, where it is encrypted.
    key_file: Path | None = None
    #: The name of an older backup; else it is the newest.
    generation: str = ""


@dataclass(frozen=True, slots=True)
class PutBack:
    """What came of putting a backup back."""

    #: What to tell.
    lines: list[str] = field(default_factory=list)
    #: False where what was backed up was not all as it had been written.
    is_well: bool = True


def put_back(order: RestoreOrder, settings: Settings) -> PutBack:
    """Restore a backup, and look through all that was restored. Raises Trouble.

    With SCHOOLS, and without one that is meant, each school is put back in turn.
    """
    is_database = "://" in order.to or not order.to
    if not is_database:
        return _into_folder(order, Path(order.to))
    if order.to:
        settings = settings.model_copy(update={"database_url": SecretStr(order.to)})
    if address(settings) is None:
        raise Trouble(NOWHERE)
    migrate_tables(settings)
    if settings.schools is None:
        return _into_database(order, order.source, settings)

    if settings.is_of_one_of_several:
        schools = [settings.headsup_school]
    else:
        schools = schools_of(settings)
    lines: list[str] = []
    is_well = True
    for school in schools:
        source = f"{order.source.rstrip('/')}/{school}"
        done = _into_database(order, source, of_school(settings, school))
        lines += [f"{school}: {line}" for line in done.lines]
        is_well = is_well and done.is_well
    return PutBack(lines, is_well)


def _into_folder(order: RestoreOrder, folder: Path) -> PutBack:
    done = restore(order.source, folder, order.key_file, order.generation)
    found = _look_through_folder(folder)
    lines = [_word(done, str(folder))]
    if found:
        lines += [NOT_WELL, *found]
    else:
        lines.append(NEXT.format(folder=folder))
    return PutBack(lines, is_well=not found)


def _look_through_folder(folder: Path) -> list[str]:
    """What is wrong in a folder, in sentences."""
    try:
        return [str(finding) for finding in verify(folder, Walk())]
    except OSError as error:
        raise unavailable(error, folder) from error


def _into_database(order: RestoreOrder, source: str, settings: Settings) -> PutBack:
    """By way of a folder of its own, which nobody else may read and which is gone afterwards."""
    copy = CopyOrder(source, order.key_file, order.generation)
    with unpacked(copy) as (folder, done), to_standard_error():
        found = asyncio.run(_fill(folder, settings, done.name))
    lines = [_word(done, without_password(settings))]
    if found:
        lines += [NOT_WELL, *found]
    else:
        lines.append(NEXT_DATABASE)
    return PutBack(lines, is_well=not found)


async def _fill(folder: Path, settings: Settings, generation: str) -> list[str]:
    """Carry a folder over to an empty database; what is wrong there then, in sentences.

    One that was begun with the same backup, and was interrupted, is finished. Raises Trouble.
    """
    target = await open_even_half_restored(settings)
    try:
        async with target.kept_still():
            begun = await target.place_note(PUTTING_BACK)
            if begun != generation and not await _is_empty(target):
                raise Trouble(NOT_EMPTY.format(school=settings.headsup_school))
            await target.put_place_note(PUTTING_BACK, generation)
            source = TinyStore.open(folder)
            try:
                await move(source, target)
            except Trouble as error:
                raise Trouble(FOLDER_FIRST.format(why=error)) from error
            finally:
                await source.close()
            await target.put_place_note(PUTTING_BACK, "")
            return [str(finding) async for finding in look_through(target, Walk())]
    finally:
        await target.close()


async def _is_empty(store: Store) -> bool:
    return not (await store.summaries() or await store.people() or await store.unreadable())


def _word(done: Restored, to: str) -> str:
    made: datetime = done.made
    return RESTORED.format(files=done.files, size=megabytes(done.size), made=made, to=to)
