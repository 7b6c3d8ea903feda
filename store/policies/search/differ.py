"""Whether two texts contradict each other: other figures for the same thing, or one allows what the other forbids.

Meant for passages that answer the same question. It says so only of what is plain: *within 2 school days* and
*within 5 working days*, *under 13* and *under 16*, *may take photographs* and *must not take photographs*.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from store.policies.search.words import STOP, groups, stem, words

SHARE = 0.5  # of the words of the shorter statement: so many in common, and two statements deal with one thing
LEAST = 2  # words that they must have in common

_HOURS = {
    "minute": 1 / 60,
    "hour": 1,
    "day": 24,
    "week": 168,
    "month": 720,
    "term": 2880,
    "year": 8640,
}
_OFTEN = {f"{unit}ly": _HOURS[unit] for unit in ("week", "month", "term", "year")}
_OFTEN |= {"daily": 24, "annually": 8640}
_SPELT = ("a", "an", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NUMBERS = {word: max(1, n - 1) for n, word in enumerate(_SPELT)} | {"an": 1, "once": 1, "twice": 2}
_NUMBER, _UNIT = rf"(\d+|{'|'.join(_SPELT)})", rf"({'|'.join(_HOURS)})s?"

_Figure = Callable[[re.Match[str]], float]


def _number(word: str) -> float:
    return float(_NUMBERS.get(word, 0) or word)


def _clock(found: re.Match[str]) -> float:
    """Minutes after midnight or noon: 3.15 and 3.15pm are the same."""
    return int(found[1]) % 12 * 60 + int(found[2] or 0)


_FIGURES: tuple[tuple[str, str, _Figure], ...] = (  # how often and how long in hours
    ("often", rf"\b(?:{'|'.join(_OFTEN)})\b", lambda found: _OFTEN[found[0]]),
    (
        "often",
        rf"\b{_NUMBER} times (?:a|every|each) {_UNIT}\b",
        lambda f: _HOURS[f[2]] / _number(f[1]),
    ),
    (
        "often",
        rf"\b(once|twice) (?:a|every|each) {_UNIT}\b",
        lambda f: _HOURS[f[2]] / _number(f[1]),
    ),
    ("often", rf"\bevery {_NUMBER} {_UNIT}\b", lambda found: _HOURS[found[2]] * _number(found[1])),
    ("often", rf"\b(?:every|each) {_UNIT}\b", lambda found: _HOURS[found[1]]),
    (
        "long",
        rf"\b{_NUMBER}[ -](?:working |school |calendar |full )?{_UNIT}\b(?! old)",
        lambda found: _HOURS[found[2]] * _number(found[1]),
    ),
    ("year group", r"\byear (\d{1,2})\b", lambda found: float(found[1])),
    (
        "age",
        r"\b(?:under|over|aged?|at least|until|turn) (\d{1,2})\b",
        lambda found: float(found[1]),
    ),
    ("age", r"\b(\d{1,2}) years? old\b", lambda found: float(found[1])),
    ("money", r"£(\d+(?:\.\d\d)?)", lambda found: float(found[1])),
    ("time", r"\b(\d{1,2})(?:[.:](\d\d) ?(?:[ap]m)?| ?[ap]m)\b", _clock),
)
_PATTERNS = tuple((kind, re.compile(pattern), figure) for kind, pattern, figure in _FIGURES)

_FORBIDS = re.compile(
    r"\b(?:(?:must|may|should|can|will|shall|do|does|are|is) not|cannot|can't|don't|mustn't|never|no longer"
    r"|forbidden|banned|prohibited)\b"
)
_ALLOWS = re.compile(
    r"\b(?:may|must|can|could|should|shall|will|have to|has to|allowed|permitted|welcome to|free to)\b"
)
_TO = re.compile(r"\A(?:\w+ not )?(?:have|has|welcome|free|allowed|permitted) to\b")
_MODAL = {"may", "must", "can", "could", "should", "shall", "not", "cannot", "never", "no"}
_OUTRIGHT = {
    "allow",
    "permit",
    "forbidden",
    "ban",
    "prohibit",
}  # stems that say by themselves whether it may be


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence or bullet, with what it says that another may contradict."""

    about: tuple[
        frozenset[str], ...
    ]  # for each word that tells something: its stem and its groups of meaning
    figures: tuple[tuple[str, frozenset[float]], ...]  # kind of figure -> the figures
    allows: tuple[
        frozenset[str], ...
    ]  # each action that may or must be; empty when it is not named
    forbids: tuple[frozenset[str], ...]


@lru_cache(maxsize=2_000)
def statement(text: str) -> Statement:
    """What one sentence says."""
    lower = text.lower().replace("’", "'")
    figures: dict[str, set[float]] = {}
    left = lower
    for kind, pattern, figure in _PATTERNS:
        for found in pattern.finditer(left):
            figures.setdefault(kind, set()).add(figure(found))
        left = pattern.sub(" ", left)
    forbids = [
        action for found in _FORBIDS.finditer(lower) for action in _action(lower[found.start() :])
    ]
    allows = [
        action
        for part in [_FORBIDS.sub(";", lower)]
        for found in _ALLOWS.finditer(part)
        for action in _action(part[found.start() :])
    ]
    return Statement(
        tuple(dict.fromkeys(terms for terms in _terms(left) if not terms & _OUTRIGHT)),
        tuple((kind, frozenset(values)) for kind, values in figures.items()),
        () if forbids else tuple(allows),
        tuple(forbids),
    )


def contradict(one: Statement, other: Statement) -> bool:
    """Whether two statements, of different texts, cannot both hold."""
    if not _alike(one.about, other.about):
        return False
    theirs = dict(other.figures)
    if any(kind in theirs and not values & theirs[kind] for kind, values in one.figures):
        return True
    return _opposed(one.allows, other.forbids) or _opposed(other.allows, one.forbids)


def any_contradict(some: Iterable[Statement], others: Sequence[Statement]) -> bool:
    """Whether a statement of `some` contradicts one of `others`."""
    return any(contradict(one, other) for one in some for other in others)


def _alike(one: tuple[frozenset[str], ...], other: tuple[frozenset[str], ...]) -> bool:
    few, many = sorted((one, other), key=len)
    there = frozenset[str]().union(*many)
    common = sum(bool(terms & there) for terms in few)
    return common >= LEAST and common >= SHARE * (len(few) + len(many)) / 2


def _opposed(allowed: tuple[frozenset[str], ...], forbidden: tuple[frozenset[str], ...]) -> bool:
    return any(not yes or not no or yes & no for yes in allowed for no in forbidden)


def _terms(text: str) -> list[frozenset[str]]:
    """For each word that tells something: its stem and its groups of meaning."""
    tokens = words(text)
    stems = [stem(token) for token in tokens]
    found = [{s} for s in stems]
    for first, end, names in groups(stems):
        for n in range(first, end):
            found[n].update("#" + name for name in names)
    return [
        frozenset(f) for token, f in zip(tokens, found, strict=True) if token not in STOP | _MODAL
    ]


def _action(modal: str) -> list[frozenset[str]]:
    """The first word that tells what, from *may* or *must not* on, as its terms; empty for *is not allowed*."""
    clause = re.split(r"[.;:,]", _TO.sub("", modal, count=1), maxsplit=1)[0]
    return [frozenset() if first & _OUTRIGHT else first for first in _terms(clause)[:1]]
