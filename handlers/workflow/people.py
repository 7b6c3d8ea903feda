"""Who is meant by a name, and how a person is named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from handlers.desk import Desk
from handlers.matter import People
from handlers.messages import Refused
from handlers.rules.names.alike import may_mean, whole_name_in, whole_names_of
from handlers.rules.names.in_words import may_speak_of
from handlers.rules.names.several import EITHER, is_account, parts_of
from handlers.rules.names.slips import words_alike
from handlers.rules.names.spellings import LITTLE
from handlers.rules.names.words import NO_NAMES, name_words, same_name
from handlers.text.words import listed, shortened
from store.errors import NotFound
from store.model.address import Address
from store.model.records import Person
from store.model.words import words_of

NO_SUCH_PERSON = "I know nobody called “{name}”. Please check the spelling."
HAS_LEFT = "That person has left. Please choose somebody else."
#: Characters of a name that are compared: the comparison is slow.
LONGEST_NAME = 160
SEVERAL = "Several people are called that: {names}. Please type the whole name."


def people_called(name: str, everybody: Iterable[Person]) -> list[Person]:
    """Those whose whole name this is, whatever its capitals and spaces."""
    wanted = _folded(name)
    return [person for person in everybody if _folded(person.name) == wanted]


def one_of_each_name(everybody: Iterable[Person]) -> list[Person]:
    """One record of each name, the first there is: a case about one is about all of them."""
    found: dict[tuple[str, ...], Person] = {}
    for person in everybody:
        found.setdefault(same_name(person.name), person)
    return list(found.values())


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def account_words(account: str) -> str:
    """`slack:T1:UGITA` -> `Slack UGITA`; of no account, that there is none."""
    address = Address.parse(account)
    return f"{address.platform.capitalize()} {address.parts[-1]}" if account else "no account"


def with_account(person: Person) -> str:
    """A name with the account that tells it from the same name of somebody else."""
    accounts = listed(account_words(account) for account in person.accounts)
    return f"{shortened(person.name, 40)} ({accounts or account_words('')})"


async def person_by_id(id: str, desk: Desk) -> Person:
    """Raises Refused."""
    try:
        return await desk.store.person(id)
    except NotFound as error:
        raise Refused(HAS_LEFT) from error


async def people_matching(name: str, desk: Desk) -> list[Person]:
    """People whom a typed name may mean:

    `Ben Okafor`, `ben`, `Mr Okafor`, `Okafr`, `Cleo and Dev`.
    """
    return _matching(name, await desk.store.people())


def _matching(typed: str, everybody: Sequence[Person]) -> list[Person]:
    name = typed[:LONGEST_NAME]
    wanted = name_words(name)
    exact = [person for person in everybody if set(name_words(person.name)) == set(wanted)]
    if exact:
        return exact
    alike = _words_like(wanted, everybody)
    further = words_of([typed]) if len(typed) > LONGEST_NAME else ""
    found = []
    for person in everybody:
        is_alike = not alike.isdisjoint(name_words(person.name))
        if is_alike or may_mean(name, person.name) or may_speak_of(further, person):
            found.append(person)
    return found


def _words_like(wanted: Sequence[str], everybody: Iterable[Person]) -> set[str]:
    """These words, and those of people's names for which they may be slips."""
    of_names = set[str]()
    for person in everybody:
        of_names.update(name_words(person.name))
    known = frozenset(of_names)
    alike = set(wanted)
    for word in wanted:
        alike |= words_alike(word, known)
    return alike


async def names_meant(words: str, desk: Desk) -> list[str]:
    """The names of several people in the words, one by one; whoever is known by a whole name is one
    however they are put side by side: `Cleo Martin, Ben Okafor`.
    """
    if len(words.split()) == 1 and len(parts_of(words)) == 1:
        return [words]
    everybody = await desk.store.people()
    return [name for part in parts_of(words) for name in _names_of_part(part, everybody)]


def _names_of_part(part: str, everybody: Sequence[Person]) -> list[str]:
    if _is_one_answer(part, everybody):
        return [part]
    pieces = whole_names_of(part)
    if len(pieces) > 1 and not all(map(_is_one_word, pieces)):
        names = list[str]()
        for piece in pieces:
            names += _names_of_part(piece, everybody)
        return names

    found = _known_in(part, everybody)
    if not found.known:
        return _two_surnames(part, everybody) or pieces
    if len(found.known) == 1 and not _is_of_another(found, everybody):
        return pieces
    return [*found.known, found.rest] if found.rest else found.known


def _is_one_answer(part: str, everybody: Iterable[Person]) -> bool:
    """Whether words are the name of somebody who is known, an account, or one name or another."""
    if is_account(part) or EITHER.search(part):
        return True
    return any(same_name(part) == same_name(person.name) for person in everybody)


def _is_one_word(piece: str) -> bool:
    return len(name_words(piece)) <= 1


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found in words: the whole names of people, and what else may be of a name."""

    #: The longest first.
    known: list[str]
    rest: str


def _is_of_another(found: _Found, everybody: Iterable[Person]) -> bool:
    """Whether the other words may mean somebody who was not found by a whole name."""
    others = [person for person in everybody if person.name not in found.known]
    return bool(_matching(found.rest, others))


def _known_in(part: str, everybody: Iterable[Person]) -> _Found:
    """The whole names of people in the words, and the other words, but for those that stand beside
    any name.
    """
    words, known = name_words(part), list[str]()
    for person in sorted(one_of_each_name(everybody), key=lambda each: -len(each.name)):
        place = whole_name_in(words, person.name)
        if place is not None:
            known.append(person.name)
            # Nothing that stood apart comes to stand together.
            words[place] = ["|"]
    rest = [word for word in words if word != "|" and word not in NO_NAMES | LITTLE]
    return _Found(known, " ".join(rest))


def _two_surnames(part: str, everybody: Sequence[Person]) -> list[str]:
    """`Okafor, Martin` -> the two, where each is known and they are not of one person."""
    pieces = [piece.strip() for piece in part.split(",")]
    if len(pieces) != 2:
        return []
    first, second = ({p.name for p in _matching(piece, everybody)} for piece in pieces)
    are_two = first and second and first.isdisjoint(second)
    return pieces if are_two else []


async def person_named(name: str, desk: Desk, nobody: str = NO_SUCH_PERSON) -> Person:
    """Whom a typed name means. Raises Refused: with `nobody` where it is no one's."""
    found = await people_matching(name, desk)
    if not found:
        raise Refused(nobody.format(name=shortened(name, 40)))
    if len(found) > 1:
        raise Refused(SEVERAL.format(names=listed(p.name for p in found)))
    return found[0]


async def person_meant(typed: str, desk: Desk) -> Person:
    """Whom a button (`id 3f2a…`) or a typed name means. Raises Refused."""
    by_button, id, name = typed.partition("id ")
    if not by_button and id:
        return await person_by_id(name, desk)
    return await person_named(typed, desk)


def without_to(typed: str) -> str:
    """`to Ben Okafor` -> `Ben Okafor`."""
    return re.sub(r"^to\b\s*", "", typed, flags=re.IGNORECASE)


async def name_of(id: str, desk: Desk) -> str:
    """A person's name, by an id that they have or had, where no case is at hand that names them."""
    return People(await desk.store.having((), [id])).name(id)
