"""`headsup backup` and `headsup backup-key`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from bot.nightly import Order, make_noted_backup
from bot.settings import Settings, of_school, schools_of
from handlers.text.words import counted
from store.backup import Made
from store.backup.keys import make_key
from store.disk.durable import unavailable
from store.errors import Trouble

NOWHERE = "Say where the backup goes: headsup backup FOLDER, or set BACKUP_TO."
BACKED_UP = (
    "Backed up {cases}, in all {files} files ({size}), to {to}. "
    "Written there now: {copied} ({copied_size}), the list of files among them; the rest was "
    "there already."
)
KEPT = "What was written there was read back, and is right. Backups kept there: {number}."
MENDED = (
    "{number} older files of the backup were damaged. Those that are still here were written "
    "again. The disk there may be failing: have it looked at."
)
ODD = (
    "{number} files here are not as they were written, and were copied as they are. To see "
    "what to do: headsup verify"
)
LEFT_OUT = (
    "{number} records or files here are not as they were written. What cannot be read is not "
    "in this backup; older ones may have it. To see what to do: headsup verify"
)
#: Odd files that are named; `headsup verify` names all.
NAMED = 20
KEY_MADE = (
    "The private key is in {file}: keep it in two safe places, not with the bot. "
    "Without it no backup can be read."
)
PUBLIC = "BACKUP_KEY={public}"
FILE_THERE = "{file} is there already; nothing was changed."


def back_up(
    settings: Settings, to: str, key: str, now: datetime, *, forget_older: bool = False
) -> list[str]:
    """Make a backup, and say what was done. Raises Trouble.

    With SCHOOLS, and without one that is meant, each school is backed up in turn. `to` and `key`
    are those of the settings where they are empty. `now`: UTC.
    """
    if to:
        settings = settings.model_copy(update={"backup_to": to})
    if not settings.backup_to:
        raise Trouble(NOWHERE)
    if key:
        settings = settings.model_copy(update={"backup_key": key})
    if settings.schools and not settings.is_of_one_of_several:
        return _back_up_schools(settings, now, forget_older=forget_older)
    return _back_up_one(settings, now, forget_older=forget_older)


def _back_up_schools(settings: Settings, now: datetime, *, forget_older: bool) -> list[str]:
    """Raises Trouble in the end where a school could not be backed up; the others are, then."""
    lines: list[str] = []
    failed: list[str] = []
    for school in schools_of(settings):
        its = of_school(settings, school)
        try:
            lines += [
                f"{school}: {line}" for line in _back_up_one(its, now, forget_older=forget_older)
            ]
        except Trouble as error:
            failed.append(f"{school}: {error}")
    if failed:
        raise Trouble("\n".join([*lines, *failed]))
    return lines


def _back_up_one(settings: Settings, now: datetime, *, forget_older: bool) -> list[str]:
    order = Order(settings.backup_place, settings.backup_key, now, forget_older=forget_older)
    made = make_noted_backup(settings, order)
    odd = LEFT_OUT if settings.database_url else ODD
    return _summary(made, order.to, odd)


def _summary(made: Made, to: str, odd: str) -> list[str]:
    lines = [
        BACKED_UP.format(
            cases=counted(made.cases, "case"),
            files=made.files,
            size=megabytes(made.size),
            to=to,
            copied=counted(made.copied, "piece"),
            copied_size=megabytes(made.copied_size),
        ),
        KEPT.format(number=made.generations),
    ]
    if made.mended:
        lines.append(MENDED.format(number=made.mended))
    if made.odd:
        lines += made.odd[:NAMED]
        lines.append(odd.format(number=len(made.odd)))
    return lines


def megabytes(size: int) -> str:
    """`12.3 MB`, of bytes."""
    return f"{size / 1_000_000:.1f} MB"


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
