"""When somebody is reminded of what, worked out afresh from the calendar: nothing is lost while the
bot is down.

A follow-up goes through stages: 0, the school day before it is due, or the working day (not for
what is due within a day); then 1, 2, 3 … for each day that it is overdue. A case says in `wake_at`
when its next stage begins; what comes due while the bot is down, or outside school hours, is told
once, at the stage that has been reached by then.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from handlers.desk import Desk
from handlers.matter import Around
from handlers.rules.calendar import Calendar
from handlers.rules.stages import NEXT_OF_LADDER, stage_reached, wakes_at
from handlers.workflow.alerts import with_due_alerts
from handlers.workflow.steps import is_above, owners_of
from store.model.case import Case
from store.model.kinds import Clock, NoticeKind
from store.model.records import FollowUp, Notice, Person


def without_warning(case: Case, key: str, now: datetime, calendar: Calendar) -> Case:
    """The case, where whoever has just said when a step is due need not be told that it is due
    soon.
    """
    follow_up = case.follow_up(key)
    if follow_up is None:
        return case
    return case.with_follow_up(replace(follow_up, told=stage_reached(follow_up, now, calendar)))


async def owe_reminders(case: Case, now: datetime, desk: Desk) -> Case:
    """The case, owing what has come due, and knowing when to look again."""
    calendar = desk.calendar
    around = await desk.around(case)
    for follow_up in case.follow_ups:
        waits = follow_up.clock == Clock.SCHOOL and not calendar.is_school_time(now)
        if waits or not follow_up.is_open:
            continue
        stage = stage_reached(follow_up, now, calendar)
        if stage > follow_up.told:
            for person in _who(follow_up, stage, case, around, desk):
                case = case.owe(_notice(case, follow_up, stage, person, now))
            case = case.with_follow_up(replace(follow_up, told=stage))
    if case.alarm_at and case.alarm_at <= now:
        case = _up_the_ladder(case, around, now, desk)
    case = with_due_alerts(case, around, desk)
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


def _who(follow_up: FollowUp, stage: int, case: Case, around: Around, desk: Desk) -> list[Person]:
    """Its owner, and from certain days of being overdue those whom the escalation names."""
    matter = around.matter(case)
    told = owners_of(follow_up, case, around, desk)
    for rung in desk.procedure.escalation:
        if stage >= rung.day:
            for person in around.people.having((rung.to,)):
                if person not in told and is_above(person, matter, desk):
                    told.append(person)
    return told


def _up_the_ladder(case: Case, around: Around, now: datetime, desk: Desk) -> Case:
    """To the next person of the ladder, those first who have not been told; then round again."""
    later = replace(case, alarm_at=now + NEXT_OF_LADDER, rung=case.rung + 1)
    ladder = _people_of_ladder(case, around, desk)
    if not ladder:
        return later

    told = {n.to for n in case.notices if n.kind == NoticeKind.URGENT and n.stage == 0}
    fresh = [person for person in ladder if person.id not in told]
    if case.rung < len(fresh):
        person = fresh[case.rung]
    else:
        person = ladder[(case.rung - len(fresh)) % len(ladder)]
    key = f"{case.reference} urgent {case.rung + 1} {person.id}"
    return later.owe(Notice(key, NoticeKind.URGENT, person.id, now, stage=case.rung + 1))


def _people_of_ladder(case: Case, around: Around, desk: Desk) -> list[Person]:
    """Who may hear of the case, in the order in which the procedure names their roles."""
    matter = around.matter(case)
    ladder: list[Person] = []
    for role in desk.procedure.ladder:
        for person in around.people.having((role,)):
            if person not in ladder and is_above(person, matter, desk):
                ladder.append(person)
    return ladder
