"""When somebody is reminded of what, worked out afresh from the calendar: nothing is lost while the bot is down.

A follow-up goes through stages: 0, the school day before it is due, or the working day (not for what is due within
a day); then 1, 2, 3 … for each day that it is overdue. A case says in `wake_at` when its next stage begins; what
comes due while the bot is down, or outside school hours, is told once, at the stage that has been reached by then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from handlers.desk import Desk
from handlers.rules.calendar import DAY, Calendar
from handlers.workflow.steps import is_above, owners
from store.model.case import Case
from store.model.records import FollowUp, Notice, Person, Status, Summary

NEXT_OF_LADDER = timedelta(minutes=15)
"""An urgent case that nobody has taken goes to the next of the ladder after this, and again."""

SCHOOL, LEGAL, NOW = "school", "legal", "now"
LAST_STAGE = 400


def stage_begins(follow_up: FollowUp, stage: int, calendar: Calendar) -> datetime | None:
    """When a stage begins; None for a stage 0 that there is none of."""
    due_day = calendar.local(follow_up.due).date()
    if stage == 0:
        if follow_up.clock == NOW:
            return None
        days_after = calendar.school_days_after if follow_up.clock == SCHOOL else calendar.working_days_after
        before = calendar.opening(days_after(due_day, -1))
        opened = follow_up.opened_at
        return before if opened is None or before > opened else None
    if follow_up.clock == SCHOOL:
        first = calendar.school_time_from(follow_up.due)
        day = calendar.local(first).date()
        return first if stage == 1 else calendar.opening(calendar.school_days_after(day, stage - 1))
    if stage == 1:
        return follow_up.due
    if follow_up.clock == LEGAL:
        return calendar.opening(calendar.working_days_after(due_day, stage - 1))
    return calendar.opening(due_day + (stage - 1) * DAY)


def next_stage(follow_up: FollowUp, calendar: Calendar) -> tuple[int, datetime] | None:
    """The stage after the last that was told, and when it begins."""
    for stage in (follow_up.told + 1, follow_up.told + 2):
        if stage < LAST_STAGE and (begins := stage_begins(follow_up, stage, calendar)):
            return stage, begins
    return None


def reached(follow_up: FollowUp, now: datetime, calendar: Calendar) -> int:
    """The stage that has been reached, or the last that was told."""
    current = follow_up
    while (following := next_stage(current, calendar)) and following[1] <= now:
        current = replace(current, told=following[0])
    return current.told


def known_to_come(case: Case, key: str, now: datetime, calendar: Calendar) -> Case:
    """The case, where whoever has just said when a step is due need not be told that it is due soon."""
    follow_up = case.follow_up(key)
    if follow_up is None:
        return case
    return case.with_follow_up(replace(follow_up, told=reached(follow_up, now, calendar)))


def wakes_at(case: Case, now: datetime, calendar: Calendar) -> datetime | None:
    """When the next stage of anything of this case begins; where that was outside school hours, when they begin."""
    if case.status == Status.CLOSED:
        return None
    times = [case.alarm_at] if case.alarm_at else []
    for follow_up in case.follow_ups:
        if follow_up.is_open and (following := next_stage(follow_up, calendar)):
            waits = follow_up.clock == SCHOOL and following[1] <= now and not calendar.is_school_time(now)
            times.append(calendar.next_school_minute(now) if waits else following[1])
    return min(times, default=None)


def with_alarm(case: Case, now: datetime) -> Case:
    """The case, going up the ladder while it is urgent and nobody has taken it."""
    untaken = case.urgent and case.owner is None and case.status == Status.OPEN and not case.joined_to
    if untaken == bool(case.alarm_at):
        return case
    return replace(case, alarm_at=now + NEXT_OF_LADDER if untaken else None)


async def remind(case: Case, now: datetime, desk: Desk) -> Case:
    """The case, owing what has come due, and knowing when to look again."""
    calendar = desk.calendar
    matter = [
        case.summary if s.reference == case.reference else s for s in await desk.matter_of(case.summary)
    ]
    for follow_up in case.follow_ups:
        if not follow_up.is_open or (follow_up.clock == SCHOOL and not calendar.is_school_time(now)):
            continue
        stage = reached(follow_up, now, calendar)
        if stage > follow_up.told:
            people = await _who(follow_up, stage, case, matter, desk)
            case = case.owe(*(_notice(case, follow_up, stage, person, now) for person in people))
            case = case.with_follow_up(replace(follow_up, told=stage))
    if case.alarm_at and case.alarm_at <= now:
        case = await _up_the_ladder(case, matter, now, desk)
    return replace(case, wake_at=wakes_at(case, now, calendar))


def _notice(case: Case, follow_up: FollowUp, stage: int, person: Person, now: datetime) -> Notice:
    due = follow_up.due.strftime("%Y-%m-%dT%H:%M")
    key = f"{case.reference} {follow_up.key} {due} {'overdue' if stage else 'before'} {stage} {person.id}"
    kind = "overdue" if stage else "before"
    return Notice(key, kind, person.id, now, step=follow_up.key, stage=stage, waits=follow_up.clock == SCHOOL)


async def _who(
    follow_up: FollowUp, stage: int, case: Case, matter: Sequence[Summary], desk: Desk
) -> list[Person]:
    """Its owner, and from certain days of being overdue those whom the escalation names."""
    told = await owners(follow_up, case, matter, desk)
    for rung in desk.procedure.escalation:
        if stage >= rung.day:
            above = await desk.store.having((rung.to,))
            told += [p for p in above if p not in told and is_above(p, matter, desk)]
    return told


async def _up_the_ladder(case: Case, matter: Sequence[Summary], now: datetime, desk: Desk) -> Case:
    """To the next person of the ladder, those first who have not been told; then round again."""
    ladder: list[Person] = []
    for role in desk.procedure.ladder:
        people = await desk.store.having((role,))
        ladder += [p for p in people if p not in ladder and is_above(p, matter, desk)]
    told = {n.to for n in case.notices if n.kind == "urgent" and n.stage == 0}
    turns = [p for p in ladder if p.id not in told] + ladder
    later = replace(case, alarm_at=now + NEXT_OF_LADDER, rung=case.rung + 1)
    if not ladder:
        return later
    fresh = len(turns) - len(ladder)
    person = turns[case.rung] if case.rung < fresh else ladder[(case.rung - fresh) % len(ladder)]
    key = f"{case.reference} urgent {case.rung + 1} {person.id}"
    return later.owe(Notice(key, "urgent", person.id, now, stage=case.rung + 1))
