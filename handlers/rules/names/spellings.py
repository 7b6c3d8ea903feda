"""The ways in which the words of one name are written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import combinations

from nicknames import NickNamer

#: How letters with marks are written where there are none: `Müller`, `Ødegård`.
TWO_LETTERS = re.compile("(?<=[aou])e|(?<=a)a")
#: Of a name, that are tried as one.
MOST_WORDS = 6

#: Words that stand in every text. Two of them side by side are no name: `in a` is not Ina.
LITTLE = frozenset(
    {
        *("a", "all", "am", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by"),
        *("can", "could", "did", "do", "does", "done", "for", "from", "get", "go", "had", "has"),
        *("have", "he", "her", "him", "his", "how", "i", "if", "in", "into", "is", "it", "its"),
        *("me", "more", "my", "no", "not", "now", "of", "off", "on", "one", "or", "our", "out"),
        *("over", "said", "say", "see", "she", "so", "than", "that", "the", "their", "them"),
        *("then", "there", "they", "this", "to", "too", "up", "us", "was", "we", "went", "were"),
        *("what", "when", "where", "which", "while", "who", "why", "with", "would", "you", "your"),
    }
)


def plainly(word: str) -> str:
    """A folded word with vowels of two letters as one: `mueller` -> `muller`."""
    return TWO_LETTERS.sub("", word)


def forms_of(known: Sequence[str]) -> frozenset[str]:
    """What may stand for a name of these words, or for a part of it, as one word.

    Its words, also some that stand together as one (`ONeill`), each also as `plainly` has it; and
    the short forms of all that may be a first name. A letter alone is none.
    """
    found = set(runs_of(known))
    for word in known[:-1] or known:
        found |= short_forms(word)
    found |= {plainly(form) for form in found} - LITTLE
    return frozenset({form for form in found if len(form) > 1 or not form.isascii()})


def runs_of(words: Sequence[str]) -> list[str]:
    """The words, and those that stand together written as one: `mac donald` -> `macdonald`, too."""
    places = combinations(range(len(words) + 1), 2)
    return ["".join(words[begin:end]) for begin, end in places]


def spellings(words: list[str]) -> Iterator[list[str]]:
    """The words; and with some that stand together written as one."""
    yield words
    if len(words) > MOST_WORDS:
        return
    for begin, end in combinations(range(len(words) + 1), 2):
        if end - begin > 1:
            yield [*words[:begin], "".join(words[begin:end]), *words[end:]]


@lru_cache(maxsize=5_000)
def short_forms(first: str) -> frozenset[str]:
    """What somebody of this first name may be called, of what name theirs may be short, and what
    else that is shortened to: of `ben` also `benjamin` and `benny`.
    """
    namer = _namer()
    in_full = namer.canonicals_of(first)
    found = set(namer.nicknames_of(first) | in_full)
    for name in in_full:
        found |= {short for short in namer.nicknames_of(name) if _are_near(short, first)}
    return frozenset(found - {first})


def _are_near(short: str, other: str) -> bool:
    """Whether two short forms of one name are alike: `ben` and `benny`, `bob` and `rob`."""
    return short[0] == other[0] or short[1:] == other[1:]


@cache
def _namer() -> NickNamer:
    # Its list is read when a name is first asked about.
    return NickNamer()


@lru_cache(maxsize=5_000)
def in_several_words(form: str) -> re.Pattern[str]:
    """What finds a word where it is written as several, and may begin within another: `o neill`."""
    # Without what would look back, each letter is found at once: texts are long.
    return re.compile(rf"{' ?'.join(map(re.escape, form))}s?(?!\S)")
