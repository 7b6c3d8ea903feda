"""The calendar, held to a walk day by day and minute by minute that knows nothing of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from handlers.rules.bank_holidays import NATIONS
from handlers.rules.calendar import Calendar
from handlers.rules.stages import stage_begins
from store.model.records import FollowUp
from store.school.procedure import Delay
from store.school.school import School

LONDON = ZoneInfo("Europe/London")
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
NEVER = ("2020-01-01/2045-12-31",)
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)  # the clocks change on these Sundays
BANK = {
    nation: holidays.UK(subdiv=code, years=range(2024, 2033)) for nation, code in NATIONS.items()
}


def utc(text: str) -> datetime:
    """A local time, as stored."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


def on(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, LONDON).astimezone(UTC)


# --- what is held against it ----------------------------------------------------------------------------


def works(day: date, school: School) -> bool:
    return day.isoweekday() not in (6, 7) and day not in BANK[school.nation]


def teaches(day: date, school: School) -> bool:
    for entry in school.closed:
        first, _, last = str(entry).partition("/")
        if first <= day.isoformat() <= (last or first):
            return False
    return works(day, school)


def in_school(at: datetime, school: School) -> bool:
    local = at.astimezone(LONDON)
    minutes = local.hour * 60 + local.minute
    opens, closes = (t.hour * 60 + t.minute for t in (school.opens, school.closes))
    return teaches(local.date(), school) and opens <= minutes < closes


def walked_to_school(at: datetime, school: School) -> datetime:
    """Minute by minute; over a day without school at one go."""
    at = at.replace(second=0, microsecond=0) + MINUTE
    while not in_school(at, school):
        at += MINUTE
        while not teaches(at.astimezone(LONDON).date(), school):
            next_day = at.astimezone(LONDON).date() + DAY
            at = on(next_day, time(0))
    return at


def school_days_between(after: date, until: date, school: School) -> int:
    return sum(teaches(after + n * DAY, school) for n in range(1, (until - after).days + 1))


# --- schools and moments that are worth trying ------------------------------------------------------------

