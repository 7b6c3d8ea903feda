"""`headsup backup` and `headsup restore`, and the backup that is made every night by itself."""

from __future__ import annotations

import asyncio
import threading
from datetime import datetime
from pathlib import Path

import structlog

from bot.settings import Settings
from handlers.desk import Desk
from handlers.school.backups import is_due, last_backup
from store.backup import Made, make, restore
from store.backup.keys import make_key
from store.disk.durable import unavailable
from store.errors import Trouble
from store.model.memos import BackedUp
from store.tiny.reading import put_backed_up, read_backed_up
from store.tiny.verifying import verify
from store.verifying import Walk

IN_A_DATABASE = (
    "DATABASE_URL is set, so all is in PostgreSQL: back it up every night with its own tools "
    "(pg_dump, pg_restore)."
)
NOWHERE = "Say where the backup goes: headsup backup FOLDER, or set BACKUP_TO."
BACKED_UP = (
    "Backed up {files} files ({size}) to {to}; {copied} of them were new or had changed ({copied_size})."
)
KEPT = "What was written was read back, and is right. Backups kept there: {number}."
MENDED = (
    "{number} older pieces there were damaged. What is still held here was written again; watch that disk."
)
ODD = "{number} files here are not as they were written, and were copied as they are. See: headsup verify"
RESTORED = "Put back {files} files ({size}), as of {made:%d/%m/%Y %H:%M} UTC, into {folder}."
NEXT = "All is well. Set HEADSUP_DATA={folder}, and start the bot."
NOT_WELL = "It is what was backed up, and that was not all well:"
KEY_MADE = (
    "The private key is in {file}: keep it in two safe places, not with the bot. "
    "Without it no backup can be read."
)
PUBLIC = "BACKUP_KEY={public}"
FILE_THERE = "{file} is there already; nothing was changed."

log = structlog.get_logger()


def back_up(settings: Settings, to: str, key: str, now: datetime, *, forget_older: bool = False) -> list[str]:
    """Make a backup, and say what was done. Raises Trouble."""
    must_be_a_folder(settings)
    to = to or settings.backup_to
    if not to:
        raise Trouble(NOWHERE)
    made = _noted(settings.headsup_data, to, key or settings.backup_key, now, forget_older=forget_older)
    return list(_told(made, to))


def must_be_a_folder(settings: Settings) -> None:
    """Raises Trouble where the data is in a database."""
    if settings.database_url:
        raise Trouble(IN_A_DATABASE)


def _noted(
    folder: Path,
    to: str,
    key: str,
    now: datetime,
    *,
    forget_older: bool = False,
    stop: threading.Event | None = None,
) -> Made:
    """A backup, and a note in the data folder of how it went. `stop`: it is made by itself. Raises Trouble."""
    before = read_backed_up(folder, to)
    stopped = stop.is_set if stop else lambda: False
    new = stop is None or before is None or before.done_at is None
    try:
        made = make(folder, to, now, key, forget_older=forget_older, new=new, stopped=stopped)
    except Trouble as error:
        if not stopped() and (folder / "cases").is_dir():
            _note(folder, BackedUp(to, now, before.done_at if before else None, str(error)))
        raise
    _note(folder, BackedUp(to, now, now))
    return made


def _note(folder: Path, memo: BackedUp) -> None:
    try:
        put_backed_up(folder, memo)
    except OSError as error:
        raise unavailable(error, folder) from error


def _told(made: Made, to: str) -> list[str]:
    said = [
        BACKED_UP.format(
            files=made.files,
            size=megabytes(made.size),
            to=to,
            copied=made.copied,
            copied_size=megabytes(made.copied_size),
        ),
        KEPT.format(number=made.generations),
    ]
    said += [MENDED.format(number=made.mended)] if made.mended else []
    return said + ([ODD.format(number=len(made.odd))] if made.odd else [])


def megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB"


def put_back(where: str, folder: Path, key_file: Path | None, generation: str) -> tuple[list[str], bool]:
    """Restore, look through all that was restored, and say so; whether all is well. Raises Trouble."""
    done = restore(where, folder, key_file, generation)
    said = [RESTORED.format(files=done.files, size=megabytes(done.size), made=done.made, folder=folder)]
    try:
        found = [str(finding) for finding in verify(folder, Walk())]
    except OSError as error:
        raise unavailable(error, folder) from error
    return [*said, *([NOT_WELL, *found] if found else [NEXT.format(folder=folder)])], not found


def new_key(file: Path) -> list[str]:
    """A new pair of keys: the private one into a file, the public one said. Raises Trouble."""
    try:
        public = make_key(file)
    except FileExistsError as error:
        raise Trouble(FILE_THERE.format(file=file)) from error
    except OSError as error:
        raise unavailable(error, file.parent) from error
    return [KEY_MADE.format(file=file), PUBLIC.format(public=public)]


class Nightly:
    """The backup that is made by itself where BACKUP_TO is set. `minute` belongs to the clock."""

    def __init__(self, settings: Settings, desk: Desk) -> None:
        self._settings, self._desk = settings, desk
        self._stop = threading.Event()

    async def minute(self) -> None:
        """Make a backup if it is time. It never raises: it is tried again in an hour."""
        try:
            now = self._desk.now()
            if is_due(await last_backup(self._desk), now, self._desk.calendar):
                await self._back_up(now)
        except Trouble as error:
            if not self._stop.is_set():
                log.error("backup failed", why=type(error.__cause__ or error).__name__)
        except Exception as error:
            log.error("backup failed", why=type(error).__name__)

    async def _back_up(self, now: datetime) -> None:
        data, to, key = self._settings.headsup_data, self._settings.backup_to, self._settings.backup_key
        made = await asyncio.to_thread(_noted, data, to, key, now, stop=self._stop)
        log.info("backed up", files=made.files, copied=made.copied, odd=len(made.odd), mended=made.mended)

    def stop(self) -> None:
        """Give up what is under way: what has been copied is used by the next one."""
        self._stop.set()
