"""The backup that is made every night by itself."""

from __future__ import annotations

import asyncio
import threading
from datetime import datetime
from pathlib import Path

import structlog

from bot.settings import Settings
from handlers.desk import Desk
from handlers.school.backups import is_due, last_backup
from store.backup import BackupOptions, Made, make
from store.disk.durable import unavailable
from store.errors import Trouble
from store.model.memos import BackedUp
from store.tiny.reading import put_backed_up, read_backed_up

log = structlog.get_logger()

IN_A_DATABASE = (
    "DATABASE_URL is set, so all is in PostgreSQL: back it up every night with its own tools "
    "(pg_dump, pg_restore)."
)


def make_noted_backup(
    folder: Path,
    to: str,
    key: str,
    now: datetime,
    *,
    forget_older: bool = False,
    stop: threading.Event | None = None,
) -> Made:
    """Make a backup, and note in the data folder how it went. Raises Trouble.

    `key`: a public key of age, or nothing. `now`: UTC. `stop`, for the backup that is made by
    itself, gives it up when it is set.
    """
    before = read_backed_up(folder, to)
    last_done = before.done_at if before else None
    is_stopped = stop.is_set if stop else lambda: False

    # A disk that is not attached must not be taken at night for a new and empty one.
    new = stop is None or last_done is None
    options = BackupOptions(key, forget_older=forget_older, new=new, is_stopped=is_stopped)
    try:
        made = make(folder, to, now, options)
    except Trouble as error:
        if not is_stopped() and (folder / "cases").is_dir():
            _note(folder, BackedUp(to, now, last_done, str(error)))
        raise
    _note(folder, BackedUp(to, now, now))
    return made


def _note(folder: Path, memo: BackedUp) -> None:
    try:
        put_backed_up(folder, memo)
    except OSError as error:
        raise unavailable(error, folder) from error


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
        made = await asyncio.to_thread(
            make_noted_backup,
            self._settings.headsup_data,
            self._settings.backup_to,
            self._settings.backup_key,
            now,
            stop=self._stop,
        )
        log.info(
            "backed up",
            files=made.files,
            copied=made.copied,
            odd=len(made.odd),
            mended=made.mended,
        )

    def stop(self) -> None:
        """Give up what is under way: what has been copied is used by the next one."""
        self._stop.set()
