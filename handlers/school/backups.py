"""Whether the nightly backups go well: asked for the digest, and by `headsup check`."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers.desk import Desk
from handlers.rules.calendar import Calendar
from handlers.text.words import moment, shortened
from store.model.memos import BackedUp

LATE = timedelta(days=2)
AGAIN = timedelta(hours=1)
#: O’clock, local: no hour that a change of the clocks skips or repeats.
NIGHT = 3

NEVER = "No backup has been made yet, though backups are set up."
FAILED = "The last backup failed, on {when}: {why}"
OLD = "The last backup that went well is of {when}."
TOO_OLD = "No backup has been made since {when}."


async def backup_trouble(desk: Desk) -> list[str]:
    """What whoever looks after the backups should know; nothing where all is well, or none are set
    up.
    """
    if not desk.backup_to:
        return []
    return trouble(await last_backup(desk), desk.now(), desk.calendar)


async def last_backup(desk: Desk) -> BackedUp | None:
    return next((m for m in await desk.store.memos(BackedUp) if m.to == desk.backup_to), None)


def trouble(last: BackedUp | None, now: datetime, calendar: Calendar) -> list[str]:
    """In sentences: that it failed, and that it is long ago."""
    if last is None:
        return [NEVER]
    done = last.done_at
    if last.failed:
        said = FAILED.format(when=moment(last.tried_at, calendar), why=shortened(last.failed, 300))
        return [said, OLD.format(when=moment(done, calendar)) if done else NEVER]
    if done and now - done > LATE:
        return [TOO_OLD.format(when=moment(done, calendar))]
    return []


def is_due(last: BackedUp | None, now: datetime, calendar: Calendar) -> bool:
    """Once a night, from three o’clock on; each hour until it has gone well.

    A night that was missed is made up for.
    """
    if last is None:
        return True
    local = calendar.local(now)
    night = local.replace(hour=NIGHT, minute=0, second=0, microsecond=0)
    if night > local:
        night -= timedelta(days=1)
    return (last.done_at is None or last.done_at < night) and now - last.tried_at >= AGAIN
