"""When somebody is reminded of what: the stages of being overdue.

Stage 0 of a follow-up is the morning before it is due, stage 1 is when it falls due, and each stage
after that is one more day for which it is overdue: a school day, a working day or any day, as its
clock has it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from handlers.rules.calendar import DAY, Calendar
from handlers.rules.pause import pause_of
from store.model.case import Case
from store.model.kinds import Clock
from store.model.records import FollowUp, Status

#: Nobody is reminded for ever: this is over a year of days.
LAST_STAGE = 400


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a follow-up, and when it begins (UTC)."""

    number: int
    begins: datetime


def stage_begins(follow_up: FollowUp, stage: int, calendar: Calendar) -> datetime | None:
    """When a stage of this number begins, in UTC. None for a stage 0 that there is none of."""
    if stage == 0:
        return _morning_before(follow_up, calendar)
    return _day_begins(follow_up, stage, calendar)


def _day_begins(follow_up: FollowUp, stage: int, calendar: Calendar) -> datetime:
    """When stage 1, 2 … begins: it falls due, and each day for which it is overdue."""
    if follow_up.clock == Clock.SCHOOL:
        return _stage_of_school_days(follow_up, stage, calendar)
    if stage == 1:
        return follow_up.due

    due_day = calendar.local(follow_up.due).date()
    if follow_up.clock == Clock.LEGAL:
        return calendar.opening(calendar.working_days_after(due_day, stage - 1))
    return calendar.opening(due_day + (stage - 1) * DAY)


def _morning_before(follow_up: FollowUp, calendar: Calendar) -> datetime | None:
    """When school opens on the day before it is due; None where it was not there yet by then."""
    if follow_up.clock == Clock.NOW:
        return None

    due_day = calendar.local(follow_up.due).date()
    if follow_up.clock == Clock.SCHOOL:
        day_before = calendar.school_days_after(due_day, -1)
    else:
        day_before = calendar.working_days_after(due_day, -1)

    begins = calendar.opening(day_before)
    opened = follow_up.opened_at
    return begins if opened is None or begins > opened else None


def _stage_of_school_days(follow_up: FollowUp, stage: int, calendar: Calendar) -> datetime:
    first = calendar.school_time_from(follow_up.due)
    if stage == 1:
        return first
    first_day = calendar.local(first).date()
    return calendar.opening(calendar.school_days_after(first_day, stage - 1))


def next_stage(follow_up: FollowUp, calendar: Calendar) -> Stage | None:
    """The stage after the last that was told; None after the very last."""
    # Two are tried, because there may be no stage 0.
    for number in (follow_up.told + 1, follow_up.told + 2):
        if number >= LAST_STAGE:
            continue
        begins = stage_begins(follow_up, number, calendar)
        if begins:
            return Stage(number, begins)
    return None


def stage_reached(follow_up: FollowUp, now: datetime, calendar: Calendar) -> int:
    """The number of the stage that has been reached, or of the last that was told."""
    # At most one begins on each day.
    overdue = calendar.local(now).date() - calendar.local(follow_up.due).date()
    end = min(overdue.days + 2, LAST_STAGE)
    stages = range(max(follow_up.told + 1, 1), end)
    begun = bisect_right(stages, now, key=lambda number: _day_begins(follow_up, number, calendar))
    if begun:
        return stages[begun - 1]

    morning = _morning_before(follow_up, calendar) if follow_up.told < 0 else None
    return 0 if morning and morning <= now else follow_up.told


def wakes_at(case: Case, now: datetime, calendar: Calendar) -> datetime | None:
    """When somebody must next be told of anything of this case, in UTC. None for never."""
    if case.status == Status.CLOSED:
        return None
    times = list(_stage_times(case, now, calendar))
    times += [moment for moment in (case.alarm_at, case.silent_at) if moment]
    paused_until = pause_of(case.summary)
    if paused_until > now:
        times.append(paused_until)
    return min(times, default=None)


def _stage_times(case: Case, now: datetime, calendar: Calendar) -> Iterator[datetime]:
    """When the next stage of each open follow-up is told."""
    still_open = [follow_up for follow_up in case.follow_ups if follow_up.is_open]
    if not still_open:
        return
    is_school_time = calendar.is_school_time(now)
    for follow_up in still_open:
        following = next_stage(follow_up, calendar)
        if following is None:
            continue

        # What began outside school hours, and waits for them, is told when they begin.
        has_begun = following.begins <= now
        if follow_up.clock == Clock.SCHOOL and has_begun and not is_school_time:
            yield calendar.next_school_minute(now)
        else:
            yield following.begins
