"""Whom words speak of, by name or by office, where nobody has asked for a name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from handlers.rules.names.alike import LONG, run_together
from handlers.rules.names.offices import offices_in
from handlers.rules.names.slips import slips_of, words_alike
from handlers.rules.names.spellings import LITTLE, forms_of, in_several_words, plainly, runs_of
from handlers.rules.names.words import BEFORE_NAMES, TITLES, name_words
from store.model.records import Person
from store.model.remembered import remembered
from store.model.words import folded, words_of

#: `mr o`, in the midst of a sentence: `I miss a lesson` and `Sir, I` are none.
LETTER_OF_SOMEBODY = re.compile(
    r"(?<!\S)(?:(?:mr|mrs|ms|mx|dr|prof) ([^\W\d_])|(?:miss|sir) (?![ai]\b)([^\W\d_]))s?(?!\S)"
)
#: What follows a title, and so is a name however it is spelt.
TITLED = re.compile(r"(?<!\S)(?:mr|mrs|ms|miss|mx|dr|prof) (\S+)")
#: What stands before a word, or after it: `okafor77`.
DIGITS_AROUND = re.compile(r"(?<!\S)[0-9]+|(?<![0-9])[0-9]+(?!\S)")
#: What people are called, and what is a word besides: in a sentence, a name has a capital letter.
ORDINARY = frozenset(
    {
        *("art", "bell", "bill", "day", "dot", "gene", "grace", "hope", "jack", "joy", "king"),
        *("left", "mark", "mat", "may", "one", "pat", "ray", "rich", "rob", "rod", "rose", "see"),
        *("sue", "than", "will", "win"),
    }
)
#: Words, up to which nothing is a sentence.
FEW = 3


def speaks_of(words: str, person: Person) -> bool:
    """Tell whether words that somebody typed may name a person, or an office that they have."""
    typed = words.split()
    if len(typed) > FEW:
        typed = [word for n, word in enumerate(typed) if not _is_ordinary(word, is_first=n == 0)]
    return may_speak_of(words_of([" ".join(typed)]), person)


def _is_ordinary(word: str, *, is_first: bool) -> bool:
    return folded(word).strip(",.;:!?") in ORDINARY and (is_first or not word[0].isupper())


@dataclass(frozen=True, slots=True)
class _Signs:
    """What tells that somebody of a name is spoken of."""

    #: Words that stand by themselves.
    words: frozenset[str]
    #: What may be a part of a longer word.
    parts: frozenset[str]
    #: What may be written as several words.
    runs: frozenset[str]
    #: The words of the name itself, of which there may be slips.
    known: frozenset[str]
    #: Those with one letter wrong, where that is no other word.
    slips: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Said:
    """Words that were said, as they are compared with the signs of each who may be meant."""

    words: frozenset[str]
    #: As they were said, and with vowels of two letters as one.
    texts: tuple[str, str]
    #: The same, without spaces.
    without_spaces: tuple[str, str]
    #: Letters that follow a title.
    letters: frozenset[str]
    #: Words that do.
    titled: frozenset[str]


def may_speak_of(said: str, person: Person) -> bool:
    """Tell whether somebody may be spoken of: by any part of the name, or by an office they have.

    `said` are words as `store.model.words` gives them. It is told generously, as nobody was asked:
    whatever `may_mean` takes for this name is found among other words.
    """
    if not said:
        return False
    offices = offices_in(said)
    if offices and person.has(*offices):
        return True
    # A loop: it is asked of everybody who works on cases, several times for one report.
    for name in person.names:  # noqa: SIM110
        if _may_name(said, name):
            return True
    return False


@remembered(10_000)
def _may_name(words: str, name: str) -> bool:
    """Whether words may name somebody: the same is asked for one case again and again."""
    said, signs = _said(words), _signs(name)
    return (
        _is_within_words(said, signs)
        or not signs.words.isdisjoint(said.words)
        or _is_titled(said, signs)
        or not signs.slips.isdisjoint(said.words)
        or _is_in_several_words(said, signs)
    )


def _is_within_words(said: _Said, signs: _Signs) -> bool:
    """Whether a name is a part of a longer word: `mrokafor`."""
    for part in signs.parts:
        for text in said.texts:
            if part in text:
                return True
    return False


def _is_titled(said: _Said, signs: _Signs) -> bool:
    """Whether a title stands before a name, its first letter or something like it: `mr o`."""
    if not said.letters.isdisjoint(word[0] for word in signs.known):
        return True
    return any(words_alike(word, signs.known) for word in said.titled)


def _is_in_several_words(said: _Said, signs: _Signs) -> bool:
    """Whether a name is there in several words: `Mac Donald`, `O Neill`."""
    for text, without_spaces in zip(said.texts, said.without_spaces, strict=True):
        for run in signs.runs:
            # To look for it is slow, and hardly ever needed.
            if run in without_spaces and _is_apart_in(text, run):
                return True
    return False


def _is_apart_in(text: str, run: str) -> bool:
    for found in in_several_words(run).finditer(text):
        is_whole_word = found.start() == 0 or text[found.start() - 1].isspace()
        if is_whole_word and not LITTLE.issuperset(found[0].split()):
            return True
    return False


def may_speak_of_somebody(said: str) -> bool:
    """Tell whether words name an office, or somebody with a title."""
    return bool(offices_in(said)) or not BEFORE_NAMES.isdisjoint(said.split())


@remembered(2_000)
def _said(said: str) -> _Said:
    words = set(said.split())
    letters, titled = set[str](), set[str]()
    if not words.isdisjoint(TITLES):
        letters = {each for pair in LETTER_OF_SOMEBODY.findall(said) for each in pair if each}
        titled = set(TITLED.findall(said))
    texts = (said, plainly(said))
    for text in texts:
        words.update(DIGITS_AROUND.sub("", text).split())
    return _Said(
        words=frozenset(words),
        texts=texts,
        without_spaces=(said.replace(" ", ""), texts[1].replace(" ", "")),
        letters=frozenset(letters),
        titled=frozenset(titled),
    )


@lru_cache(maxsize=1_000)
def _signs(name: str) -> _Signs:
    known = name_words(name)
    if not known:
        return _Signs(frozenset(), frozenset(), frozenset(), frozenset())
    forms = forms_of(known)
    runs = _runs_in(known, forms)
    # There are no spaces between the words of some languages.
    parts = frozenset({run for run in runs if len(run) >= LONG or not run.isascii()})
    return _Signs(
        words=_words_for(known, forms - parts),
        parts=parts,
        runs=frozenset({run for run in runs if len(run) > 2}),
        known=frozenset(known),
        slips=_slips_for(known),
    )


def _runs_in(known: Sequence[str], forms: frozenset[str]) -> frozenset[str]:
    """Those forms of a name that are some of its words in a row."""
    runs = set[str]()
    for run in runs_of(known):
        runs |= {run, plainly(run)}
    return forms & runs


def _words_for(known: Sequence[str], whole: frozenset[str]) -> frozenset[str]:
    """What stands for a name as a word of its own.

    `whole`: the forms of the name that are not looked for within longer words.
    """
    words = whole | run_together(known)
    # Of `Ben's` and `the Raos` as well.
    words |= {f"{word}s" for word in words}
    if len(known) < 2:
        return words
    initials = "".join([word[0] for word in known])
    return words | {initials.upper()}


def _slips_for(known: Sequence[str]) -> frozenset[str]:
    slips = set[str]()
    for word in known:
        if word not in ORDINARY:
            slips |= slips_of(word)
    return frozenset(slips)
