"""The two questions that a new case asks: what it is about, and whom."""

from __future__ import annotations

from collections.abc import Iterable

from handlers.desk import Desk
from handlers.messages import Choice, Choices, Reply, Text
from store.model.case import Case
from store.model.records import About, Subject
from store.school.procedure import Category

WHAT = "What is it mostly about?"
WHO = "Who is it about?"
NOT_SAID = "not said yet"
SUBJECTS: tuple[tuple[str, str], ...] = (
    (Subject.SCHOOL, "The school"),
    (Subject.STAFF, "A member of staff"),
    (Subject.HEAD, "The headteacher"),
    (Subject.PUPIL, "A pupil"),
    (Subject.PARENT, "A parent"),
    (Subject.ME, "Me"),
    (Subject.UNSURE, "Not sure"),
)


def category_named(typed: str, desk: Desk) -> Category | None:
    """The category that somebody has typed: by its key or its whole name."""
    wanted = typed.strip().lower()
    for category in desk.procedure.category:
        if wanted in (category.key, category.name.lower()):
            return category
    return None


def category_question(case: Case, desk: Desk) -> Reply:
    """What is it about? With every category as a button."""
    reference = case.reference
    options = [
        Choice(category.name, f"case category {reference} {category.key}")
        for category in desk.procedure.category
    ]
    further = [*urgent_choice(case)]
    if case.about is None:
        further.append(Choice("About the headteacher", f"case about {reference} {Subject.HEAD}"))
    further.append(Choice("Later", f"case later {reference}"))
    return Reply((Text(WHAT), Choices(tuple(options), menu=WHAT), Choices(tuple(further))))


def subject_question(case: Case) -> Reply:
    """Whom is it about? With a button for each kind of subject."""
    options = tuple(Choice(name, f"case about {case.reference} {key}") for key, name in SUBJECTS)
    later = Choice("Later", f"case later {case.reference}")
    return Reply((Text(WHO), Choices(options), Choices((*urgent_choice(case), later))))


def urgent_choice(case: Case) -> tuple[Choice, ...]:
    """The button that says it cannot wait, until it has been pressed."""
    return () if case.urgent else (Choice("Urgent", f"case urgent {case.reference}", "danger"),)


def subjects_words(subjects: Iterable[About]) -> str:
    """Whom a case is about, in words: each once."""
    said = [about_words(about) for about in subjects]
    known = [words for words in said if words != NOT_SAID]
    return "; ".join(dict.fromkeys(known)) or NOT_SAID


def about_words(about: About) -> str:
    """One of those whom a case is about, in words."""
    if about.subject == Subject.UNSURE:
        return NOT_SAID
    label = dict(SUBJECTS)[about.subject].lower()
    if about.subject == Subject.ME:
        label = "the reporter"
    return f"{about.name} ({label})" if about.name else label
