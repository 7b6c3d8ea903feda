"""When something is due that people put on a day, an hour, or both."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from handlers.messages import Refused
from handlers.rules.calendar import Calendar
from handlers.text.due import due_named, due_on, what_and_due
from store.school.school import School

TUESDAY = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
SATURDAY = datetime(2026, 11, 28, 10, 0, tzinfo=UTC)
CALENDAR = Calendar(School(closed=("2026-12-21/2027-01-03",)))


def at(words: str, now: datetime = TUESDAY) -> str:
    return f"{due_named(words, now, CALENDAR).at:%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize(
    ("words", "due"),
    [
        ("friday", "2026-11-27T17:00"),
        ("by 3pm", "2026-11-24T15:00"),
        ("3 p.m.", "2026-11-24T15:00"),
        ("at 15:00", "2026-11-24T15:00"),
        ("noon", "2026-11-24T12:00"),
        ("3.30pm", "2026-11-24T15:30"),
        ("by friday 9am", "2026-11-27T09:00"),
        ("friday at 9:15", "2026-11-27T09:15"),
        ("9.15am on friday", "2026-11-27T09:15"),
        ("tomorrow, 8am", "2026-11-25T08:00"),
        ("27/11 15:00", "2026-11-27T15:00"),
        ("27.11.2026 at noon", "2026-11-27T12:00"),
        ("12pm", "2026-11-24T12:00"),
        ("tomorrow 12am", "2026-11-25T00:00"),
        ("in 2 hours", "2026-11-24T12:00"),
        ("in an hour", "2026-11-24T11:00"),
        ("in half an hour", "2026-11-24T10:30"),
        ("within 90 minutes", "2026-11-24T11:30"),
        ("in 45 mins", "2026-11-24T10:45"),
        ("in 3 school days by 9am", "2026-11-27T09:00"),
        ("friday at 3", "2026-11-27T15:00"),
        ("at 3", "2026-11-24T15:00"),
        ("tomorrow at 9", "2026-11-25T09:00"),
        ("tomorrow at 3 o'clock", "2026-11-25T15:00"),
        ("3 oclock tomorrow", "2026-11-25T15:00"),
        ("monday at half past three", "2026-11-30T15:30"),
        ("half 3", "2026-11-24T15:30"),
        ("quarter to 4", "2026-11-24T15:45"),
        ("quarter past four on friday", "2026-11-27T16:15"),
        ("friday 9.30", "2026-11-27T09:30"),
        ("friday 3.30", "2026-11-27T15:30"),
        ("friday at 3:30", "2026-11-27T15:30"),
        ("friday 03:30", "2026-11-27T03:30"),
        ("8.45 tomorrow", "2026-11-25T08:45"),
        ("15.30", "2026-11-24T15:30"),
        ("5.12", "2026-12-07T17:00"),
        ("4 December 2026 9.30", "2026-12-04T09:30"),
        ("tomorrow lunchtime", "2026-11-25T12:00"),
        ("wednesday,3pm", "2026-11-25T15:00"),
        ("tmr 3pm", "2026-11-25T15:00"),
        ("end of the day", "2026-11-24T17:00"),
        ("close of play friday", "2026-11-27T17:00"),
        ("the end of thursday", "2026-11-26T17:00"),
        ("in three school days", "2026-11-27T17:00"),
        ("2 hours", "2026-11-24T12:00"),
        ("in two hours", "2026-11-24T12:00"),
        ("in an hour and a half", "2026-11-24T11:30"),
        ("48h", "2026-11-26T10:00"),
        ("13pm", None),
        ("25:00", None),
        ("friday at 25", None),
        ("midnight", None),
        ("tomorrow midnight", None),
        ("tonight", None),
        ("tomorrow morning", None),
        ("friday 1530", None),
        ("3pm or 4pm", None),
        ("21 Dec to 4 Jan", None),
        ("friday at 9:75", None),
    ],
)
def test_an_hour_is_kept_or_refused_and_never_dropped(words: str, due: str | None) -> None:
    if due is None:
        with pytest.raises(Refused):
            at(words)
    else:
        assert at(words) == due


def test_an_hour_that_is_past_asks_for_the_day() -> None:
    with pytest.raises(Refused, match=r"^09:00 is past today. Type the day as well"):
        at("by 9am")


@pytest.mark.parametrize("words", ["3", "by 3", "12"])
def test_a_number_alone_may_be_an_hour_or_a_day_and_is_asked_about(words: str) -> None:
    with pytest.raises(Refused, match=r"an hour or a day\? Type it like 3pm or 27 November\."):
        at(words)
    assert at("13") == "2026-12-14T17:00"


def test_an_hour_of_a_day_off_is_kept_for_the_next_school_day_and_said() -> None:
    due = due_named("3pm", SATURDAY, CALENDAR)
    assert due.at == datetime(2026, 11, 30, 15, tzinfo=UTC)
    assert due.remark == "The school is closed on Sat 28 Nov."


@pytest.mark.parametrize(
    ("words", "what", "due"),
    [
        ('"Talk to governors" by in 3 school days', "Talk to governors", "2026-11-27T17:00"),
        ("“Talk to governors”, by friday", "Talk to governors", "2026-11-27T17:00"),
        ("Talk to governors in 3 school days", "Talk to governors", "2026-11-27T17:00"),
        ("Talk to governors by in 3 school days", "Talk to governors", "2026-11-27T17:00"),
        ("Ring them by 3pm", "Ring them", "2026-11-24T15:00"),
        ("Ring them at half past three", "Ring them", "2026-11-24T15:30"),
        ("Write to parents next monday 10am", "Write to parents", "2026-11-30T10:00"),
        ("Email them friday", "Email them", "2026-11-27T17:00"),
        ("Prepare monday meeting by friday", "Prepare monday meeting", "2026-11-27T17:00"),
        ("Ring them tomorrow", "Ring them", "2026-11-25T17:00"),
        ("Talk in person by friday", "Talk in person", "2026-11-27T17:00"),
        ("Check on the post on friday at 9am", "Check on the post", "2026-11-27T09:00"),
        ("Ring the parents at 3pm on friday", "Ring the parents", "2026-11-27T15:00"),
        (
            "Write down who was in class by 1 December",
            "Write down who was in class",
            "2026-12-01T17:00",
        ),
    ],
)
def test_what_is_to_be_done_and_until_when(words: str, what: str, due: str) -> None:
    found = what_and_due(words, TUESDAY, CALENDAR)
    assert found is not None
    assert (found[0], f"{found[1].at:%Y-%m-%dT%H:%M}") == (what, due)


def test_where_there_is_no_day_there_is_nothing() -> None:
    assert what_and_due("Ring the parents", TUESDAY, CALENDAR) is None
    with pytest.raises(Refused, match="I cannot read “in the office” as a day"):
        what_and_due("Ring the parents in the office", TUESDAY, CALENDAR)


def test_a_day_off_moves_on_and_says_so() -> None:
    assert due_on(date(2026, 11, 27), TUESDAY, CALENDAR) == (
        datetime(2026, 11, 27, 17, tzinfo=UTC),
        "",
    )
    for day in (date(2026, 12, 21), date(2026, 12, 25), date(2027, 1, 3)):
        due, moved = due_on(day, TUESDAY, CALENDAR)
        assert due == datetime(2027, 1, 4, 17, tzinfo=UTC)
        assert moved == f"The school is closed on {day:%a} {day.day} {day:%b}."


def test_today_after_school_is_the_next_school_day() -> None:
    evening = datetime(2026, 11, 27, 18, 0, tzinfo=UTC)  # a Friday
    due, moved = due_named("today", evening, CALENDAR)
    assert due == datetime(2026, 11, 30, 17, tzinfo=UTC)
    assert moved == "School is over for today."


PIECES = (
    "by until on next this in a an the of friday mon week fortnight month school days day tomorrow today within half "
    "1 3 27 31 99 999 27/11 31/02 1st feb december 2026 - / . at 3pm 12am 25pm 15:00 24:00 9.75am noon hour hours minutes "
    "past quarter three o'clock 9.30 morning"
)
pieces = st.lists(st.sampled_from(PIECES.split()), max_size=6).map(" ".join)
moments = st.integers(0, 1100 * 24 * 60).map(lambda minutes: TUESDAY + timedelta(minutes=minutes))


@settings(max_examples=200, deadline=None)
@given(st.one_of(pieces, st.text(max_size=70)), moments)
@example("in 99 hours", TUESDAY)
def test_whatever_is_typed_is_later_and_within_a_year_or_refused(words: str, now: datetime) -> None:
    try:
        due, remark = due_named(words, now, CALENDAR)
    except Refused:
        return
    assert now < due < now + timedelta(days=366 + 21)
    # An hour is never dropped: where one was typed, it is the one at which it is due.
    if words.endswith((" 3pm", " 15:00", " at 3", " half past 3")):
        assert CALENDAR.local(due).hour == 15
    assert not remark or CALENDAR.is_school_day(CALENDAR.local(due).date())
