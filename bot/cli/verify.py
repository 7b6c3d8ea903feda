"""`headsup verify`: whether the store still holds what was written to it. It reads only."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import orjson

from bot.logs import to_standard_error
from bot.open_store import open_store
from bot.settings import Settings
from store.disk.durable import unavailable
from store.errors import Trouble
from store.tiny.verifying import verify
from store.verifying import Mismatch, Walk, look_through

WELL = "All is well."
UNSEALED = (
    "{number} files of an earlier version have no seal yet; each gets one when it is written next."
)
UNPROVED = (
    "{number} cases are of an earlier version, whose entries say less; each says all with its next "
    "entry."
)
NO_FOLDER = "There is no folder {folder}. Set HEADSUP_DATA to the one that the bot uses."
NO_FOLDERS = "DATABASE_URL is set, and --against compares two folders. Leave it out."
NO_COPY = "There is no copy of the folder at {folder}: it would hold a folder called cases."


def print_findings(
    settings: Settings,
    say: Callable[[str], object],
    *,
    against: Path | None = None,
    as_json: bool = False,
) -> bool:
    """Say what is wrong, a line each, as it is found. Returns whether all is well.

    `against`: an older copy of the folder. Raises Trouble.
    """
    walk = Walk()
    found: list[Mismatch] = []

    def note(finding: Mismatch) -> None:
        found.append(finding)
        if not as_json:
            say(str(finding))

    if settings.database_url is None:
        _in_folder(settings.headsup_data, against, walk, note)
    elif against:
        raise Trouble(NO_FOLDERS)
    else:
        with to_standard_error():
            asyncio.run(_in_database(settings, walk, note))

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
        said.append(UNPROVED.format(number=walk.unproved))
    return said


def _in_folder(
    folder: Path, against: Path | None, walk: Walk, note: Callable[[Mismatch], None]
) -> None:
    if not folder.is_dir():
        raise Trouble(NO_FOLDER.format(folder=folder))
    if against and not (against / "cases").is_dir():
        raise Trouble(NO_COPY.format(folder=against))
    try:
        for finding in verify(folder, walk, against):
            note(finding)
    except OSError as error:
        raise unavailable(error, folder) from error


async def _in_database(settings: Settings, walk: Walk, note: Callable[[Mismatch], None]) -> None:
    store = await open_store(settings)
    try:
        async for finding in look_through(store, walk):
            note(finding)
    finally:
        await store.close()


def _summary(walk: Walk, found: list[Mismatch]) -> dict[str, object]:
    counts = {"cases": len(walk.cases), "evidence": walk.evidence, "records": walk.records}
    before = {"unsealed": walk.unsealed, "unproved": walk.unproved}
    return {"well": not found, "looked_at": counts, **before, "found": found}
