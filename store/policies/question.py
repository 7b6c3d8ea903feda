"""What a question asks for: its words with their meanings, and the kind of answer that it wants."""

from __future__ import annotations

from dataclasses import dataclass

from store.policies.kinds import wanted
from store.policies.words import STOP, groups, kin, stem, words

LONGEST_QUESTION = 400  # characters; whatever is longer is no question
SAME, CLOSE = (
    0.75,
    0.35,
)  # how well a word of the same group, or of a group close to it, stands for the word itself

_LIGHT = {"me", "allowed", "must", "action", "list", "next", "everything", "acceptable"}
"""Groups whose words say what kind of answer is wanted, more than what it is about."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One word of the question, and what may stand for it: term -> how well, 0 to 1.

    A term is a stem, or the name of a group with `#` before it.
    """

    word: str
    terms: tuple[tuple[str, float], ...]
    light: bool  # says how, not what
    share: float = 1.0  # a word of a longer term carries its part of it


@dataclass(frozen=True, slots=True)
class Question:
    text: str
    slots: tuple[Slot, ...]
    kinds: frozenset[str]


def understand(text: str) -> Question:
    """Never fails; a question without a word in it has no slots."""
    tokens = words(text[:LONGEST_QUESTION])
    stems = [stem(t) for t in tokens]
    meanings: list[dict[str, float]] = [{} for _ in stems]
    inside: list[int] = [1] * len(stems)
    for first, end, names in groups(stems):
        for n in range(first, end):
            if end - first > 1:
                inside[n] = max(inside[n], end - first)
            elif inside[n] > 1 and tokens[n] in STOP:
                continue
            weight = SAME if end - first >= inside[n] else SAME * 0.6
            for name in names:
                meanings[n]["#" + name] = max(weight, meanings[n].get("#" + name, 0.0))
    slots = []
    for n, token in enumerate(tokens):
        if (token in STOP and inside[n] == 1) or (len(token) == 1 and not token.isdigit()):
            continue
        terms = dict(meanings[n])
        for name in list(terms):
            for other in kin().get(name[1:], ()):
                terms.setdefault("#" + other, CLOSE * terms[name] / SAME)
        if token not in STOP:
            terms[stems[n]] = 1.0
        light = token not in STOP and all(t[1:] in _LIGHT for t in meanings[n]) and bool(meanings[n])
        slots.append(Slot(token, tuple(terms.items()), light, 1.0 / inside[n]))
    plain = " ".join(tokens)
    return Question(text, tuple(slots), wanted(plain))
