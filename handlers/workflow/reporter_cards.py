"""A reporter's card says what is kept and what is still to come. When that has come, it is drawn
anew in its place.
"""

from __future__ import annotations

from datetime import timedelta

from handlers.desk import Desk
from handlers.rules.unfinished import is_owed_card, is_unfinished
from handlers.workflow.changes import apply
from store.errors import NotFound
from store.model.case import Case
from store.model.kinds import NoticeKind
from store.model.records import Notice

#: After which a card is left as it is: nobody has said what the report is about.
LATEST = timedelta(days=30)


async def owe_correction(reference: str, person: str, message: str, desk: Desk) -> None:
    """Owe it to a card that was drawn while something was to come, and is shown now.

    `person`: its reader's id. `message`: its address and the platform's id. What it said may have
    come meanwhile. Raises StoreUnavailable.
    """

    def move(case: Case) -> Case:
        if any(is_owed_card(notice) and notice.message == message for notice in case.notices):
            return case
        now = desk.now()
        due = now + LATEST if is_unfinished(case) else now
        # One message may be put right more than once: an older state can land in it late.
        key = f"{reference} {NoticeKind.CARD} {message} {now.isoformat()} {len(case.notices)}"
        return case.owe(Notice(key, NoticeKind.CARD, person, due, message=message))

    try:
        await apply(desk, reference, move)
    except NotFound:
        # Erased meanwhile.
        return
