"""Ranks the units of all texts for a question."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from store.policies.search.answer_kinds import find_offered_kinds
from store.policies.search.question import Query, Slot
from store.policies.search.words import STOP_WORDS, find_terms, stem, words
from store.policies.unit import Unit

#: What a word is worth in the unit itself.
OWN = 1.0
#: In what introduces the list that the unit stands in.
LEAD = 0.7
#: In the two headings above it.
HEADING = 0.6
#: In the units beside it.
AROUND = 0.45
#: In the title of the text.
TITLE = 0.3

#: Passages that are looked at closely.
CANDIDATES = 60
#: Units before and after that count as context.
BESIDE = 2
#: How well a term must stand for a word, for its being common to make the word less telling.
NEARLY_THE_WORD = 0.7
#: What a slot that says how, not what, counts for.
LIGHT = 0.35
#: Content words; a passage up to this is little more than a heading.
SHORT = 3
#: Content words between two words that still stand close together.
CLOSE_TOGETHER = 4

#: A line to fill in, or of a table of contents: it names an answer, and gives none.
_TO_FILL_IN = re.compile(r"_{3}|\.{5}|(?:\. ){5}|…{2}")

_STAFF = {"#staff", "#volunteer"}
_FAMILIES = {"#parent", "#pupil"}


@dataclass(frozen=True, slots=True)
class IndexedPassage:
    """A unit with what is known of it before any question."""

    doc: int
    unit: Unit
    #: Content words.
    size: int
    #: The terms at each content word.
    order: tuple[frozenset[str], ...]
    #: The kinds of answer that it could give.
    offers: frozenset[str]
    #: The terms of its headings.
    heading: frozenset[str]
    #: The terms of its lead-in.
    lead: frozenset[str]
    text: str
    #: The terms of headings, lead-in and title, which say whom it is for.
    audience: frozenset[str]


@dataclass(frozen=True, slots=True)
class Scored:
    """A passage with how well it fits a question."""

    #: Its number in `Index.entries`.
    entry: int
    features: dict[str, float]
    score: float


@dataclass(frozen=True, slots=True)
class _Matches:
    """Where the words of a query stand, and how well they fit: by the number of the passage."""

    query: Query
    #: How telling each slot is.
    weights: list[float]
    #: The sum of them, never 0.
    total: float
    #: What the words in the passage itself add up to.
    own: dict[int, float]
    #: What they add up to with all that stands around it.
    context: dict[int, float]
    #: What the very words of the question add up to.
    exact: dict[int, float]
    #: For each slot: how well the best word of a passage stands for it.
    by_slot: list[dict[int, float]]
    #: Terms of a heading or lead-in, which many passages share -> the share that it covers.
    above: dict[frozenset[str], float] = field(default_factory=dict)

    @property
    def heaviest(self) -> dict[int, float]:
        """How well the best word of a passage stands for the most telling slot."""
        if not self.weights:
            return {}
        return self.by_slot[self.weights.index(max(self.weights))]

    def fit_above(self, terms: frozenset[str]) -> float:
        """The share of the query that a heading or a lead-in covers, 0 to 1."""
        if terms not in self.above:
            self.above[terms] = self._covered_by(terms) / self.total
        return self.above[terms]

    def _covered_by(self, terms: frozenset[str]) -> float:
        covered = 0.0
        for slot, weight in zip(self.query.slots, self.weights, strict=True):
            # Terms stand best first.
            for term, strength in slot.terms:
                if term in terms:
                    covered += weight * strength
                    break
        return covered


def terms_of(text: str) -> list[set[str]]:
    """For each content word of a text: its stem, and the groups that it belongs to."""
    return [terms for terms in find_terms(words(text)) if terms]


def weighted_sum(features: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """What the features add up to; one that has no weight counts nothing."""
    return sum(weights.get(name, 0.0) * value for name, value in features.items())


class Index:
    """Everything that does not depend on the question."""

    def __init__(self, docs: list[tuple[str, str, tuple[Unit, ...]]]) -> None:
        """`docs`: title, text and units of each text."""
        self.entries: list[IndexedPassage] = []
        #: Term -> the passages that have it in their own words.
        self.postings: dict[str, list[int]] = defaultdict(list)
        #: Term -> passage -> what it is worth there, with all that stands around.
        self.context: dict[str, dict[int, float]] = defaultdict(dict)
        #: Passages that are no answer to anything.
        self._to_fill_in: set[int] = set()
        # Each set of terms is kept once, for the memory's sake: most words stand in many passages.
        self._terms: dict[frozenset[str], frozenset[str]] = {}

        for number, (title, text, units) in enumerate(docs):
            self._add_text(number, title, text, units)

        #: The words of the texts, the most common first.
        self.words = self._count_words()
        #: Stem -> the word of the texts that it most often stands for.
        self.word_of_stem = self._find_word_of_stem()
        size = sum(entry.size for entry in self.entries)
        #: Content words of a passage.
        # A text may have no word that counts: `(a)`, and nothing else.
        self.average_size = (size / max(1, len(self.entries))) or 1.0

    def _add_text(self, doc: int, title: str, text: str, units: tuple[Unit, ...]) -> None:
        in_order = [terms_of(text[unit.start : unit.end]) for unit in units]
        own = [_union(terms) for terms in in_order]
        by_place = {(unit.start, unit.end): terms for unit, terms in zip(units, own, strict=True)}
        of_title = _union(terms_of(title))
        of_path: dict[tuple[str, ...], set[str]] = {}

        for place, unit in enumerate(units):
            if unit.path not in of_path:
                of_path[unit.path] = _union(terms_of(" . ".join(unit.path[-2:])))
            of_heading = of_path[unit.path]
            of_lead = by_place.get(unit.lead_in, set()) if unit.lead_in else set()

            number = len(self.entries)
            for term in own[place]:
                self.postings[term].append(number)
            # From the least worth to the most: where a term stands in several places, the best
            # counts.
            self._weigh(number, of_title, TITLE)
            self._weigh(number, _terms_around(place, units, own), AROUND)
            self._weigh(number, of_heading, HEADING)
            self._weigh(number, of_lead, LEAD)
            self._weigh(number, own[place], OWN)

            own_text = text[unit.start : unit.end]
            if _TO_FILL_IN.search(own_text):
                self._to_fill_in.add(number)
            self.entries.append(
                IndexedPassage(
                    doc=doc,
                    unit=unit,
                    size=len(in_order[place]),
                    order=tuple(map(self._keep_once, in_order[place])),
                    offers=find_offered_kinds(own_text),
                    heading=self._keep_once(of_heading),
                    lead=self._keep_once(of_lead),
                    text=own_text,
                    audience=self._keep_once(of_lead | of_heading | of_title),
                )
            )

    def _weigh(self, number: int, terms: set[str], worth: float) -> None:
        for term in terms:
            self.context[term][number] = worth

    def _keep_once(self, terms: set[str]) -> frozenset[str]:
        frozen = frozenset(terms)
        return self._terms.setdefault(frozen, frozen)

    def _count_words(self) -> tuple[str, ...]:
        counts: Counter[str] = Counter()
        for entry in self.entries:
            counts.update(word for word in words(entry.text) if _is_content(word))
        return tuple(word for word, _ in counts.most_common())

    def _find_word_of_stem(self) -> dict[str, str]:
        word_of_stem: dict[str, str] = {}
        for word in self.words:
            word_of_stem.setdefault(stem(word), word)
        return word_of_stem

    def weigh_slots(self, query: Query) -> list[float]:
        """How telling each slot is: rare in these texts, or not there at all, is telling."""
        return [self._weigh_slot(slot) for slot in query.slots]

    def _weigh_slot(self, slot: Slot) -> float:
        near: set[int] = set()
        exact = 0
        for term, strength in slot.terms:
            there = self.postings.get(term, [])
            if strength >= NEARLY_THE_WORD:
                near.update(there)
            if strength == 1.0:
                exact = len(there)

        # Half and half: a rare word of a common group is neither rare nor common.
        found_in = 0.5 * len(near) + 0.5 * exact if exact else len(near)
        total = len(self.entries) + 1
        rarity = math.log(1 + total / (found_in + 1.0))
        return rarity * slot.share * (LIGHT if slot.light else 1.0)

    def rank(
        self,
        query: Query,
        model: Mapping[str, float],
        extra: Mapping[str, Sequence[float]] | None = None,
        also: Iterable[int] = (),
    ) -> list[Scored]:
        """The best candidates, best first.

        `model`: what each feature weighs. `extra`: further features, a value for each passage.
        `also`: numbers of passages to look at whatever their words.
        """
        matches = self._match(query)
        candidates = _choose_candidates(matches)
        candidates.update(also)
        candidates -= self._to_fill_in
        heaviest = matches.heaviest

        scored = []
        for number in candidates:
            features = self._word_features(number, matches)
            features["key"] = heaviest.get(number, 0.0)
            features |= self._place_features(number, matches)
            features |= self._answer_features(number, query)
            for name, values in (extra or {}).items():
                features[name] = float(values[number])
            scored.append(Scored(number, features, weighted_sum(features, model)))
        scored.sort(key=lambda one: (-one.score, one.entry))
        return scored

    def _match(self, query: Query) -> _Matches:
        weights = self.weigh_slots(query)
        own: dict[int, float] = defaultdict(float)
        context: dict[int, float] = defaultdict(float)
        exact: dict[int, float] = defaultdict(float)
        by_slot = []
        for slot, weight in zip(query.slots, weights, strict=True):
            best_own = self._best_own(slot)
            by_slot.append(best_own)
            for number, strength in best_own.items():
                own[number] += weight * strength
            for number, strength in self._best_in_context(slot).items():
                context[number] += weight * strength
            for term, strength in slot.terms:
                if strength == 1.0:
                    for number in self.postings.get(term, ()):
                        exact[number] += weight
        return _Matches(query, weights, sum(weights) or 1.0, own, context, exact, by_slot)

    def _best_own(self, slot: Slot) -> dict[int, float]:
        """Passage -> how well the best of its own words stands for a slot."""
        best: dict[int, float] = {}
        for term, strength in slot.terms:
            for number in self.postings.get(term, ()):
                if strength > best.get(number, 0.0):
                    best[number] = strength
        return best

    def _best_in_context(self, slot: Slot) -> dict[int, float]:
        """Passage -> how well the best word in it or around it stands for a slot."""
        best: dict[int, float] = {}
        for term, strength in slot.terms:
            for number, worth in self.context.get(term, {}).items():
                if strength * worth > best.get(number, 0.0):
                    best[number] = strength * worth
        return best

    def _word_features(self, number: int, matches: _Matches) -> dict[str, float]:
        """How well the words of a passage fit those of the query."""
        entry = self.entries[number]
        total = matches.total
        own = matches.own.get(number, 0.0)
        relative_size = 0.5 + 0.5 * entry.size / self.average_size
        return {
            "own": own / total,
            "ctx": matches.context.get(number, 0.0) / total,
            "exact": matches.exact.get(number, 0.0) / total,
            "dense": own / total / relative_size,
            "mass": own / (own + 4.0),
            "near": _weight_close_together(number, entry, matches) / total,
        }

    def _place_features(self, number: int, matches: _Matches) -> dict[str, float]:
        """What stands above a passage, and what it is."""
        entry = self.entries[number]
        return {
            "heading": matches.fit_above(entry.heading),
            "lead": matches.fit_above(entry.lead),
            "short": float(entry.size <= SHORT),
            "lead-in": float(entry.unit.kind == "lead-in"),
            "bullet": float(entry.unit.kind == "bullet"),
        }

    def _answer_features(self, number: int, query: Query) -> dict[str, float]:
        """Whether a passage gives what is asked for, to those who ask."""
        entry = self.entries[number]
        features = {}
        if query.precise:
            given = any(pattern.search(entry.text) for pattern in query.precise)
            features["gives"] = float(given)
        if query.personal:
            features["to staff"] = float(not entry.audience.isdisjoint(_STAFF))
            features["to parents"] = float(not entry.audience.isdisjoint(_FAMILIES))
        for kind in query.kinds:
            # A list answers *which* and *why*, and what introduces it shows the list.
            if kind in ("which", "why"):
                features["l:" + kind] = float(entry.unit.kind == "lead-in")
            if kind != "which":
                features["k:" + kind] = float(kind in entry.offers)
        return features


def _choose_candidates(matches: _Matches) -> set[int]:
    """The passages of which the words alone promise most."""
    own, context = matches.own, matches.context
    best_first = sorted(context, key=lambda number: -(own.get(number, 0.0) + context[number]))
    return set(best_first[:CANDIDATES])


def _weight_close_together(number: int, entry: IndexedPassage, matches: _Matches) -> float:
    """Weight of neighbouring slots that stand close together in the passage too."""
    close = 0.0
    place_before: int | None = None
    weight_before = 0.0
    for strong, weight, found in zip(
        matches.query.strong, matches.weights, matches.by_slot, strict=True
    ):
        if number not in found:
            continue
        place = _first_place(entry, strong)
        if place is None:
            continue
        if place_before is not None and 0 < abs(place - place_before) <= CLOSE_TOGETHER:
            close += min(weight_before, weight)
        place_before, weight_before = place, weight
    return close


def _first_place(entry: IndexedPassage, wanted: frozenset[str]) -> int | None:
    """Which content word of a passage is the first that counts as one of the terms."""
    for place, terms in enumerate(entry.order):
        if not wanted.isdisjoint(terms):
            return place
    return None


def _terms_around(place: int, units: Sequence[Unit], own: Sequence[set[str]]) -> set[str]:
    """The terms of a unit, and of those beside it in the same paragraph or list."""
    first = max(0, place - BESIDE)
    end = min(len(units), place + BESIDE + 1)
    near = [own[n] for n in range(first, end) if units[n].block == units[place].block]
    return _union(near)


def _union(terms: Iterable[set[str]]) -> set[str]:
    return set[str]().union(*terms)


def _is_content(word: str) -> bool:
    return word not in STOP_WORDS and len(word) > 2
