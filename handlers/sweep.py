"""What happens by itself, every minute: whatever has come due is owed, whenever it is looked at."""

from __future__ import annotations

import structlog

from handlers.cases.figures.figures import owe_figures
from handlers.cases.retention import forget_traces, owe_retention
from handlers.desk import Desk
from handlers.policies.enquiries import owe_enquiries
from handlers.policies.questions import tidy_questions
from handlers.policies.statement import owe_statements
from handlers.school.duties import owe_duties
from handlers.school.people import look_after_people
from handlers.school.today import owe_today
from handlers.workflow.exports import note_exports
from handlers.workflow.reminders import owe_reminders
from handlers.workflow.removals import note_silence
from handlers.workflow.telling.unreadable import owe_unreadable
from store.errors import Conflict, DamagedCase, NotFound, StoreUnavailable
from store.model.proofs import with_proofs

#: Cases looked at together.
AT_ONCE = 200

#: How often a case is read again that somebody has changed meanwhile.
TRIES = 20

log = structlog.get_logger()


async def sweep(desk: Desk) -> None:
    """Owe the reminders, digests, duties and questions that have come due. Running it again changes
    nothing.

    A case that cannot be looked at keeps nobody else waiting. Raises StoreUnavailable.
    """
    now = desk.now()
    stuck: set[str] = set()
    while references := [
        r for r in await desk.store.to_wake(now, AT_ONCE + len(stuck)) if r not in stuck
    ]:
        stuck |= {reference for reference in references if not await _remind(reference, desk)}
    owing = (owe_duties, owe_statements, owe_enquiries, owe_today, owe_retention, owe_figures)
    more = (owe_unreadable, tidy_questions, note_exports, forget_traces)
    for owe in (look_after_people, *owing, *more):
        try:
            await owe(desk, now)
        except StoreUnavailable:
            raise
        except Exception as error:
            # Nor must one kind of reminder silence the others.
            log.error("reminders not written", what=owe.__name__, why=type(error).__name__)


async def _remind(reference: str, desk: Desk) -> bool:
    """Whether the case was looked at; its `wake_at` is later then."""
    for _ in range(TRIES):
        try:
            case = await desk.store.case(reference)
            if case.wake_at is None or case.wake_at > desk.now():
                # Another machine has looked at it meanwhile.
                return True
            if await note_silence(case, desk):
                continue
            reminded = await owe_reminders(case, desk.now(), desk)
            # Hours that begin only now change when its steps are due.
            await desk.store.save(with_proofs(reminded, case, desk.now()))
        except Conflict:
            continue
        except (DamagedCase, NotFound):
            return False
        except StoreUnavailable:
            raise
        except Exception as error:
            # One case must not silence the others.
            log.error("case not looked at", case=reference, why=type(error).__name__)
            return False
        return True
    # Nobody changes a case so often: it is damaged, and must not keep the others waiting.
    log.error("case not looked at", case=reference, why="conflict")
    return False
