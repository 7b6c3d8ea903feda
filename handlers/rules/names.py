"""Whether two names can be of one person, and which offices words speak of."""

from __future__ import annotations

import re

from store.model.records import Person, Role

TITLES = {"mr", "mrs", "ms", "miss", "mx", "dr", "sir", "prof", "madam"}


def names_alike(typed: str, name: str) -> bool:
    """`Ben Okafor`, `Mr Okafor` and `okafor, Ben` for Ben Okafor."""
    wanted, known = name_words(typed), name_words(name)
    return bool(wanted) and (set(wanted) == set(known) or wanted == known[-1:])


def same_name(name: str) -> tuple[str, ...]:
    """The same for `Ben Okafor`, `Mr Ben Okafor` and `okafor, Ben`, and for no other name."""
    return tuple(sorted(set(name_words(name)))) or (name,)


def name_words(name: str) -> list[str]:
    """The words of a name in small letters, without titles."""
    return [word for word in re.findall(r"[\w'’-]+", name.lower()) if word not in TITLES]


OFFICES = {
    **dict.fromkeys(
        ("chair", "chair governors", "chair governing body", "chairman", "chairwoman"), Role.CHAIR
    ),
    **dict.fromkeys(("dsl", "safeguarding lead", "designated safeguarding lead"), Role.DSL),
    **dict.fromkeys(("ict", "ict manager", "it manager"), Role.ICT),
}


LIKE_THE_HEAD = re.compile(r"\b(head\w*|principal|ht)\b", re.IGNORECASE)


def offices_in(words: str) -> set[str]:
    """Roles whose office is named somewhere in the words: `did the headteacher shout?`."""
    said = set(re.findall(r"\w+", words.lower()))
    found = {role for office, role in OFFICES.items() if said.issuperset(office.split())}
    return found | {Role.HEAD} if LIKE_THE_HEAD.search(words) else set(found)


def speaks_of(words: str, person: Person) -> bool:
    """Whether the words hold a part of the person's name, or an office that the person has."""
    typed = [re.sub(r"['’]s?$", "", word) for word in name_words(words)]
    return not set(typed).isdisjoint(name_words(person.name)) or person.has(*offices_in(words))
