"""School days and school hours. Times go in and come out as aware UTC; days are local."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import holidays

from handlers.rules.bank_holidays import bank_holidays
from store.school.procedure import Delay
from store.school.school import School, days

DAY = timedelta(days=1)

#: Days that a school may be closed on end. One that never opens is taken as it is.
LONGEST = 400


class Calendar:
    """One school's weekends, bank holidays of its nation, closed days of its own, and hours."""

    def __init__(self, school: School) -> None:
        self.school = school
        self.zone = ZoneInfo(school.timezone)
        # Whether a day is a school day is asked for every minute, of the same few days.
        self._known: dict[date, bool] = {}
        # The school days after a day, or before it, as far as they were asked for: what is long
        # overdue asks for one after another, and each minute for the same.
        self._school_days: defaultdict[tuple[date, timedelta], list[date]] = defaultdict(list)

    @cached_property
    def _bank_holidays(self) -> holidays.HolidayBase:
        return bank_holidays(self.school.nation)

    @cached_property
    def _closed(self) -> list[tuple[date, date]]:
        return [days(entry) for entry in self.school.closed]

    # --- days --------------------------------------------------------------------------------

    def is_working_day(self, day: date) -> bool:
        """Tell whether it is Monday to Friday and no bank holiday, school holiday or not."""
        return day.weekday() < 5 and day not in self._bank_holidays

    def is_school_day(self, day: date) -> bool:
        """Tell whether it is a working day on which this school is not closed."""
        known = self._known.get(day)
        if known is None:
            is_closed = any(first <= day <= last for first, last in self._closed)
            known = self.is_working_day(day) and not is_closed
            self._known[day] = known
        return known

    def school_day_from(self, day: date) -> date:
        """This day, or the first school day after it."""
        return self._nearest_school_day(day, DAY)

    def school_days_after(self, day: date, number: int) -> date:
        """The day so many school days after this one, or before it where the number is negative."""
        if number == 0:
            return day
        step = DAY if number > 0 else -DAY
        known = self._school_days[day, step]
        while len(known) < abs(number):
            last = known[-1] if known else day
            known.append(self._nearest_school_day(last + step, step))
        return known[abs(number) - 1]

    def _nearest_school_day(self, day: date, step: timedelta) -> date:
        """This day or the first school day that the steps lead to; this day where none is near."""
        for ahead in range(LONGEST):
            candidate = day + ahead * step
            if self.is_school_day(candidate):
                return candidate
        return day

    def working_days_after(self, day: date, number: int) -> date:
        """The day so many working days after this one, or before it where it is negative."""
        step = DAY if number >= 0 else -DAY
        for _ in range(abs(number)):
            day += step
            while not self.is_working_day(day):
                day += step
        return day

    # --- times -------------------------------------------------------------------------------

    def is_school_time(self, at: datetime) -> bool:
        """Tell whether it is within the hours of a school day; the closing minute is not."""
        local = self.local(at)
        is_within_hours = self.school.opens <= local.time() < self.school.closes
        return is_within_hours and self.is_school_day(local.date())

    def next_school_minute(self, at: datetime) -> datetime:
        """The first whole minute of school hours after `at`."""
        return self.school_time_from(at.replace(second=0, microsecond=0) + timedelta(minutes=1))

    def next_working_minute(self, at: datetime) -> datetime:
        """The first whole minute after `at` of the school's hours on a working day, also one on
        which it is closed.
        """
        minute = at.replace(second=0, microsecond=0) + timedelta(minutes=1)
        local = self.local(minute)
        day = local.date()
        if self.is_working_day(day) and local.time() < self.school.closes:
            return max(minute, self.opening(day))
        return self.opening(self.working_days_after(day, 1))

    def school_time_from(self, at: datetime) -> datetime:
        """This time, or when school opens next."""
        if self.is_school_time(at):
            return at
        local = self.local(at)
        earliest = local.date()
        if local.time() >= self.school.opens:
            earliest += DAY
        return self.opening(self.school_day_from(earliest))

    def opening(self, day: date) -> datetime:
        """When school opens on this day, whether or not it is a school day."""
        return self.at(day, self.school.opens)

    def closing(self, day: date) -> datetime:
        """When school closes on this day, whether or not it is a school day."""
        return self.at(day, self.school.closes)

    def end_of_next_school_day(self, at: datetime) -> datetime:
        """When school closes on the school day after the one of `at`."""
        day = self.school_day_from(self.local(at).date())
        return self.closing(self.school_days_after(day, 1))

    def due(self, start: datetime, span: Delay) -> datetime:
        """When something is due that begins at `start`.

        Minutes and hours run through. Working days end at the same time of day; those of something
        that begins on a day off end when school closes. School days end when school closes.
        """
        if span.is_under_a_day:
            return start + timedelta(**{f"{span.unit}s": span.number})

        local = self.local(start)
        first_day = local.date()
        if span.unit == "school day":
            return self.closing(self.school_days_after(first_day, span.number))

        last_day = self.working_days_after(first_day, span.number)
        if self.is_working_day(first_day):
            return self.at(last_day, local.time())
        return self.closing(last_day)

    def midnight(self, day: date) -> datetime:
        """When the day begins, in UTC."""
        return self.at(day, time(0))

    def at(self, day: date, hour: time) -> datetime:
        """A local day and hour, in UTC."""
        return datetime.combine(day, hour, self.zone).astimezone(UTC)

    def local(self, at: datetime) -> datetime:
        """The time as the school's clocks show it."""
        return at.astimezone(self.zone)
