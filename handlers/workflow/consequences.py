"""What follows from a change of a case, written with it: steps, alerts, and when to look again."""

from __future__ import annotations

from dataclasses import replace

from handlers.desk import Desk
from handlers.matter import Around
from handlers.rules.stages import wakes_at, with_alarm
from handlers.rules.unfinished import with_cards_due
from handlers.workflow.alerts import with_alerts
from handlers.workflow.recusal import with_withdrawals
from handlers.workflow.steps import with_steps
from store.model.case import Case


async def with_consequences(case: Case, around: Around, desk: Desk) -> Case:
    """The case as it is to be saved; `around` holds it as it is now, with all of its matter."""
    now = desk.now()
    case = with_alarm(with_steps(case, desk, now), now)
    case = with_cards_due(case, now)
    case = with_alerts(case, around, desk)
    case = await with_withdrawals(case, around, desk)
    wake_at = wakes_at(case, now, desk.calendar)
    return case if wake_at == case.wake_at else replace(case, wake_at=wake_at)
