"""When somebody is reminded of what: the stages of being overdue, and the ladder of what is urgent."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from handlers.rules.calendar import DAY, Calendar
from store.model.case import Case
from store.model.kinds import Clock
from store.model.records import FollowUp, Status

NEXT_OF_LADDER = timedelta(minutes=15)
"""An urgent case that nobody has taken goes to the next of the ladder after this, and again."""


LAST_STAGE = 400


def stage_begins(follow_up: FollowUp, stage: int, calendar: Calendar) -> datetime | None:
    """When a stage begins; None for a stage 0 that there is none of."""
    due_day = calendar.local(follow_up.due).date()
    if stage == 0:
        if follow_up.clock == Clock.NOW:
            return None
        days_after = (
            calendar.school_days_after
            if follow_up.clock == Clock.SCHOOL
            else calendar.working_days_after
        )
        before = calendar.opening(days_after(due_day, -1))
        opened = follow_up.opened_at
        return before if opened is None or before > opened else None
    if follow_up.clock == Clock.SCHOOL:
        first = calendar.school_time_from(follow_up.due)
        day = calendar.local(first).date()
        return first if stage == 1 else calendar.opening(calendar.school_days_after(day, stage - 1))
    if stage == 1:
        return follow_up.due
    if follow_up.clock == Clock.LEGAL:
        return calendar.opening(calendar.working_days_after(due_day, stage - 1))
    return calendar.opening(due_day + (stage - 1) * DAY)


def next_stage(follow_up: FollowUp, calendar: Calendar) -> tuple[int, datetime] | None:
    """The stage after the last that was told, and when it begins."""
    for stage in (follow_up.told + 1, follow_up.told + 2):
        if stage < LAST_STAGE and (begins := stage_begins(follow_up, stage, calendar)):
            return stage, begins
    return None


def stage_reached(follow_up: FollowUp, now: datetime, calendar: Calendar) -> int:
    """The stage that has been reached, or the last that was told."""
    current = follow_up
    while (following := next_stage(current, calendar)) and following[1] <= now:
        current = replace(current, told=following[0])
    return current.told


def wakes_at(case: Case, now: datetime, calendar: Calendar) -> datetime | None:
    """When the next stage of anything of this case begins; where that was outside school hours, when they begin."""
    if case.status == Status.CLOSED:
        return None
    times = [case.alarm_at] if case.alarm_at else []
    for follow_up in case.follow_ups:
        if follow_up.is_open and (following := next_stage(follow_up, calendar)):
            waits = (
                follow_up.clock == Clock.SCHOOL
                and following[1] <= now
                and not calendar.is_school_time(now)
            )
            times.append(calendar.next_school_minute(now) if waits else following[1])
    return min(times, default=None)


def with_alarm(case: Case, now: datetime) -> Case:
    """The case, going up the ladder while it is urgent and nobody has taken it."""
    untaken = (
        case.urgent and case.owner is None and case.status == Status.OPEN and not case.joined_to
    )
    if untaken == bool(case.alarm_at):
        return case
    return replace(case, alarm_at=now + NEXT_OF_LADDER if untaken else None)
