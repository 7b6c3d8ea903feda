"""School days and school hours. Times go in and come out as aware UTC; days are local."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import holidays

from store.school import School, days

NATIONS = {"England": "ENG", "Scotland": "SCT", "Wales": "WLS", "Northern Ireland": "NIR"}


class Calendar:
    """The calendar of one school: weekends, bank holidays of its nation, its own closed days, its hours."""

    def __init__(self, school: School) -> None:
        self.school = school
        self.zone = ZoneInfo(school.timezone)

    @cached_property
    def _bank_holidays(self) -> holidays.HolidayBase:
        return holidays.country_holidays("GB", subdiv=NATIONS[self.school.nation])

    @cached_property
    def _closed(self) -> list[tuple[date, date]]:
        return [days(entry) for entry in self.school.closed]

    def is_school_day(self, day: date) -> bool:
        return (
            day.weekday() < 5
            and day not in self._bank_holidays
            and not any(first <= day <= last for first, last in self._closed)
        )

    def is_school_time(self, at: datetime) -> bool:
        local = at.astimezone(self.zone)
        return self.is_school_day(local.date()) and self.school.opens <= local.time() < self.school.closes

    def next_school_minute(self, at: datetime) -> datetime:
        """The first whole minute of school hours after `at`."""
        minute = at.replace(second=0, microsecond=0) + timedelta(minutes=1)
        if self.is_school_time(minute):
            return minute
        local = minute.astimezone(self.zone)
        day = local.date() if local.time() < self.school.opens else local.date() + timedelta(days=1)
        return self._at(self.school_day_from(day), self.school.opens)

    def school_day_from(self, day: date) -> date:
        """This day, or the first school day after it. A school that never opens gets the day itself."""
        for ahead in range(400):
            if self.is_school_day(day + timedelta(days=ahead)):
                return day + timedelta(days=ahead)
        return day

    def end_of_next_school_day(self, at: datetime) -> datetime:
        """When school closes on the school day after the one of `at`."""
        day = self.school_day_from(self.local(at).date())
        return self._at(self.school_day_from(day + timedelta(days=1)), self.school.closes)

    def _at(self, day: date, hour: time) -> datetime:
        return datetime.combine(day, hour, self.zone).astimezone(UTC)

    def local(self, at: datetime) -> datetime:
        return at.astimezone(self.zone)
