"""How a question is put: like those that policies answer, or like those that they seldom do.

Policies say what may be done, who decides and what happens then. They seldom say how many
complaints there were last year, what the clerk is called or which company makes the filter,
however well they know the words. So only how it is asked counts here: what it is about is left out.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from store.policies.search.words import COMMON_WORDS, STOP_WORDS, words

#: A word, or two that stand together, and what it speaks for: above 0 for an answer.
LEARNT = Path(__file__).with_name("phrasing.txt")
#: What the words add up to where it is as good as sure.
FULL = 3.0
#: What stands for a word that says what the question is about, and for a number.
TOPIC = "_"
NUMBER = "9"

#: Words that ask, beside those that are common anyway.
_ASK = (
    "number name names cost costs email address year month week colour size make brand company "
    "today tomorrow next often may should must needs has can could ok okay banned if not no yes "
    "already policy policies rule rules procedure steps responsible report form"
)
_HOW = STOP_WORDS | COMMON_WORDS | frozenset(_ASK.split())


def weigh_phrasing(question: str) -> float:
    """From -1, as nothing is asked that a policy answers, to 1."""
    learnt = _read_learnt()
    total = sum(learnt.get(part, 0.0) for part in find_parts(question))
    return max(-1.0, min(1.0, total / FULL))


def find_parts(question: str) -> set[str]:
    """The words that say how it is asked, and each two that follow one another."""
    told = ["^", *map(_how, words(question)), "$"]
    pairs = {f"{first} {second}" for first, second in zip(told, told[1:], strict=False)}
    return {*told, *pairs}


def _how(word: str) -> str:
    if word in _HOW:
        return word
    return NUMBER if word.isdigit() else TOPIC


@cache
def _read_learnt() -> dict[str, float]:
    learnt = {}
    for line in LEARNT.read_text(encoding="utf-8").splitlines():
        part, _, weight = line.rpartition(" ")
        learnt[part] = float(weight)
    return learnt
