"""All that is held, from a folder or a database, for a command that looks through it.

The bot may run meanwhile.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.open_store import address, open_store, refuse_moved_folder
from bot.settings import Settings
from store.base import Store
from store.errors import DamagedCase, NotFound
from store.model.case import Case
from store.model.memos import FOLDERS, Exported
from store.model.records import Person
from store.tiny.reading import FolderContents, add_exported

Kept = Callable[[str, str], AbstractAsyncContextManager[Path]]


@dataclass(frozen=True, slots=True)
class Held:
    """What could be read; what could not is named in `unreadable`."""

    people: Sequence[Person]
    cases: Sequence[Case]
    #: Every other record, with the name of its kind's folder.
    others: Sequence[tuple[str, Any]]
    #: `cases/7K4M`, `people/….json`.
    unreadable: Sequence[str]
    #: Gives the bytes as a file, of a case's reference and a SHA-256. Raises NotFound.
    kept: Kept
    #: Notes that it was gathered.
    note: Callable[[Exported], Awaitable[None]]

    async def person(self, id: str) -> Person:
        """By an id that the person has or had. Raises NotFound."""
        for person in self.people:
            if id in person.ids:
                return person
        raise NotFound(id)


@asynccontextmanager
async def all_held(settings: Settings) -> AsyncIterator[Held]:
    """Read all of it. Raises Trouble and OSError."""
    if address(settings) is None:
        refuse_moved_folder(settings)
        yield _in_folder(settings.headsup_data)
        return
    store = await open_store(settings)
    try:
        yield await _in_store(store)
    finally:
        await store.close()


def _in_folder(folder: Path) -> Held:
    reading = FolderContents(folder)

    @asynccontextmanager
    async def kept(reference: str, sha256: str) -> AsyncIterator[Path]:
        path = reading.evidence(reference, sha256)
        if not path.is_file():
            raise NotFound(f"evidence {sha256[:12]}")
        yield path

    async def note(exported: Exported) -> None:
        add_exported(folder, exported)

    # Before `unreadable` is looked at, which grows meanwhile.
    others = list(reading.others())
    return Held(reading.people, reading.cases, others, reading.unreadable, kept, note)


async def _in_store(store: Store) -> Held:
    cases = []
    for summary in await store.summaries():
        try:
            cases.append(await store.case(summary.reference))
        except (DamagedCase, NotFound):
            # It is among the unreadable ones, or was erased meanwhile.
            continue

    others: list[tuple[str, Any]] = []
    for invitation in await store.invitations():
        others.append(("invitations", invitation))
    for notice in await store.loose():
        others.append(("notices", notice))
    for kind, folder in FOLDERS.items():
        for memo in await store.memos(kind):
            others.append((folder, memo))

    return Held(
        people=await store.people(),
        cases=cases,
        others=others,
        unreadable=await store.unreadable(),
        kept=store.kept,
        note=store.put,
    )
