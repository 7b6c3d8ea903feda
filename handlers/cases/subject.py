"""Whom a case is about.

From the moment that it is said, that person no longer sees that the case exists.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from handlers.cases.classify import next_of
from handlers.cases.questions import SUBJECTS, subject_question
from handlers.commands import WITH_CASE, command
from handlers.desk import Ask, Desk, take_reference
from handlers.messages import Choice, Choices, Prompt, Reply, Text
from handlers.rules.access import Act
from handlers.rules.names import LIKE_THE_HEAD, OFFICES, same_name
from handlers.text.words import shortened
from handlers.workflow import people
from handlers.workflow.changes import change, without_lost_owner
from store.model.case import Case
from store.model.records import About, Person, Role, Subject

WHICH_PERSON = "Which member of staff?"
SOMEBODY_ELSE = "Somebody else"
NAME_THEM = "Who is it? Type the name."
DID_YOU_MEAN = "Did you mean one of these?"
NOBODY_OF_THESE = "No, somebody else"
SHORT_LIST = 12
#: Characters of a name.
LONGEST = 80
#: Bytes of the command behind a button: Telegram's limit.
BUTTON = 64

THE_HEAD = {"head", "headteacher", "head teacher", "headmaster", "headmistress", "principal", "ht"}


@command(
    "case about",
    usage="/case about REFERENCE WHO",
    may=Act.CLASSIFY,
    summary="say whom a case is about: school, head, pupil, parent, me, or a name",
    bare=WITH_CASE,
)
async def about(ask: Ask, desk: Desk) -> Reply:
    """Name the subject; asked without one, or with words that may mean several, ask."""
    reference, typed = take_reference(ask.words, about.usage)
    matter = await desk.case_for(ask.person, reference, Act.CLASSIFY)
    if not typed:
        return matter.shown_in(subject_question(matter.named))

    said = Said.parse(typed)
    if said.kind == Subject.STAFF and said.name in ("", "?"):
        return matter.shown_in(await _short_list(matter.named, said.name == "?", desk))
    named = await _subject(said, ask.person, desk)
    if not isinstance(named, About):
        return matter.shown_in(_which_of(matter.named, named, said))

    matter = await change(
        desk,
        ask.person,
        matter,
        Act.CLASSIFY,
        lambda case: case.concern(named, by=ask.person.id, at=ask.at),
        named=True,
    )
    await without_lost_owner(desk, reference)
    return await next_of(ask, matter, desk)


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
        kind, _, name = typed.partition(" ")
        return cls(kind.lower(), " ".join(name.split()), " ".join(typed.split()))

    @property
    def wanted(self) -> str:
        """The words that say who, without the “staff” before them."""
        return self.name if self.kind == Subject.STAFF else self.whole


async def _subject(said: Said, asker: Person, desk: Desk) -> About | list[Person]:
    """Whom the words mean; people, where they could mean some whom we know."""
    if said.kind == "id" and said.name:
        return await _known(await people.person_by_id(said.name, desk), desk)
    if said.kind == "only":
        meant = [person.id for person in await people.people_matching(said.name, desk)]
        name = shortened(said.name, LONGEST)
        return About(Subject.STAFF, name=name, nobody_of=tuple(meant))

    subject = _subject_named(said.wanted)
    if subject == Subject.ME:
        return await _known(asker, desk, Subject.ME)
    if subject == Subject.HEAD:
        return await _head(desk)
    if subject:
        return About(subject)
    return await _somebody(said, desk)


async def _somebody(said: Said, desk: Desk) -> About | list[Person]:
    """Whom an office or a name means, the offices first."""
    found = _once(await _having(said.wanted, desk))
    if len(found) == 1:
        return await _known(found[0], desk)
    if found:
        return found
    if said.kind in (Subject.PUPIL, Subject.PARENT):
        return About(said.kind, name=shortened(said.name, LONGEST))

    found = _once(await people.people_matching(said.wanted, desk))
    if len(found) == 1 and found[0].name.lower() == said.wanted.lower():
        return await _known(found[0], desk)
    if found or LIKE_THE_HEAD.search(said.wanted):
        return found
    return About(Subject.STAFF, name=shortened(said.wanted, LONGEST))


def _subject_named(words: str) -> str | None:
    """`the school`, `School`, `our head teacher` -> the subject, unless somebody is named."""
    wanted = _without(("a", "an", "the", "our", "about"), words)
    if wanted in THE_HEAD:
        return Subject.HEAD
    if wanted in ("me", "myself"):
        return Subject.ME
    for key, label in SUBJECTS:
        # “A member of staff” is nobody yet: a name follows.
        if key != Subject.STAFF and wanted in (key, label.lower().split(maxsplit=1)[-1]):
            return key
    return None


def _without(left_out: Collection[str], words: str) -> str:
    return " ".join(word for word in words.lower().split() if word not in left_out)


async def _having(words: str, desk: Desk) -> list[Person]:
    """Who has the office that the words are: `the chair of governors`, `our safeguarding lead`."""
    role = OFFICES.get(_without(("the", "our", "about", "of"), words))
    if role is None:
        return []
    return list(await desk.store.having((role,)))


async def _head(desk: Desk) -> About:
    """The headteachers of this moment, who stay its subject whoever has the role later."""
    names = {same_name(head.name) for head in await desk.store.having((Role.HEAD,))}
    heads = (person for person in await desk.store.people() if same_name(person.name) in names)
    return About(Subject.HEAD, heads=tuple(id for person in heads for id in person.ids))


async def _known(person: Person, desk: Desk, otherwise: str = Subject.STAFF) -> About:
    """Somebody, with every record of that name: one person may have one in each chat."""
    heads = {same_name(head.name) for head in await desk.store.having((Role.HEAD,))}
    subject = Subject.HEAD if same_name(person.name) in heads else otherwise
    return About(subject, person.id, person.name)


def _once(everybody: Iterable[Person]) -> list[Person]:
    """One record of each name, the first there is: a case about one is about all of them."""
    found: dict[tuple[str, ...], Person] = {}
    for person in everybody:
        found.setdefault(same_name(person.name), person)
    return list(found.values())


async def _short_list(case: Case, typing: bool, desk: Desk) -> Reply:
    """A few names to tap; in a larger school, or for another name, a box to type it in."""
    everybody = sorted(await desk.store.people(), key=lambda p: p.name.lower())
    options = [Choice(p.name, f"case about {case.reference} id {p.id}") for p in _once(everybody)]
    options += _listed_by_school(case, everybody, desk)
    if typing or len(options) > SHORT_LIST:
        command = f"case about {case.reference} {Subject.STAFF}"
        return Reply((Prompt(NAME_THEM, command, "Name", short=True),))
    other = Choice(SOMEBODY_ELSE, f"case about {case.reference} staff ?")
    menu = Choices((*options, other), menu=WHICH_PERSON)
    return Reply((Text(WHICH_PERSON), menu), replaces=True)


def _listed_by_school(case: Case, everybody: Iterable[Person], desk: Desk) -> list[Choice]:
    """The names of `staff` in school.toml that nobody here has, where a button holds them."""
    names = {same_name(person.name) for person in everybody}
    options = []
    for name in desk.calendar.school.staff:
        command = f"case about {case.reference} only {name}"
        if same_name(name) not in names and len(command.encode()) <= BUTTON:
            options.append(Choice(name, command))
    return options


def _which_of(case: Case, found: list[Person], said: Said) -> Reply:
    reference, name = case.reference, said.wanted
    options = []
    if LIKE_THE_HEAD.search(name):
        options.append(Choice("The headteacher", f"case about {reference} head"))
    for person in found[:SHORT_LIST]:
        options.append(Choice(person.name, f"case about {reference} id {person.id}"))
    # A name that is cut in the middle of a character loses that character.
    otherwise = f"case about {reference} only {name}".encode()[:BUTTON].decode(errors="ignore")
    options.append(Choice(NOBODY_OF_THESE, otherwise))
    return Reply((Text(DID_YOU_MEAN), Choices(tuple(options))), replaces=True)
