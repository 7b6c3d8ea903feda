"""Times, lists and numbers as people read them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from handlers.rules.calendar import Calendar
from store.model.records import Role

RESOLUTION = timedelta(microseconds=1)


def listed(words: Iterable[str], last: str = "and") -> str:
    """`a, b and c`."""
    *most, end = list(words) or [""]
    return f"{', '.join(most)} {last} {end}" if most else end


def counted(number: int, singular: str, plural: str = "") -> str:
    """`a picture`, `3 pictures`."""
    if number == 1:
        return f"{'an' if singular[0] in 'aeio' else 'a'} {singular}"
    return f"{number} {plural or singular + 's'}"


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def size(number: int) -> str:
    """Of bytes: `640 kB`, `2.4 MB`."""
    return (
        f"{max(1, round(number / 1000))} kB"
        if number < 1_000_000
        else f"{number / 1_000_000:.1f} MB"
    )


def moment(at: datetime, calendar: Calendar) -> str:
    """`Fri 20 Nov, 13:31`, local time."""
    local = calendar.local(at)
    return f"{local:%a} {local.day} {local:%b, %H:%M}"


def seconds(at: datetime, calendar: Calendar) -> str:
    """`13:31:07`, local time, rounded up: for what is soon."""
    return f"{calendar.local(at + timedelta(seconds=1) - RESOLUTION):%H:%M:%S}"


ROLES = {
    Role.STAFF: "staff",
    Role.LEADER: "leadership",
    Role.HEAD: "headteacher",
    Role.DSL: "safeguarding lead",
    Role.ICT: "ICT manager",
    Role.CHAIR: "chair of governors",
}
