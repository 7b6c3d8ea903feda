"""Who is to know of what is overdue, and from which day on."""

from __future__ import annotations

from collections.abc import Iterable

from store.model.records import Person
from store.school.procedure import Escalation


def first_day_of(person: Person, escalation: Iterable[Escalation]) -> int | None:
    """The day of being overdue from which on somebody is to know; None for whoever never is."""
    days = [rung.day for rung in escalation if person.has(rung.to)]
    return min(days, default=None)


def is_to_know(person: Person, day: int, escalation: Iterable[Escalation]) -> bool:
    """Tell whether the escalation has come to somebody by this day of being overdue."""
    first = first_day_of(person, escalation)
    return first is not None and first <= day
