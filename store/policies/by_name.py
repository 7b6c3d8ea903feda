"""Which text, or section of one, somebody means by what was typed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from store.policies.texts import PolicyText


@dataclass(frozen=True, slots=True)
class TextOrSection:
    """A whole text, or one section of it."""

    text: PolicyText
    #: Its heading; empty for the whole text.
    section: str = ""


@dataclass(frozen=True, slots=True)
class _Fit:
    """What may be meant, and how well it fits: the more words, the better."""

    worth: float
    place: TextOrSection


def find_by_name(
    texts: Iterable[PolicyText], headings: Iterable[Sequence[str]], typed: str
) -> tuple[TextOrSection, ...]:
    """What fits best, each once. `headings`: for each text, those of its sections, in order."""
    found: list[_Fit] = []
    for text, of_text in zip(texts, headings, strict=True):
        found += _find_in_text(text, of_text, words_of(typed))
    return tuple(fit.place for fit in _best(found))


def _best(found: Sequence[_Fit]) -> list[_Fit]:
    """Those that fit best, each once."""
    most = max((fit.worth for fit in found), default=0.0)
    return list(dict.fromkeys(fit for fit in found if fit.worth == most))


def _find_in_text(text: PolicyText, headings: Sequence[str], typed: str) -> list[_Fit]:
    """What `typed` may mean in one text."""
    found: list[_Fit] = []
    stem = text.doc.rpartition(".")[0]
    for name in (words_of(text.title), words_of(stem)):
        found += _find_under_name(text, headings, name.split(), typed.split())
    return _best(found)


def _find_under_name(
    text: PolicyText, headings: Sequence[str], name: list[str], typed: list[str]
) -> list[_Fit]:
    """The text, where all of `typed` belongs to its name; else its sections that the rest names."""
    own = _count_words_of_name(name, typed)
    if own == 0:
        return []
    is_whole_name = typed[:own] == name
    is_in_order = all(map(str.startswith, name, typed[:own]))
    worth = own + is_whole_name / 4 + is_in_order / 8
    rest = typed[own:]
    if not rest:
        return [_Fit(worth, TextOrSection(text))]

    found: list[_Fit] = []
    for heading in headings:
        of_heading = words_of(heading).split()
        if all(_begins_one_of(word, of_heading) for word in rest):
            with_heading = worth + 0.9 * len(rest) + (rest == of_heading) / 4
            found.append(_Fit(with_heading, TextOrSection(text, heading)))
    return found


def _count_words_of_name(name: Sequence[str], typed: Sequence[str]) -> int:
    """How many words of `typed`, from the first on, begin a word of the name."""
    for n, word in enumerate(typed):
        if not _begins_one_of(word, name):
            return n
    return len(typed)


def _begins_one_of(typed: str, names: Sequence[str]) -> bool:
    return any(word.startswith(typed) for word in names)


def words_of(heading: str) -> str:
    """The words in small letters, without punctuation, with a blank between them."""
    return " ".join(re.findall(r"\w+", heading.lower()))
