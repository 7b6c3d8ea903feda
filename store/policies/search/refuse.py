"""Decides whether the texts answer a question at all.

A logistic model on how well the best passages fit, which of the question's words they cover, whether what was
asked for precisely (a number, a sum, a date, a name) is there, and how close the question is to what schools are
asked all day and these texts have nothing on. Its weights are in `weights.py`.
"""

from __future__ import annotations

import math
from collections.abc import Container, Sequence

from store.policies.search.answer_kinds import offered
from store.policies.search.question import Question
from store.policies.search.rank import Index, Scored

_TOPICS = (
    "school uniform and shoes|dinner money and school lunches|school trip payment|sports day and PE kit|head lice "
    "and illness|sick leave and staff absence|annual leave and pay|maternity leave|fire drill|first aid and "
    "medicines|car park and visitors|homework and spellings|marking and reports|SATs and test results|reading "
    "books and phonics|attendance and lateness|term dates and holidays|school opening times|lost property|booking "
    "the hall|ordering stationery|nursery admissions|swimming lessons|music lessons|behaviour points and "
    "detention|exclusions|special educational needs support|playground duty rota|assembly|parents' evening|pets "
    "and animals on site|smoking and vaping|data protection requests|CCTV|DBS checks for volunteers|training "
    "courses for staff|job vacancies|printer and photocopier|password reset|wifi password|telephone "
    "numbers|names of staff|football results|weather forecast|cooking recipe|maths calculation|capital "
    "cities|history dates|programming|travel and trains|mortgage and money|films and television|jokes and "
    "poems|medical advice|currency conversion|shopping"
)
DECOYS = tuple(_TOPICS.split("|"))
"""What else is asked in a school, or anywhere. One that the texts do deal with counts for nothing."""

_KINDS = ("who", "often", "when", "may", "must", "happens", "howto")


def signs(
    question: Question, index: Index, scored: Sequence[Scored], quoted: Sequence[str], decoy: float
) -> dict[str, float]:
    """What speaks for an answer and against. `scored` best first; `quoted` the first three quotations.

    `decoy`: how close the question is to the nearest decoy, as a cosine.
    """
    slots = question.slots
    weights = index.weights(question)
    total = sum(weights) or 1.0
    strange = [w for s, w in zip(slots, weights, strict=True) if not _in(index.postings, s.terms)]
    best = scored[0].features
    seen = [_terms(index, s) for s in scored[:1]] + [_terms(index, s) for s in scored[1:3]]
    three = set().union(*seen)
    heavy = sorted(
        ((w, s) for s, w in zip(slots, weights, strict=True) if not s.light),
        key=lambda pair: -pair[0],
    )[:3]
    closest = max(s.features.get("cos", 0.0) for s in scored)
    doubt = 3 * max(0.0, 0.6 - closest)
    missed = sum(w for w, s in heavy if not _in(seen[0], s.terms)) / (
        sum(w for w, _ in heavy) or 1.0
    )
    uncovered = (
        sum(w for s, w in zip(slots, weights, strict=True) if not _in(three, s.terms)) / total
    )
    found = {
        "bias": 1.0,
        "known": index.known,  # where the thesaurus knows few words, less can be expected of an answer
        "slots": min(len(slots), 8) / 8,
        "weight": min(total, 20.0) / 20,
        "strange": sum(strange) / total,
        "strangest": max(strange, default=0.0) / 7,
        "score": scored[0].score / 10,
        "margin": (scored[0].score - scored[min(3, len(scored) - 1)].score) / 5,
        "closest": closest,
        "cold": 4 * max(0.0, 0.45 - closest),
        "thin": 2 * max(0.0, 0.5 - best.get("ctx", 0.0)),
        "most": max(s.features["own"] for s in scored),
        "key missed": float(bool(heavy) and not _in(seen[0], heavy[0][1].terms)),
        "missed": missed,
        "missed, far": missed * doubt,
        "uncovered": uncovered,
        "uncovered, far": uncovered * doubt,
        "decoy": decoy,
        "decoy over best": decoy - closest,
    }
    for name in ("own", "ctx", "exact", "near", "mass", "heading", "cos", "cosc"):
        found["best " + name] = best.get(name, 0.0)
    if question.precise:
        given = [any(p.search(text) for p in question.precise) for text in quoted]
        found["lacks"] = float(not any(given))
        found["gives"] = float(bool(given) and given[0])
    offers = offered(quoted[0]) if quoted else frozenset()
    for kind in question.kinds & set(_KINDS):
        found["asks " + kind] = 1.0
        found["no " + kind] = float(kind not in offers)
    return found


def confidence(found: dict[str, float], model: dict[str, float]) -> float:
    """From 0 to 1: how likely it is that the texts answer."""
    return 1 / (
        1 + math.exp(-max(-30.0, min(30.0, sum(model.get(k, 0.0) * v for k, v in found.items()))))
    )


def _in(there: Container[str], terms: tuple[tuple[str, float], ...]) -> bool:
    return any(strength >= 0.3 and term in there for term, strength in terms)


def _terms(index: Index, scored: Scored) -> set[str]:
    entry = index.entries[scored.entry]
    return set().union(*entry.order, entry.heading, entry.lead)
