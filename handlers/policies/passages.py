"""The passages of the policy texts that the procedure rests on.

A school's own texts need not have those that the procedure names: what rests on such a passage is
shown without one, and `headsup check` proposes another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from handlers.desk import Desk
from handlers.messages import Choice
from store.school.procedure import Procedure

if TYPE_CHECKING:
    # The texts and their search are a long way down, and nothing of them is needed here.
    from store.policies import Passage, Policies


@dataclass(frozen=True, slots=True)
class MissingPassage:
    """A place that the procedure names, and the texts do not have."""

    #: Such as `text.md#Heading`.
    place: str
    #: What rests on it: steps and duties, as they are worded.
    resting: tuple[str, ...]
    #: What comes nearest in the texts, under a heading; None where nothing does.
    nearest: Passage | None = None
    #: The texts answer to it, as far as can be told: worth taking over unread.
    is_near: bool = False

    @property
    def proposal(self) -> str:
        """The place of what comes nearest; "" where nothing does."""
        return f"{self.nearest.doc}#{self.nearest.section}" if self.nearest else ""


def passage_at(place: str, desk: Desk) -> Passage | None:
    """The beginning of a place such as `text.md#Heading`; None where there is no such place."""
    return find_passage(place, desk.policies)


def passages_of(category: str, desk: Desk) -> list[Passage]:
    """Where the passages begin that the steps for a category rest on, in order, each once."""
    places = dict.fromkeys(step.passage for step in desk.procedure.steps(category))
    found = []
    for place in places:
        passage = passage_at(place, desk)
        if passage is not None:
            found.append(passage)
    return found


def policy_choice(category: str | None, desk: Desk) -> tuple[Choice, ...]:
    """The button that shows what the policies say of a category.

    None where the steps of the category rest on no passage of the texts.
    """
    if category is None or not passages_of(category, desk):
        return ()
    return (Choice("What the policy says", f"policy-about {category}"),)


def find_missing_passages(procedure: Procedure, policies: Policies) -> list[MissingPassage]:
    """The places that the procedure names and the texts do not have, each once, in its order.

    Takes a few seconds where there are any, for the texts are searched for what comes nearest.
    """
    missing: list[MissingPassage] = []
    for place, resting in procedure.passages().items():
        if find_passage(place, policies) is None:
            missing.append(_with_nearest(place, resting, policies))
    return missing


def find_passage(place: str, policies: Policies) -> Passage | None:
    """What stands at a place such as `text.md#Heading`; None where the texts have no such place."""
    doc, _, heading = place.partition("#")
    if not doc:
        return None
    if heading:
        passages = policies.section(doc, heading)
        return passages[0] if passages else None
    sections = policies.whole(doc)
    return sections[0][0] if sections else None


def _with_nearest(place: str, resting: Sequence[str], policies: Policies) -> MissingPassage:
    """Search for what the heading says, and each step, and take the surest answer."""
    policies.prepare()
    heading = place.partition("#")[2]
    answers = [policies.ask(words, rereads=False) for words in (heading, *resting)]
    surest = max(answers, key=lambda answer: answer.confidence)
    surest = policies.ask(surest.question)
    return MissingPassage(place, tuple(resting), nearest=surest.closest, is_near=not surest.refused)
