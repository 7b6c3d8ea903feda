"""Two names that can be of one person, and the offices that words speak of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import combinations, product

from nicknames import NickNamer

from store.model.records import Person, Role
from store.model.words import folded

TITLES = {"mr", "mrs", "ms", "miss", "mx", "dr", "sir", "prof", "madam"}
#: Titles that nobody is called by without a name.
BEFORE_NAMES = {"mr", "mrs", "ms", "dr", "prof"}

#: How letters with marks are written where there are none: `Müller`, `Ødegård`.
TWO_LETTERS = re.compile("([aou])[ea]")
#: Of a name, that are tried as one.
MOST_WORDS = 6

#: What people say of somebody besides a name: `the teacher Mr Garcia in Year 4`.
NO_NAMES = {
    *("a", "an", "the", "our", "my", "old", "new", "from", "in", "of", "who", "with"),
    *("teacher", "teaching", "assistant", "ta", "head", "deputy", "governor", "coach", "nurse"),
    *("cook", "caretaker", "secretary", "tutor", "office"),
    *("year", "class", "form", "reception", "nursery"),
}

#: Words by which people call an office, and the role that holds it. The head is below.
OFFICES = {
    "chair": Role.CHAIR,
    "chair governors": Role.CHAIR,
    "chair governing body": Role.CHAIR,
    "chairman": Role.CHAIR,
    "chairwoman": Role.CHAIR,
    "dsl": Role.DSL,
    "safeguarding lead": Role.DSL,
    "designated safeguarding lead": Role.DSL,
    "ict": Role.ICT,
    "ict manager": Role.ICT,
    "it manager": Role.ICT,
}

#: `head`, `headteacher`, `headmaster`, `heads`: too many to list. `headphones` are nobody.
LIKE_THE_HEAD = re.compile(
    r"\b(head(?!phone|set|line|ing|count|ache)\w*|principal|ht)\b", re.IGNORECASE
)

#: Between the names of several people. A comma stands within a name as well: `Okafor, Ben`.
BETWEEN_NAMES = re.compile(r"\s(?:and|und|et|plus)\s|[&/;+]", re.IGNORECASE)


def is_named(typed: str, name: str) -> bool:
    """Tell whether somebody has said just this name: `Ben Okafor`, `okafor, Ben` or `Mr Okafor`.

    A surname alone is enough, a first name alone is not.
    """
    wanted, known = name_words(typed), name_words(name)
    if not wanted:
        return False
    return set(wanted) == set(known) or wanted == known[-1:]


@lru_cache(maxsize=10_000)
def may_mean(typed: str, name: str) -> bool:
    """Tell whether somebody may have meant this name, among others that they said, too.

    Besides what `is_named` knows: any word of the name, wherever in the world that one stands which
    is the surname; initials, short forms of a first name, and further words on either side. A word
    that is of another name says that it is somebody else: `Dan Okafor` is not Ben Okafor.
    """
    return any(_may_mean_one(part, name) for part in names_in(typed))


def names_in(words: str) -> list[str]:
    """`Cleo Martin and Ben Okafor` -> the names one by one."""
    return [part.strip() for part in BETWEEN_NAMES.split(words) if part.strip()]


def _may_mean_one(typed: str, name: str) -> bool:
    wanted, known = name_words(typed), name_words(name)
    if not wanted or not known:
        return False
    initials = "".join(word[0] for word in known)
    if len(initials) > 1 and "".join(wanted) == initials:
        return True
    if set(known) <= set(wanted):
        return True

    named = [word for word in wanted if word not in NO_NAMES and not word.isdecimal()]
    for spelt, in_full in product(_spellings(named), _spellings(known)):
        has_one = not set(spelt).isdisjoint(in_full)
        if has_one and all(_fits(word, known[0], in_full) for word in spelt):
            return True
    return False


def _spellings(words: list[str]) -> list[list[str]]:
    """The words; with some that stand together written as one, as `O Neill` and `ONeill`; and with
    vowels of two letters as one, as `Mueller` and `Muller`.
    """
    found = [words, [TWO_LETTERS.sub(r"\1", word) for word in words]]
    if len(words) > MOST_WORDS:
        return found
    for begin, end in combinations(range(len(words) + 1), 2):
        if end - begin > 1:
            found.append([*words[:begin], "".join(words[begin:end]), *words[end:]])
    return found


def _fits(word: str, first: str, known: list[str]) -> bool:
    """Whether a word can stand for a word of a name: the same, an initial, or a short form."""
    if word in known or word in short_forms(first):
        return True
    return len(word) == 1 and any(each.startswith(word) for each in known)


def may_be_account(account: str, name: str) -> bool:
    """Tell whether an account's name may stand for this person: `@ben_okafor`, `BenOkafor77`,
    `bokafor`, `Mr Okafor`.
    """
    words = account_words(account)
    if may_mean(" ".join(words), name):
        return True
    known = name_words(name)
    if len(known) < 2:
        return False
    first, last = known[0], known[-1]
    run_together = {"".join(known), last + first, first[0] + last, last + first[0]}
    run_together |= {each + last for each in (first, *short_forms(first), *TITLES)}
    return not run_together.isdisjoint({*words, "".join(words)})


def account_words(account: str) -> list[str]:
    """The words of an account's name, folded: `@BenOkafor_77` -> `ben`, `okafor`."""
    apart = re.sub(r"(?<=[^\W\d_A-Z])(?=[A-Z])", " ", _without_possessive(account))
    return name_words(re.sub(r"[\d_]+", " ", apart))


