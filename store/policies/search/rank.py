"""Ranks the units of all texts for a question."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from store.policies.divide import Unit
from store.policies.search.answer_kinds import offered
from store.policies.search.question import Question
from store.policies.search.words import STOP, groups, stem, words

FIELDS = (("own", 1.0), ("lead", 0.7), ("heading", 0.6), ("around", 0.45), ("title", 0.3))
CANDIDATES = 60
BESIDE = 2  # units before and after that count as context


@dataclass(frozen=True, slots=True)
class Entry:
    """A unit with what is known of it before any question."""

    doc: int
    unit: Unit
    size: int  # content words
    order: tuple[frozenset[str], ...]  # the terms at each content word
    offers: frozenset[str]
    heading: frozenset[str]
    lead: frozenset[str]
    text: str
    audience: frozenset[str]  # heading, lead-in and title


@dataclass(frozen=True, slots=True)
class Scored:
    entry: int
    features: dict[str, float]
    score: float


def terms_of(text: str) -> list[set[str]]:
    """For each content word of a text: its stem, and the groups that it belongs to."""
    tokens = words(text)
    stems = [stem(t) for t in tokens]
    at: list[set[str]] = [set() if t in STOP else {s} for t, s in zip(tokens, stems, strict=True)]
    for first, end, names in groups(stems):
        if end - first == 1 and tokens[first] in STOP:
            continue
        for n in range(first, end):
            at[n].update("#" + name for name in names)
    return [terms for terms in at if terms]


class Index:
    """Everything that does not depend on the question."""

    def __init__(self, docs: list[tuple[str, str, tuple[Unit, ...]]]) -> None:
        """`docs`: title, text and units of each text."""
        self.entries: list[Entry] = []
        self.postings: dict[str, dict[int, float]] = defaultdict(dict)  # own words only
        self.context: dict[str, dict[int, float]] = defaultdict(dict)  # with all that stands around
        self._terms: dict[
            frozenset[str], frozenset[str]
        ] = {}  # each set of terms once: a third of the memory
        for number, (title, text, units) in enumerate(docs):
            self._add(number, title, text, units)
        counts = Counter(
            w for e in self.entries for w in words(e.text) if w not in STOP and len(w) > 2
        )
        self.spoken: dict[
            str, str
        ] = {}  # stem -> the word of the texts that it most often stands for
        for word, _ in counts.most_common():
            self.spoken.setdefault(stem(word), word)
        known = sum(any(t[0] == "#" for t in terms) for e in self.entries for terms in e.order)
        self.known = known / max(
            1, sum(e.size for e in self.entries)
        )  # share of words that the thesaurus has
        self.average = sum(e.size for e in self.entries) / max(1, len(self.entries))

    def _add(self, number: int, title: str, text: str, units: tuple[Unit, ...]) -> None:
        own = [terms_of(text[u.start : u.end]) for u in units]
        flat: list[set[str]] = [set().union(*terms) for terms in own]
        leads: dict[tuple[int, int], set[str]] = {
            (u.start, u.end): t for u, t in zip(units, flat, strict=True)
        }
        titles: set[str] = set().union(*terms_of(title))
        headings: dict[tuple[str, ...], set[str]] = {}
        for place, (unit, ordered, mine) in enumerate(zip(units, own, flat, strict=True)):
            if unit.path not in headings:
                headings[unit.path] = set[str]().union(*terms_of(" . ".join(unit.path[-2:])))
            n = len(self.entries)
            lead: set[str] = leads.get(unit.lead_in, set()) if unit.lead_in else set()
            near = range(max(0, place - BESIDE), min(len(units), place + BESIDE + 1))
            around: set[str] = set().union(*(flat[i] for i in near if units[i].block == unit.block))
            fields = (mine, lead, headings[unit.path], around, titles)
            for term in mine:
                self.postings[term][n] = 1.0
            for (_, worth), there in zip(reversed(FIELDS), reversed(fields), strict=True):
                for term in there:
                    self.context[term][n] = worth
            offers = offered(text[unit.start : unit.end])
            self.entries.append(
                Entry(
                    number,
                    unit,
                    len(ordered),
                    tuple(map(self._once, ordered)),
                    offers,
                    self._once(headings[unit.path]),
                    self._once(lead),
                    text[unit.start : unit.end],
                    self._once(lead | headings[unit.path] | titles),
                )
            )

    def _once(self, terms: set[str]) -> frozenset[str]:
        frozen = frozenset(terms)
        return self._terms.setdefault(frozen, frozen)

    def weights(self, question: Question) -> list[float]:
        """How telling each slot is: rare in these texts, or not there at all, is telling."""
        total = len(self.entries) + 1
        result = []
        for slot in question.slots:
            near: set[int] = set()
            exact = 0
            for term, strength in slot.terms:
                there = self.postings.get(term, {})
                if strength >= 0.7:
                    near |= there.keys()
                if strength == 1.0:
                    exact = len(there)
            df = 0.5 * len(near) + 0.5 * exact if exact else len(near)
            rarity = math.log(1 + total / (df + 1.0))
            result.append(rarity * slot.share * (0.35 if slot.light else 1.0))
        return result

    def rank(
        self,
        question: Question,
        model: Mapping[str, float],
        extra: Mapping[str, Sequence[float]] | None = None,
        also: Iterable[int] = (),
    ) -> list[Scored]:
        """The best candidates, best first.

        `extra`: further features, a value for each entry; `also`: entries to look at whatever their words.
        """
        weights = self.weights(question)
        total = sum(weights) or 1.0
        own: dict[int, float] = defaultdict(float)
        ctx: dict[int, float] = defaultdict(float)
        exact: dict[int, float] = defaultdict(float)
        best_own: list[dict[int, float]] = []
        for slot, weight in zip(question.slots, weights, strict=True):
            here: dict[int, float] = {}
            around: dict[int, float] = {}
            for term, strength in slot.terms:
                for n in self.postings.get(term, ()):
                    if strength > here.get(n, 0.0):
                        here[n] = strength
                    if strength == 1.0:
                        exact[n] += weight
                for n, worth in self.context.get(term, {}).items():
                    if strength * worth > around.get(n, 0.0):
                        around[n] = strength * worth
            for n, strength in here.items():
                own[n] += weight * strength
            for n, strength in around.items():
                ctx[n] += weight * strength
            best_own.append(here)
        pool = set(sorted(ctx, key=lambda n: -(own.get(n, 0.0) + ctx[n]))[:CANDIDATES])
        pool.update(also)
        key = max(range(len(weights)), key=weights.__getitem__, default=None)
        found: dict[
            frozenset[str], float
        ] = {}  # headings and lead-ins, of which many passages share one
        scored = []
        for n in pool:
            entry = self.entries[n]
            mine = own.get(n, 0.0)
            for above in (entry.heading, entry.lead):
                if above not in found:
                    found[above] = self._match(question, weights, above) / total
            f = {
                "own": mine / total,
                "ctx": ctx.get(n, 0.0) / total,
                "exact": exact.get(n, 0.0) / total,
                "dense": mine / total / (0.5 + 0.5 * entry.size / self.average),
                "mass": mine / (mine + 4.0),
                "near": self._near(question, weights, entry, best_own, n) / total,
                "key": best_own[key].get(n, 0.0) if key is not None else 0.0,
                "heading": found[entry.heading],
                "lead": found[entry.lead],
                "short": 1.0 if entry.size <= 3 else 0.0,
                "lead-in": 1.0 if entry.unit.kind == "lead-in" else 0.0,
                "bullet": 1.0 if entry.unit.kind == "bullet" else 0.0,
            }
            if question.precise:
                f["gives"] = 1.0 if any(p.search(entry.text) for p in question.precise) else 0.0
            if question.personal:
                f["to staff"] = 1.0 if entry.audience & {"#staff", "#volunteer"} else 0.0
                f["to parents"] = 1.0 if entry.audience & {"#parent", "#pupil"} else 0.0
            for kind in question.kinds:
                if kind in ("which", "why"):
                    f["l:" + kind] = 1.0 if entry.unit.kind == "lead-in" else 0.0
                if kind != "which":
                    f["k:" + kind] = 1.0 if kind in entry.offers else 0.0
            if extra:
                for name, values in extra.items():
                    f[name] = float(values[n])
            scored.append(Scored(n, f, sum(model.get(k, 0.0) * v for k, v in f.items())))
        scored.sort(key=lambda s: (-s.score, s.entry))
        return scored

    def _match(self, question: Question, weights: list[float], there: frozenset[str]) -> float:
        return sum(
            weight * next((s for t, s in slot.terms if t in there), 0.0)
            for slot, weight in zip(question.slots, weights, strict=True)
        )

    def _near(
        self,
        question: Question,
        weights: list[float],
        entry: Entry,
        best: list[dict[int, float]],
        n: int,
    ) -> float:
        """Weight of neighbouring slots that stand close together in the unit too."""
        there: list[tuple[int, float]] = []
        for strong, weight, here in zip(question.strong, weights, best, strict=True):
            if n not in here:
                continue
            spot = next(
                (i for i, terms in enumerate(entry.order) if not strong.isdisjoint(terms)), -1
            )
            if spot >= 0:
                there.append((spot, weight))
        return sum(
            min(a[1], b[1])
            for a, b in zip(there, there[1:], strict=False)
            if 0 < abs(a[0] - b[0]) <= 4
        )
