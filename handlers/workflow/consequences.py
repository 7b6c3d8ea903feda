"""What follows from a change of a case, written with it: steps, alerts, and when to look again."""

from __future__ import annotations

from handlers.desk import Desk
from handlers.matter import Around
from handlers.rules.stages import wakes_at
from handlers.rules.unfinished import with_cards_due
from handlers.workflow.concerned.candidates import with_those_named, with_words_weighed
from handlers.workflow.concerned.last_readers import with_last_inside
from handlers.workflow.concerned.offices_recused import with_recused
from handlers.workflow.concerned.recusal import with_withdrawals
from handlers.workflow.reopening import with_opened_again
from handlers.workflow.steps.news import with_step_news
from handlers.workflow.steps.owner_changes import with_owner_changes
from handlers.workflow.steps.procedure import with_steps
from handlers.workflow.telling.alerts import with_alerts
from handlers.workflow.telling.first_told import with_hours_from_the_alert
from handlers.workflow.telling.rounds import with_reporters_warned, with_rounds
from store.model.case import Case


async def with_consequences(
    case: Case, around: Around, desk: Desk, before: Case | None = None
) -> Case:
    """The case as it is to be saved; `around` holds it as it is now, with all of its matter.

    `before`: as it was stored, where somebody has just said something of it.
    """
    now = desk.now()
    named = with_those_named(case, before, around, desk)
    if named is not case:
        case, around = named, around.having(named)
    opened = with_opened_again(case, before, desk)
    if opened is not case:
        case, around = opened, around.having(opened)
    noted = with_recused(case, before, around, desk)
    if noted is not case:
        case, around = noted, around.having(noted)
    case = with_last_inside(case, before, around, desk)
    around = around.having(case)
    case = with_rounds(with_steps(case, desk, now), now, desk.procedure)
    case = with_cards_due(case, now)
    case = with_words_weighed(case, around, desk)
    around = around.having(case)
    case = with_alerts(case, around, desk)
    case = with_reporters_warned(case, around, desk)
    case = with_hours_from_the_alert(case, around, now, desk)
    case = with_owner_changes(with_step_news(case, around, desk), around, desk)
    case = await with_withdrawals(case, around, desk)
    wake_at = wakes_at(case, now, desk.calendar)
    return case if wake_at == case.wake_at else case.changed(wake_at=wake_at)
