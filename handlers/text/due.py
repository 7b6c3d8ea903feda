"""When something is due that people put on a day, an hour, or both: `by friday`, `tomorrow 3pm`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from handlers.messages import Refused
from handlers.rules.calendar import DAY, Calendar
from handlers.text.dates import LONGEST, day_named, without_lead

MOVED = "The school is closed that day, so it is due on {day}."
OVER_FOR_TODAY = "School is over for today, so it is due on {day}."
HOUR_IS_PAST = "{hour} is past today. Type the day as well, such as tomorrow {hour}."
#: Characters at the end among which the day is looked for: the longest day, and a few words.
END = 120

_HOUR = (
    r"(?:(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?\s*(?P<half>[ap])\.?m\b\.?"
    r"|(?P<hour24>\d{1,2}):(?P<minute24>\d{2})"
    r"|(?P<word>noon|midday))"
)
HOUR = re.compile(_HOUR, re.IGNORECASE)
#: `friday at 3pm`, `3pm on friday`, `3pm`. A day begins and ends with something else than a space,
#: so that many spaces on end are looked at once.
HOUR_LAST = re.compile(
    rf"\s*+(?:(?P<day>.*?[^\s,])(?:\s*+,\s++|\s++))?{_HOUR}",
    re.IGNORECASE,
)
HOUR_FIRST = re.compile(rf"{_HOUR},?\s+(?P<day>.+)", re.IGNORECASE)
#: Before an hour, where it says nothing.
AT = re.compile(r"\b(?:at|by)\s+(?=\d|noon|midday)", re.IGNORECASE)
IN_HOURS = re.compile(
    r"(?:in|within)\s+(?:(?P<half>half\s+an)|(?P<number>an|a|\d{1,2}))\s+"
    r"(?P<unit>hour|hr|minute|min)s?",
    re.IGNORECASE,
)
QUOTED = re.compile(r"[\"“'‘](?P<what>.+)[\"”'’][,:]?\s+(?P<due>[^\"“”]+)")
#: Words that a day, or an hour, may begin with.
BEGINS = frozenset(
    ("by", "on", "until", "till", "before", "in", "within", "at", "today", "tomorrow")
)


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
    soon = _within_hours(typed, now)
    if soon:
        return Due(soon, "")

    hour, day = _hour_and_day(typed)
    if hour is None:
        return due_on(day_named(typed, now, calendar), now, calendar)
    found = day_named(day or "today", now, calendar)
    return _due_at(hour, found, now, calendar)


def due_on(day: date, now: datetime, calendar: Calendar) -> Due:
    """When school closes on that day or, if that is over or no school day, on the next."""
    is_over = calendar.closing(day) <= now
    school_day = calendar.school_day_from(day + DAY if is_over else day)
    at = calendar.closing(school_day)
    if school_day == day:
        return Due(at, "")

    remark = OVER_FOR_TODAY if is_over else MOVED
    return Due(at, remark.format(day=_day_words(school_day)))


def _due_at(hour: time, day: date, now: datetime, calendar: Calendar) -> Due:
    """At that hour; where the school is closed that day, at the same hour of the next school
    day.
    """
    school_day = calendar.school_day_from(day)
    at = calendar.at(school_day, hour)
    if at <= now:
        raise Refused(HOUR_IS_PAST.format(hour=f"{hour:%H:%M}"))
    remark = "" if school_day == day else MOVED.format(day=_day_words(school_day))
    return Due(at, remark)


def _within_hours(typed: str, now: datetime) -> datetime | None:
    """`in 2 hours`, `within half an hour`."""
    match = IN_HOURS.fullmatch(typed)
    if not match:
        return None
    number = match["number"] or ""
    minutes = int(number) if number.isdigit() else 1
    if match["unit"].lower().startswith("h"):
        minutes *= 60
    if match["half"]:
        minutes //= 2
    return now + timedelta(minutes=max(minutes, 1))


def _hour_and_day(typed: str) -> tuple[time | None, str]:
    """`tomorrow at 3pm` -> 15:00 and `tomorrow`; no hour where there is none, or none that is."""
    plain = AT.sub("", typed)
    match = HOUR_LAST.fullmatch(plain) or HOUR_FIRST.fullmatch(plain)
    if not match:
        return None, typed
    hour = _hour(match)
    return (hour, match["day"] or "") if hour else (None, typed)


def hour_named(typed: str) -> time | None:
    """`3pm`, `3.30 p.m.`, `15:30`, `noon`; None for anything else."""
    match = HOUR.fullmatch(typed.strip())
    return _hour(match) if match else None


def _hour(match: re.Match[str]) -> time | None:
    if match["word"]:
        return time(12)
    number = int(match["hour"] or match["hour24"])
    minute = int(match["minute"] or match["minute24"] or 0)
    if match["half"]:
        if not 1 <= number <= 12:
            return None
        number = number % 12 + (12 if match["half"].lower() == "p" else 0)
    try:
        return time(number, minute)
    except ValueError:
        return None


def what_and_due(words: str, now: datetime, calendar: Calendar) -> tuple[str, Due] | None:
    """`“Ring the parents” by friday` -> `Ring the parents`, and when that is.

    Without quotation marks the day is the longest end of the words that can be read as one. None
    where nothing can. Raises Refused where it is past, or more than a year away.
    """
    line = " ".join(words.split())
    quoted = QUOTED.fullmatch(line)
    if quoted and len(quoted["due"]) <= END:
        return quoted["what"].strip(), due_named(quoted["due"], now, calendar)

    refusal = None
    for what, due in _divisions(line):
        try:
            return what, due_named(due, now, calendar)
        except Refused as error:
            # Of several, the shortest says best what is wrong with the day.
            refusal = error
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
        is_of_both = word.lower() == "on" and following.lower() in BEGINS
        if passed and begins and not is_of_both and len(rest) <= END:
            yield line[:passed].strip(" \"“”'"), rest
        passed += len(word) + 1


def _day_words(day: date) -> str:
    """`Mon 30 Nov`."""
    return f"{day:%a} {day.day} {day:%b}"
