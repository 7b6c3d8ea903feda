"""Two names that can be of one person, and the offices that words speak of."""

from __future__ import annotations

import re

from store.model.records import Person, Role

TITLES = {"mr", "mrs", "ms", "miss", "mx", "dr", "sir", "prof", "madam"}

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

#: `head`, `headteacher`, `headmaster`, `heads`: too many to list.
LIKE_THE_HEAD = re.compile(r"\b(head\w*|principal|ht)\b", re.IGNORECASE)


def names_alike(typed: str, name: str) -> bool:
    """Tell whether somebody may have meant this name: `Ben Okafor`, `Mr Okafor` or `okafor, Ben`.

    A surname alone is enough, a first name alone is not.
    """
    wanted, known = name_words(typed), name_words(name)
    if not wanted:
        return False
    return set(wanted) == set(known) or wanted == known[-1:]


def same_name(name: str) -> tuple[str, ...]:
    """A key, equal for `Ben Okafor`, `Mr Ben Okafor` and `okafor, Ben` and for no other name."""
    return tuple(sorted(set(name_words(name)))) or (name,)


def name_words(name: str) -> list[str]:
    """The words of a name in small letters, in order, without titles."""
    return [word for word in re.findall(r"[\w'’-]+", name.lower()) if word not in TITLES]


def offices_in(words: str) -> set[str]:
    """Roles whose office is named somewhere in the words: `did the headteacher shout?`."""
    said = set(re.findall(r"\w+", words.lower()))
    found: set[str] = {role for office, role in OFFICES.items() if said.issuperset(office.split())}
    if LIKE_THE_HEAD.search(words):
        found.add(Role.HEAD)
    return found


def speaks_of(words: str, person: Person) -> bool:
    """Tell whether the words hold a part of the person's name, or an office that they have."""
    typed = {re.sub(r"['’]s?$", "", word) for word in name_words(words)}
    if not typed.isdisjoint(name_words(person.name)):
        return True
    return person.has(*offices_in(words))
