"""`headsup verify`: whether the folder still holds what was written to it. It reads only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import orjson

from bot.settings import Settings
from store.durable import unavailable
from store.tiny.verifying import Finding, Walk, verify
from store.trouble import Trouble

WELL = "All is well."
UNSEALED = "{number} files of an earlier version have no seal yet; each gets one when it is written next."
NO_FOLDER = "There is no folder {folder}. Set HEADSUP_DATA to the one that the bot uses."
IN_A_DATABASE = (
    "DATABASE_URL is set, and this looks into a folder alone. To look through what PostgreSQL holds, carry a copy of "
    "it into one: headsup move --to FOLDER"
)
NO_COPY = "There is no copy of the folder at {folder}: it would hold a folder called cases."


def print_findings(
    settings: Settings, say: Callable[[str], object], *, against: Path | None = None, as_json: bool = False
) -> bool:
    """Say what is wrong, a line each, as it is found. Whether all is well. Raises Trouble."""
    must_be_a_folder(settings)
    folder = settings.headsup_data
    if not folder.is_dir():
        raise Trouble(NO_FOLDER.format(folder=folder))
    if against and not (against / "cases").is_dir():
        raise Trouble(NO_COPY.format(folder=against))
    walk, found = Walk(), list[Finding]()
    try:
        for finding in verify(folder, walk, against):
            found.append(finding)
            if not as_json:
                say(str(finding))
    except OSError as error:
        raise unavailable(error, folder) from error
    if as_json:
        say(orjson.dumps(_summary(walk, found), option=orjson.OPT_INDENT_2).decode())
    elif not found:
        say(WELL + (" " + UNSEALED.format(number=walk.unsealed) if walk.unsealed else ""))
    return not found


def must_be_a_folder(settings: Settings) -> None:
    """Raises Trouble where the data is in a database: to find nothing in an empty folder would be no answer."""
    if settings.database_url:
        raise Trouble(IN_A_DATABASE)


def _summary(walk: Walk, found: list[Finding]) -> dict[str, object]:
    counts = {"cases": len(walk.cases), "evidence": walk.evidence, "records": walk.records}
    return {"well": not found, "looked_at": counts, "unsealed": walk.unsealed, "found": found}
