"""Words, stems and groups of meaning, of a text or of a question."""

from __future__ import annotations

import re
from functools import cache, lru_cache

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_VOWEL = re.compile(r"[aeiouy]")

_STOP = (
    "a about an and any are as at be been being but by did do does doing done for from had has have he "
    "her hers him his if in into is it its just of on or so some such than that the their theirs there "
    "these they this those to too u ur up was were what whats when where which who whos whose why will "
    "with would you your yours how am hes shes theyre dont doesnt didnt isnt arent im ive i me my we us "
    "our hi hello please pls plz thanks ta ok"
)
STOP = frozenset(_STOP.split())
"""Words that say little of what a question is about."""


_COMMON = (
    "one first all also out after new two time no said over then other more like back only could where before "
    "make made through now than most may between down well three while later under around used use using still "
    "long work same each much place go going gone another found here away left best hand last good bad take "
    "taken end follow side look looking want wanted need put keep keeps get gets getting got give given let lets "
    "come comes thing things stuff something anything someone somebody anyone anybody everyone people person "
    "say tell know think see saw seen ask asked happen happens start set turn try part way every different "
    "many lot lots bit really quite even ever never always again own such actually allowed able stop kind type"
)
COMMON = frozenset(_COMMON.split())
"""Words so common in any text that finding one proves little."""
_YEAR = re.compile(r"\b(?:yr|y) ?(\d{1,2})s?\b")
_SPELT = {"yr": "year", "yrs": "years"}


def words(text: str) -> list[str]:
    """The words in lower case, apostrophes left out: `Don't` gives `dont`; `parent's` gives `parents`."""
    lower = _YEAR.sub(r"year \1", text.lower().replace("esafety", "e safety"))
    return [_SPELT.get(w, w) for w in (re.sub("['’]", "", w) for w in _WORD.findall(lower))]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A light English stemmer after Porter's: plural, -ed, -ing, -ly, -ment and the like."""
    if len(word) <= 3 or not word.isascii() or word.isdigit():
        return word
    w = word
    if w.endswith("sses"):
        w = w[:-2]
    elif w.endswith("ies"):
        w = w[:-3] + "y"
    elif w.endswith("s") and not w.endswith(("ss", "us", "is")):
        w = w[:-1]
    for ending in ("ingly", "edly", "ing", "ed"):
        if w.endswith(ending) and len(w) - len(ending) >= 2 and _VOWEL.search(w[: -len(ending)]):
            w = _mend(w[: -len(ending)])
            break
    for ending, instead in _ENDINGS:
        if w.endswith(ending) and len(w) - len(ending) >= 3:
            w = w[: -len(ending)] + instead
            break
    if len(w) > 3 and w.endswith("e"):
        w = w[:-1]
    if len(w) > 3 and w.endswith("y"):
        w = w[:-1] + "i"
    return w


_PAIRS = (
    "isation>is ization>is ational>at fulness>ful ousness>ous iveness>iv ation>at ition>it "
    "ement> ments> ment> ness> ibility>ibl ability>abl ally>al ively>iv fully>ful ly> ise>is "
    "ize>is iser>is izer>is ator>at ate>at ive>iv sion>s tion>t ance> ence>ent "
)
_ENDINGS = tuple((a, b) for a, _, b in (pair.partition(">") for pair in _PAIRS.split()))


def _mend(w: str) -> str:
    if w.endswith(("at", "bl", "iz", "is", "v", "u", "c", "dg")):
        return w + "e"
    if len(w) > 3 and w[-1] == w[-2] and w[-1] not in "lsz":
        return w[:-1]
    return w


def _unwrapped(lines: str) -> list[str]:
    return re.sub(r"\n +", " ", lines.strip()).splitlines()


@cache
def _groups() -> tuple[dict[tuple[str, ...], tuple[str, ...]], dict[str, int]]:
    """Term -> its groups; first word of a term -> length of the longest term that begins so."""
    from store.policies.search.thesaurus import GROUPS

    table: dict[tuple[str, ...], list[str]] = {}
    longest: dict[str, int] = {}
    for line in _unwrapped(GROUPS):
        name, _, terms = line.partition(":")
        for term in terms.split(","):
            key = tuple(stem(w) for w in words(term))
            if key and name not in table.setdefault(key, []):
                table[key].append(name)
                longest[key[0]] = max(longest.get(key[0], 0), len(key))
    return {k: tuple(v) for k, v in table.items() if v}, longest


@cache
def kin() -> dict[str, tuple[str, ...]]:
    """Group -> the groups that are close to it."""
    from store.policies.search.related import KIN

    close: dict[str, tuple[str, ...]] = {}
    for line in _unwrapped(KIN):
        name, _, others = line.partition(">")
        close[name.strip()] = close.get(name.strip(), ()) + tuple(others.split())
    return close


def groups(stems: list[str]) -> list[tuple[int, int, tuple[str, ...]]]:
    """(first, last + 1, groups) of every term of the thesaurus in a run of stems; longer terms first."""
    table, longest = _groups()
    found = []
    for n, first in enumerate(stems):
        for size in range(min(longest.get(first, 0), len(stems) - n), 0, -1):
            names = table.get(tuple(stems[n : n + size]))
            if names:
                found.append((n, n + size, names))
    return found
