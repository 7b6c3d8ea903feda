"""The backup that is made every night by itself."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.monitoring.metrics import Metrics
from bot.open_store import open_store, refuse_moved_folder
from bot.settings import Settings
from handlers.desk import Desk
from handlers.school.backups import is_due, last_backup
from store.backup import BackupOptions, Made, make, make_of_store
from store.backup.places import UnderWay
from store.disk.durable import unavailable
from store.errors import Trouble
from store.model.memos import BackedUp
from store.tiny.reading import put_backed_up, read_backed_up

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Order:
    """One backup that is to be made."""

    #: A folder, or `s3://bucket/path`.
    to: str
    #: A public key of age, or nothing.
    key: str
    #: UTC.
    now: datetime
    forget_older: bool = False
    #: Of the backup that is made by itself: gives it up when it is set.
    stop: threading.Event | None = None

    @property
    def is_stopped(self) -> bool:
        return self.stop is not None and self.stop.is_set()

    def options(self, before: BackedUp | None) -> BackupOptions:
        """How it is made. `before`: how the backups to the same place have gone."""
        # A disk that is not attached must not be taken at night for a new and empty one.
        new = self.stop is None or before is None or before.done_at is None
        return BackupOptions(
            self.key,
            forget_older=self.forget_older,
            new=new,
            is_stopped=lambda: self.is_stopped,
        )

    def went_well(self) -> BackedUp:
        return BackedUp(self.to, self.now, self.now)

    def has_failed(self, error: Trouble, before: BackedUp | None) -> BackedUp:
        return BackedUp(self.to, self.now, before.done_at if before else None, str(error))


def make_noted_backup(settings: Settings, order: Order) -> Made:
    """Make a backup of the folder or the database, and note there how it went. Raises Trouble.

    For a thread without an event loop.
    """
    if settings.database_url:
        return asyncio.run(_back_up_database(settings, order))
    return _back_up_folder(settings, order)


def _back_up_folder(settings: Settings, order: Order) -> Made:
    folder = settings.headsup_data
    refuse_moved_folder(settings)
    before = read_backed_up(folder, order.to)

    def note(memo: BackedUp) -> None:
        try:
            put_backed_up(folder, memo)
        except OSError as error:
            raise unavailable(error, folder) from error

    try:
        made = make(folder, order.to, order.now, order.options(before))
    except UnderWay:
        raise
    except Trouble as error:
        if not order.is_stopped and (folder / "cases").is_dir():
            note(order.has_failed(error, before))
        raise
    note(order.went_well())
    return made


async def _back_up_database(settings: Settings, order: Order) -> Made:
    store = await open_store(settings)
    try:
        before = await store.memo(BackedUp, order.to)
        try:
            # With DATABASE_URL it is a store that can be copied.
            made = await make_of_store(store, order.to, order.now, order.options(before))  # type: ignore[arg-type]
        except UnderWay:
            raise
        except Trouble as error:
            if not order.is_stopped:
                await store.put(order.has_failed(error, before))
            raise
        await store.put(order.went_well())
        return made
    finally:
        await store.close()


class Nightly:
    """The backup that is made by itself where BACKUP_TO is set. `minute` belongs to the clock."""

    def __init__(self, settings: Settings, desk: Desk, metrics: Metrics) -> None:
        self._settings, self._desk, self._metrics = settings, desk, metrics
        self._stop = threading.Event()

    async def minute(self) -> None:
        """Make a backup if it is time. It never raises: it is tried again in an hour."""
        try:
            now = self._desk.now()
            last = await last_backup(self._desk)
            self._note(last.done_at if last else None)
            if is_due(last, now, self._desk.calendar):
                await self._back_up(now)
                self._note(now)
        except UnderWay:
            # Another process of the same school is at it.
            pass
        except Trouble as error:
            if not self._stop.is_set():
                log.error("backup failed", why=type(error.__cause__ or error).__name__)
        except Exception as error:
            log.error("backup failed", why=type(error).__name__)

    def _note(self, at: datetime | None) -> None:
        self._metrics.backed_up(self._settings.headsup_school, at)

    async def _back_up(self, now: datetime) -> None:
        to, key = self._settings.backup_place, self._settings.backup_key
        order = Order(to, key, now, stop=self._stop)
        made = await asyncio.to_thread(make_noted_backup, self._settings, order)
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
