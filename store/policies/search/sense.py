"""What the language model makes of the texts, and of a question to them.

A passage may answer without a word in common with the question, and *wine* may stand for *alcohol*: both are told
by the cosine of vectors. What stands in no text needs none of this: see `refuse.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from store.policies.search.meaning import Floats, Meaning, numpy
from store.policies.search.question import Question, spelt_out, widened
from store.policies.search.rank import Index
from store.policies.search.refuse import DECOYS
from store.policies.search.vectors import Vectors
from store.policies.search.words import STOP

CLOSEST = 20  # passages that are looked at for their meaning, whatever their words
NOT_A_DECOY = 0.65  # cosine from which the texts deal with what would be a decoy
AKIN = 0.45  # cosine from which one word may stand for another
AKIN_MOST = 12  # words of the texts that may stand for one word of the question
AS_GOOD = 0.7  # how well a word stands for another at best
WORDS_KEPT = 4_000  # vectors of words that were asked with, about 6 MB


@dataclass(frozen=True, slots=True)
class Seen:
    """A question, as the model sees it."""

    question: Question  # with the words of the texts that may stand for its own
    features: dict[str, Floats]  # for each feature, a number for each passage
    closest: frozenset[int]  # the passages that come closest
    decoy: float  # cosine of the decoy that comes closest


class Sense:
    """Vectors of all texts, of length 1, one in each row."""

    def __init__(self, model: Meaning, index: Index, made: Floats) -> None:
        """`made`: the vectors of what `told` lists."""
        np = numpy()
        self._model = model
        size = len(index.entries)
        self._alone, self._placed, self._words, decoys = np.split(
            made, np.cumsum([size, size, len(index.spoken)])
        )
        self._stems = tuple(index.spoken)
        dealt = (self._alone @ decoys.T).max(0)
        self._decoys = decoys * np.clip((NOT_A_DECOY - dealt) / 0.25, 0, 1)[:, None]
        self._known = dict(zip(index.spoken.values(), self._words, strict=True))

    def see(self, asked: Question) -> Seen:
        np = numpy()
        text, told = self._embed(spelt_out(asked.text), asked)
        features = {"cos": self._alone @ text, "cosc": self._placed @ text}
        most = min(CLOSEST, len(self._alone))
        return Seen(
            question=widened(asked, self._akin(told)),
            features=features,
            closest=frozenset(
                n for f in features.values() for n in np.argpartition(-f, most - 1)[:most].tolist()
            ),
            decoy=float((self._decoys @ text).max()),
        )

    def _embed(self, text: str, asked: Question) -> tuple[Floats, dict[str, Floats]]:
        """Vectors of the question and of its words, in one pass through the model."""
        words = {slot.word: spelt_out(slot.word) for slot in asked.slots if _tells(slot.word)}
        new = list(set(words.values()) - self._known.keys())
        first, *others = self._model.embed([text, *new])
        known = self._known | dict(zip(new, others, strict=True))
        if len(known) <= len(self._words) + WORDS_KEPT:
            self._known = known
        return first, {word: known[spelt] for word, spelt in words.items()}

    def _akin(self, told: dict[str, Floats]) -> dict[str, dict[str, float]]:
        """Word of the question -> stem of the texts -> how well it stands for the word."""
        np = numpy()
        if not told or not self._stems:
            return {}
        akin: dict[str, dict[str, float]] = {}
        for word, cosines in zip(told, np.stack(list(told.values())) @ self._words.T, strict=True):
            near = np.flatnonzero(cosines > AKIN)
            best = near[np.argsort(-cosines[near])][:AKIN_MOST].tolist()
            akin[word] = {
                self._stems[n]: min(AS_GOOD, 2 * (float(cosines[n]) - AKIN)) for n in best
            }
        return akin


def sense(
    index: Index, places: Sequence[str], vectors: Vectors, at_most: int | None = None
) -> Sense | None:
    """The texts of an index. `places`: for each passage, what stands above it.

    None when more than `at_most` new pieces of text would have to be worked out.
    """
    alone = [entry.text for entry in index.entries]
    placed = [f"{place}{text}" for place, text in zip(places, alone, strict=True)]
    made = vectors.of([*alone, *placed, *index.spoken.values(), *DECOYS], at_most)
    return None if made is None or not alone else Sense(vectors.model, index, made)


def _tells(word: str) -> bool:
    return len(word) > 2 and word not in STOP and not word.isdigit()
