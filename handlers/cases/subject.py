"""Whom a case is about. From the moment that it is said, that person no longer sees that the case exists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

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
LONGEST = 80

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
    kind, _, name = typed.partition(" ")
    kind, name = kind.lower(), " ".join(name.split())
    if kind == Subject.STAFF and name in ("", "?"):
        return matter.shown_in(await _short_list(matter.named, name == "?", desk))
    named = await _subject(ask, kind, name, " ".join(typed.split()), desk)
    if not isinstance(named, About):
        wanted = name if kind == Subject.STAFF else typed
        return matter.shown_in(_which_of(matter.named, named, wanted))
    matter = await change(
        desk,
        ask.person,
        reference,
        Act.CLASSIFY,
        lambda case: case.concern(named, by=ask.person.id, at=ask.at),
        named=True,
    )
    await without_lost_owner(desk, reference)
    return await next_of(ask, matter, desk)


async def _subject(ask: Ask, kind: str, name: str, typed: str, desk: Desk) -> About | list[Person]:
    """Whom the words mean; people, where they could mean some whom we know."""
    if kind == "id" and name:
        return await _known(await people.person_by_id(name, desk), desk)
    if kind == "only":
        meant = [person.id for person in await people.people_matching(name, desk)]
        return About(Subject.STAFF, name=shortened(name, LONGEST), nobody_of=tuple(meant))
    wanted = name if kind == Subject.STAFF else typed
    subject = _subject_named(wanted)
    if subject == Subject.ME:
        return await _known(ask.person, desk, Subject.ME)
    if subject == Subject.HEAD:
        return await _head(desk)
    if subject:
        return About(subject)
    if found := _once(await _having(wanted, desk)):
        return await _known(found[0], desk) if len(found) == 1 else found
    if kind in (Subject.PUPIL, Subject.PARENT):
        return About(kind, name=shortened(name, LONGEST))
    found = _once(await people.people_matching(wanted, desk))
    if len(found) == 1 and found[0].name.lower() == wanted.lower():
        return await _known(found[0], desk)
    if found or LIKE_THE_HEAD.search(wanted):
        return found
    return About(Subject.STAFF, name=shortened(wanted, LONGEST))


def _subject_named(words: str) -> str | None:
    """`the school`, `School`, `our head teacher` -> the subject, unless somebody is named."""
    wanted = " ".join(
        w for w in words.lower().split() if w not in ("a", "an", "the", "our", "about")
    )
    if wanted in THE_HEAD:
        return Subject.HEAD
    if wanted in ("me", "myself"):
        return Subject.ME
    labels = {
        label.lower().split(maxsplit=1)[-1]: key for key, label in SUBJECTS if key != Subject.STAFF
    }
    return labels.get(wanted, wanted if wanted in labels.values() else None)


async def _having(words: str, desk: Desk) -> list[Person]:
    """Who has the office that the words are: `the chair of governors`, `our safeguarding lead`."""
    wanted = " ".join(w for w in words.lower().split() if w not in ("the", "our", "about", "of"))
    role = OFFICES.get(wanted)
    return list(await desk.store.having((role,))) if role else []


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
    """One record of each name: a case about one is about all of them."""
    return list({same_name(person.name): person for person in reversed([*everybody])}.values())[
        ::-1
    ]


async def _short_list(case: Case, typing: bool, desk: Desk) -> Reply:
    """A few names to tap; in a larger school, or for another name, a box to type it in."""
    everybody = sorted(await desk.store.people(), key=lambda p: p.name.lower())
    names = {same_name(p.name) for p in everybody}
    options = [Choice(p.name, f"case about {case.reference} id {p.id}") for p in _once(everybody)]
    options += [
        Choice(name, command)
        for name in desk.calendar.school.staff
        if same_name(name) not in names
        and len((command := f"case about {case.reference} only {name}").encode()) <= 64
    ]
    if typing or len(options) > SHORT_LIST:
        return Reply(
            (Prompt(NAME_THEM, f"case about {case.reference} {Subject.STAFF}", "Name", short=True),)
        )
    other = Choice(SOMEBODY_ELSE, f"case about {case.reference} staff ?")
    return Reply((Text(WHICH_PERSON), Choices((*options, other), menu=WHICH_PERSON)), replaces=True)


def _which_of(case: Case, found: list[Person], name: str) -> Reply:
    reference = case.reference
    options = (
        [Choice("The headteacher", f"case about {reference} head")]
        if LIKE_THE_HEAD.search(name)
        else []
    )
    options += [Choice(p.name, f"case about {reference} id {p.id}") for p in found[:SHORT_LIST]]
    otherwise = f"case about {reference} only {name}".encode()[:64].decode(errors="ignore")
    options.append(Choice(NOBODY_OF_THESE, otherwise))
    return replace(Reply((Text(DID_YOU_MEAN), Choices(tuple(options)))), replaces=True)
