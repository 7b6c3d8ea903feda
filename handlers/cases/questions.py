"""The two questions that a new case asks: what it is about, and whom."""

from __future__ import annotations

from handlers.desk import Desk
from handlers.messages import Choice, Choices, Reply, Text
from store.model.case import Case
from store.model.records import (
    About,
    Subject,
)

WHAT = "What is it mostly about?"
WHO = "Who is it about?"
SUBJECTS: tuple[tuple[str, str], ...] = (
    (Subject.SCHOOL, "The school"),
    (Subject.STAFF, "A member of staff"),
    (Subject.HEAD, "The headteacher"),
    (Subject.PUPIL, "A pupil"),
    (Subject.PARENT, "A parent"),
    (Subject.ME, "Me"),
    (Subject.UNSURE, "Not sure"),
)


def category_question(case: Case, desk: Desk) -> Reply:
    reference = case.reference
    options = tuple(
        Choice(c.name, f"case category {reference} {c.key}") for c in desk.procedure.category
    )
    more: list[Choice] = []
    if case.about is None:
        more.append(Choice("About the headteacher", f"case about {reference} {Subject.HEAD}"))
    more.append(Choice("Later", f"case later {reference}"))
    return Reply((Text(WHAT), Choices(options, menu=WHAT), Choices((*urgent_choice(case), *more))))


def subject_question(case: Case) -> Reply:
    options = tuple(Choice(name, f"case about {case.reference} {key}") for key, name in SUBJECTS)
    later = Choice("Later", f"case later {case.reference}")
    return Reply((Text(WHO), Choices(options), Choices((*urgent_choice(case), later))))


def urgent_choice(case: Case) -> tuple[Choice, ...]:
    """The button that says it cannot wait, until it has been pressed."""
    return () if case.urgent else (Choice("Urgent", f"case urgent {case.reference}", "danger"),)


NOT_SAID = "not said yet"


def about_words(about: About | None) -> str:
    """Whom a case is about, in words."""
    if about is None or about.subject == Subject.UNSURE:
        return NOT_SAID
    label = "the reporter" if about.subject == Subject.ME else dict(SUBJECTS)[about.subject].lower()
    return f"{about.name} ({label})" if about.name else label
