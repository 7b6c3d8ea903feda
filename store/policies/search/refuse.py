"""Decides whether the texts answer a question at all.

A logistic model on how well the best passages fit, which of the question's words they cover,
whether what was asked for precisely (a number, a sum, a date, a name) is there, whether it is asked
as policies answer, and how close the question is to what schools are asked all day and these texts
have nothing on. Its weights are in `weights.py`.
"""

from __future__ import annotations

import math
from collections.abc import Container, Sequence
from dataclasses import dataclass

from store.policies.search.phrasing import weigh_phrasing
from store.policies.search.question import Query, Slot
from store.policies.search.rank import Index, Scored, terms_of, weighted_sum

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

#: Points by which the best passage is far ahead of the others.
FAR_AHEAD = 5.0


@dataclass(frozen=True, slots=True)
class _WeightedSlot:
    slot: Slot
    #: How telling it is in these texts.
    weight: float

    def fit(self, there: Container[str]) -> float:
        """How well the best of the terms that stand there stands for the word, 0 to 1."""
        # Terms stand best first.
        return next((strength for term, strength in self.slot.terms if term in there), 0.0)


def refusal_features(
    query: Query, index: Index, scored: Sequence[Scored], quoted: Sequence[str], decoy: float
) -> dict[str, float]:
    """What speaks for an answer and against.

    `scored`: the best passages, best first, at least one. `quoted`: the quotations of the first
    three. `decoy`: how close the question is to the nearest decoy, as a cosine.
    """
    best = scored[0]
    closest = max(one.features.get("cos", 0.0) for one in scored)
    others = [one.score for one in scored[1:]] or [0.0]
    weights = index.weigh_slots(query)
    features = {
        "bias": 1.0,
        # The more a question says, the more can be told.
        "weight": min(sum(weights), 20.0) / 20,
        "cosc": best.features.get("cosc", 0.0),
        "ctx": best.features["ctx"],
        "score": best.score / 10,
        "ahead": (best.score - sum(others) / len(others)) / FAR_AHEAD,
        "phrasing": weigh_phrasing(query.text),
        "decoy": decoy,
        "decoy over best": max(0.0, decoy - closest),
    }
    slots = [
        _WeightedSlot(slot, weight)
        for slot, weight in zip(query.slots, weights, strict=True)
        if not slot.light
    ]
    features["covered"] = _share_covered(slots, _terms_of_passage(index, best, quoted))
    features |= _precise_features(query, index, scored, quoted)
    features |= _kind_features(query, index, best)
    return features


def _share_covered(slots: Sequence[_WeightedSlot], there: Container[str]) -> float:
    """How much of what the question speaks of the best passage does too."""
    total = sum(one.weight for one in slots) or 1.0
    return sum(one.weight * one.fit(there) for one in slots) / total


def _precise_features(
    query: Query, index: Index, scored: Sequence[Scored], quoted: Sequence[str]
) -> dict[str, float]:
    """Whether the number, sum, date or name that is asked for is there.

    What stands in another sentence of a quotation is often another number: that tells less.
    """
    if not query.precise:
        return {}
    sentences = [index.entries[one.entry].text for one in scored[: len(quoted)]]
    return {
        "precise": 1.0,
        "precise, in the sentence": float(_gives(query, sentences[:1])),
        "precise, quoted": float(_gives(query, quoted)),
    }


def _gives(query: Query, texts: Sequence[str]) -> bool:
    return any(pattern.search(text) for pattern in query.precise for text in texts)


def _kind_features(query: Query, index: Index, best: Scored) -> dict[str, float]:
    """Whether the sentence that answers best could give the kind of answer that is wanted."""
    features = {"asks who": float("who" in query.kinds)}
    if "howto" in query.kinds:
        features["no howto"] = float("howto" not in index.entries[best.entry].offers)
    return features


def confidence(features: dict[str, float], model: dict[str, float]) -> float:
    """From 0 to 1: how likely it is that the texts answer."""
    evidence = weighted_sum(features, model)
    # Beyond 30 it is as good as certain, and far beyond it `exp` would overflow.
    bounded = max(-30.0, min(30.0, evidence))
    return 1 / (1 + math.exp(-bounded))


def _terms_of_passage(index: Index, scored: Scored, quoted: Sequence[str]) -> set[str]:
    """The terms of a passage: of its sentence, of what stands above it, of what is quoted."""
    entry = index.entries[scored.entry]
    around = terms_of(" ".join(quoted[:1]))
    return set[str]().union(*entry.order, entry.heading, entry.lead, *around)
