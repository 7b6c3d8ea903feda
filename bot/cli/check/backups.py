"""The nightly backup: whether it is made, and went well."""

from __future__ import annotations

from collections.abc import Iterator

from bot.cli.check.finding import Looked
from bot.nightly import IN_A_DATABASE
from handlers.rules.calendar import Calendar
from handlers.school.backups import trouble
from store.backup.keys import ToKey
from store.errors import Trouble
from store.tiny.reading import read_backed_up

MEND = "{what} Try it by hand: headsup backup"
WRONG_KEY = "BACKUP_KEY: {why}"


def backups(looked: Looked) -> Iterator[str]:
    """What is wrong with the settings of the backup, and with the last one."""
    settings = looked.settings
    if settings.database_url:
        if settings.backup_to:
            yield IN_A_DATABASE
        return

    if settings.backup_key:
        try:
            ToKey(settings.backup_key)
        except Trouble as error:
            yield WRONG_KEY.format(why=error)

    # Whether the last one is too old depends on the school's days.
    if settings.backup_to and looked.school and looked.readable:
        last = read_backed_up(settings.headsup_data, settings.backup_to)
        for line in trouble(last, looked.now, Calendar(looked.school)):
            yield MEND.format(what=line)
