"""Decides whether the best passage answers the question, or whether the texts do not say."""

from __future__ import annotations

from store.policies.rank import Scored

MODEL = {"score": 1.0}
AT_LEAST = 0.95


def confidence(scored: list[Scored]) -> float:
    """How sure we are that the best passage answers; an answer is shown from AT_LEAST."""
    return scored[0].score if scored else 0.0
