"""The backups: whether they are made, went well, and hold every school's rows."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from bot.cli.check.finding import Looked
from bot.settings import Settings
from handlers.rules.calendar import Calendar
from handlers.school.backups import trouble
from store.backup.keys import ToKey
from store.errors import Trouble

MEND = "{what} Try it by hand: headsup backup"
WRONG_KEY = "BACKUP_KEY: {why}"
NO_DUMP = (
    "DUMP_URL: {why} A dump by pg_dump would be refused, or hold no case and no person. "
    "Give its role the right to read every school's rows: headsup migrate --print-roles"
)
WITHOUT_DATABASE = "DUMP_URL is for pg_dump, and there is no DATABASE_URL. Take it away."


def backups(looked: Looked) -> Iterator[str]:
    """What is wrong with the settings of the backup, and with the last one."""
    settings = looked.settings
    if settings.backup_key:
        try:
            ToKey(settings.backup_key)
        except Trouble as error:
            yield WRONG_KEY.format(why=error)

    # Whether the last one is too old depends on the school's days.
    if settings.backup_to and looked.school and looked.readable:
        for line in trouble(looked.last_backup, looked.now, Calendar(looked.school)):
            yield MEND.format(what=line)


async def dump(settings: Settings) -> str:
    """What is wrong with the role of pg_dump; nothing where all is well, or there is none."""
    if settings.dump_url is None:
        return ""
    if settings.database_url is None:
        return WITHOUT_DATABASE
    try:
        from store.postgres.role import hidden_from

        why = await asyncio.to_thread(hidden_from, settings.dump_url.get_secret_value())
    except ImportError:
        # That PostgreSQL's packages are missing is said of DATABASE_URL.
        return ""
    except Trouble as error:
        why = str(error)
    return NO_DUMP.format(why=why) if why else ""
