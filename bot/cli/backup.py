"""`headsup backup`, `headsup restore` and `headsup backup-key`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.nightly import IN_A_DATABASE, make_noted_backup
from bot.settings import Settings
from store.backup import Made, restore
from store.backup.keys import make_key
from store.disk.durable import unavailable
from store.errors import Trouble
from store.tiny.verifying import verify
from store.verifying import Walk

NOWHERE = "Say where the backup goes: headsup backup FOLDER, or set BACKUP_TO."
BACKED_UP = (
    "Backed up {files} files ({size}) to {to}; "
    "{copied} of them were new or had changed ({copied_size})."
)
KEPT = "What was written was read back, and is right. Backups kept there: {number}."
MENDED = (
    "{number} older pieces there were damaged. "
    "What is still held here was written again; watch that disk."
)
ODD = (
    "{number} files here are not as they were written, and were copied as they are. "
    "See: headsup verify"
)
#: Odd files that are named; `headsup verify` names all.
NAMED = 20
RESTORED = "Put back {files} files ({size}), as of {made:%d/%m/%Y %H:%M} UTC, into {folder}."
NEXT = "All is well. Set HEADSUP_DATA={folder}, and start the bot."
NOT_WELL = "It is what was backed up, and that was not all well:"
KEY_MADE = (
    "The private key is in {file}: keep it in two safe places, not with the bot. "
    "Without it no backup can be read."
)
PUBLIC = "BACKUP_KEY={public}"
FILE_THERE = "{file} is there already; nothing was changed."


@dataclass(frozen=True, slots=True)
class PutBack:
    """What came of putting a backup back."""

    #: What to tell.
    lines: list[str]
    #: False where what was backed up was not all as it had been written.
    is_well: bool


def back_up(
    settings: Settings, to: str, key: str, now: datetime, *, forget_older: bool = False
) -> list[str]:
    """Make a backup, and say what was done. Raises Trouble.

    `to` and `key` are those of the settings where they are empty. `now`: UTC.
    """
    refuse_database(settings)
    to = to or settings.backup_to
    if not to:
        raise Trouble(NOWHERE)
    key = key or settings.backup_key
    made = make_noted_backup(settings.headsup_data, to, key, now, forget_older=forget_older)
    return _summary(made, to)


def refuse_database(settings: Settings) -> None:
    """Raises Trouble where the data is in a database, which has tools of its own for this."""
    if settings.database_url:
        raise Trouble(IN_A_DATABASE)


def _summary(made: Made, to: str) -> list[str]:
    lines = [
        BACKED_UP.format(
            files=made.files,
            size=megabytes(made.size),
            to=to,
            copied=made.copied,
            copied_size=megabytes(made.copied_size),
        ),
        KEPT.format(number=made.generations),
    ]
    if made.mended:
        lines.append(MENDED.format(number=made.mended))
    if made.odd:
        lines += made.odd[:NAMED]
        lines.append(ODD.format(number=len(made.odd)))
    return lines


def megabytes(size: int) -> str:
    """`12.3 MB`, of bytes."""
    return f"{size / 1_000_000:.1f} MB"


def put_back(where: str, folder: Path, key_file: Path | None, generation: str) -> PutBack:
    """Restore a backup, and look through all that was restored. Raises Trouble."""
    done = restore(where, folder, key_file, generation)
    lines = [
        RESTORED.format(files=done.files, size=megabytes(done.size), made=done.made, folder=folder)
    ]
    try:
        found = [str(finding) for finding in verify(folder, Walk())]
    except OSError as error:
        raise unavailable(error, folder) from error

    if found:
        lines += [NOT_WELL, *found]
    else:
        lines.append(NEXT.format(folder=folder))
    return PutBack(lines, is_well=not found)


def new_key(file: Path) -> list[str]:
    """Make a pair of keys: the private one goes into a file, the public one is told.

    Raises Trouble.
    """
    try:
        public = make_key(file)
    except FileExistsError as error:
        raise Trouble(FILE_THERE.format(file=file)) from error
    except OSError as error:
        raise unavailable(error, file.parent) from error
    return [KEY_MADE.format(file=file), PUBLIC.format(public=public)]
