"""`school.toml`: what the bot must know of the school. Without the file, sensible defaults."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from store.school.toml import FileMistake, Sharing, Table, load, load_over

if TYPE_CHECKING:
    from icalendar import Component

#: How a school's file goes over the one that holds for a whole trust.
SHARING = Sharing(
    alone=frozenset({"name", "calendar", "staff", "leadership_channel"}),
    adding=frozenset({"closed"}),
)

Years = Annotated[int, Field(ge=0, le=100)]

#: What an event of a school's calendar is called on whose days the school is closed.
CLOSED = re.compile(
    r"holiday|half[ -]?term|inset|training day|closed|closure|break|vacation", re.IGNORECASE
)


class Retention(Table):
    """How many years after its closing a case’s time is over."""

    years: Years = 6
    #: Where it is another number for cases that ended so.
    outcome: dict[str, Years] = {}

    def years_of(self, outcome: str) -> int:
        return self.outcome.get(outcome, self.years)


class School(Table):
    name: str = "the school"
    nation: Literal["England", "Scotland", "Wales", "Northern Ireland"] = "England"
    timezone: str = "Europe/London"
    #: By the school's own clock.
    opens: time = time(8)
    closes: time = time(17)
    #: An .ics file beside this one, whose holidays and INSET days are closed days too.
    calendar: str = ""
    #: Holidays and INSET days: 2026-12-21, "2026-12-21/2027-01-03".
    closed: tuple[date | str, ...] = ()
    #: The first day of each term, for figures; a term lasts until the next begins.
    terms: Annotated[tuple[date, ...], Field(max_length=100)] = ()
    #: Who can be named, besides the bot's users.
    staff: Annotated[tuple[str, ...], Field(max_length=200)] = ()
    safeguarding_phone: str = ""
    #: Given to whoever reported something urgent that nobody has taken.
    urgent_phone: str = ""
    #: Of its designated officer, for a case about the chair of governors.
    local_authority_phone: str = ""
    #: As the setting of that name, where several schools share the settings.
    leadership_channel: tuple[str, ...] = ()
    retention: Retention = Retention()

    @field_validator("timezone")
    @classmethod
    def _must_be_a_time_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(
                f"there is no time zone “{value}”; write it as Europe/London"
            ) from error
        return value

    @field_validator("closed")
    @classmethod
    def _must_be_days(cls, values: tuple[date | str, ...]) -> tuple[date | str, ...]:
        for value in values:
            first, last = days(value)
            if first > last:
                raise ValueError(f"“{value}” ends before it begins")
        return values

    @field_validator("terms")
    @classmethod
    def _must_be_in_order(cls, values: tuple[date, ...]) -> tuple[date, ...]:
        for before, after in pairwise(values):
            if before >= after:
                raise ValueError(f"“{after}” comes after “{before}”: write the earlier day first")
        return values

    @field_validator("opens", "closes", mode="before")
    @classmethod
    def _read_whole_hour(cls, value: object) -> object:
        """Read `opens = 8` as eight o'clock. Otherwise it would be eight seconds past midnight."""
        if isinstance(value, int) and 0 <= value < 24:
            return time(value)
        return value

    @field_validator("opens", "closes")
    @classmethod
    def _must_have_no_zone(cls, value: time) -> time:
        if value.tzinfo is not None:
            raise ValueError("write it as 08:30, by the school's own clock")
        return value

    @model_validator(mode="after")
    def _must_open_before_it_closes(self) -> School:
        if self.opens >= self.closes:
            raise ValueError("the school closes before it opens; correct opens and closes")
        return self


def days(value: date | str) -> tuple[date, date]:
    """First and last day of an entry in `closed`. Raises ValueError."""
    if isinstance(value, date):
        return value, value
    first, _, last = value.partition("/")
    try:
        return date.fromisoformat(first.strip()), date.fromisoformat((last or first).strip())
    except ValueError as error:
        raise ValueError(
            f"“{value}” is not a day such as 2026-12-21, or 2026-12-21/2027-01-03"
        ) from error


def load_school(path: Path, trust: Path | None = None) -> School:
    """The school file, with the closed days of the calendar that it names. Raises FileMistake.

    `trust`: a file with what holds for several schools, over which that of the school goes; closed
    days of both are closed. A missing file is no mistake; a missing calendar that it names is one.
    """
    if trust is not None and trust.exists():
        school = load_over(trust, path, School, SHARING)
    else:
        school = load(path, School) if path.exists() else School()
    if not school.calendar:
        return school
    further = closed_days(path.parent / school.calendar)
    return school.model_copy(update={"closed": school.closed + further})


def closed_days(path: Path) -> tuple[str, ...]:
    """The all-day events of an .ics file that are called holiday, half term, INSET or the like.

    Each is `first/last`, as in `closed`. Raises FileMistake.
    """
    found = []
    for event in _read_events(path):
        days_of_it = _closed_days_of(event, path)
        if days_of_it is not None:
            found.append(days_of_it)
    return tuple(found)


def _read_events(path: Path) -> list[Component]:
    """Raises FileMistake."""
    # Most schools have no calendar, and the package takes a while to import.
    from icalendar import Calendar

    try:
        return Calendar.from_ical(path.read_bytes()).walk("VEVENT")
    except FileNotFoundError as error:
        raise FileMistake(
            f"{path.absolute()} is missing; calendar in the school file names it."
        ) from error
    except (OSError, ValueError) as error:
        raise FileMistake(f"{path} is not an .ics calendar that can be read.") from error


def _closed_days_of(event: Component, path: Path) -> str | None:
    """The days of an event, `first/last`; None for one on which the school is open.

    Raises FileMistake.
    """
    name = str(event.get("SUMMARY", ""))
    first = _value_of(event, "DTSTART")
    after = _value_of(event, "DTEND")
    if first is None or isinstance(first, datetime) or not CLOSED.search(name):
        return None
    # A datetime is a date, too: an event must begin and end with whole days.
    begins_well = isinstance(first, date)
    ends_well = after is None or (isinstance(after, date) and not isinstance(after, datetime))
    if not begins_well or not ends_well:
        raise FileMistake(
            f"{path}: the days of “{name[:60]}” cannot be read. Correct that event, or take it out."
        )
    # The last day is the one before DTEND: RFC 5545, 3.6.1. Some calendars repeat the first there.
    last = after - timedelta(days=1) if after else first
    return f"{first}/{max(first, last)}"


def _value_of(event: Component, name: str) -> Any:
    """A property's date or time; what stands there where it is neither, and None without one."""
    found = event.get(name)
    return getattr(found, "dt", found)
