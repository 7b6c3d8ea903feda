"""Whom the words in a picture surely speak of, as a program has read them.

They are full of noise, and every letter of the school's has the head's name on it. So only a whole
name counts, a name with a title or an office before it, or an office that is spelt out; and not
what is in a letterhead or a signature: lines that hold a name and an office, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from handlers.rules.names.offices import LIKE_THE_HEAD
from handlers.rules.names.spellings import plainly
from handlers.rules.names.words import TITLES, name_words
from store.model.records import Person, Role
from store.model.words import folded

#: Offices that are nothing else wherever they stand; of `head` and `lead` no machine can tell.
SURE_OFFICES = (
    (re.compile(r"\bhead ?(?:teacher|master|mistress)s?\b"), Role.HEAD),
    (re.compile(r"\bchair of (?:the )?governors\b"), Role.CHAIR),
    (re.compile(r"\bsafeguarding lead\b"), Role.DSL),
)
#: What stands before an office in every school's letters: `please contact the headteacher`.
TO_CONTACT = re.compile(
    r"\b(?:contact|call|ring|email|phone|ask|see|speak to|speak with|talk to|write to|report to)"
    r"(?: (?:us|or|the|our|your|school|office))* $"
)
#: What letterheads have besides names.
OF_LETTERHEADS = frozenset(
    {
        *("head", "heads", "teacher", "deputy", "assistant", "executive", "acting", "principal"),
        *("headteacher", "headmaster", "headmistress", "chair", "governors", "safeguarding"),
        *("designated", "lead", "dsl", "of", "the", "and", "school", "name", "signed", "yours"),
        *("sincerely", "faithfully", "kind", "regards"),
        *("ba", "bsc", "bed", "ma", "med", "msc", "phd", "pgce", "npqh", "qts", "hons"),
        *("tel", "telephone", "phone", "fax", "email", "e", "mail", "web", "website", "www"),
    }
)
OFFICE_IN_LETTERHEAD = re.compile(
    r"\b(?:head|heads|chair|chair of (?:the )?governors|lead|dsl|principal|deputy|"
    r"head ?teacher|headmaster|headmistress)\b"
)
#: `Headteacher: `, `(Headteacher)`.
WITH_OFFICE = re.compile(rf"{OFFICE_IN_LETTERHEAD.pattern}\s*[:)]")
ADDRESS = re.compile(r"\S@\S|https?:\S|www\.\S|\S\.(?:uk|com|org|net)\b")
#: Somebody else beside them: `Mrs C. Martin`.
TITLED_NAME = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr)\b\.?(?:\s+[A-Z]\b\.?)*(?:\s+[A-Z][\w'’-]+){1,2}"
)
#: In place of what was left out.
GAP = "|"
#: What stands before a name that was left out.
TITLE_OF_OWN = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr)\b\.?(?:\s+[A-Z]\b\.?)*\s+\|")


def surely_speaks_of(read: str, person: Person) -> bool:
    """Tell whether words that a program has read, a line for each of the picture's, speak of this
    person by name, or by an office that they have.
    """
    said = _without_letterheads(read, person)
    if any(person.has(role) for role in _offices_in(said)):
        return True
    words = [GAP if word == GAP else plainly(word) for word in said.split()]
    for name in person.names:
        known = [plainly(each) for each in name_words(name)]
        if known and _is_named(words, known):
            return True
    return False


def _offices_in(said: str) -> Iterator[Role]:
    for office, role in SURE_OFFICES:
        for found in office.finditer(said):
            if not TO_CONTACT.search(said[: found.start()]):
                yield role


def _is_named(words: Sequence[str], known: Sequence[str]) -> bool:
    """Whether a name stands in the words: `ben okafor`, `okafor ben`, `b okafor`, `mr okafor`."""
    name = _Name.of(known)
    if any(map(name.is_spelt, words, words[1:])):
        return True
    return len(known) > 2 and f" {' '.join(known)} " in f" {' '.join(words)} "


@dataclass(frozen=True, slots=True)
class _Name:
    """A name, as it may stand in two words side by side."""

    first: str
    last: str
    surnames: frozenset[str]
    #: What may stand before a surname: the first name, or its letter.
    firsts: frozenset[str]

    @classmethod
    def of(cls, known: Sequence[str]) -> _Name:
        """`known`: its words, at least one."""
        first, *others = known
        surnames = others or [first]
        # Of `Okafor's` as well, which is folded by now.
        surnames = [*surnames, *(f"{each}s" for each in surnames)]
        firsts = {first, first[0]} if others else set[str]()
        return cls(first, known[-1], frozenset(surnames), frozenset(firsts))

    def is_spelt(self, before: str, word: str) -> bool:
        """Tell whether a word, and the one before it, are the name."""
        is_surname = word in self.surnames
        if before in TITLES and (is_surname or word == self.first):
            return True
        if is_surname and (before in self.firsts or LIKE_THE_HEAD.fullmatch(before)):
            return True
        return before == self.last and word == self.first


def _without_letterheads(read: str, person: Person) -> str:
    """The words, folded, in one line, with a gap for each letterhead and signature."""
    own = {word for name in person.names for word in name_words(name)}
    kept, run = list[str](), list[str]()
    for line in filter(str.strip, read.splitlines()):
        if _is_of_letterhead(line, own):
            run.append(line)
            continue
        # A sentence may be broken off anywhere, also behind a name.
        kept += run if line.strip()[0].islower() else _unless_letterhead(run, own)
        kept.append(line)
        run = []
    kept += _unless_letterhead(run, own)
    return " ".join(word for line in kept for word in _words(line))


def _unless_letterhead(run: Sequence[str], own: set[str]) -> Iterable[str]:
    """Lines of names, offices and addresses alone; a gap where they are set as letters have them:
    with an office and a colon or an address, or beneath a name.
    """
    text = "\n".join(run)
    is_set_so = bool(WITH_OFFICE.search(folded(text))) or bool(ADDRESS.search(text))
    for name, office in zip(run, run[1:], strict=False):
        is_name = own.isdisjoint(_words(office)) and not own.isdisjoint(_words(name))
        is_set_so = is_set_so or is_name
    return [GAP] if is_set_so and OFFICE_IN_LETTERHEAD.search(folded(text)) else run


def _is_of_letterhead(line: str, own: set[str]) -> bool:
    kept = []
    for word in line.split():
        if not ADDRESS.search(word):
            # Their own name first, with its title: what follows it is no part of somebody else's.
            kept.append(GAP if _is_own(word, own) else word)
    rest = TITLE_OF_OWN.sub(" ", " ".join(kept))
    rest = TITLED_NAME.sub(" ", rest)
    return all(map(_may_be_in_letterhead, _words(rest)))


def _may_be_in_letterhead(word: str) -> bool:
    if len(word) == 1 or any(letter.isdigit() for letter in word):
        return True
    return word in TITLES or word in OF_LETTERHEADS


def _is_own(word: str, own: set[str]) -> bool:
    words = name_words(word)
    return bool(words) and own.issuperset(words)


def _words(line: str) -> list[str]:
    return [GAP] if line == GAP else re.findall(r"\w+", folded(line))