dates = st.dates(date(2026, 1, 1), date(2029, 12, 31))
moments = st.builds(
    lambda day, seconds: on(day, time(0)) + timedelta(seconds=seconds),
    dates,
    st.integers(0, 86_399),
)
near_changes = st.builds(
    lambda day, hours, seconds: on(day, time(0)) + timedelta(hours=hours, seconds=seconds),
    st.sampled_from([SPRING, AUTUMN, date(2027, 3, 28), date(2027, 10, 31), date(2028, 2, 29)]),
    st.integers(-96, 96),
    st.integers(0, 3599),
)
spells = st.builds(
    lambda first, days: f"{first}/{first + days * DAY}" if days else first,
    dates,
    st.integers(0, 45),
)
hours = st.tuples(st.integers(2 * 60, 11 * 60), st.integers(12 * 60, 23 * 60 + 59)).map(
    lambda m: (time(m[0] // 60, m[0] % 60), time(m[1] // 60, m[1] % 60))
)
schools = st.builds(
    lambda nation, closed, at: School(
        nation=nation, closed=tuple(closed), opens=at[0], closes=at[1]
    ),
    st.sampled_from(sorted(NATIONS)),
    st.lists(spells, max_size=6),
    hours,
)
TERMS = School(
    closed=(
        "2026-10-26/2026-10-30",
        "2026-12-19/2027-01-03",
        date(2027, 1, 4),  # INSET
        "2027-02-15/2027-02-19",
        "2027-03-25/2027-04-09",
        "2027-05-31/2027-06-04",
        "2027-07-22/2027-08-31",
    )
)
quick = settings(max_examples=150, deadline=None)


@quick
@given(schools, st.one_of(moments, near_changes))
@example(TERMS, utc("2026-12-18T17:00"))  # the last day of term
@example(TERMS, utc("2026-12-18T16:59"))
@example(TERMS, utc("2027-03-24T23:59"))  # over Easter, and over the clocks' going forward
@example(TERMS, utc("2026-10-23T17:00"))  # half term, and the clocks' going back
@example(TERMS, utc("2027-01-04T09:00"))  # INSET
@example(School(), utc("2028-02-28T18:00"))
def test_the_next_school_minute_is_in_school_and_none_is_before_it(
    school: School, at: datetime
) -> None:
    calendar = Calendar(school)
    found = calendar.next_school_minute(at)
    assert found == walked_to_school(at, school)
    assert calendar.is_school_time(found)
    assert at < found
    assert calendar.is_school_time(at) == in_school(at, school)


@quick
@given(schools, dates, st.integers(1, 40))
@example(TERMS, date(2026, 12, 18), 1)
@example(TERMS, date(2027, 7, 21), 1)
def test_so_many_school_days_lie_between(school: School, day: date, number: int) -> None:
    calendar = Calendar(school)
    later, earlier = (
        calendar.school_days_after(day, number),
        calendar.school_days_after(day, -number),
    )
    assert teaches(later, school)
    assert school_days_between(day, later, school) == number
    assert teaches(earlier, school)
    assert school_days_between(earlier - DAY, day - DAY, school) == number
    assert calendar.school_days_after(day, 0) == day


@quick
@given(schools, dates, st.integers(1, 40))
def test_there_and_back_is_the_same_school_day(school: School, day: date, number: int) -> None:
    calendar = Calendar(school)
    there = calendar.school_days_after(day, number)
    back = calendar.school_days_after(there, -number)
    before = calendar.school_days_after(day, -number)
    if teaches(day, school):
        assert back == day
        assert calendar.school_days_after(before, number) == day
    else:  # from a day off: to the school days on both sides of it
        assert back == calendar.school_days_after(day, -1)
        assert calendar.school_days_after(before, number) == calendar.school_days_after(day, 1)


@quick
@given(schools, st.one_of(moments, near_changes), st.integers(1, 30))
def test_what_counts_school_days_is_due_when_school_closes(
    school: School, at: datetime, number: int
) -> None:
    due = Calendar(school).due(at, Delay(number, "school day")).astimezone(LONDON)
    assert teaches(due.date(), school)
    assert due.time() == school.closes
    assert school_days_between(at.astimezone(LONDON).date(), due.date(), school) == number


@quick
@given(schools, st.one_of(moments, near_changes), st.integers(1, 30))
def test_no_school_holiday_moves_the_legal_clock(school: School, at: datetime, number: int) -> None:
    never_closed = school.model_copy(update={"closed": ()})
    due = Calendar(school).due(at, Delay(number, "working day"))
    assert due == Calendar(never_closed).due(at, Delay(number, "working day"))
    begun, local = at.astimezone(LONDON), due.astimezone(LONDON)
    assert works(local.date(), school)
    days = range(1, (local.date() - begun.date()).days + 1)
    assert sum(works(begun.date() + n * DAY, school) for n in days) == number
    assert local.time() == (begun.time() if works(begun.date(), school) else school.closes)


@quick
@given(
    schools,
    st.one_of(moments, near_changes),
    st.integers(1, 200),
    st.sampled_from(["minute", "hour"]),
)
def test_minutes_and_hours_run_through_everything(
    school: School, at: datetime, number: int, unit: str
) -> None:
    due = Calendar(school).due(at, Delay(number, unit))  # type: ignore[arg-type]
    assert due - at == number * (MINUTE if unit == "minute" else 60 * MINUTE)


@quick
@given(schools, dates, st.integers(1, 12))
def test_reminders_of_the_school_clock_begin_in_school(
    school: School, day: date, stage: int
) -> None:
    """Also where the school's holidays have changed since it was given its due time."""
    calendar = Calendar(school)
    follow_up = FollowUp("evidence", "Gather it", "owner", calendar.closing(day), "school")
    begins = [stage_begins(follow_up, s, calendar) for s in (stage, stage + 1)]
    assert all(at and in_school(at, school) for at in begins)
    assert begins[0] < begins[1]  # type: ignore[operator]
    assert begins[0] >= follow_up.due  # type: ignore[operator]
    before = stage_begins(follow_up, 0, calendar)
    assert before
    assert in_school(before, school)
    assert school_days_between(before.astimezone(LONDON).date() - DAY, day - DAY, school) == 1


@pytest.mark.parametrize("change", [SPRING, AUTUMN])
def test_school_opens_at_eight_on_both_sides_of_the_clocks_change(change: date) -> None:
    calendar = Calendar(School())
    friday, monday = change - 2 * DAY, change + DAY
    before, after = calendar.opening(friday), calendar.opening(monday)
    assert {at.astimezone(LONDON).hour for at in (before, after)} == {8}
    assert after - before == timedelta(days=3, hours=1 if change == AUTUMN else -1)
    at_closing = calendar.closing(friday)
    assert calendar.next_school_minute(at_closing) == after
    assert calendar.due(before, Delay(1, "school day")).astimezone(LONDON).hour == 17
    assert calendar.due(before, Delay(1, "working day")).astimezone(LONDON).hour == 8


@pytest.mark.parametrize(
    ("nation", "closed", "open_"),
    [
        (
            "England",
            ["2026-12-25", "2026-12-28", "2027-01-01", "2027-03-26", "2027-03-29"],
            ["2027-01-04"],
        ),
        (
            "Wales",
            ["2026-12-25", "2026-12-28", "2027-03-26", "2027-03-29"],
            ["2027-03-01", "2027-07-12"],
        ),
        ("Scotland", ["2026-11-30", "2027-01-04", "2027-03-26"], ["2027-03-29", "2027-08-30"]),
        ("Northern Ireland", ["2027-03-17", "2027-07-12", "2027-03-29"], ["2026-11-30"]),
    ],
)
def test_each_nation_has_its_bank_holidays(
    nation: str, closed: list[str], open_: list[str]
) -> None:
    calendar = Calendar(School(nation=nation))  # type: ignore[arg-type]
    assert [day for day in closed if calendar.is_working_day(date.fromisoformat(day))] == []
    assert [day for day in open_ if not calendar.is_school_day(date.fromisoformat(day))] == []


def test_christmas_stops_the_school_clock_and_not_the_legal_one() -> None:
    calendar = Calendar(TERMS)
    friday = utc("2026-12-18T15:00")  # the last afternoon of term
    assert calendar.due(friday, Delay(1, "school day")) == utc(
        "2027-01-05T17:00"
    )  # after the INSET day
    assert calendar.due(friday, Delay(1, "working day")) == utc("2026-12-21T15:00")
    assert calendar.due(utc("2026-12-24T15:00"), Delay(1, "working day")) == utc("2026-12-29T15:00")
    assert calendar.due(utc("2026-12-25T15:00"), Delay(1, "working day")) == utc("2026-12-29T17:00")
    assert calendar.next_school_minute(utc("2026-12-18T17:00")) == utc("2027-01-05T08:00")


def test_leap_day_is_a_school_day_like_any_other() -> None:
    calendar = Calendar(School())
    assert calendar.school_days_after(date(2028, 2, 28), 1) == date(2028, 2, 29)
    assert calendar.school_days_after(date(2028, 3, 1), -1) == date(2028, 2, 29)


@settings(max_examples=30, deadline=None)
@given(moments, st.integers(1, 5))
def test_a_school_that_never_opens_still_gets_answers(at: datetime, number: int) -> None:
    calendar = Calendar(School(closed=NEVER))
    day = at.astimezone(LONDON).date()
    assert not calendar.is_school_time(at)
    assert at < calendar.next_school_minute(at) <= at + 2 * DAY
    assert calendar.school_day_from(day) == day
    assert calendar.school_days_after(day, number) > day > calendar.school_days_after(day, -number)
    due = calendar.due(at, Delay(number, "school day"))
    assert due > at
    assert calendar.due(at, Delay(number, "working day")) == Calendar(School()).due(
        at, Delay(number, "working day")
    )
