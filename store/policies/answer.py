"""What `/policy` gives back: passages, each a verbatim piece of a text with its place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a text: `text` is exactly characters `start` to `end` of the file `doc`, read as UTF-8 with no
    newline translation, and at most 800 long."""

    doc: str
    title: str
    section: str  # the heading above it; "" before the first
    start: int
    end: int
    text: str
    score: float = 0.0
    lead_in: str = (
        ""  # what introduces the list that this bullet stands in, verbatim; "" if `text` holds it
    )
    rest: tuple[
        str, ...
    ] = ()  # `text` introduces a list: its bullets that are too much for `text`, verbatim
    review_by: date | None = None
    also: tuple[Passage, ...] = ()  # the same said in other places


@dataclass(frozen=True, slots=True)
class Answer:
    """The passages, best first. When `refused`, the texts do not say: `ranked` is what comes nearest."""

    question: str
    ranked: tuple[Passage, ...] = ()
    refused: bool = True
    confidence: float = 0.0  # from 0 to 1, how sure it is that the texts answer
    disagree: tuple[
        tuple[int, int], ...
    ] = ()  # pairs of `ranked`, of different texts, that contradict each other

    @property
    def shown(self) -> tuple[tuple[Passage, ...], ...]:
        """`ranked` as people are shown it: each passage by itself, or with those that contradict it beside it.

        Every passage stands in it once, where the best of its group stands.
        """
        groups: list[list[int]] = []
        for n in range(len(self.ranked)):
            against = {a for a, b in self.disagree if b == n}
            found = next((group for group in groups if against & set(group)), None)
            if found is None:
                groups.append([n])
            else:
                found.append(n)
        return tuple(tuple(self.ranked[n] for n in group) for group in groups)

    @property
    def nearest(self) -> Passage | None:
        """For a refusal: the passage under the heading that comes nearest; None where there is none."""
        return next((passage for passage in self.ranked if passage.section), None)
