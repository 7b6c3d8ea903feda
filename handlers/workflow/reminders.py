"""When somebody is reminded of what, worked out afresh from the calendar: nothing is lost while the bot is down.

A follow-up goes through stages: 0, the school day before it is due, or the working day (not for what is due within
a day); then 1, 2, 3 … for each day that it is overdue. A case says in `wake_at` when its next stage begins; what
comes due while the bot is down, or outside school hours, is told once, at the stage that has been reached by then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from handlers.desk import Desk
from handlers.rules.calendar import Calendar
from handlers.rules.stages import NEXT_OF_LADDER, stage_reached, wakes_at
from handlers.workflow.steps import is_above, owners_of
from store.model.case import Case
from store.model.kinds import Clock, NoticeKind
from store.model.records import FollowUp, Notice, Person, Summary


def without_warning(case: Case, key: str, now: datetime, calendar: Calendar) -> Case:
    """The case, where whoever has just said when a step is due need not be told that it is due soon."""
    follow_up = case.follow_up(key)
    if follow_up is None:
        return case
    return case.with_follow_up(replace(follow_up, told=stage_reached(follow_up, now, calendar)))


async def owe_reminders(case: Case, now: datetime, desk: Desk) -> Case:
    """The case, owing what has come due, and knowing when to look again."""
    calendar = desk.calendar
    matter = [
        case.summary if s.reference == case.reference else s
        for s in await desk.matter_of(case.summary)
    ]
    for follow_up in case.follow_ups:
        if not follow_up.is_open or (
            follow_up.clock == Clock.SCHOOL and not calendar.is_school_time(now)
        ):
            continue
        stage = stage_reached(follow_up, now, calendar)
        if stage > follow_up.told:
            people = await _who(follow_up, stage, case, matter, desk)
            case = case.owe(*(_notice(case, follow_up, stage, person, now) for person in people))
            case = case.with_follow_up(replace(follow_up, told=stage))
    if case.alarm_at and case.alarm_at <= now:
        case = await _up_the_ladder(case, matter, now, desk)
    return replace(case, wake_at=wakes_at(case, now, calendar))


def _notice(case: Case, follow_up: FollowUp, stage: int, person: Person, now: datetime) -> Notice:
    due = follow_up.due.strftime("%Y-%m-%dT%H:%M")
    kind = NoticeKind.OVERDUE if stage else NoticeKind.BEFORE
    key = f"{case.reference} {follow_up.key} {due} {kind} {stage} {person.id}"
    return Notice(
        key,
        kind,
        person.id,
        now,
        step=follow_up.key,
        stage=stage,
        waits=follow_up.clock == Clock.SCHOOL,
    )


async def _who(
    follow_up: FollowUp, stage: int, case: Case, matter: Sequence[Summary], desk: Desk
) -> list[Person]:
    """Its owner, and from certain days of being overdue those whom the escalation names."""
    told = await owners_of(follow_up, case, matter, desk)
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
    told = {n.to for n in case.notices if n.kind == NoticeKind.URGENT and n.stage == 0}
    turns = [p for p in ladder if p.id not in told] + ladder
    later = replace(case, alarm_at=now + NEXT_OF_LADDER, rung=case.rung + 1)
    if not ladder:
        return later
    fresh = len(turns) - len(ladder)
    person = turns[case.rung] if case.rung < fresh else ladder[(case.rung - fresh) % len(ladder)]
    key = f"{case.reference} urgent {case.rung + 1} {person.id}"
    return later.owe(Notice(key, NoticeKind.URGENT, person.id, now, stage=case.rung + 1))
