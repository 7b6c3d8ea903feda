"""Who is meant by a name, and how a person is named."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from handlers.desk import Desk
from handlers.matter import People
from handlers.messages import Refused
from handlers.rules.names import may_mean, name_words, same_name
from handlers.text.words import listed, shortened
from store.errors import NotFound
from store.model.address import Address
from store.model.records import Person

NO_SUCH_PERSON = "I know nobody called “{name}”. Please check the spelling."
HAS_LEFT = "That person has left. Please choose somebody else."
#: Characters of a name that are compared: the comparison is slow.
LONGEST_NAME = 160
#: How alike a slip and a name must be, from 0 to 1.
LIKENESS = 0.8
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
    name = name[:LONGEST_NAME]
    wanted = name_words(name)
    everybody = [(person, set(name_words(person.name))) for person in await desk.store.people()]
    exact = [person for person, words in everybody if words == set(wanted)]
    if exact:
        return exact
    alike = _words_alike(wanted, {word for _, words in everybody for word in words})
    found = []
    for person, words in everybody:
        if not words.isdisjoint(alike) or may_mean(name, person.name):
            found.append(person)
    return found


def _words_alike(wanted: Iterable[str], known: set[str]) -> set[str]:
    """The words, and those of the known ones that they may be a slip for."""
    alike = set(wanted)
    for word in list(alike):
        if len(word) > 3:
            most = max(1, len(known))
            alike.update(difflib.get_close_matches(word, known, most, LIKENESS))
    return alike


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
