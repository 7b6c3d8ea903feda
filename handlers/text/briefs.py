"""What may be said of a case by mail: of whatever is known, only what nobody has written."""

from __future__ import annotations

from collections.abc import Iterable

from handlers.messages import Brief
from handlers.text.words import shortened
from store.model.case import Case
from store.model.kinds import NoticeKind
from store.model.records import FollowUp, Person
from store.school.procedure import Procedure


def brief_of(what: str, case: Case, procedure: Procedure) -> Brief:
    """A case, with its kind; of one that is withheld, without."""
    category = procedure.named(case.category)
    is_said = category is not None and not case.withheld
    kind = shortened(category.name, 60) if category and is_said else ""
    return Brief(what, case.reference, kind)


def brief_of_step(
    case: Case, step: FollowUp, procedure: Procedure, owners: Iterable[Person], day: int
) -> Brief:
    """A step that is due, or overdue since so many days, and whose it is."""
    what = NoticeKind.OVERDUE if day else NoticeKind.BEFORE
    of_case = brief_of(what, case, procedure)
    # Somebody's own words may say anything, and the steps of what is withheld say what it is.
    words = "" if step.is_own or case.withheld else step.what
    names = tuple(owner.name for owner in owners)
    return Brief(what, case.reference, of_case.kind, words, names, day)
