"""What is still to be fetched for a case, and when the cards that say so are put right."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from store.model.case import Case
from store.model.kinds import NoticeKind
from store.model.records import Notice


def is_unfinished(case: Case) -> bool:
    """Whether some of its evidence is still to be fetched."""
    return case.summary.unkept > 0


def is_owed_card(notice: Notice) -> bool:
    """Whether it is a card that is still to be put right."""
    return notice.kind == NoticeKind.CARD and notice.settled is None


def with_cards_due(case: Case, now: datetime) -> Case:
    """The case, its cards to be put right now where nothing is still to come. `now` is UTC."""
    if is_unfinished(case):
        return case
    for notice in case.notices:
        if is_owed_card(notice) and notice.due > now:
            case = case.settle(replace(notice, due=now))
    return case
