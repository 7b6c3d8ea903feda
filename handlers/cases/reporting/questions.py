"""The two questions that a new case asks: whom it is about, and then what."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from handlers.desk import Desk
from handlers.messages import Choice, Choices, Reply, Text
from store.model.case import Case
from store.model.records import About, Subject
from store.school.procedure import Category

WHO = "Who is it about?"
WHAT = "What is it mostly about?"
SOMETHING_ELSE = "Something else…"
#: In place of a category: all of them are offered.
EVERY = "?"
NOT_SAID = "not said yet"
#: As a new case asks it.
ASKED: tuple[tuple[str, str], ...] = (
    (Subject.SCHOOL, "The school"),
    (Subject.STAFF, "A member of staff"),
    (Subject.HEAD, "The headteacher"),
    (Subject.PUPIL, "A pupil"),
    (Subject.PARENT, "A parent or somebody else"),
    (Subject.WEBSITE, "A website"),
)
SUBJECTS: tuple[tuple[str, str], ...] = (
    *ASKED,
    (Subject.ME, "Me"),
    (Subject.UNSURE, "Not sure"),
)
#: Of somebody whose name is known.
A_PARENT = "a parent"


@dataclass(frozen=True, slots=True)
class Known:
    """What whoever is asked knows of a case: of a reporter, what they have said themselves."""

    subjects: Collection[About]
    urgent: bool

    @classmethod
    def all_of(cls, case: Case) -> Known:
        return cls(case.subjects, case.urgent)


def category_named(typed: str, desk: Desk) -> Category | None:
    """The category that somebody has typed: by its key or its whole name."""
    wanted = typed.strip().lower()
    for category in desk.procedure.category:
        if wanted in (category.key, category.name.lower()):
            return category
    return None


def subject_question(case: Case, known: Known, desk: Desk) -> Reply:
    """Whom is it about? With a button for each kind of subject.

    One more for a picture of a child undressed, where that comes before everything else.
    """
    options = [Choice(name, f"case about {case.reference} {key}") for key, name in ASKED]
    if not case.withheld:
        options += undressed_choices(case, desk)
    return Reply((Text(WHO), Choices(tuple(options)), _later_choices(case, known)))


def category_question(case: Case, known: Known, desk: Desk, *, every: bool = False) -> Reply:
    """What is it about? With a button for each category that fits whom it is about.

    `every`: with all of them, whomever it is about.
    """
    all_there_are = desk.procedure.category
    offered = all_there_are if every else _fitting(known.subjects, desk)
    options = [_category_choice(case, category) for category in offered]
    if len(offered) == len(all_there_are):
        later = _later_choices(case, known)
        return Reply((Text(WHAT), Choices(tuple(options), menu=WHAT), later))
    options.append(Choice(SOMETHING_ELSE, f"case category {case.reference} {EVERY}"))
    return Reply((Text(WHAT), Choices(tuple(options)), _later_choices(case, known)))


def _fitting(concerned: Iterable[About], desk: Desk) -> Sequence[Category]:
    """The categories that fit whom a case is about; all, where none does or that is not known."""
    all_there_are = desk.procedure.category
    subjects = {about.subject for about in concerned if not about.is_of_words}
    if not subjects or Subject.UNSURE in subjects:
        return all_there_are
    if Subject.ME in subjects:
        subjects.add(Subject.STAFF)
    offered = [each for each in all_there_are if _is_offered(each, subjects)]
    if all(each.withhold for each in offered):
        return all_there_are
    return offered


def _is_offered(category: Category, subjects: Collection[str]) -> bool:
    # Whatever else is said of a picture has it fetched: this must never be out of reach.
    return category.withhold or category.fits(subjects)


def undressed_choices(case: Case, desk: Desk) -> list[Choice]:
    """The button for a picture that nobody may copy: a child undressed."""
    choices = []
    for category in desk.procedure.category:
        if category.withhold:
            choices.append(_category_choice(case, category, style="danger"))
    return choices


def _category_choice(case: Case, category: Category, style: Literal["", "danger"] = "") -> Choice:
    # What comes in later is not what a tap on this card speaks of.
    listed = len(case.evidence)
    command = f"case category {case.reference} {category.key} {listed}"
    return Choice(category.name, command, style)


def _later_choices(case: Case, known: Known) -> Choices:
    later = Choice("Later", f"case later {case.reference}")
    return Choices((*urgent_choice(case, known.urgent), later))


def urgent_choice(case: Case, is_known: bool) -> tuple[Choice, ...]:
    """The button that says it cannot wait, until the reader knows that."""
    return () if is_known else (Choice("Urgent", f"case urgent {case.reference}", "danger"),)


def change_choices(case: Case) -> tuple[Choice, Choice]:
    """The ways back that stay on a reporter's card."""
    return Choice("Change", f"case change {case.reference}"), mistake_choice(case.reference)


def mistake_choice(reference: str, label: str = "Sent by mistake") -> Choice:
    """The button that ends a case as sent by mistake."""
    return Choice(label, f"case mistake {reference}")


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
    if about.subject == Subject.PARENT and about.name:
        label = A_PARENT
    return f"{about.name} ({label})" if about.name else label
