"""Whom the words in a picture surely speak of, as a program has read them.

They are full of noise, and every letter of the school's has the head's name on it. So only a whole
name counts, a name with a title or an office before it, or an office that is spelt out; and not
what is in a letterhead or a signature: lines that hold a name and an office, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from handlers.rules.names.alike import LIKE_THE_HEAD, TITLES, name_words
from handlers.rules.names.spellings import plainly
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
    return any(_is_named(words, [plainly(each) for each in name_words(n)]) for n in person.names)


def _offices_in(said: str) -> Iterator[Role]:
    for office, role in SURE_OFFICES:
        for found in office.finditer(said):
            if not TO_CONTACT.search(said[: found.start()]):
                yield role


def _is_named(words: Sequence[str], known: Sequence[str]) -> bool:
    """Whether a name stands in the words: `ben okafor`, `okafor ben`, `b okafor`, `mr okafor`."""
    if not known:
        return False
    first, last = known[0], known[-1]
    firsts, surnames = {first, first[0]}, set(known[1:] or known)
    # Of `Okafor's` as well, which is folded by now.
    surnames |= {f"{each}s" for each in surnames}
    for before, word in zip(words, words[1:], strict=False):
        if before in TITLES and word in surnames | {first}:
            return True
        if LIKE_THE_HEAD.fullmatch(before) and word in surnames:
            return True
        is_in_order = len(known) > 1 and before in firsts and word in surnames
        if is_in_order or (before, word) == (last, first):
            return True
    return f" {' '.join(known)} " in f" {' '.join(words)} " and len(known) > 2


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
    rest = " ".join(word for word in line.split() if not ADDRESS.search(word))
    # Their own name first, with its title: what follows it is no part of somebody else's name.
    rest = " ".join(GAP if _is_own(word, own) else word for word in rest.split())
    rest = TITLED_NAME.sub(" ", TITLE_OF_OWN.sub(" ", rest))
    words = [word for word in _words(rest) if not any(letter.isdigit() for letter in word)]
    return all(len(w) == 1 or w in TITLES or w in OF_LETTERHEADS for w in words)


def _is_own(word: str, own: set[str]) -> bool:
    words = name_words(word)
    return bool(words) and own.issuperset(words)


def _words(line: str) -> list[str]:
    return [GAP] if line == GAP else re.findall(r"\w+", folded(line))
