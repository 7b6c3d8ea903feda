"""Whether two texts contradict each other: by other figures, or as allowed and forbidden.

Meant for passages that answer the same question. It says so only of what is plain: *within 2
school days* and *within 5 working days*, *under 13* and *under 16*, *may take photographs* and
*must not take photographs*.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from store.policies.search.words import STOP_WORDS, find_terms, words

#: So many of the words of two claims, on average, must be in common: then both deal with one thing.
SHARE = 0.5
#: Words that they must have in common at least.
LEAST = 2

_HOURS = {
    "minute": 1 / 60,
    "hour": 1,
    "day": 24,
    "week": 168,
    "month": 720,
    "term": 2880,
    "year": 8640,
}
_HOURS_BETWEEN = {
    "weekly": _HOURS["week"],
    "monthly": _HOURS["month"],
    "termly": _HOURS["term"],
    "yearly": _HOURS["year"],
    "daily": _HOURS["day"],
    "annually": _HOURS["year"],
}
_NUMBERS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
}
_TIMES = {"once": 1, "twice": 2}

_NUMBER = rf"(\d+|{'|'.join(_NUMBERS)})"
_UNIT = rf"({'|'.join(_HOURS)})s?"


def _number(word: str) -> float:
    spelt = _NUMBERS.get(word) or _TIMES.get(word)
    return float(spelt or word)


def _hours_by_name(found: re.Match[str]) -> float:
    return _HOURS_BETWEEN[found[0]]


def _hours_between_times(found: re.Match[str]) -> float:
    """*3 times a week*: how many hours lie between them."""
    return _HOURS[found[2]] / _number(found[1])


def _hours_of_span(found: re.Match[str]) -> float:
    return _HOURS[found[2]] * _number(found[1])


def _hours_of_unit(found: re.Match[str]) -> float:
    return _HOURS[found[1]]


def _plain_number(found: re.Match[str]) -> float:
    return float(found[1])


def _minutes_of_clock(found: re.Match[str]) -> float:
    """Minutes after midnight or noon: 3.15 and 3.15pm are the same."""
    return int(found[1]) % 12 * 60 + int(found[2] or 0)


@dataclass(frozen=True, slots=True)
class _Figure:
    """A kind of figure that a text may give, and one way to write it."""

    kind: str
    pattern: re.Pattern[str]
    #: What it comes to; how often and how long in hours.
    read: Callable[[re.Match[str]], float]


# What one pattern has found is taken out before the next one looks: the order matters.
_FIGURES = (
    _Figure("often", re.compile(rf"\b(?:{'|'.join(_HOURS_BETWEEN)})\b"), _hours_by_name),
    _Figure(
        "often",
        re.compile(rf"\b{_NUMBER} times (?:a|every|each) {_UNIT}\b"),
        _hours_between_times,
    ),
    _Figure(
        "often",
        re.compile(rf"\b(once|twice) (?:a|every|each) {_UNIT}\b"),
        _hours_between_times,
    ),
    _Figure("often", re.compile(rf"\bevery {_NUMBER} {_UNIT}\b"), _hours_of_span),
    _Figure("often", re.compile(rf"\b(?:every|each) {_UNIT}\b"), _hours_of_unit),
    _Figure(
        "long",
        re.compile(rf"\b{_NUMBER}[ -](?:working |school |calendar |full )?{_UNIT}\b(?! old)"),
        _hours_of_span,
    ),
    _Figure("year group", re.compile(r"\byear (\d{1,2})\b"), _plain_number),
    _Figure(
        "age",
        re.compile(r"\b(?:under|over|aged?|at least|until|turn) (\d{1,2})\b"),
        _plain_number,
    ),
    _Figure("age", re.compile(r"\b(\d{1,2}) years? old\b"), _plain_number),
    _Figure("money", re.compile(r"£(\d+(?:\.\d\d)?)"), _plain_number),
    _Figure(
        "time",
        re.compile(r"\b(\d{1,2})(?:[.:](\d\d) ?(?:[ap]m)?| ?[ap]m)\b"),
        _minutes_of_clock,
    ),
)

_FORBIDS = re.compile(
    r"\b(?:(?:must|may|should|can|will|shall|do|does|are|is) not|cannot|can't|don't|mustn't|never"
    r"|no longer|forbidden|banned|prohibited)\b"
)
_ALLOWS = re.compile(
    r"\b(?:may|must|can|could|should|shall|will|have to|has to|allowed|permitted|welcome to"
    r"|free to)\b"
)
_TO = re.compile(r"\A(?:\w+ not )?(?:have|has|welcome|free|allowed|permitted) to\b")
_CLAUSE_END = re.compile(r"[.;:,]")

_MODAL = {"may", "must", "can", "could", "should", "shall", "not", "cannot", "never", "no"}
#: Words that tell nothing of what a claim is about.
_EMPTY = STOP_WORDS | _MODAL
#: Stems that say by themselves whether it may be.
_OUTRIGHT = {"allow", "permit", "forbidden", "ban", "prohibit"}


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence or bullet, with what it says that another may contradict."""

    #: For each word that tells something: its stem and its groups of meaning.
    about: tuple[frozenset[str], ...]
    #: Kind of figure -> the figures.
    figures: tuple[tuple[str, frozenset[float]], ...]
    #: Each action that may or must be, by its terms; without any where it is not named.
    allows: tuple[frozenset[str], ...]
    #: Each action that must not be, likewise.
    forbids: tuple[frozenset[str], ...]


