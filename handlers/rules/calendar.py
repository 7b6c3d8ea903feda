"""School days and school hours. Times go in and come out as aware UTC; days are local."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import holidays

from store.school.procedure import Delay
from store.school.school import School, days

NATIONS = {"England": "ENG", "Scotland": "SCT", "Wales": "WLS", "Northern Ireland": "NIR"}
LONGEST = 400  # days that a school may be closed on end; one that never opens is taken as it is
DAY = timedelta(days=1)


class Calendar:
    """The calendar of one school: weekends, bank holidays of its nation, its own closed days, its hours."""

    def __init__(self, school: School) -> None:
        self.school = school
        self.zone = ZoneInfo(school.timezone)
        self._known: dict[date, bool] = {}  # school days, asked for every minute

    @cached_property
    def _bank_holidays(self) -> holidays.HolidayBase:
        return holidays.country_holidays("GB", subdiv=NATIONS[self.school.nation])

    @cached_property
    def _closed(self) -> list[tuple[date, date]]:
        return [days(entry) for entry in self.school.closed]

    # --- days -----------------------------------------------------------------------------------------

    def is_working_day(self, day: date) -> bool:
        """Monday to Friday, bank holidays apart; no school holiday changes it."""
        return day.weekday() < 5 and day not in self._bank_holidays

    def is_school_day(self, day: date) -> bool:
        known = self._known.get(day)
        if known is None:
            closed = any(first <= day <= last for first, last in self._closed)
            known = self._known[day] = self.is_working_day(day) and not closed
        return known

    def school_day_from(self, day: date) -> date:
        """This day, or the first school day after it."""
        return self._first(day, 1)

    def school_days_after(self, day: date, number: int) -> date:
        """The day so many school days after this one, or before it where the number is negative."""
        step = 1 if number >= 0 else -1
        for _ in range(abs(number)):
            day = self._first(day + step * DAY, step)
        return day

    def _first(self, day: date, step: int) -> date:
        for ahead in range(LONGEST):
            if self.is_school_day(day + step * ahead * DAY):
                return day + step * ahead * DAY
        return day

    def working_days_after(self, day: date, number: int) -> date:
        """The day so many working days after this one, or before it where the number is negative."""
        step = DAY if number >= 0 else -DAY
        for _ in range(abs(number)):
            day += step
            while not self.is_working_day(day):
                day += step
        return day

    # --- times ----------------------------------------------------------------------------------------

    def is_school_time(self, at: datetime) -> bool:
        local = self.local(at)
        return (
            self.is_school_day(local.date())
            and self.school.opens <= local.time() < self.school.closes
        )

    def next_school_minute(self, at: datetime) -> datetime:
        """The first whole minute of school hours after `at`."""
        return self.school_time_from(at.replace(second=0, microsecond=0) + timedelta(minutes=1))

    def school_time_from(self, at: datetime) -> datetime:
        """This time, or when school opens next."""
        if self.is_school_time(at):
            return at
        local = self.local(at)
        day = local.date() if local.time() < self.school.opens else local.date() + DAY
        return self.opening(self.school_day_from(day))

    def opening(self, day: date) -> datetime:
        return self._at(day, self.school.opens)

    def closing(self, day: date) -> datetime:
        return self._at(day, self.school.closes)

    def end_of_next_school_day(self, at: datetime) -> datetime:
        """When school closes on the school day after the one of `at`."""
        day = self.school_day_from(self.local(at).date())
        return self.closing(self.school_days_after(day, 1))

    def due(self, start: datetime, span: Delay) -> datetime:
        """When something is due that begins at `start`.

        Minutes and hours run through. Working days end at the same time of day, and those of something that
        begins on a day off when the first working days close. School days end when school closes.
        """
        if span.is_under_a_day:
            return start + timedelta(**{f"{span.unit}s": span.number})
        local = self.local(start)
        if span.unit == "school day":
            return self.closing(self.school_days_after(local.date(), span.number))
        day = self.working_days_after(local.date(), span.number)
        return self._at(
            day, local.time() if self.is_working_day(local.date()) else self.school.closes
        )

    def midnight(self, day: date) -> datetime:
        """When the day begins."""
        return self._at(day, time(0))

    def _at(self, day: date, hour: time) -> datetime:
        return datetime.combine(day, hour, self.zone).astimezone(UTC)

    def local(self, at: datetime) -> datetime:
        return at.astimezone(self.zone)
