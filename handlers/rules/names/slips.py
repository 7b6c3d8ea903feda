"""Names with one letter wrong, in the midst of what people write: `okafr is useless`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from string import ascii_lowercase

#: Letters, from which on a name is known with one of them wrong.
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


@cache
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
