"""What the language model makes of the texts, and of a question to them.

A passage may answer without a word in common with the question, and *wine* may stand for
*alcohol*: both are told by the cosine of vectors. What stands in no text needs none of this: see
`refuse.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from store.policies.search.meaning import Floats, Meaning, numpy
from store.policies.search.question import Query, spell_out, widen
from store.policies.search.rank import Index
from store.policies.search.refuse import DECOYS
from store.policies.search.vectors import Vectors
from store.policies.search.words import STOP_WORDS

#: Passages that are looked at for their meaning, whatever their words.
CLOSEST = 20
#: What the heading and lead-in of a passage count for, where its own words count 1.
ABOVE = 0.6
#: Cosine from which the texts deal with what would be a decoy.
NOT_A_DECOY = 0.65
#: How far below that a decoy counts in full.
DECOY_FADES = 0.25
#: Cosine from which one word may stand for another.
STANDS_IN = 0.45
#: Words of the texts that may stand for one word of the question.
MOST_STAND_INS = 12
#: How well a word stands for another at best.
AS_GOOD = 0.7
#: Vectors that are added up at a time: 1.5 MB.
AT_A_TIME = 1_000
#: Vectors of words that were asked with, about 6 MB.
WORDS_KEPT = 4_000


@dataclass(frozen=True, slots=True)
class QuestionVectors:
    """A question, as the model sees it."""

    #: With the words of the texts that may stand for its own.
    query: Query
    #: For each feature, a number for each passage.
    features: dict[str, Floats]
    #: The numbers of the passages that come closest.
    closest: frozenset[int]
    #: Cosine of the decoy that comes closest.
    decoy: float


@dataclass(frozen=True, slots=True)
class _Embedded:
    """Vectors of a question, and of those of its words that tell something."""

    text: Floats
    words: dict[str, Floats]


class Embeddings:
    """Vectors of all texts, of length 1, one in each row."""

    def __init__(self, model: Meaning, index: Index, made: Floats, place: Sequence[int]) -> None:
        """`made`: the vectors of what `embed_index` lists, in its order.

        `place`: for each passage, which of what stands above passages stands above it.
        """
        np = numpy()
        self._model = model
        size = len(index.entries)
        ends = np.cumsum([size, max(place) + 1, len(index.word_of_stem)])
        self._alone, self._above, self._words, decoys = np.split(made, ends)
        self._place = np.asarray(place)
        self._lengths = self._measure_placed()
        self._stems = tuple(index.word_of_stem)

        # A decoy that a passage deals with counts for less, or for nothing.
        dealt_with = (self._alone @ decoys.T).max(0)
        counts = np.clip((NOT_A_DECOY - dealt_with) / DECOY_FADES, 0, 1)
        self._decoys = decoys * counts[:, None]
        self._known_words = dict(zip(index.word_of_stem.values(), self._words, strict=True))

    def compare(self, query: Query) -> QuestionVectors:
        """What the model makes of a question, held against all passages."""
        embedded = self._embed(query)
        alone = self._alone @ embedded.text
        above = self._above @ embedded.text
        # Each with what stands above it. A text of both would take as long again to work out, and
        # the sums of the vectors as much memory.
        placed = (alone + ABOVE * above[self._place]) / self._lengths
        features = {"cos": alone, "cosc": placed}
        return QuestionVectors(
            query=widen(query, self._find_stand_ins(embedded.words)),
            features=features,
            closest=self._find_closest(features),
            decoy=float((self._decoys @ embedded.text).max()),
        )

    def _measure_placed(self) -> Floats:
        """How long each vector is together with that of what stands above it."""
        np = numpy()
        lengths = np.empty(len(self._alone), np.float32)
        for first in range(0, len(lengths), AT_A_TIME):
            some = slice(first, first + AT_A_TIME)
            placed = self._alone[some] + ABOVE * self._above[self._place[some]]
            lengths[some] = np.linalg.norm(placed, axis=1)
        return lengths

    def _embed(self, query: Query) -> _Embedded:
        spelt = {slot.word: spell_out(slot.word) for slot in query.slots if _is_telling(slot.word)}
        new = list(set(spelt.values()) - self._known_words.keys())
        text, *vectors = self._model.embed([spell_out(query.text), *new], alone=True)

        # A new dictionary rather than more in the old one: another thread may be reading it.
        known = self._known_words | dict(zip(new, vectors, strict=True))
        if len(known) <= len(self._words) + WORDS_KEPT:
            self._known_words = known
        return _Embedded(text, {word: known[long_form] for word, long_form in spelt.items()})

    def _find_closest(self, features: dict[str, Floats]) -> frozenset[int]:
        np = numpy()
        most = min(CLOSEST, len(self._alone))
        closest: set[int] = set()
        for cosines in features.values():
            closest.update(np.argpartition(-cosines, most - 1)[:most].tolist())
        return frozenset(closest)

    def _find_stand_ins(self, asked: dict[str, Floats]) -> dict[str, dict[str, float]]:
        """Word of the question -> stem of the texts -> how well it stands for the word."""
        np = numpy()
        if not asked or not self._stems:
            return {}
        all_cosines = np.stack(list(asked.values())) @ self._words.T

        stand_ins: dict[str, dict[str, float]] = {}
        for word, cosines in zip(asked, all_cosines, strict=True):
            near = np.flatnonzero(cosines > STANDS_IN)
            best_first = near[np.argsort(-cosines[near])]
            strengths = {}
            for number in best_first[:MOST_STAND_INS].tolist():
                strength = 2 * (float(cosines[number]) - STANDS_IN)
                strengths[self._stems[number]] = min(AS_GOOD, strength)
            stand_ins[word] = strengths
        return stand_ins


def embed_index(
    index: Index, places: Sequence[str], vectors: Vectors, at_most: int | None = None
) -> Embeddings | None:
    """The vectors of all texts of an index. `places`: for each passage, what stands above it.

    None when there are no passages, or when more than `at_most` new pieces of text would have to be
    worked out.
    """
    alone = [entry.text for entry in index.entries]
    above = list(dict.fromkeys(places))
    number = {place: n for n, place in enumerate(above)}
    words = index.word_of_stem.values()
    made = vectors.of([*alone, *above, *words, *DECOYS], at_most)
    if made is None or not alone:
        return None
    return Embeddings(vectors.model, index, made, [number[place] for place in places])


def _is_telling(word: str) -> bool:
    return len(word) > 2 and word not in STOP_WORDS and not word.isdigit()
