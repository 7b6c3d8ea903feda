"""What the words of a case say of whom it may be about, noted with the case."""

from __future__ import annotations

from dataclasses import replace

from handlers.desk import Desk
from handlers.matter import Around
from handlers.rules.pause import is_held_back, speaks_of_head
from store.model.case import Case
from store.model.records import SYSTEM, Role


def with_words_weighed(case: Case, around: Around, desk: Desk) -> Case:
    """The case, saying whether its words speak of the head, and without an owner whom they name."""
    of_head = speaks_of_head(case.summary, around.people.having({Role.HEAD}))
    if of_head != case.speaks_of_head:
        case = replace(case, speaks_of_head=of_head)
    owner = around.people.get(case.owner) if case.owner else None
    if owner and is_held_back(owner, [case.summary]):
        case = case.give_up(by=SYSTEM, at=desk.now())
    return case
