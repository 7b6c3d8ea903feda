"""The passages of the policy texts that the procedure rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.desk import Desk
from handlers.messages import Choice

if TYPE_CHECKING:
    # The texts and their search are a long way down, and nothing of them is needed here.
    from store.policies import Passage


def passage_at(place: str, desk: Desk) -> Passage | None:
    """The beginning of a place such as `text.md#Heading`; None where there is no such place."""
    doc, _, heading = place.partition("#")
    if not doc:
        return None
    passages = desk.policies.section(doc, heading)
    return passages[0] if passages else None


def passages_of(category: str, desk: Desk) -> list[str]:
    """The places that the steps for a category rest on, in order, each once."""
    places = [step.passage for step in desk.procedure.steps(category) if step.passage]
    return list(dict.fromkeys(places))


def policy_choice(category: str | None, desk: Desk) -> tuple[Choice, ...]:
    """The button that shows what the policies say of a category.

    None where the steps of the category name no passage.
    """
    if category is None or not passages_of(category, desk):
        return ()
    return (Choice("What the policy says", f"policy-about {category}"),)
