"""Times, lists and numbers as people read them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from handlers.rules.calendar import Calendar
from store.model.records import Role

RESOLUTION = timedelta(microseconds=1)

ROLES = {
    Role.STAFF: "staff",
    Role.LEADER: "leadership",
    Role.HEAD: "headteacher",
    Role.DSL: "safeguarding lead",
    Role.ICT: "ICT manager",
    Role.CHAIR: "chair of governors",
}


def listed(words: Iterable[str], last: str = "and") -> str:
    """`a, b and c`; `last` is the word before the last of them. Nothing gives an empty string."""
    *most, end = list(words) or [""]
    if not most:
        return end
    return f"{', '.join(most)} {last} {end}"


def counted(number: int, singular: str, plural: str = "") -> str:
    """`a picture`, `3 pictures`; `plural` where that is not the singular with an s."""
    if number != 1:
        return f"{number} {plural or singular + 's'}"
    # U is left out: what begins with it is rather `a user` than `an umbrella`. H is the other way.
    article = "an" if singular[0] in "aeio" or singular.startswith("hour") else "a"
    return f"{article} {singular}"


def ago(past: timedelta) -> str:
    """`less than a minute ago`, `an hour ago`, `47 hours ago`, `3 days ago`."""
    minutes = past // timedelta(minutes=1)
    if minutes < 1:
        return "less than a minute ago"
    if minutes < 60:
        return f"{counted(minutes, 'minute')} ago"
    hours = minutes // 60
    return f"{counted(hours, 'hour')} ago" if hours < 48 else f"{hours // 24} days ago"


def shortened(text: str, limit: int) -> str:
    """The text on one line, cut to at most `limit` characters; the last is `…` where it was cut."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    return line[: limit - 1].rstrip() + "…"


def size(number: int) -> str:
    """A number of bytes as `640 kB` or `2.4 MB`."""
    if number < 1_000_000:
        return f"{max(1, round(number / 1000))} kB"
    return f"{number / 1_000_000:.1f} MB"


def moment(at: datetime, calendar: Calendar) -> str:
    """`Fri 20 Nov, 13:31`, local time."""
    local = calendar.local(at)
    return f"{local:%a} {local.day} {local:%b, %H:%M}"


def seconds(at: datetime, calendar: Calendar) -> str:
    """`13:31:07`, local time. Rounded up, so that what is to come has come by then."""
    rounded_up = at + timedelta(seconds=1) - RESOLUTION
    return f"{calendar.local(rounded_up):%H:%M:%S}"


def full_day(day: date) -> str:
    """`27 November 2026`. A time must be local already."""
    return f"{day.day} {day:%B %Y}"
