"""When a case is looked at next."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.rules.calendar import Calendar
from handlers.rules.stages import next_stage, stage_reached, wakes_at
from store.model.kinds import Clock
from store.model.records import FollowUp
from store.school.school import School
from tests.store.made import case

CALENDAR = Calendar(School())
FRIDAY = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)
SATURDAY = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)
MONDAY = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)


def overdue(clock: str) -> FollowUp:
    return FollowUp("own-1", "Ring home", "owner", FRIDAY - timedelta(hours=1), clock, told=0)


@pytest.mark.parametrize(
    ("clock", "now", "then"),
    [
        (Clock.SCHOOL, FRIDAY, FRIDAY - timedelta(hours=1)),  # at once
        (Clock.SCHOOL, SATURDAY, MONDAY),  # and not each minute until then
        (Clock.LEGAL, SATURDAY, FRIDAY - timedelta(hours=1)),
        (Clock.NOW, SATURDAY, FRIDAY - timedelta(hours=1)),
    ],
)
def test_what_waits_for_school_hours_is_not_looked_at_before(
    clock: str, now: datetime, then: datetime
) -> None:
    made = replace(case(), follow_ups=(overdue(clock),))
    assert wakes_at(made, now, CALENDAR) == then


@given(
    clock=st.sampled_from(list(Clock)),
    due=st.integers(0, 60 * 24 * 60).map(lambda minutes: FRIDAY + timedelta(minutes=minutes)),
    after=st.integers(-5 * 24 * 60, 500 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes)),
    told=st.integers(-1, 401),
    opened=st.none() | st.integers(0, 5).map(lambda days: timedelta(days=days)),
)
def test_the_stage_that_is_reached_is_the_last_to_which_one_after_another_leads(
    clock: Clock, due: datetime, after: timedelta, told: int, opened: timedelta | None
) -> None:
    step = replace(overdue(clock), due=due, told=told)
    if opened is not None:
        step = replace(step, opened_at=due - opened)
    now = due + after
    walked = step
    while (following := next_stage(walked, CALENDAR)) and following.begins <= now:
        walked = replace(walked, told=following.number)
    assert stage_reached(step, now, CALENDAR) == walked.told
