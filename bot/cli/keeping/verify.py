"""`headsup verify`: whether the store still holds what was written to it. It reads only."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import orjson
from pydantic import SecretStr

from bot.monitoring.logs import to_standard_error
from bot.open_store import open_even_moved
from bot.settings import Settings
from handlers.text.words import counted
from store.base import Store
from store.comparing import OlderStore, compare_with_older
from store.disk.durable import unavailable
from store.errors import Trouble
from store.model.case import Case
from store.model.memos import RoleChange
from store.tiny.reading import FolderContents
from store.tiny.verifying import verify
from store.verifying import Mismatch, Walk, look_through

WELL = "All is well."
LEFT_OUT = (
    "{where}: is locked away, and not here. No backup and no move takes it along. If this was "
    "never put back or moved, find out who had access."
)
UNSEALED = (
    "{number} files of an earlier version have no seal yet; each gets one when it is written next."
)
UNPROVED = (
    "Of an earlier version, whose entries say less: {cases}. That ends with the next entry of each."
)
NO_FOLDER = "There is no folder {folder}. Set HEADSUP_DATA to the one that the bot uses."
TWO_FOLDERS = (
    "The data is in a folder, but --against names a database. Carry that into a folder first: "
    "DATABASE_URL=postgresql://… headsup move --to FOLDER"
)
NO_COPY = "There is no copy of the folder at {folder}: it would hold a folder called cases."


def print_findings(
    settings: Settings,
    say: Callable[[str], object],
    *,
    against: str = "",
    as_json: bool = False,
) -> bool:
    """Say what is wrong, a line each, as it is found. Returns whether all is well.

    `against`: an older copy, as a folder or the address of a database. Raises Trouble.
    """
    walk = Walk()
    found: list[Mismatch] = []

    def note(finding: Mismatch) -> None:
        found.append(finding)
        if not as_json:
            say(str(finding))

    if settings.database_url is not None:
        with to_standard_error():
            asyncio.run(_in_database(settings, against, walk, note))
    elif "://" in against:
        raise Trouble(TWO_FOLDERS)
    else:
        _in_folder(settings.headsup_data, Path(against) if against else None, walk, note)

    if not as_json:
        for where in walk.left_out:
            say(LEFT_OUT.format(where=where))
    if as_json:
        say(orjson.dumps(_summary(walk, found), option=orjson.OPT_INDENT_2).decode())
    elif not found:
        say(" ".join([WELL, *_of_before(walk)]))
    return not found


def _of_before(walk: Walk) -> list[str]:
    """What is said of what an earlier version wrote; it is no fault."""
    said = []
    if walk.unsealed:
        said.append(UNSEALED.format(number=walk.unsealed))
    if walk.unproved:
        said.append(UNPROVED.format(cases=counted(walk.unproved, "case")))
    return said


def _in_folder(
    folder: Path, against: Path | None, walk: Walk, note: Callable[[Mismatch], None]
) -> None:
    if not folder.is_dir():
        raise Trouble(NO_FOLDER.format(folder=folder))
    if against:
        _must_be_copy(against)
    try:
        for finding in verify(folder, walk, against):
            note(finding)
    except OSError as error:
        raise unavailable(error, folder) from error


def _must_be_copy(folder: Path) -> None:
    """Raises Trouble."""
    if not (folder / "cases").is_dir():
        raise Trouble(NO_COPY.format(folder=folder))


async def _in_database(
    settings: Settings, against: str, walk: Walk, note: Callable[[Mismatch], None]
) -> None:
    if against and "://" not in against:
        _must_be_copy(Path(against))
    store = await open_even_moved(settings)
    try:
        async for finding in look_through(store, walk):
            note(finding)
        if against:
            await _compare(against, store, settings, note)
    finally:
        await store.close()


async def _compare(
    against: str, store: Store, settings: Settings, note: Callable[[Mismatch], None]
) -> None:
    """Say what an older copy of a database holds, and the database does not."""
    if "://" not in against:
        older = OlderFolder(Path(against))
        async for finding in compare_with_older(older, store):
            note(finding)
        return
    there = settings.model_copy(update={"database_url": SecretStr(against)})
    older_store = await open_even_moved(there)
    try:
        async for finding in compare_with_older(OlderStore(older_store), store):
            note(finding)
    finally:
        await older_store.close()


class OlderFolder:
    """A copy that lies in a folder."""

    def __init__(self, folder: Path) -> None:
        self._contents = FolderContents(folder)

    async def cases(self) -> AsyncIterator[Case]:
        for case in self._contents.cases:
            yield case

    async def role_changes(self) -> Sequence[RoleChange]:
        return self._contents.role_changes()


def _summary(walk: Walk, found: list[Mismatch]) -> dict[str, object]:
    counts = {"cases": len(walk.cases), "evidence": walk.evidence, "records": walk.records}
    before = {"unsealed": walk.unsealed, "unproved": walk.unproved}
    of_them = {**before, "left_out": walk.left_out}
    return {"well": not found, "looked_at": counts, **of_them, "found": found}
