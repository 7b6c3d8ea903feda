"""Reads the best passages once more, each together with the question.

The words of a passage, and its vector, were weighed without the question beside them; the model
that reads both at once knows better which of a few answers it. It is too slow for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from store.policies.answer import Passage
from store.policies.search import meaning
from store.policies.search.question import LONGEST_QUESTION

#: Passages, best first, that are read again.
READ_AGAIN = 6
#: What a point of the model counts beside one of the ranking: so, both tell passages apart by
#: about as much.
COUNTS = 0.25


def reread(question: str, best: Sequence[Passage]) -> list[int]:
    """The numbers of the passages, from 0, in their new order; as they were without the model.

    `question`: as it was typed, since the model knows what short forms mean.
    """
    judge = meaning.load_judge()
    if judge is None:
        return list(range(len(best)))

    again = best[:READ_AGAIN]
    points = judge.score(question[:LONGEST_QUESTION], [_read_aloud(passage) for passage in again])
    scores = [passage.score + COUNTS * point for passage, point in zip(again, points, strict=True)]
    order = sorted(range(len(again)), key=lambda number: -scores[number])
    return [*order, *range(len(again), len(best))]


def _read_aloud(passage: Passage) -> str:
    """What is quoted, with what a reader of it has seen before: title, heading, lead-in."""
    parts = (passage.title, passage.section, passage.lead_in, passage.words)
    return " ".join(part for part in parts if part)
