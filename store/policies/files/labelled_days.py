"""Finds the days in a text, and what the words before each say of it."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from store.policies.texts import MONTHS

_DAY = re.compile(
    r"(?P<iso>\b\d{4}-\d{1,2}-\d{1,2}\b)"
    r"|\b(?P<d1>\d{1,2})[./-](?P<m1>\d{1,2})[./-](?P<y1>\d{4}|\d{2})\b"
    r"|(?:\b(?P<d2>\d{1,2})(?:st|nd|rd|th)?,? (?:of )?)?"
    rf"\b(?P<m2>{'|'.join(MONTHS)})[a-z]*[.,]? (?P<y2>\d{{4}})\b"
    r"|(?<![\d/.-])(?P<m3>\d{1,2})/(?P<y3>\d{4})\b",
    re.IGNORECASE,
)
_REVIEW = re.compile(
    r"next review|review (?:date|due|by|on)|(?:to be|due|date) (?:for )?review(?:ed)?\b|for review|"
    r"date of review|\breview\b[ \t]*[:|–-]|"
    r"will (?:next )?be reviewed (?:again |next )?(?:on|by|in)\b|"
    r"revision (?:due|date)|\brev(?:iew)?\. (?:due|date|by)|(?:valid|good|in force) until|"
    r"the next time is|(?:looked|look) at (?:it |this )?again",
    re.IGNORECASE,
)
_APPROVED = re.compile(
    r"\b(?:approved|adopted|ratified|agreed|approval|adoption|ratification)\b|"
    r"date of (?:policy|issue)",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"last (?:review|updated|reviewed)|\b(?<!be )reviewed (?:on|in|:)|\bupdated\b|previous|issued",
    re.IGNORECASE,
)
#: What the words before a day say of it.
_LABELS = {"review": _REVIEW, "approved": _APPROVED, "past": _PAST}


@dataclass(frozen=True, slots=True)
class LabelledDay:
    """A day in a text, and what the words before it say of it."""

    day: date
    #: review, approved or past
    label: str
    #: From the label to the day.
    words: str
    #: It is called the next, as opposed to the last.
    is_next: bool


def find_labelled_days(text: str) -> Iterator[LabelledDay]:
    end_of_last = 0
    for match in _DAY.finditer(text):
        # What says what a day is stands between it and the day before, in one paragraph.
        paragraph = text.rfind("\n\n", 0, match.start())
        start = max(end_of_last, match.start() - 70, paragraph)
        before = text[start : match.start()]
        end_of_last = match.end()

        day = _read_day(match)
        places = {name: _find_last(label, before) for name, label in _LABELS.items()}
        nearest = max(places, key=lambda name: places[name])
        if day is None or places[nearest] < 0:
            continue
        words = re.sub(r"[|*#]+", " ", text[start + places[nearest] : match.end()])
        yield LabelledDay(day, nearest, " ".join(words.split()), "next" in before.lower())


def _find_last(pattern: re.Pattern[str], text: str) -> int:
    """Where the last match begins; -1 where there is none."""
    return max((match.start() for match in pattern.finditer(text)), default=-1)


def _read_day(match: re.Match[str]) -> date | None:
    """A day as written; of a month alone, its last day. None for what is none, or too far away."""
    try:
        day = _to_date(match)
    except ValueError:
        # The 31st of February, or the 13th month.
        return None
    return day if 1990 <= day.year <= 2100 else None


def _to_date(match: re.Match[str]) -> date:
    found = match.groupdict()
    if found["iso"]:
        year, month, number = found["iso"].split("-")
        return date(int(year), int(month), int(number))
    if found["y1"]:
        short_year = int(found["y1"])
        full_year = short_year + 2000 if short_year < 100 else short_year
        return date(full_year, int(found["m1"]), int(found["d1"]))
    if found["m3"]:
        return _last_day(int(found["y3"]), int(found["m3"]))
    year_number = int(found["y2"])
    month_number = MONTHS.index(found["m2"].lower()) + 1
    if found["d2"]:
        return date(year_number, month_number, int(found["d2"]))
    return _last_day(year_number, month_number)


def _last_day(year: int, month: int) -> date:
    """Of a month. Raises ValueError where there is no such month."""
    if not 1 <= month <= 12:
        raise ValueError(month)
    return date(year, month, calendar.monthrange(year, month)[1])
