"""`school.toml`: what the bot must know of the school. Without the file, sensible defaults."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from store.school.toml import FileMistake, Table, load

Years = Annotated[int, Field(ge=0, le=100)]
CLOSED = re.compile(
    r"holiday|half[ -]?term|inset|training day|closed|closure|break|vacation", re.IGNORECASE
)


class Retention(Table):
    """How many years after its closing a case’s time is over."""

    years: Years = 6
    outcome: dict[str, Years] = {}  # where it is another number for cases that ended so

    def years_of(self, outcome: str) -> int:
        return self.outcome.get(outcome, self.years)


class School(Table):
    name: str = "the school"
    nation: Literal["England", "Scotland", "Wales", "Northern Ireland"] = "England"
    timezone: str = "Europe/London"
    opens: time = time(8)
    closes: time = time(17)
    calendar: str = (
        ""  # an .ics file beside this one, whose holidays and INSET days are closed days too
    )
    closed: tuple[
        date | str, ...
    ] = ()  # holidays and INSET days: 2026-12-21, "2026-12-21/2027-01-03"
    staff: Annotated[
        tuple[str, ...], Field(max_length=200)
    ] = ()  # who can be named, besides the bot's users
    safeguarding_phone: str = ""
    local_authority_phone: str = (
        ""  # of its designated officer, for a case about the chair of governors
    )
    leadership_channel: tuple[
        str, ...
    ] = ()  # as the setting of that name, where several schools share the settings
    retention: Retention = Retention()

    @field_validator("timezone")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(
                f"there is no time zone “{value}”; write it as Europe/London"
            ) from error
        return value

    @field_validator("closed")
    @classmethod
    def _days(cls, values: tuple[date | str, ...]) -> tuple[date | str, ...]:
        for value in values:
            first, last = days(value)
            if first > last:
                raise ValueError(f"“{value}” ends before it begins")
        return values

    @field_validator("opens", "closes", mode="before")
    @classmethod
    def _whole_hour(cls, value: object) -> object:
        """`opens = 8` is eight o'clock."""
        return time(value) if isinstance(value, int) and 0 <= value < 24 else value

    @field_validator("opens", "closes")
    @classmethod
    def _here(cls, value: time) -> time:
        if value.tzinfo is not None:
            raise ValueError("write it as 08:30, by the school's own clock")
        return value

    @model_validator(mode="after")
    def _hours(self) -> School:
        if self.opens >= self.closes:
            raise ValueError("the school closes before it opens; mend opens and closes")
        return self


def days(value: date | str) -> tuple[date, date]:
    """First and last day of an entry in `closed`. Raises ValueError."""
    if isinstance(value, date):
        return value, value
    try:
        first, _, last = value.partition("/")
        return date.fromisoformat(first.strip()), date.fromisoformat((last or first).strip())
    except ValueError as error:
        raise ValueError(
            f"“{value}” is not a day such as 2026-12-21, or 2026-12-21/2027-01-03"
        ) from error


def load_school(path: Path) -> School:
    """Raises FileMistake. A missing file is no mistake; a missing calendar that it names is one."""
    school = load(path, School) if path.exists() else School()
    if not school.calendar:
        return school
    return school.model_copy(
        update={"closed": school.closed + closed_days(path.parent / school.calendar)}
    )


def closed_days(path: Path) -> tuple[str, ...]:
    """The all-day events of an .ics file that are called holiday, half term, INSET or the like: `first/last`.

    An event's last day is the one before its DTEND: RFC 5545, 3.6.1. Raises FileMistake.
    """
    from icalendar import Calendar

    try:
        events = Calendar.from_ical(path.read_bytes()).walk("VEVENT")
    except FileNotFoundError as error:
        raise FileMistake(
            f"{path.absolute()} is missing; calendar in the school file names it."
        ) from error
    except (OSError, ValueError) as error:
        raise FileMistake(f"{path} is not an .ics calendar that can be read.") from error
    found = []
    for event in events:
        name = str(event.get("SUMMARY", ""))
        begin, end = (event.get(property) for property in ("DTSTART", "DTEND"))
        first, after = (getattr(property, "dt", property) for property in (begin, end))
        if first is None or isinstance(first, datetime) or not CLOSED.search(name):
            continue
        if (
            not isinstance(first, date)
            or isinstance(after, datetime)
            or not isinstance(after, date | None)
        ):
            raise FileMistake(
                f"{path}: the days of “{name[:60]}” cannot be read. Mend that event, or leave it out."
            )
        last = after - timedelta(days=1) if after else first
        found.append(f"{first}/{max(first, last)}")
    return tuple(found)