@lru_cache(maxsize=2_000)
def read_claim(text: str) -> Claim:
    """What one sentence says."""
    lower = text.lower().replace("’", "'")

    figures: dict[str, set[float]] = {}
    left = lower
    for figure in _FIGURES:
        for found in figure.pattern.finditer(left):
            figures.setdefault(figure.kind, set()).add(figure.read(found))
        left = figure.pattern.sub(" ", left)

    forbids = _find_actions(_FORBIDS, lower)
    allows = _find_actions(_ALLOWS, _FORBIDS.sub(";", lower))
    if forbids:
        # *Parents may come in, but must not film*: only what is forbidden is plain.
        allows = []

    about = [terms for terms in _telling_terms(left) if not terms & _OUTRIGHT]
    return Claim(
        about=tuple(dict.fromkeys(about)),
        figures=tuple((kind, frozenset(values)) for kind, values in figures.items()),
        allows=tuple(allows),
        forbids=tuple(forbids),
    )


def contradict(one: Claim, other: Claim) -> bool:
    """Whether two claims, of different texts, cannot both hold."""
    if not _are_about_the_same(one.about, other.about):
        return False
    if _figures_differ(one, other):
        return True
    return _are_opposed(one.allows, other.forbids) or _are_opposed(other.allows, one.forbids)


def any_contradict(some: Iterable[Claim], others: Sequence[Claim]) -> bool:
    """Whether a claim of `some` contradicts one of `others`."""
    return any(contradict(one, other) for one in some for other in others)


def _are_about_the_same(one: tuple[frozenset[str], ...], other: tuple[frozenset[str], ...]) -> bool:
    few, many = sorted((one, other), key=len)
    there = frozenset[str]().union(*many)
    common = sum(not terms.isdisjoint(there) for terms in few)
    average = (len(few) + len(many)) / 2
    return common >= LEAST and common >= SHARE * average


def _figures_differ(one: Claim, other: Claim) -> bool:
    """Whether both give figures of one kind, and have none in common."""
    theirs = dict(other.figures)
    both = [(values, theirs[kind]) for kind, values in one.figures if kind in theirs]
    return any(ours.isdisjoint(others) for ours, others in both)


def _are_opposed(
    allowed: tuple[frozenset[str], ...], forbidden: tuple[frozenset[str], ...]
) -> bool:
    """Whether an action is allowed and forbidden. One that is not named may be any."""
    return any(not yes or not no or yes & no for yes in allowed for no in forbidden)


def _find_actions(pattern: re.Pattern[str], text: str) -> list[frozenset[str]]:
    """What is allowed or forbidden wherever the pattern finds that something is."""
    actions = []
    for found in pattern.finditer(text):
        actions += _first_action(text[found.start() :])
    return actions


def _first_action(modal: str) -> list[frozenset[str]]:
    """The terms of the first word that tells what, from *may* or *must not* on.

    A list of one, or of none where the clause ends before. For *is not allowed*, which says it
    outright of all that the sentence is about, the one has no terms.
    """
    after = _TO.sub("", modal, count=1)
    clause = _CLAUSE_END.split(after, maxsplit=1)[0]
    telling = _telling_terms(clause)
    if not telling:
        return []
    if telling[0] & _OUTRIGHT:
        return [frozenset()]
    return telling[:1]


def _telling_terms(text: str) -> list[frozenset[str]]:
    """For each word that tells something: its stem and its groups of meaning."""
    tokens = words(text)
    found = []
    for token, terms in zip(tokens, find_terms(tokens), strict=True):
        if token not in _EMPTY:
            found.append(frozenset(terms))
    return found
