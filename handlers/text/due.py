"""When something is due that people put on a day, an hour, or both: `by friday`, `tomorrow 3pm`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import NamedTuple

from handlers.messages import Refused
from handlers.rules.calendar import DAY, Calendar
from handlers.text.dates import LONGEST, day_named, without_lead
from handlers.text.hours import hour_and_day, is_bare_number, time_ahead

CLOSED_THEN = "The school is closed on {day}."
OVER_FOR_TODAY = "School is over for today."
DAY_OR_HOUR = "Is {number} an hour or a day? Type it like 3pm or 27 November."
HOUR_IS_PAST = "{hour} is past today. Type the day as well, such as tomorrow {hour}."
#: Characters at the end among which the day is looked for: the longest day, and a few words.
END = 120

QUOTED = re.compile(r"[\"“'‘](?P<what>.+)[\"”'’][,:]?\s+(?P<due>[^\"“”]+)")
#: Words that a day, or an hour, may begin with.
LEADS = frozenset(
    ("by", "on", "until", "till", "before", "in", "within", "at", "today", "tomorrow")
)
BEGINS = LEADS.union(
    ("next", "this", "mon", "tue", "wed", "thu", "fri"),
    ("monday", "tuesday", "wednesday", "thursday", "friday"),
)


class NotDue(Refused):
    """What is to be done is clear, and by when is not."""

    def __init__(self, words: str, what: str) -> None:
        super().__init__(words)
        self.what = what


class Due(NamedTuple):
    """When something that was put on a day is due."""

    #: In UTC.
    at: datetime
    #: What to tell of it where that is another day; else nothing.
    remark: str


def due_named(words: str, now: datetime, calendar: Calendar) -> Due:
    """When that is: at the hour that was typed, else when school closes on the day.

    Raises Refused where it cannot be read, is past, or is more than a year away.
    """
    typed = without_lead(words)[: 2 * LONGEST]
    if is_bare_number(typed):
        raise Refused(DAY_OR_HOUR.format(number=typed))
    ahead = time_ahead(typed)
    if ahead:
        return Due(now + ahead, "")

    hour, day = hour_and_day(typed)
    if hour is None:
        return due_on(day_named(day, now, calendar), now, calendar)
    found = day_named(day or "today", now, calendar)
    return _due_at(hour, found, now, calendar)


def due_on(day: date, now: datetime, calendar: Calendar) -> Due:
    """When school closes on that day or, if that is over or no school day, on the next."""
    is_over = calendar.closing(day) <= now
    school_day = calendar.school_day_from(day + DAY if is_over else day)
    at = calendar.closing(school_day)
    if school_day == day:
        return Due(at, "")

    remark = OVER_FOR_TODAY if is_over else CLOSED_THEN
    return Due(at, remark.format(day=_day_words(day)))


def _due_at(hour: time, day: date, now: datetime, calendar: Calendar) -> Due:
    """At that hour; where the school is closed that day, at the same hour of the next school
    day.
    """
    school_day = calendar.school_day_from(day)
    at = calendar.at(school_day, hour)
    if at <= now:
        raise Refused(HOUR_IS_PAST.format(hour=f"{hour:%H:%M}"))
    remark = "" if school_day == day else CLOSED_THEN.format(day=_day_words(day))
    return Due(at, remark)


def what_and_due(words: str, now: datetime, calendar: Calendar) -> tuple[str, Due] | None:
    """`“Ring the parents” by friday` -> `Ring the parents`, and when that is.

    Without quotation marks the day is the longest end of the words that can be read as one. None
    where nothing can. Raises NotDue where it is past, or more than a year away.
    """
    line = " ".join(words.split())
    quoted = QUOTED.fullmatch(line)
    if quoted and len(quoted["due"]) <= END:
        what = quoted["what"].strip()
        try:
            return what, due_named(quoted["due"], now, calendar)
        except Refused as error:
            raise NotDue(str(error), what) from error

    refusal = None
    for what, due in _divisions(line):
        try:
            return what, due_named(due, now, calendar)
        except Refused as error:
            # Of several, the shortest says best what is wrong with the day.
            refusal = NotDue(str(error), what)
    if refusal:
        raise refusal
    return None


def _divisions(line: str) -> Iterator[tuple[str, str]]:
    """What is to be done and until when, from the longest end on that may be a day."""
    words = line.split(" ")
    passed = 0
    for word, following in zip(words, [*words[1:], ""], strict=True):
        rest = line[passed:]
        begins = word.lower() in BEGINS
        # `how they got on in 2 days`: a day is in two days, or on a Friday, and not both.
        is_of_both = word.lower() == "on" and following.lower() in LEADS
        if passed and begins and not is_of_both and len(rest) <= END:
            yield line[:passed].strip(" \"“”'"), rest
        passed += len(word) + 1


def _day_words(day: date) -> str:
    """`Mon 30 Nov`."""
    return f"{day:%a} {day.day} {day:%b}"
