"""TinyDB files that are replaced as a whole, and what everything in one folder shares."""

from __future__ import annotations

import asyncio
import os
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from contextvars import copy_context
from pathlib import Path
from typing import BinaryIO, TypeVar, TypeVarTuple
from weakref import WeakValueDictionary

import structlog
from tinydb import TinyDB
from tinydb.storages import Storage

from store.disk.durable import is_of_one_file, make_folder, read_file, replace_file, unavailable
from store.disk.seal import seal, unseal
from store.documents import Record, Tables, record_from, to_json
from store.errors import Conflict, StoreUnavailable
from store.tiny.undoing import DAMAGED, Change, put_aside

log = structlog.get_logger()

UNSURE = (
    "The disk does not say whether the last change is on it, and nothing more is kept until it "
    "does. {why}"
)

#: Threads in which files are read and written, beside the one that runs everything else.
THREADS = 8

R = TypeVar("R")
Arguments = TypeVarTuple("Arguments")


class DurableStorage(Storage):
    """TinyDB's file, replaced as a whole and sealed at each write."""

    def __init__(self, path: Path | str) -> None:
        self.path = path

    def read(self) -> Tables | None:
        """The tables, or None where there is no file. Raises ValueError where it is damaged."""
        try:
            return unseal(read_file(self.path))
        except FileNotFoundError:
            return None

    def write(self, data: Tables) -> None:
        """Durable when it returns; a crash leaves the old file or the new. Raises OSError."""
        replace_file(Path(self.path), seal(to_json(data)))


def write_tables(path: Path, tables: Tables) -> None:
    """Write a file, and make its folder where that is missing. Raises OSError."""
    make_folder(path.parent)
    put_tables(path, tables)


def put_tables(path: Path, tables: Tables) -> None:
    """Write a file in a folder that is there. Raises OSError."""
    with TinyDB(path, storage=DurableStorage) as db:
        db.storage.write(tables)


def read_tables(path: Path | str) -> Tables:
    """Raises OSError, FileNotFoundError too, and ValueError when it is not what was written."""
    with TinyDB(path, storage=DurableStorage) as db:
        tables: Tables | None = db.storage.read()
    if tables is None:
        raise FileNotFoundError(path)
    return tables


class Files:
    """A folder that one process owns, with its locks and threads.

    A write goes on when its caller is cancelled: memory and disk never part.
    """

    def __init__(self, folder: Path, lock: BinaryIO) -> None:
        self.folder = folder
        #: Reference or other name of a record that cannot be read -> the name of the file that was
        #: put aside; nothing where it was left, or is gone.
        self.damaged: dict[str, str] = {}
        #: Where each of them would be -> what `unreadable` calls it.
        self._unreadable: dict[Path, str] = {}

        #: Open for as long as the process owns the folder.
        self._lock = lock
        #: Whoever holds or waits for a turn keeps its lock alive; with the last of them it goes.
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        #: By a reference, a person's id or a file's name: one write at a time.
        self._writing: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        #: Keys that are to be unique and are on their way to the disk -> set once that has ended.
        self._reserved: dict[str, asyncio.Event] = {}
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="store")
        #: Failed changes of which nobody knows whether they are on the disk.
        self._in_doubt: list[Change] = []
        self._looking = asyncio.Lock()

    def alone(self, what: str) -> AbstractAsyncContextManager[None]:
        return self._turns.setdefault(what, asyncio.Lock())

    async def unreadable(self) -> Sequence[str]:
        return sorted(set(self._unreadable.values()))

    def _load_records(self, folder: str, kind: type[Record], put: Callable[[Record], None]) -> None:
        """Hand every record of a folder to `put`, but what cannot be read. Raises OSError."""
        names = sorted(os.listdir(self.folder / folder))
        for name in names:
            record, is_aside, _ = name.partition(DAMAGED)
            if is_aside:
                # At an earlier start. What stands in its place now is read below.
                self._unreadable[self.folder / folder / f"{record}.json"] = f"{folder}/{record}"

        for path in [self.folder / folder / name for name in names if name.endswith(".json")]:
            try:
                put(record_from(kind, read_tables(path)))
                self._unreadable.pop(path, None)
            except FileNotFoundError:
                # Used meanwhile.
                continue
            except (OSError, ValueError) as error:
                self._leave_out(path.stem, path, error)

    def _leave_out(self, name: str, path: Path, error: Exception) -> None:
        """Go on without a file that cannot be read, and tell of it.

        What is damaged is put aside, to be looked at. What the disk does not give, or nobody allows
        to read, stays where it is, since the next start may read it. Raises OSError where it is not
        the file's fault.
        """
        if not is_of_one_file(error):
            raise error
        aside = ""
        if isinstance(error, ValueError):
            with suppress(OSError):
                aside = put_aside(path).name
        if self.damaged.get(name) != aside:
            log.error(
                "damaged file put aside" if aside else "file not read", record=name, file=aside
            )
        self.damaged[name] = aside
        self._unreadable[path] = str(path.relative_to(self.folder).with_suffix(""))

    @asynccontextmanager
    async def _reserve(self, *keys: str) -> AsyncIterator[None]:
        """Keep others from these keys until they are on the disk.

        Raises Conflict where somebody else has reserved one, and only once that is on the disk: who
        is told of a Conflict reads at once what is there.
        """
        for key in keys:
            if event := self._reserved.get(key):
                await event.wait()
                raise Conflict(key)

        done = asyncio.Event()
        self._reserved.update(dict.fromkeys(keys, done))
        try:
            yield
        finally:
            for key in keys:
                self._reserved.pop(key, None)
            done.set()

    async def _change(self, path: Path, change: Callable[[], R], *, with_folder: bool = False) -> R:
        """What `change` gives, which changes this file, and nobody else does meanwhile.

        Where it fails, the file is as it was; or else, nobody knowing what is on the disk, nothing
        more is changed until that is known. `with_folder`: it makes the file's folder as well.
        Raises StoreUnavailable.
        """
        await self._be_sure()
        made = Change(path, with_folder=with_folder)
        try:
            given = await self._in_thread(made.make, change)
        except StoreUnavailable:
            await self._undo(made)
            raise
        self._unreadable.pop(path, None)
        return given

    async def _undo(self, made: Change) -> None:
        try:
            await self._in_thread(made.undo)
        except StoreUnavailable as error:
            self._in_doubt.append(made)
            log.error("not known what is on the disk", why=str(error))

    async def _be_sure(self) -> None:
        """Look at the disk again, where it is not known what is there. Raises StoreUnavailable."""
        if not self._in_doubt:
            return
        async with self._looking:
            while self._in_doubt:
                try:
                    await self._in_thread(self._in_doubt[0].undo)
                except StoreUnavailable as error:
                    raise StoreUnavailable(UNSURE.format(why=error)) from error
                del self._in_doubt[0]
            log.info("known again what is on the disk")

    async def _in_thread(self, function: Callable[[*Arguments], R], *arguments: *Arguments) -> R:
        """What the function gives. Its OSError is raised as StoreUnavailable."""
        # In the context of the caller, so that a line of the log tells for whom it is done.
        run = copy_context().run
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads, run, function, *arguments)
        except OSError as error:
            raise unavailable(error, self.folder) from error
