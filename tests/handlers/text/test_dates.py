"""Days as people type them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from handlers.messages import Refused
from handlers.rules.calendar import Calendar
from handlers.text.dates import day_named
from store.school.school import School

TUESDAY = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
CALENDAR = Calendar(School(closed=("2026-12-21/2027-01-03",)))


def named(words: str, now: datetime = TUESDAY) -> date:
    return day_named(words, now, CALENDAR)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("today", "2026-11-24"),
        ("tomorrow", "2026-11-25"),
        ("the day after tomorrow", "2026-11-26"),
        ("friday", "2026-11-27"),
        ("Fri", "2026-11-27"),
        ("by friday", "2026-11-27"),
        ("until Friday.", "2026-11-27"),
        ("this friday", "2026-11-27"),
        ("next friday", "2026-11-27"),  # the next that there is; the answer names the day
        ("thurs", "2026-11-26"),
        ("weds", "2026-11-25"),
        ("wednesday", "2026-11-25"),
        ("tuesday", "2026-12-01"),  # today it is “today”
        ("friday week", "2026-12-04"),
        ("friday next week", "2026-12-04"),
        ("monday next week", "2026-11-30"),
        ("next week", "2026-12-01"),
        ("in a week", "2026-12-01"),
        ("in a fortnight", "2026-12-08"),
        ("in 3 days", "2026-11-27"),
        ("in 3 school days", "2026-11-27"),
        ("1 school day", "2026-11-25"),
        ("in 20 school days", "2027-01-05"),  # over the holidays
        ("27/11", "2026-11-27"),
        ("24/11", "2026-11-24"),  # today
        ("27/11/2026", "2026-11-27"),
        ("27/11/26", "2026-11-27"),
        ("27.11.2026", "2026-11-27"),
        ("27-11", "2026-11-27"),
        ("2026-12-11", "2026-12-11"),  # as ISO 8601 has it, and not 12 November
        ("4/12", "2026-12-04"),  # the fourth of December
        ("1/2", "2027-02-01"),  # the first of February
        ("1 December", "2026-12-01"),
        ("1st of december", "2026-12-01"),
        ("Dec 1st", "2026-12-01"),
        ("tues 1 dec 2026", "2026-12-01"),
        ("december 1, 2026", "2026-12-01"),
        ("the 27th", "2026-11-27"),
        ("friday the 27th", "2026-11-27"),
        ("the 5th", "2026-12-05"),
        ("1 may", "2027-05-01"),
    ],
)
def test_what_people_type(words: str, day: str) -> None:
    assert named(words).isoformat() == day
    assert named(words.upper()).isoformat() == day


@pytest.mark.parametrize(
    "words",
    [
        "",
        "by",
        "nonsense",
        "31/02",
        "31/11",
        "11/27",
        "12/25/2026",
        "0/1",
        "13/13",
        "0",
        "32",
        "31 november",
    ]
    + ["asdf friday", "soon", "friday " * 20, "/", "<b>friday</b>"],
)
def test_what_is_no_day_is_refused_with_an_example(words: str) -> None:
    with pytest.raises(Refused, match=r"Type it like friday, tomorrow 3pm or in 3 school days\.$"):
        named(words)


@pytest.mark.parametrize("words", ["monday 3", "thursday 27 november", "fri 26/11"])
def test_a_weekday_that_the_date_is_not_is_asked_about(words: str) -> None:
    with pytest.raises(Refused, match=r"is no |I cannot read"):
        named(words)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("yesterday", "Mon 23 Nov 2026"),
        ("23/11", "Mon 23 Nov 2026"),  # without a year it is a slip, not next year
        ("1 october", "Thu 1 Oct 2026"),
        ("20/11/2026", "Fri 20 Nov 2026"),
        ("last friday", "Fri 20 Nov 2026"),
        ("2 days ago", "Sun 22 Nov 2026"),
    ],
)
def test_what_is_past_is_refused(words: str, day: str) -> None:
    with pytest.raises(Refused, match=rf"^{day} is past\."):
        named(words)


@pytest.mark.parametrize(
    "words", ["31/12/9999", "26/11/2027", "29/02", "in 300 school days", "in 3 years"]
)
def test_what_is_more_than_a_year_away_is_refused(words: str) -> None:
    with pytest.raises(Refused, match="more than a year away"):
        named(words)


@pytest.mark.parametrize(
    ("now", "words", "day"),
    [
        ("2026-12-31T10:00", "1/1", "2027-01-01"),
        ("2027-01-02T10:00", "31/12", None),
        ("2027-06-02T10:00", "31/12", "2027-12-31"),
        ("2028-01-10T10:00", "29/02", "2028-02-29"),
        (
            "2026-10-24T23:30",
            "tomorrow",
            "2026-10-26",
        ),  # half past midnight in London, in summer time
        ("2026-12-31T23:30", "today", "2026-12-31"),
    ],
)
def test_where_one_year_ends_and_where_one_day_does(now: str, words: str, day: str | None) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    if day is None:
        with pytest.raises(Refused):
            named(words, at)
    else:
        assert named(words, at).isoformat() == day


PIECES = (
    "by until on next this last in a an the of friday mon week fortnight month year school days day tomorrow today "
    "1 3 27 31 99 999 99999999 27/11 31/02 1st 5th feb december 2026 9999 0001 - / . ago at 3pm noon"
)
pieces = st.lists(st.sampled_from(PIECES.split()), max_size=6).map(" ".join)
moments = st.integers(0, 1100 * 24 * 60).map(lambda minutes: TUESDAY + timedelta(minutes=minutes))


@settings(max_examples=200, deadline=None)
@given(st.one_of(pieces, st.text(max_size=70)), moments)
@example("in 99999999 years", TUESDAY)
@example("31/12/9999", TUESDAY)
def test_whatever_is_typed_is_a_day_within_a_year_or_refused(words: str, now: datetime) -> None:
    today = CALENDAR.local(now).date()
    try:
        found = named(words, now)
    except Refused:
        return
    assert today <= found <= today + timedelta(days=366)


@settings(max_examples=100, deadline=None)
@given(
    st.dates(date(2026, 11, 24), date(2027, 11, 24)),
    st.sampled_from(["{0.day}/{0.month}/{0.year}", "{0:%d.%m.%y}"]),
)
def test_every_day_written_the_british_way_is_that_day(day: date, form: str) -> None:
    assert named(form.format(day)) == day
    assert named(f"{day.day} {day:%B %Y}") == day
    assert named(f"{day:%a} {day.day} {day:%b} {day.year}") == day
