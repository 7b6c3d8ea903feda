"""Who else, and what else that tells of others, stands in the texts of an export.

It only proposes: what a program takes for a name may be none, and it misses what looks like none.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.cli.export.folded import Finder, folded_words
from bot.cli.export.name_search import Sought
from bot.cli.export.name_search import words as words_of
from handlers.rules.names.alike import OF_SENTENCES
from handlers.rules.names.in_words import ORDINARY
from handlers.rules.names.spellings import LITTLE, short_forms
from handlers.rules.names.words import TITLES

#: One word with a capital letter, such as Ben, O’Brien, García-López.
_WORD = r"[^\W\d_a-z][^\W\d_]*(?:[-'’][^\W\d_]+)*\.?"
_WORDS_WITH_CAPITALS = re.compile(rf"(?<![\w@]){_WORD}(?:[ \t]+{_WORD})*")
_LOWER_CASE = re.compile(r"(?<![^\W_])[a-zß-ÿ]+(?![^\W_])")
_ADDRESS = re.compile(
    r"\b\w{1,20}://[^\s<>\"]{1,2000}|(?<![\w@.])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"
    r"|(?<!\w)@\w[\w.]{0,63}"
)
_TELEPHONE = re.compile(r"(?<![\w+])\+?\d[\d ()-]{7,}\d(?!\w)")

#: Words that have a capital letter, or begin a sentence, and are nobody's name.
NO_NAMES = (
    frozenset(
        word.casefold()
        for word in (
            *(*calendar.day_name, *calendar.month_name),
            *("I'm", "I've", "I'll", "I'd", "OK", "Year", "Class", "School", "Key", "Stage"),
            *("Facebook", "Instagram", "TikTok", "WhatsApp", "Snapchat", "YouTube"),
            *("Telegram", "Slack", "Reception", "Nursery", "English", "Maths", "PE", "TA"),
        )
    )
    | LITTLE
    | OF_SENTENCES
)


#: In place of what was found, so that its parts are found only where they stand alone.
COUNTED = "\N{WHITE SQUARE}"


@dataclass(frozen=True, slots=True)
class Other:
    """Words that tell of somebody else, and how many places of the pages hold them."""

    words: str
    places: int


def others_named(
    typed: Iterable[str], known: Iterable[str], cells: Sequence[str], sought: Sought
) -> list[Other]:
    """What may have to be taken out of the pages, what stands there most often first.

    `typed`: what people wrote, in which names are looked for. `known`: names that the school's
    records have. `cells`: the texts of the pages. `sought` and parts of it are not among them.
    """
    own = set(words_of(sought.name))
    candidates = _candidates(typed, known)

    # All spellings of a name are found by any one of them, and whole names before their parts.
    spellings = {folded_words(words): words for words in sorted(candidates, reverse=True)}
    left, found = list(cells), []
    for key, words in sorted(spellings.items(), key=lambda item: (-len(item[0].split()), item[0])):
        # `Mrs Patel` may be the mother of whoever is called Asha Patel.
        if own.issuperset(words_of(words)) or key in TITLES:
            continue
        finder = Finder((words,))
        places = [place for place, cell in enumerate(left) if finder.finds(cell)]
        for place in places:
            left[place] = finder.replaced(left[place], COUNTED)
        if places:
            found.append(Other(words, len(places)))
    return sorted(found, key=lambda other: (-other.places, other.words.casefold()))


def _candidates(typed: Iterable[str], known: Iterable[str]) -> set[str]:
    """What may name somebody, and each part of it that may do so alone."""
    candidates = set(known)
    for text in typed:
        candidates.update(_candidates_in(text))

    parts: set[str] = set()
    for words in candidates:
        parts.update(part for part in words.split() if not _is_none(part))
    return candidates | parts


def _candidates_in(text: str) -> Iterator[str]:
    yield from _ADDRESS.findall(text)
    without = _ADDRESS.sub(" ", text)
    for number in _TELEPHONE.findall(without):
        yield number.strip()
    for run in _WORDS_WITH_CAPITALS.findall(without):
        yield from _names_of_run(run)
    for word in _LOWER_CASE.findall(without):
        # As people type in a hurry: `ella and tom did it`.
        if word not in NO_NAMES | ORDINARY and short_forms(word):
            yield word


def _names_of_run(run: str) -> Iterator[str]:
    """The names among words with capital letters that stand side by side: `When Mrs Bell`."""
    words = [word.removesuffix(".") for word in run.split()]
    if len(words) > 1 and run.isupper():
        # Somebody shouts: where a name ends cannot be seen.
        for word in words:
            if len(word) > 1 and not _is_none(word):
                yield word
        return

    name: list[str] = []
    for word in (*words, "The"):
        if not _is_none(word):
            name.append(_without_possessive(word))
            continue
        if not _are_titles(name):
            yield " ".join(name)
        name = []


def _are_titles(words: Sequence[str]) -> bool:
    """True for no words at all, too."""
    return all(word.casefold() in TITLES for word in words)


def _is_none(word: str) -> bool:
    return word.replace("’", "'").casefold() in NO_NAMES


def _without_possessive(word: str) -> str:
    return re.sub(r"['’]s$", "", word)
