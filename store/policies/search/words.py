"""Words, stems and terms, of a text or of a question.

A *term* is what passages and questions are compared by: the stem of a word, or a group of the
thesaurus, written as its name with `#` before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from store.policies.search.related import RELATED
from store.policies.search.thesaurus import GROUPS

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_VOWEL = re.compile(r"[aeiouy]")

_STOP = (
    "a about an and any are as at be been being but by did do does doing done for from had has "
    "have he her hers him his if in into is it its just of on or so some such than that the their "
    "theirs there these they this those to too u ur up was were what whats when where which who "
    "whos whose why will with would you your yours how am hes shes theyre dont doesnt didnt isnt "
    "arent im ive i me my we us our hi hello please pls plz thanks ta ok"
)
#: Words that say little of what a question is about.
STOP_WORDS = frozenset(_STOP.split())

_COMMON = (
    "one first all also out after new two time no said over then other more like back only could "
    "where before make made through now than most may between down well three while later under "
    "around used use using still long work same each much place go going gone another found here "
    "away left best hand last good bad take taken end follow side look looking want wanted need "
    "put keep keeps get gets getting got give given let lets come comes thing things stuff "
    "something anything someone somebody anyone anybody everyone people person say tell know "
    "think see saw seen ask asked happen happens start set turn try part way every different many "
    "lot lots bit really quite even ever never always again own such actually allowed able stop "
    "kind type"
)
#: Words so common in any text that finding one proves little.
COMMON_WORDS = frozenset(_COMMON.split())

_SHORT_YEAR = re.compile(r"\b(?:yr|y) ?(\d{1,2})s?\b")
_SPELT = {"yr": "year", "yrs": "years"}


def words(text: str) -> list[str]:
    """The words in lower case, apostrophes left out.

    `Don't` gives `dont`; `parent's` gives `parents`; `yr 5` gives `year` and `5`.
    """
    lower = text.lower().replace("esafety", "e safety")
    lower = _SHORT_YEAR.sub(r"year \1", lower)

    found = []
    for word in _WORD.findall(lower):
        plain = word.replace("'", "").replace("’", "")
        found.append(_SPELT.get(plain, plain))
    return found


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A light English stemmer after Porter's: plural, -ed, -ing, -ly, -ment and the like."""
    if len(word) <= 3 or not word.isascii() or word.isdigit():
        return word
    # Each step works on what the one before it has left.
    singular = _cut_plural(word)
    base = _cut_verb_ending(singular)
    shorter = _shorten_ending(base)
    return _cut_final_vowel(shorter)


def _cut_plural(word: str) -> str:
    if word.endswith("sses"):
        return word[:-2]
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _cut_verb_ending(word: str) -> str:
    for ending in ("ingly", "edly", "ing", "ed"):
        if not word.endswith(ending):
            continue
        base = word[: -len(ending)]
        # `sing` and `string` are whole words.
        if len(base) >= 2 and _VOWEL.search(base):
            return _mend_base(base)
    return word


def _mend_base(base: str) -> str:
    """A verb as it is without its ending: `creat(ed)` lacks an e, `stopp(ed)` has a p too many."""
    if base.endswith(("at", "bl", "iz", "is", "v", "u", "c", "dg")):
        return base + "e"
    if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "lsz":
        return base[:-1]
    return base


_PAIRS = (
    "isation>is ization>is ational>at fulness>ful ousness>ous iveness>iv ation>at ition>it "
    "ement> ments> ment> ness> ibility>ibl ability>abl ally>al ively>iv fully>ful ly> ise>is "
    "ize>is iser>is izer>is ator>at ate>at ive>iv sion>s tion>t ance> ence>ent "
)
#: (ending, what stands for it). The first that fits is taken, so longer ones come first.
_ENDINGS = tuple((a, b) for a, _, b in (pair.partition(">") for pair in _PAIRS.split()))


def _shorten_ending(word: str) -> str:
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)] + instead
    return word


def _cut_final_vowel(word: str) -> str:
    if len(word) > 3 and word.endswith("e"):
        word = word[:-1]
    if len(word) > 3 and word.endswith("y"):
        word = word[:-1] + "i"
    return word


class Phrase(NamedTuple):
    """A phrase of the thesaurus where it stands in a run of words: `first` to `end - 1`.

    A plain tuple underneath: a text holds thousands of them while it is indexed.
    """

    first: int
    end: int
    #: The groups that it belongs to, as terms.
    groups: tuple[str, ...]


def find_phrases(stems: list[str]) -> list[Phrase]:
    """Every phrase of the thesaurus in a run of stems, from left to right, longer ones first."""
    thesaurus = _thesaurus()
    found = []
    for first, opening in enumerate(stems):
        longest = min(thesaurus.longest.get(opening, 0), len(stems) - first)
        for size in range(longest, 0, -1):
            groups = thesaurus.groups.get(tuple(stems[first : first + size]))
            if groups:
                found.append(Phrase(first, first + size, groups))
    return found


def find_terms(tokens: list[str]) -> list[set[str]]:
    """For each word, the terms that it counts as.

    A stop word counts only as part of a longer phrase; else it has none.
    """
    stems = [stem(token) for token in tokens]
    found: list[set[str]] = []
    for token, own_stem in zip(tokens, stems, strict=True):
        found.append(set() if token in STOP_WORDS else {own_stem})

    for phrase in find_phrases(stems):
        is_one_word = phrase.end - phrase.first == 1
        if is_one_word and tokens[phrase.first] in STOP_WORDS:
            continue
        for place in range(phrase.first, phrase.end):
            found[place].update(phrase.groups)
    return found


@dataclass(frozen=True, slots=True)
class _Thesaurus:
    #: Stems of a phrase -> the groups that it belongs to, as terms.
    groups: dict[tuple[str, ...], tuple[str, ...]]
    #: First stem -> how many words the longest phrase has that begins with it.
    longest: dict[str, int]


@cache
def _thesaurus() -> _Thesaurus:
    groups: dict[tuple[str, ...], list[str]] = {}
    longest: dict[str, int] = {}
    for line in _join_wrapped_lines(GROUPS):
        name, _, phrases = line.partition(":")
        for phrase in phrases.split(","):
            stems = tuple(stem(word) for word in words(phrase))
            if not stems:
                continue
            there = groups.setdefault(stems, [])
            if "#" + name not in there:
                there.append("#" + name)
            longest[stems[0]] = max(longest.get(stems[0], 0), len(stems))
    return _Thesaurus({stems: tuple(there) for stems, there in groups.items()}, longest)


@cache
def thesaurus_words() -> frozenset[str]:
    """Every word of the thesaurus, as it is written there."""
    phrases = (line.partition(":")[2] for line in _join_wrapped_lines(GROUPS))
    return frozenset(word for phrase in phrases for word in words(phrase))


@cache
def related_groups() -> dict[str, tuple[str, ...]]:
    """Group -> the groups that are close to it, all as terms."""
    close: dict[str, tuple[str, ...]] = {}
    for line in _join_wrapped_lines(RELATED):
        name, _, others = line.partition(">")
        group = "#" + name.strip()
        # A group may have more than one line.
        close[group] = close.get(group, ()) + tuple("#" + other for other in others.split())
    return close


def _join_wrapped_lines(lines: str) -> list[str]:
    return re.sub(r"\n +", " ", lines.strip()).splitlines()
