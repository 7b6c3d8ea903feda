"""An older copy of what a school keeps, opened as a store: a backup, a folder, another database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from bot.open_store import open_even_moved
from bot.settings import Settings
from store.backup import Restored, restore
from store.backup.places import BUCKET
from store.base import Store
from store.disk.aside import folder_aside, sweep_temporary
from store.errors import Trouble
from store.tiny import TinyStore

NO_COPY = (
    "There is neither a backup nor a data folder at {where}: a backup has a folder called "
    "generations in it, a data folder one called cases. Is the path right, and the disk "
    "attached?"
)


@dataclass(frozen=True, slots=True)
class CopyOrder:
    """Which copy is meant."""

    #: A place of backups, a folder such as HEADSUP_DATA, or postgresql://…
    source: str
    #: The file with the private key, where it is an encrypted backup.
    key_file: Path | None = None
    #: The name of an older backup; else it is the newest.
    generation: str = ""


@contextmanager
def unpacked(order: CopyOrder) -> Iterator[tuple[Path, Restored]]:
    """A backup, put into a folder that nobody else may read, and that goes when the context ends.

    What a process that was killed has left of the kind goes now. Raises Trouble.
    """
    sweep_temporary()
    with folder_aside(None) as aside:
        folder = aside / "data"
        yield folder, restore(order.source, folder, order.key_file, order.generation)


@asynccontextmanager
async def older_copy(order: CopyOrder, settings: Settings) -> AsyncIterator[Store]:
    """The copy of the school that the settings name. Raises Trouble."""
    source = order.source
    if "://" in source and not source.startswith(BUCKET):
        there = settings.model_copy(update={"database_url": SecretStr(source)})
        store = await open_even_moved(there)
    elif (Path(source) / "cases").is_dir():
        store = TinyStore.open(Path(source))
    elif source.startswith(BUCKET) or (Path(source) / "generations").is_dir():
        with unpacked(order) as (folder, _):
            store = TinyStore.open(folder)
            try:
                yield store
            finally:
                await store.close()
        return
    else:
        raise Trouble(NO_COPY.format(where=source))
    try:
        yield store
    finally:
        await store.close()
