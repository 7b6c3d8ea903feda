"""Names with a letter wrong.

Where somebody was asked for a name, whatever is like one may be meant. In the midst of what people
write, as in `okafr is useless`, hardly any word is a name: there one letter alone may be wrong, and
no ordinary word is taken for a slip.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from string import ascii_lowercase

#: How alike what was typed for a name and the name must be, from 0 to 1.
LIKENESS = 0.8
#: Letters, from which on what was typed for a name may be a slip for it.
LONG_ENOUGH_IF_ASKED = 4
#: The same, in the midst of other words.
LONG_ENOUGH = 5
#: Words that are one letter from a common name, and mean nobody.
NO_SLIPS = frozenset(
    {
        *("alike", "alive", "baked", "bakes", "bangs", "blank", "blanks", "blown", "books"),
        *("build", "bullet", "button", "carted", "cater", "charter", "clerk", "cooker", "crown"),
        *("dense", "drown", "faster", "fields", "filed", "filled", "fished", "fishes", "frown"),
        *("grade", "graded", "grand", "grant", "grave", "greed", "greet", "grown", "handy"),
        *("hardly", "holes", "hunted", "hunter", "joined", "jokes", "margin", "marker"),
        *("marking", "marshal", "melody", "miles", "miner", "moors", "panel", "parked", "parks"),
        *(
            "parser",
            "parts",
            "pearl",
            "person",
            "petal",
            "pride",
            "prime",
            "prince",
            "pricey",
            "print",
            "prize",
        ),
        *("river", "scout", "seven", "shall", "sight", "sings", "small", "stave", "steve"),
        *("stone", "store", "tailor", "throws", "turned", "turner", "waited", "waiter"),
        *("waiters", "waits", "walked", "walks", "wants", "water", "weight", "while", "whilst"),
        *("white", "whole", "woods", "words", "worst", "write", "wrote", "yours"),
    }
)


def words_alike(word: str, known: frozenset[str]) -> frozenset[str]:
    """Those of the known words that a word, typed for a name, may be a slip for.

    `okafr` -> `okafor`.
    """
    if len(word) < LONG_ENOUGH_IF_ASKED or not known:
        return frozenset()
    return frozenset(difflib.get_close_matches(word, known, len(known), LIKENESS))


def slips_of(word: str) -> frozenset[str]:
    """What somebody may write for a folded word, with one letter wrong but for the first; none for
    short words, and none that is an ordinary word itself.
    """
    if len(word) < LONG_ENOUGH or not (word.isascii() and word.isalpha()):
        return frozenset()
    return frozenset(_with_a_slip(word)) - NO_SLIPS - {word, f"{word}s"}


def _with_a_slip(word: str) -> Iterator[str]:
    for place in range(1, len(word) + 1):
        before, after = word[:place], word[place:]
        for letter in ascii_lowercase:
            yield before + letter + after
            if after:
                yield before + letter + after[1:]
        if after and len(word) > LONG_ENOUGH:
            yield before + after[1:]
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
