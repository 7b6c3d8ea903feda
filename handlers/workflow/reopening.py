"""What is added to a closed case: where it may be about somebody by that, the case opens again.

Whoever closed it may be the one, and whoever may see it now has to hear of it.
"""

from __future__ import annotations

from handlers.desk import Desk
from handlers.rules.access import may_be_somebody
from store.model.case import Case
from store.model.records import SYSTEM, Status

WHY = "what was added says, or may say, whom it is about"


def with_opened_again(case: Case, before: Case | None, desk: Desk) -> Case:
    """The case, open again where somebody new may be meant. `before`: as it was stored."""
    if before is None or before.status != Status.CLOSED or not names_more(case, before):
        return case
    return opened_again(case, desk)


def opened_again(case: Case, desk: Desk) -> Case:
    """The case, open again where it is closed."""
    if case.status != Status.CLOSED:
        return case
    return case.reopen(WHY, by=SYSTEM, at=desk.now())


def names_more(case: Case, before: Case) -> bool:
    """Tell whether somebody may be meant, or may have posted it, who was not named before."""
    new = [about for about in case.concerned if about not in before.concerned]
    return any(map(may_be_somebody, new))
