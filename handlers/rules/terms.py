"""School years and terms, and the stretches of days that figures are asked for.

Each day belongs to one term: a term lasts until the day before the next begins, with the holidays
after it. The terms of a school year together are the year.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from handlers.rules.calendar import DAY
from store.school.school import School

#: A first day of a term in this month or later is of the school year that begins then.
YEAR_BEGINS = 8
SEASONS = ("Autumn", "Spring", "Summer")
#: Where the school has not said when its terms begin: months and days.
USUAL = ((9, 1), (1, 1), (4, 16))
USUAL_IN_SCOTLAND = ((8, 15), (1, 1), (4, 16))
#: The day of a month that decides of which period the whole month is.
MIDDLE = 15


@dataclass(frozen=True, slots=True)
class Period:
    """Local days, the last one with it."""

    name: str
    first: date
    last: date

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last

    def holds_month(self, month: str) -> bool:
        """Tell whether a month, as `2026-11`, counts as of this period: by its 15th."""
        return self.holds(date.fromisoformat(f"{month}-{MIDDLE}"))

    @property
    def months(self) -> list[str]:
        """The months that it touches, as `2026-11`, in their order."""
        found = []
        day = self.first.replace(day=1)
        while day <= self.last:
            found.append(f"{day:%Y-%m}")
            day = _next_month(day)
        return found


@dataclass(frozen=True, slots=True)
class Compared:
    """A period, with the one before it and the same a year earlier, where that is another."""

    period: Period
    before: Period
    year_before: Period | None

    @property
    def all(self) -> list[Period]:
        further = [self.year_before] if self.year_before else []
        return [self.period, self.before, *further]


class Terms:
    """The terms of one school."""

    def __init__(self, school: School) -> None:
        self._said = sorted(school.terms)
        in_scotland = school.nation == "Scotland"
        self._usual = USUAL_IN_SCOTLAND if in_scotland else USUAL

    def of_year(self, year: int) -> list[Period]:
        """The terms of the school year that begins in this year, in their order."""
        starts = self._starts(year)
        ends = [*starts[1:], self._starts(year + 1)[0]]
        names = _names(year, starts)
        return [
            Period(name, first, after - DAY)
            for name, first, after in zip(names, starts, ends, strict=True)
        ]

    def year(self, year: int) -> Period:
        """The school year that begins in this year."""
        terms = self.of_year(year)
        return Period(year_name(year), terms[0].first, terms[-1].last)

    def year_of(self, day: date) -> int:
        """The year in which the school year of this day begins."""
        year = _begins_in(day)
        return year if day >= self._starts(year)[0] else year - 1

    def term_of(self, day: date) -> Period:
        terms = self.of_year(self.year_of(day))
        return next(term for term in reversed(terms) if term.first <= day)

    def compared(self, period: Period) -> Compared:
        """A period beside the one before it, and the same a year earlier.

        Days that are those of a term or a school year are compared as that, and named so.
        """
        year = self.year_of(period.first)
        whole = self.year(year)
        if _same_days(period, whole):
            return Compared(whole, self.year(year - 1), None)
        for number, term in enumerate(self.of_year(year)):
            if _same_days(period, term):
                return Compared(term, self.before(term), self._a_year_before(year, number))
        return Compared(period, _just_before(period), _same_a_year_before(period))

    def before(self, term: Period) -> Period:
        return self.term_of(term.first - DAY)

    def _a_year_before(self, year: int, number: int) -> Period:
        """The term of the same number; the last where that year had fewer."""
        terms = self.of_year(year - 1)
        return terms[min(number, len(terms) - 1)]

    def _starts(self, year: int) -> list[date]:
        said = [day for day in self._said if _begins_in(day) == year]
        if said:
            return said
        return [
            date(year if month >= YEAR_BEGINS else year + 1, month, day)
            for month, day in self._usual
        ]


def year_name(year: int) -> str:
    """`2026-27`"""
    return f"{year}-{(year + 1) % 100:02}"


def _begins_in(day: date) -> int:
    """The year of the school year that a term which begins on this day belongs to."""
    return day.year if day.month >= YEAR_BEGINS else day.year - 1


def _names(year: int, starts: Sequence[date]) -> list[str]:
    if len(starts) == len(SEASONS):
        pairs = zip(SEASONS, starts, strict=True)
        return [f"{season} term {first.year}" for season, first in pairs]
    number = len(starts)
    return [f"Term {n} of {number}, {year_name(year)}" for n in range(1, number + 1)]


def _same_days(one: Period, other: Period) -> bool:
    return (one.first, one.last) == (other.first, other.last)


def _just_before(period: Period) -> Period:
    last = period.first - DAY
    return Period("the days before", last - (period.last - period.first), last)


def _same_a_year_before(period: Period) -> Period:
    first, last = _a_year_earlier(period.first), _a_year_earlier(period.last)
    return Period("a year before", first, last)


def _a_year_earlier(day: date) -> date:
    if (day.month, day.day) == (2, 29):
        day -= DAY
    return day.replace(year=day.year - 1)


def _next_month(day: date) -> date:
    """The first of the month after that of a first."""
    if day.month == 12:
        return date(day.year + 1, 1, 1)
    return day.replace(month=day.month + 1)
