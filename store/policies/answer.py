"""What `/policy` gives back: passages, each a verbatim piece of a text with its place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

#: From how sure on a refusal names what comes nearest: below, it has only words in common.
NEAR = 0.2


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a text.

    `text` is exactly characters `start` to `end` of the file `doc`, read as UTF-8 with no newline
    translation. `words` is what people are shown of it: the same, as a reader of the text sees it,
    without marks of Markdown or HTML, at most 800 long.
    """

    doc: str
    title: str
    #: The heading above it; "" before the first.
    section: str
    start: int
    end: int
    text: str
    words: str = ""
    #: Where the sentence or bullet that answers stands in `words`; (0, 0) for all alike.
    answer: tuple[int, int] = (0, 0)
    score: float = 0.0
    #: What introduces the list that this bullet stands in, a line for each list that is within
    #: another, in the text's own words; "" if `words` holds it.
    lead_in: str = ""
    #: When `words` introduces a list: its bullets that are too much for `words`, in its own words.
    rest: tuple[str, ...] = ()
    #: Bullets of the list stand between its lead-in and `words`, or after all that is given here.
    skips_before: bool = False
    skips_after: bool = False
    review_by: date | None = None
    #: The same said in other places.
    also: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The passages, best first.

    When `refused`, the texts do not say: `ranked` is what comes nearest.
    """

    question: str
    ranked: tuple[Passage, ...] = ()
    refused: bool = True
    #: From 0 to 1, how sure it is that the texts answer.
    confidence: float = 0.0
    #: Pairs of numbers in `ranked`, the lower first: passages of different texts that contradict
    #: each other.
    disagree: tuple[tuple[int, int], ...] = ()

    @property
    def shown(self) -> tuple[tuple[Passage, ...], ...]:
        """`ranked` as people are shown it: passages that contradict each other side by side.

        Every passage stands in it once, where the best of its group stands.
        """
        groups: list[list[int]] = []
        for number in range(len(self.ranked)):
            group = self._group_against(number, groups)
            if group is None:
                groups.append([number])
            else:
                group.append(number)
        return tuple(tuple(self.ranked[n] for n in group) for group in groups)

    def _group_against(self, number: int, groups: list[list[int]]) -> list[int] | None:
        """The first group with a better passage that contradicts this one."""
        against = {better for better, worse in self.disagree if worse == number}
        for group in groups:
            if not against.isdisjoint(group):
                return group
        return None

    @property
    def nearest(self) -> Passage | None:
        """For a refusal: what comes near and stands under a heading; None where nothing does."""
        return self.closest if self.confidence >= NEAR else None

    @property
    def closest(self) -> Passage | None:
        """The best passage that stands under a heading, however far from the question it is."""
        for passage in self.ranked:
            if passage.section:
                return passage
        return None
