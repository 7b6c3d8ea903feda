"""What the ranking and the refusal have learnt, from questions on the texts of several schools.

A weight for each feature that `rank.py` and `refuse.py` name, with the language model and without.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LearntWeights:
    """Feature -> what it weighs; a feature that is not named counts nothing."""

    rank: dict[str, float]
    refuse: dict[str, float]
    #: An answer is shown from this confidence, 0 to 1.
    sure: float


#: With the language model.
BY_MEANING = LearntWeights(
    rank={
        "bullet": 0.137,
        "cos": 4.892,
        "cosc": 2.77,
        "ctx": 3.334,
        "dense": 1.656,
        "exact": 1.117,
        "gives": 0.538,
        "heading": 1.636,
        "k:happens": 0.547,
        "k:howto": -0.001,
        "k:many": 0.472,
        "k:may": 0.337,
        "k:must": 0.185,
        "k:often": 0.118,
        "k:when": 0.871,
        "k:who": 0.67,
        "k:why": 0.518,
        "key": 0.757,
        "l:which": 0.63,
        "l:why": 0.261,
        "lead": 0.694,
        "lead-in": -0.142,
        "mass": 1.894,
        "near": 1.333,
        "own": 2.541,
        "short": 0.607,
        "to parents": -0.846,
        "to staff": 0.703,
    },
    refuse={
        "ahead": 0.611,
        "asks who": -0.22,
        "bias": -2.658,
        "cosc": 2.727,
        "covered": 2.516,
        "decoy": -1.699,
        "decoy over best": -5.833,
        "no howto": -1.423,
        "phrasing": 1.506,
        "precise": -2.384,
        "precise, in the sentence": 1.727,
        "precise, quoted": 0.524,
        "weight": 0.283,
    },
    sure=0.4,
)
#: Without it.
BY_WORDS = LearntWeights(
    rank={
        "bullet": 0.12,
        "ctx": 3.848,
        "dense": 2.393,
        "exact": 2.05,
        "gives": 0.813,
        "heading": 2.123,
        "k:happens": 0.565,
        "k:howto": -0.002,
        "k:many": 0.579,
        "k:may": 0.365,
        "k:must": 0.134,
        "k:often": 0.135,
        "k:when": 0.956,
        "k:who": 0.577,
        "k:why": 0.454,
        "key": 0.55,
        "l:which": 0.722,
        "l:why": 0.372,
        "lead": 0.791,
        "lead-in": -0.014,
        "mass": 2.211,
        "near": 1.598,
        "own": 3.038,
        "short": 0.71,
        "to parents": -0.836,
        "to staff": 0.737,
    },
    refuse={
        "asks who": -0.171,
        "bias": -3.124,
        "covered": 1.575,
        "ctx": 0.788,
        "no howto": -1.559,
        "phrasing": 1.414,
        "precise": -1.743,
        "precise, in the sentence": 1.137,
        "precise, quoted": 0.222,
        "score": 1.468,
        "weight": 1.132,
    },
    sure=0.4,
)
