"""When somebody is reminded of what, worked out afresh from the calendar: nothing is lost while the
bot is down.

What is due or overdue is in one message a day: see `handlers.school.today`. Messages of their own
have what is counted in hours and in working days, when it falls due and the working day before; and
those above, on the day from which they are to know of something neglected.

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
from handlers.rules.stages import stage_reached, wakes_at
from handlers.workflow.concerned.candidates import with_words_weighed
from handlers.workflow.reach import is_above, may_be_told
from handlers.workflow.steps.owner_changes import with_owner_changes
from handlers.workflow.steps.procedure import owners_of
from handlers.workflow.telling.alerts import with_due_alerts
from handlers.workflow.telling.first_told import with_hours_from_the_alert
from handlers.workflow.telling.rounds import owe_round
from store.model.case import Case
from store.model.kinds import Clock, NoticeKind
from store.model.records import FollowUp, Notice, Person
from store.school.procedure import Escalation


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
    case = with_words_weighed(case, around, desk)
    around = around.having(case)
    for follow_up in case.oldest_first:
        waits = follow_up.clock == Clock.SCHOOL and not calendar.is_school_time(now)
        if waits or not follow_up.is_open:
            continue
        stage = stage_reached(follow_up, now, calendar)
        if stage > follow_up.told:
            for person in _who(follow_up, stage, case, around, desk):
                case = case.owe(_notice(case, follow_up, stage, person, now))
            case = case.with_follow_up(replace(follow_up, told=stage))
    if case.alarm_at and case.alarm_at <= now:
        case = owe_round(case, around, now, desk)
    case = with_hours_from_the_alert(with_due_alerts(case, around, desk), around, now, desk)
    case = with_owner_changes(case, around, desk)
    return case.changed(wake_at=wakes_at(case, now, calendar))


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
    """Its owner, of what does not wait for the day's message; and whoever is above, on the days
    that the escalation names.
    """
    is_of_its_own = follow_up.clock != Clock.SCHOOL and stage <= 1
    told = owners_of(follow_up, case, around, desk) if is_of_its_own else []
    for rung in desk.procedure.escalation:
        if follow_up.told < rung.day <= stage and not _is_neglected(case, follow_up, rung.day):
            told += _above(rung, case, around, desk)
    return list(dict.fromkeys(told))


def _is_neglected(case: Case, besides: FollowUp, day: int) -> bool:
    """Whether those above know already that something of it is overdue for so long."""
    others = [f for f in case.follow_ups if f.is_open and f.key != besides.key]
    return any(other.told >= day for other in others)


def _above(rung: Escalation, case: Case, around: Around, desk: Desk) -> list[Person]:
    """Those whom the escalation names, and who may not see the case; the others have it in the
    message of the day.
    """
    matter = around.matter(case)
    people = around.people.having((rung.to,))
    return [p for p in people if is_above(p, matter, desk) and not may_be_told(p, matter, desk)]
