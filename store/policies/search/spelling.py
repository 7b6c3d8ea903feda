"""Mends the spelling of a question: people type on a phone, between two lessons.

A word that no reader of English knows finds nothing, and looks like something that the texts do not
deal with. The words of the texts themselves are the best guess at what was meant.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from functools import cache

from store.policies.search.meaning import VOCABULARY
from store.policies.search.question import LONG_FORMS, LONGEST_QUESTION
from store.policies.search.words import COMMON_WORDS, STOP_WORDS, stem, thesaurus_words

#: Letters; a shorter word is close to too many others.
SHORTEST = 5
#: Letters of a word that may have a wrong one: *snuff* is another word than *stuff*.
SHORTEST_WITH_ANOTHER = 6
#: Letters of each half of a word that is made of two.
SHORTEST_HALF = 4

_WORD = re.compile(r"[^\W\d_]+")


def mend_spelling(question: str, of_texts: Sequence[str], stems: Container[str]) -> str:
    """The question, with each misspelt word as the texts or the thesaurus spell it.

    `of_texts`: the words of the texts, in lower case, the most common first. `stems`: theirs.
    What is not one slip away from any of these stays.
    """

    def mend(found: re.Match[str]) -> str:
        word = found.group().lower()
        if len(word) < SHORTEST or stem(word) in stems or _is_english(word):
            return found.group()
        offered = (*of_texts, *_words_to_offer())
        return _find_meant(word, offered) or _find_meant(word.rstrip("s"), offered) or word

    if len(question) > LONGEST_QUESTION:
        return question
    return _WORD.sub(mend, question)


def _find_meant(typed: str, offered: Iterable[str]) -> str | None:
    # Most words begin otherwise, and a text has thousands.
    alike = (word for word in offered if word[:1] == typed[:1] and is_one_slip(typed, word))
    return next(alike, None)


def is_one_slip(typed: str, meant: str) -> bool:
    """One letter too many, one too few, another one, or two that have changed places.

    Not in the first letter, which hardly anybody mistypes.
    """
    if typed[:1] != meant[:1] or abs(len(typed) - len(meant)) > 1:
        return False
    first = 0
    while first < min(len(typed), len(meant)) and typed[first] == meant[first]:
        first += 1
    end = 0
    while end < min(len(typed), len(meant)) - first and typed[-1 - end] == meant[-1 - end]:
        end += 1
    wrong, right = typed[first : len(typed) - end], meant[first : len(meant) - end]
    if len(wrong) == len(right) == 1:
        return len(typed) >= SHORTEST_WITH_ANOTHER
    return len(wrong) + len(right) == 1 or (len(wrong) == 2 and wrong == right[::-1])


def _is_english(word: str) -> bool:
    """A word, an inflection of one, or two written as one: *smartwatches*."""
    known = _known_stems()
    halves = range(SHORTEST_HALF, len(word) - SHORTEST_HALF + 1)
    return stem(word) in known or any(
        stem(word[:n]) in known and stem(word[n:]) in known for n in halves
    )


@cache
def _words_to_offer() -> tuple[str, ...]:
    """What a question may speak of though no text has the word."""
    return (*sorted(COMMON_WORDS), *sorted(thesaurus_words()))


@cache
def _known_stems() -> frozenset[str]:
    """Of words that are spelt right, or are short forms that are known."""
    of_english = VOCABULARY.read_text(encoding="utf-8").split()
    known = [*of_english, *LONG_FORMS, *STOP_WORDS, *_words_to_offer()]
    return frozenset(map(stem, known))
