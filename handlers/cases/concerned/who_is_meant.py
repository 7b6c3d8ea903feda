"""Whom the words mean in which somebody says whom a case is about, or who posted it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from handlers.cases.reporting.questions import SUBJECTS
from handlers.desk import Desk
from handlers.messages import Refused
from handlers.rules.names.alike import holds_whole_name
from handlers.rules.names.offices import offices_in, roles_of_office
from handlers.rules.names.words import same_name
from handlers.text.words import shortened
from handlers.workflow import people
from store.model.records import About, Person, Role, Subject, ids_of

#: That it is a member of staff, and nobody knows which.
NOT_SURE = ("unsure", "not sure", "no idea", "don't know", "don’t know", "dont know", "dunno")
#: People in one answer.
MOST = 20
TOO_MANY = (
    "That names more than {most} people, and I have noted none of them. Please say it again, a few "
    "names at a time."
)
#: Before a name of the school's own list.
LISTED = "listed"
#: Before a name that was said, and means none of those who are known.
ONLY = "only"
#: Words that a button puts before an id or a name.
BY_BUTTON = ("id", LISTED)
#: Characters of a name.
LONGEST = 80
THE_HEAD = {"head", "headteacher", "head teacher", "headmaster", "headmistress", "principal", "ht"}


@dataclass(frozen=True, slots=True)
class Said:
    """Whom somebody has typed or tapped:

    `head`, `id 3f2a…`, `only Jo Smith`, `staff Mr Jones`, `Mrs Bell`.
    """

    #: The first word, in small letters: a Subject, `id`, `only`, or the beginning of a name.
    kind: str
    #: What follows it.
    name: str
    #: All of it.
    whole: str

    @classmethod
    def parse(cls, typed: str) -> Said:
        # Names are listed below each other, too.
        lines = "; ".join(line for line in typed.splitlines() if line.strip())
        kind, _, name = lines.strip().partition(" ")
        return cls(kind.lower(), " ".join(name.split()), " ".join(lines.split()))

    @property
    def wanted(self) -> str:
        """The words that say who, without the “staff” before them."""
        return self.name if self.kind == Subject.STAFF else self.whole


async def several_names(said: Said, words: str, desk: Desk) -> list[str]:
    """The names in the words; of a button they are no words. Raises Refused, rather than leave out
    somebody who would then be let in.
    """
    if said.kind in BY_BUTTON:
        return []
    names = await people.names_meant(words, desk)
    if len(names) > MOST:
        raise Refused(TOO_MANY.format(most=MOST))
    return names


def none_of_those_meant(name: str, said: Iterable[About]) -> About | None:
    """What was said before, and none of those whom it may mean. A button may hold a part of it.

    None where nothing of that name is open: then somebody has typed a name, and means it.
    """
    for each in said:
        is_asked = each.candidates and not each.is_of_words
        if name and is_asked and each.name.startswith(name):
            return replace(each, candidates=(), nobody_of=each.candidates)
    return None


async def subject_meant(said: Said, asker: Person, desk: Desk) -> About:
    """Whom the words mean; with candidates, where they could mean some whom we know."""
    if said.kind == "id" and said.name:
        return await _known(await people.person_by_id(said.name, desk), desk)
    if said.kind == LISTED:
        # A person of the school's own list: that somebody here has a like name excludes nobody.
        return About(Subject.STAFF, name=shortened(said.name, LONGEST))

    subject = _subject_named(said.wanted)
    if subject == Subject.UNSURE and said.kind == Subject.STAFF:
        return About(Subject.STAFF)
    if subject == Subject.ME:
        return await _known(asker, desk, Subject.ME)
    if subject == Subject.HEAD:
        return await _head(desk)
    if subject:
        return About(subject)
    return await _somebody(said, desk)


async def _somebody(said: Said, desk: Desk) -> About:
    """Whom an office or a name means, the offices first."""
    found = people.one_of_each_name(await _having(said.wanted, desk))
    name = shortened(said.wanted, LONGEST)
    roles = roles_of_office(said.wanted)
    if len(roles) > 1:
        # Nobody has that office here by name.
        names = _names_of(found)
        return About(Subject.STAFF, name=name, candidates=ids_of(found), names=names)
    if len(found) == 1:
        return await _known(found[0], desk)
    if not found and said.kind in (Subject.PUPIL, Subject.PARENT):
        return await of_no_staff(said.kind, said.name, desk)
    if not found:
        found = people.one_of_each_name(await people.people_matching(said.wanted, desk))
        if len(found) == 1 and found[0].name.lower() == said.wanted.lower():
            return await _known(found[0], desk)

    candidates = await _with_offices_among(said.wanted, found, desk)
    return About(Subject.STAFF, name=name, candidates=candidates)


async def _with_offices_among(words: str, found: Collection[Person], desk: Desk) -> tuple[str, ...]:
    """Ids of those found by name, or else by an office among other words: `whoever leads on
    safeguarding`. The head's office among them always counts.
    """
    offices = offices_in(words)
    others = tuple(offices - {Role.HEAD})
    if not found and others:
        found = await desk.store.having(others)
    candidates = ids_of(found)
    if Role.HEAD in offices:
        candidates += (await _head(desk)).heads
    return tuple(dict.fromkeys(candidates))


async def of_no_staff(kind: str, name: str, desk: Desk) -> About:
    """A pupil or parent; with candidates, where the words hold the whole name of a colleague."""
    meant = [each for each in await desk.store.people() if holds_whole_name(name, each.name)]
    return About(kind, name=shortened(name, LONGEST), candidates=ids_of(meant))


def _names_of(meant: Iterable[Person]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for person in meant for name in person.names))


def _subject_named(words: str) -> str | None:
    """`the school`, `School`, `our head teacher` -> the subject, unless somebody is named."""
    wanted = _without(("a", "an", "the", "our", "about"), words)
    if wanted in THE_HEAD:
        return Subject.HEAD
    if wanted in ("me", "myself"):
        return Subject.ME
    if wanted in NOT_SURE:
        return Subject.UNSURE
    for key, label in SUBJECTS:
        # “A member of staff” is nobody yet: a name follows.
        if key != Subject.STAFF and wanted in (key, label.lower().split(maxsplit=1)[-1]):
            return key
    return None


def _without(left_out: Collection[str], words: str) -> str:
    return " ".join(word for word in words.lower().split() if word not in left_out)


async def _having(words: str, desk: Desk) -> list[Person]:
    """Who has the office that the words are: `the chair of governors`, `our safeguarding lead`."""
    roles = roles_of_office(words)
    if not roles or roles == (Role.HEAD,):
        return []
    return list(await desk.store.having(roles))


async def _head(desk: Desk) -> About:
    """The headteachers of this moment, who stay its subject whoever has the role later."""
    names = {same_name(head.name) for head in await desk.store.having((Role.HEAD,))}
    heads = [person for person in await desk.store.people() if same_name(person.name) in names]
    return About(Subject.HEAD, heads=ids_of(heads), names=_names_of(heads))


async def _known(person: Person, desk: Desk, otherwise: str = Subject.STAFF) -> About:
    """Somebody, with every record of that name: one person may have one in each chat."""
    heads = {same_name(head.name) for head in await desk.store.having((Role.HEAD,))}
    subject = Subject.HEAD if same_name(person.name) in heads else otherwise
    return About(subject, person.id, person.name)