@cache
def short_forms(first: str) -> frozenset[str]:
    """What somebody of this first name may be called, and of what name theirs may be short."""
    namer = _namer()
    return frozenset(namer.nicknames_of(first) | namer.canonicals_of(first))


@cache
def _namer() -> NickNamer:
    # Its list is read when a name is first asked about.
    return NickNamer()


def same_name(name: str) -> tuple[str, ...]:
    """A key, equal for `Ben Okafor`, `Mr Ben Okafor` and `okafor, Ben` and for no other name."""
    return tuple(sorted(set(name_words(name)))) or (name,)


def name_words(name: str) -> list[str]:
    """The words of a name in order, folded, without titles; a double name is two words."""
    return [word for word in re.findall(r"\w+", folded(name)) if word not in TITLES]


def offices_in(words: str) -> set[str]:
    """Roles whose office is named somewhere in the words: `did the headteacher shout?`."""
    said = set(re.findall(r"\w+", words.lower()))
    found: set[str] = {role for office, role in OFFICES.items() if said.issuperset(office.split())}
    if LIKE_THE_HEAD.search(words):
        found.add(Role.HEAD)
    return found


def words_in(text: str) -> set[str]:
    """The words of a text, folded; of `Okafor’s` the name."""
    return set(name_words(_without_possessive(text)))


def _without_possessive(text: str) -> str:
    return re.sub(r"['’]s?(?!\w)", "", text)


def speaks_of(words: str, person: Person) -> bool:
    """Tell whether the words hold a part of the person's name, or an office that they have."""
    if not words_in(words).isdisjoint(name_words(person.name)):
        return True
    return person.has(*offices_in(words))


#: Letters, from which on a part of a name is known within another word: `mrokafor`.
LONG = 5


@dataclass(frozen=True, slots=True)
class _Signs:
    """What tells that somebody of a name is spoken of."""

    #: Words that stand by themselves.
    words: frozenset[str]
    #: What may be a part of a longer word.
    parts: frozenset[str]


def may_speak_of(said: str, person: Person) -> bool:
    """Tell whether somebody may be spoken of: by any part of the name, or by an office they have.

    `said` are words as `store.model.words` gives them. It is told generously, as nobody was asked.
    """
    if not said:
        return False
    signs = _signs(person.name)
    words = said.split()
    if any(part in said for part in signs.parts) or not signs.words.isdisjoint(words):
        return True
    return person.has(*offices_in(said))


def may_speak_of_somebody(said: str) -> bool:
    """Tell whether words name an office, or somebody with a title."""
    return bool(offices_in(said)) or not BEFORE_NAMES.isdisjoint(said.split())


@cache
def _signs(name: str) -> _Signs:
    known = name_words(name)
    if not known:
        return _Signs(frozenset(), frozenset())
    whole = "".join(known)
    words = set[str]()
    parts = set[str]()
    for word in (*known, whole):
        # There are no spaces between the words of some languages.
        if len(word) >= LONG or not word.isascii():
            parts.add(word)
        elif len(word) > 1:
            # Of `Ben's` and `the Raos` as well.
            words |= {word, f"{word}s"}
    words |= short_forms(known[0])
    if len(known) > 1:
        words.add("".join(word[0] for word in known).upper())
    return _Signs(frozenset(words), frozenset(parts))
