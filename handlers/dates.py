"""Days as people type them: `friday`, `27/11`, `in 3 school days`; day before month, as in Britain."""

from __future__ import annotations

import re
import warnings
from datetime import date, datetime

from handlers.calendar import Calendar
from handlers.messages import Refused

CANNOT_READ = "I cannot read “{words}” as a day. Type it like friday, 27/11 or in 3 school days."
IN_THE_PAST = "{day} is past. Type a day from today on."
MOVED = "The school is closed that day, so it is due on {day}."


def day_named(words: str, now: datetime, calendar: Calendar) -> date:
    """The day that is meant, not before today. Raises Refused."""
    typed = re.sub(r"^(by|until|till|on|for)\s+", "", words.strip(), flags=re.IGNORECASE)
    today = calendar.local(now).date()
    if match := re.fullmatch(r"(?:in\s+)?(\d{1,3}) school days?", typed, re.IGNORECASE):
        return calendar.school_days_after(today, int(match[1]))
    found = _parsed(
        re.sub(r"^(next|this|coming)\s+(?=\w*day\b)", "", typed, flags=re.IGNORECASE), now, calendar
    )
    if found is None or len(typed) > 60:
        raise Refused(CANNOT_READ.format(words=typed[:60]))
    if found < today:
        raise Refused(IN_THE_PAST.format(day=f"{found:%a} {found.day} {found:%b %Y}"))
    return found


def _parsed(words: str, now: datetime, calendar: Calendar) -> date | None:
    from dateparser import parse

    settings = {
        "DATE_ORDER": "DMY",
        "PREFER_DATES_FROM": "future",
        "RELATIVE_BASE": calendar.local(now).replace(tzinfo=None),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = parse(words, languages=["en"], settings=settings) if words else None
    return found.date() if found else None


def due_on(day: date, calendar: Calendar) -> tuple[datetime, str]:
    """When school closes on that day, or on the next school day; and what to say of that."""
    school_day = calendar.school_day_from(day)
    moved = "" if school_day == day else MOVED.format(day=f"{school_day:%a} {school_day.day} {school_day:%b}")
    return calendar.closing(school_day), moved
