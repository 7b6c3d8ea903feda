"""Hours as people type them, alone or beside a day: `3pm`, `friday at 3`, `in 2 hours`."""

from __future__ import annotations

import re
from datetime import time, timedelta

#: As a clock or a timetable says it: `3pm`, `3.30 p.m.`, `15:30`, `noon`.
_HOUR = (
    r"(?:(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?\s*(?P<half>[ap])\.?m\b\.?"
    r"|(?P<hour24>\d{1,2}):(?P<minute24>\d{2})"
    r"|(?P<word>noon|midday|lunch(?:\s?time)?))"
)
HOUR = re.compile(_HOUR, re.IGNORECASE)
#: `friday at 3pm`, `3pm on friday`, `3pm`. A day begins and ends with something else than a space,
#: so that many spaces on end are looked at once.
HOUR_LAST = re.compile(
    rf"\s*+(?:(?P<day>.*?[^\s,])(?:\s*+,\s*+|\s++))?{_HOUR}",
    re.IGNORECASE,
)
HOUR_FIRST = re.compile(rf"{_HOUR},?\s+(?P<day>.+)", re.IGNORECASE)
#: Before an hour, where it says nothing.
AT = re.compile(r"\b(?:at|by)\s+(?=\d|noon|midday|lunch)", re.IGNORECASE)

_IN_WORDS = (
    *("one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
NUMBERS = {word: number for number, word in enumerate(_IN_WORDS, 1)}
_NUMBER = rf"(?:\d{{1,2}}|{'|'.join(NUMBERS)})"
#: As people say it: `half past three`, `quarter to 4`, `3 o'clock`, `at 3`, `at 9.30`.
SPOKEN = re.compile(
    r"\b(?:at\s+)?(?:"
    rf"(?P<part>half|quarter)(?:\s+(?P<way>past|to))?\s+(?P<of>{_NUMBER})(?:\s*o['’]?\s?clock)?"
    rf"|(?P<sharp>{_NUMBER})\s*o['’]?\s?clock"
    rf"|(?<=at )(?P<at>{_NUMBER})(?:\.(?P<minute>\d\d))?"
    r")(?=,?\s|$)",
    re.IGNORECASE,
)
#: `9.30` beside a day.
DOTTED = re.compile(r"(?<!\S)(?P<hour>\d{1,2})\.(?P<minute>\d\d)(?=,?\s|$)")
#: School is over by then: what no hour is named for is due when it closes.
CLOSING = re.compile(
    r"\b(?:(?:the\s+)?end\s+of\s+(?:the\s+)?(?:school\s+)?(?:day\b(?:\s+on)?|(?=\w+day\b|tomorrow))"
    r"|(?:close\s+of\s+(?:play|business)|cob|eod)\b(?:\s+on)?)\s*",
    re.IGNORECASE,
)
IN_HOURS = re.compile(
    rf"(?:(?:in|within)\s+)?(?:(?P<half>half\s+an)|(?P<number>an|a|{_NUMBER}))\s*"
    r"(?P<unit>h|hour|hr|minute|min)s?(?P<more>\s+and\s+a\s+half)?",
    re.IGNORECASE,
)
#: Hours before this one are of the afternoon, where nothing says which half of the day is meant.
MORNING = 7


def hour_and_day(typed: str) -> tuple[time | None, str]:
    """`tomorrow at 3pm` -> 15:00 and `tomorrow`; no hour where there is none, or none that is."""
    without_closing = CLOSING.sub("", typed).strip()
    if without_closing != typed:
        return None, without_closing or "today"
    for words in (typed, _with_clock_hours(typed)):
        plain = AT.sub("", words)
        match = HOUR_LAST.fullmatch(plain) or HOUR_FIRST.fullmatch(plain)
        hour = _hour(match) if match else None
        if match and hour:
            return _at_school(hour, match), match["day"] or ""
    return None, typed


def _at_school(hour: time, match: re.Match[str]) -> time:
    """The hour that is meant where `3` does not say which half of the day it is of."""
    is_unsaid = len(match["hour24"] or "") == 1
    return hour.replace(hour=_of_school(hour.hour)) if is_unsaid else hour


def hour_named(typed: str) -> time | None:
    """`3pm`, `3.30 p.m.`, `15:30`, `noon`; None for anything else."""
    match = HOUR.fullmatch(typed.strip())
    return _hour(match) if match else None


def time_ahead(typed: str) -> timedelta | None:
    """`in 2 hours`, `within half an hour`, `an hour and a half`; None for anything else."""
    match = IN_HOURS.fullmatch(typed)
    if not match:
        return None
    minutes = number_named(match["number"] or "")
    is_hours = match["unit"].lower().startswith("h")
    if is_hours:
        minutes *= 60
    if match["half"]:
        minutes //= 2
    if match["more"] and is_hours:
        minutes += 30
    return timedelta(minutes=max(minutes, 1))


def is_bare_number(typed: str) -> bool:
    """Whether it is `3`, which may be an hour as well as a day of the month."""
    return typed.isdecimal() and 1 <= int(typed) <= 12


def _with_clock_hours(typed: str) -> str:
    """`friday at half past three` -> `friday 15:30`."""
    spoken = SPOKEN.sub(_as_clock, typed)
    if spoken != typed:
        return spoken
    dotted = DOTTED.search(typed)
    # `5.12` alone is a day in December.
    if dotted and (dotted[0] != typed or int(dotted["minute"]) > 12):
        return (
            f"{typed[: dotted.start()]}{dotted['hour']}:{dotted['minute']}{typed[dotted.end() :]}"
        )
    return typed


def _as_clock(match: re.Match[str]) -> str:
    number = number_named(match["of"] or match["sharp"] or match["at"])
    hour = _of_school(number)
    minute = int(match["minute"] or 0)
    if match["part"]:
        minute = 30 if match["part"].lower() == "half" else 15
    if (match["way"] or "").lower() == "to":
        before = 60 - minute
        return f"{hour - 1:02}:{before}"
    return f"{hour:02}:{minute:02}"


def _of_school(hour: int) -> int:
    """`3` -> 15: nobody means an hour of the night."""
    return hour + 12 if 0 < hour < MORNING else hour


def number_named(word: str) -> int:
    """`3`, `three` -> 3; 1 for `an`, `a` and nothing."""
    return int(word) if word.isdigit() else NUMBERS.get(word.lower(), 1)


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
