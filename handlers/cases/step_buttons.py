"""The buttons that deal with a follow-up, wherever it is shown."""

from __future__ import annotations

from handlers.desk import Desk
from handlers.messages import Choice
from store.model.case import Case
from store.model.records import FollowUp, Progress


def step_choices(case: Case, follow_up: FollowUp) -> tuple[Choice, ...]:
    """The buttons that deal with a follow-up, wherever it is shown."""
    place = f"{case.reference} {follow_up.key}"
    labels: dict[str, str] = {Progress.REFUSED: "Refused", Progress.NOT_REMOVED: "Not removed"}
    outcomes = []
    for outcome in follow_up.outcomes:
        command = outcome.replace(" ", "-")
        outcomes.append(Choice(labels[outcome], f"case {command} {place}"))
    return (
        Choice("Done", f"case done {place}", "primary"),
        *outcomes,
        Choice("Not needed", f"case not-needed {place}"),
        Choice("Give to", f"case hand {place}"),
        Choice("Later", f"case postpone {place}"),
    )


def procedure_choices(case: Case, follow_up: FollowUp, desk: Desk) -> tuple[Choice, ...]:
    """The buttons of what a step is about, as its procedure has it: a letter, the posts."""
    step = desk.procedure.step(case.category, follow_up.key)
    choices = []
    if step and step.letter:
        choices.append(Choice("Write the letter", f"case letter {case.reference} {step.letter}"))
    if step and step.removal:
        choices.append(Choice("Post by post", f"case removal {case.reference}"))
    return tuple(choices)
