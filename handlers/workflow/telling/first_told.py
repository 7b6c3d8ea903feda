"""From when a case is told, and that nobody is reminded of it before that.

A case that is not urgent waits for school. What it counts in hours begins when it is told; what it
counts in working days does not wait, so that such a case is told on the first of them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from handlers.desk import Desk
from handlers.matter import Around
from handlers.rules.calendar import Calendar
from handlers.workflow.steps.procedure import owners_of
from store.model.case import Case
from store.model.kinds import THAT_THERE_IS_A_CASE, Clock
from store.model.records import FollowUp


def told_from(case: Case, now: datetime, calendar: Calendar) -> datetime:
    """When leaders may be told of a case as it is now (UTC)."""
    if case.urgent:
        return now
    if waits_for_school(case):
        return calendar.next_school_minute(now)
    return calendar.next_working_minute(now)


def waits_for_school(case: Case) -> bool:
    """Whether it may wait until school opens: not where the law's own days go by meanwhile."""
    has_legal_clock = any(f.is_open and f.clock == Clock.LEGAL for f in case.follow_ups)
    return not case.urgent and not has_legal_clock


def with_hours_from_the_alert(case: Case, around: Around, now: datetime, desk: Desk) -> Case:
    """The case, in which what is due within hours is counted from when it is told."""
    for follow_up in case.follow_ups:
        is_counted = follow_up.is_open and follow_up.clock == Clock.NOW and follow_up.told < 0
        if is_counted and not follow_up.postponed:
            owners = {person.id for person in owners_of(follow_up, case, around, desk)}
            case = case.with_follow_up(_from_the_alert(follow_up, case, owners, now))
    return case


def _from_the_alert(
    follow_up: FollowUp, case: Case, owners: Collection[str], now: datetime
) -> FollowUp:
    begun = follow_up.opened_at
    told = _first_told(case, owners)
    if begun is None or told is None:
        return follow_up
    # It waits for the alert; and no longer, where that comes sooner than was thought.
    if not begun < told and not begun > now:
        return follow_up
    return replace(follow_up, opened_at=told, due=follow_up.due + (told - begun))


def _first_told(case: Case, owners: Collection[str]) -> datetime | None:
    """When one of its owners is told of the case first, or where none of them is, anybody.

    A round to somebody else while nobody takes it is no beginning: the hours go on meanwhile.
    """
    alerts = [n for n in case.notices if n.kind in THAT_THERE_IS_A_CASE and not n.stage]
    to_owners = [notice.due for notice in alerts if notice.to in owners]
    to_anybody = [notice.due for notice in alerts]
    return min(to_owners or to_anybody, default=None)
