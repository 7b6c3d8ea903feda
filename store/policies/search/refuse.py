"""Decides whether the texts answer a question at all.

A logistic model on how well the best passages fit, which of the question's words they cover,
whether what was asked for precisely (a number, a sum, a date, a name) is there, and how close the
question is to what schools are asked all day and these texts have nothing on. Its weights are in
`weights.py`.
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from store.policies.search.answer_kinds import find_offered_kinds
from store.policies.search.question import Query, Slot
from store.policies.search.rank import Index, Scored, weighted_sum

_TOPICS = (
    "school uniform and shoes|dinner money and school lunches|school trip payment|"
    "sports day and PE kit|head lice and illness|sick leave and staff absence|"
    "annual leave and pay|maternity leave|fire drill|first aid and medicines|"
    "car park and visitors|homework and spellings|marking and reports|SATs and test results|"
    "reading books and phonics|attendance and lateness|term dates and holidays|"
    "school opening times|lost property|booking the hall|ordering stationery|nursery admissions|"
    "swimming lessons|music lessons|behaviour points and detention|exclusions|"
    "special educational needs support|playground duty rota|assembly|parents' evening|"
    "pets and animals on site|smoking and vaping|data protection requests|CCTV|"
    "DBS checks for volunteers|training courses for staff|job vacancies|printer and photocopier|"
    "password reset|wifi password|telephone numbers|names of staff|football results|"
    "weather forecast|cooking recipe|maths calculation|capital cities|history dates|programming|"
    "travel and trains|mortgage and money|films and television|jokes and poems|medical advice|"
    "currency conversion|shopping"
)
#: What else is asked in a school, or anywhere. One that the texts do deal with counts for nothing.
DECOYS = tuple(_TOPICS.split("|"))

#: How well a term must stand for a word, to count as the word.
COVERS = 0.3
#: Slots, the most telling first, that an answer should have.
HEAVIEST = 3
#: Cosine under which the best passage is so far in meaning that a missing word tells more.
FAR = 0.6
#: Cosine under which the best passage is hardly about the same.
COLD = 0.45
#: Share of the query under which what stands around the best passage has little of it.
THIN = 0.5

#: The kinds of answer that tell something of whether there is one.
_KINDS = {"who", "often", "when", "may", "must", "happens", "howto"}
#: Features of the best passage that count here as well.
_OF_THE_BEST = ("own", "ctx", "exact", "near", "mass", "heading", "cos", "cosc")


@dataclass(frozen=True, slots=True)
class _WeightedSlot:
    slot: Slot
    #: How telling it is in these texts.
    weight: float

    def is_in(self, there: Container[str]) -> bool:
        """Whether one of the terms stands there that count as the word."""
        return any(strength >= COVERS and term in there for term, strength in self.slot.terms)


def refusal_features(
    query: Query, index: Index, scored: Sequence[Scored], quoted: Sequence[str], decoy: float
) -> dict[str, float]:
    """What speaks for an answer and against.

    `scored`: the best passages, best first, at least one. `quoted`: the quotations of the first
    three. `decoy`: how close the question is to the nearest decoy, as a cosine.
    """
    weights = index.weigh_slots(query)
    pairs = zip(query.slots, weights, strict=True)
    slots = [_WeightedSlot(slot, weight) for slot, weight in pairs]
    total = sum(weights) or 1.0
    closest = max(one.features.get("cos", 0.0) for one in scored)

    # The order is that in which the model adds up: another one could change the last digit.
    features = {
        "bias": 1.0,
        # Where the thesaurus knows few words, less can be expected of an answer.
        "known": index.known_share,
        "slots": min(len(slots), 8) / 8,
        "weight": min(total, 20.0) / 20,
    }
    features |= _strange_features(slots, index, total)
    features |= _score_features(scored, closest)
    features |= _missing_features(slots, index, scored[:3], total, closest)
    features |= {"decoy": decoy, "decoy over best": decoy - closest}
    for name in _OF_THE_BEST:
        features["best " + name] = scored[0].features.get(name, 0.0)
    features |= _precise_features(query, quoted)
    features |= _kind_features(query, quoted)
    return features


def _strange_features(
    slots: Sequence[_WeightedSlot], index: Index, total: float
) -> dict[str, float]:
    """What the question speaks of, and no text does."""
    strange = [one.weight for one in slots if not one.is_in(index.postings)]
    return {
        "strange": sum(strange) / total,
        "strangest": max(strange, default=0.0) / 7,
    }


def _score_features(scored: Sequence[Scored], closest: float) -> dict[str, float]:
    """How well the best passages fit, and how far they are ahead."""
    best = scored[0]
    fourth = scored[min(3, len(scored) - 1)]
    return {
        "score": best.score / 10,
        "margin": (best.score - fourth.score) / 5,
        "closest": closest,
        "cold": 4 * max(0.0, COLD - closest),
        "thin": 2 * max(0.0, THIN - best.features.get("ctx", 0.0)),
        "most": max(one.features["own"] for one in scored),
    }


def _missing_features(
    slots: Sequence[_WeightedSlot],
    index: Index,
    best_three: Sequence[Scored],
    total: float,
    closest: float,
) -> dict[str, float]:
    """What the question speaks of, and the best passages do not."""
    terms = [_terms_of_passage(index, one) for one in best_three]
    of_best, of_all = terms[0], set[str]().union(*terms)

    telling = [one for one in slots if not one.slot.light]
    telling.sort(key=lambda one: -one.weight)
    heaviest = telling[:HEAVIEST]
    key_is_missed = bool(heaviest) and not heaviest[0].is_in(of_best)

    missed = _weight_outside(of_best, heaviest) / (_weight(heaviest) or 1.0)
    uncovered = _weight_outside(of_all, slots) / total
    # A word may be missing where the meaning is close all the same.
    doubt = 3 * max(0.0, FAR - closest)
    return {
        "key missed": float(key_is_missed),
        "missed": missed,
        "missed, far": missed * doubt,
        "uncovered": uncovered,
        "uncovered, far": uncovered * doubt,
    }


def _precise_features(query: Query, quoted: Sequence[str]) -> dict[str, float]:
    """Whether a quotation has the number, sum, date or name that is asked for."""
    if not query.precise:
        return {}
    given = [any(pattern.search(text) for pattern in query.precise) for text in quoted]
    return {
        "lacks": float(not any(given)),
        "gives": float(any(given[:1])),
    }


def _kind_features(query: Query, quoted: Sequence[str]) -> dict[str, float]:
    """Whether the best quotation could give the kind of answer that is wanted."""
    offered = find_offered_kinds(quoted[0]) if quoted else frozenset()
    features = {}
    for kind in query.kinds & _KINDS:
        features["asks " + kind] = 1.0
        features["no " + kind] = float(kind not in offered)
    return features


def confidence(features: dict[str, float], model: dict[str, float]) -> float:
    """From 0 to 1: how likely it is that the texts answer."""
    evidence = weighted_sum(features, model)
    # Beyond 30 it is as good as certain, and far beyond it `exp` would overflow.
    bounded = max(-30.0, min(30.0, evidence))
    return 1 / (1 + math.exp(-bounded))


def _weight(slots: Iterable[_WeightedSlot]) -> float:
    return sum(one.weight for one in slots)


def _weight_outside(there: Container[str], slots: Iterable[_WeightedSlot]) -> float:
    return sum(one.weight for one in slots if not one.is_in(there))


def _terms_of_passage(index: Index, scored: Scored) -> set[str]:
    entry = index.entries[scored.entry]
    return set[str]().union(*entry.order, entry.heading, entry.lead)
