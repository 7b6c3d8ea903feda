"""The passages of the policy texts that the procedure rests on."""

from __future__ import annotations

from handlers.desk import Desk
from handlers.messages import Choice
from store.policies import Passage


def passage_at(place: str, desk: Desk) -> Passage | None:
    """The beginning of a place such as `text.md#Heading`."""
    doc, _, heading = place.partition("#")
    return next(iter(desk.policies.section(doc, heading)), None) if doc else None


def passages_of(category: str, desk: Desk) -> list[str]:
    """What the steps for a category rest on, in order, each once."""
    return list(
        dict.fromkeys(step.passage for step in desk.procedure.steps(category) if step.passage)
    )


def policy_choice(category: str | None, desk: Desk) -> tuple[Choice, ...]:
    """The button that shows what the policies say of a category; none where its steps name no passage."""
    if category is None or not passages_of(category, desk):
        return ()
    return (Choice("What the policy says", f"policy-about {category}"),)
