"""A part of a matter that comes to stand alone: who was kept from the whole is kept from it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from handlers.matter import Matter
from handlers.rules import access
from handlers.workflow.words_weighed import perhaps_about
from store.model.case import Case
from store.model.kinds import LOOKS
from store.model.records import SYSTEM, Person


def separated(
    case: Case, matter: Matter, everybody: Sequence[Person], *, by: Person, at: datetime
) -> Case:
    """The case, standing alone, perhaps about each from whom only the rest of its matter was kept.

    Its reporter alone says that it is something else altogether, as long as nobody else has written
    anything in it. `at` is UTC.
    """
    alone = case.separate(by=by.id, at=at)
    if _is_their_own(case, by):
        return alone
    let_in = access.let_in(everybody, matter.summaries, [alone.summary])
    return perhaps_about(alone, let_in, at)


def _is_their_own(case: Case, person: Person) -> bool:
    own = {SYSTEM, *person.ids}
    wrote = {entry.by for entry in case.chronology if entry.what not in LOOKS}
    return person.id in case.reporters and wrote <= own
