"""`headsup check`: what is wrong, one line each with the mend. It reads only, so the bot may run meanwhile."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from bot.build import refuse_halves
from bot.settings import Settings
from handlers import access
from handlers.access import Act
from handlers.recusal import WITHDRAW
from handlers.words import shortened
from store.case import Case
from store.documents import case_from
from store.procedure import load_procedure
from store.records import Person, Role, Status, Subject, Summary
from store.school import load_school
from store.tiny import read_people, read_tables
from store.trouble import Trouble

DAMAGED = "case {reference}: its file cannot be read. Put {reference}/case.json back from a backup."
UNDELIVERED = "case {reference}: {number} notices could not be delivered to {name}. Invite them again."
NO_HEAD = "nobody is headteacher. Invite one: headsup invite NAME --role head"
NO_CHAIR = (
    "nobody is chair of governors, so nobody can be told of a case about the headteacher. "
    "Invite one: headsup invite NAME --role chair"
)
NO_DSL = "nobody is safeguarding lead. Invite one: headsup invite NAME --role dsl"
NO_PHONE = (
    "the school file has no safeguarding_phone, which reporters of a picture of a child undressed need."
)
NOBODY = (
    "case {reference}: nobody who could look after it may know of it, so nobody has been told. "
    "Invite somebody: headsup invite NAME --role {role}"
)
NO_OUTCOME = (
    "{file}: retention.outcome names “{key}”, which is no outcome in procedure.toml. Mend its spelling."
)
NO_TEXTS = "{folder} holds no policy texts (.md or .txt)."


def problems(settings: Settings) -> Iterator[str]:
    """Everything that is wrong, worded for the technician. Raises OSError when the folder cannot be read."""
    for part in (
        lambda: refuse_halves(settings),
        lambda: load_procedure(settings.policy_texts),
        lambda: load_school(settings.school_file),
    ):
        try:
            part()
        except Trouble as error:
            yield str(error)
    if not any(p.suffix in (".md", ".txt") for p in settings.policy_texts.glob("*")):
        yield NO_TEXTS.format(folder=settings.policy_texts)
    people = read_people(settings.headsup_data)
    for role, sentence in ((Role.HEAD, NO_HEAD), (Role.DSL, NO_DSL), (Role.CHAIR, NO_CHAIR)):
        if not any(person.has(role) for person in people):
            yield sentence
    yield from _school(settings)
    cases: list[Case] = []
    for folder in sorted((settings.headsup_data / "cases").glob("*")):
        yield from _case(folder, people, cases)
    yield from _seen_by_nobody(cases, people, settings)


def _school(settings: Settings) -> Iterator[str]:
    try:
        school, procedure = load_school(settings.school_file), load_procedure(settings.policy_texts)
    except Trouble:
        return  # said before
    if not school.safeguarding_phone:
        yield NO_PHONE
    for key in school.retention.outcome:
        if not procedure.outcome_named(key):
            yield NO_OUTCOME.format(key=shortened(key, 40), file=settings.school_file)


def _seen_by_nobody(cases: list[Case], people: list[Person], settings: Settings) -> Iterator[str]:
    """Open cases that nobody may look after: whoever could is who they are about."""
    try:
        procedure = load_procedure(settings.policy_texts)
    except Trouble:
        return  # said before
    summaries = {case.reference: case.summary for case in cases}
    for root in summaries.values():
        if root.status == Status.OPEN and root.joined_to not in summaries:
            matter = _matter(root, summaries.values())
            if not any(
                access.may_with(p, Act.OWN, access.relations(p, root, matter, procedure)) for p in people
            ):
                about_head = any(s.about and s.about.subject == Subject.HEAD for s in matter)
                role = Role.CHAIR if about_head else Role.HEAD
                yield NOBODY.format(reference=root.reference, role=role)


def _matter(root: Summary, everything: Collection[Summary]) -> list[Summary]:
    matter = [root]
    for part in matter:
        matter += [s for s in everything if s.joined_to == part.reference and s not in matter]
    return matter


def _case(folder: Path, people: list[Person], cases: list[Case]) -> Iterator[str]:
    try:
        case = case_from(read_tables(folder / "case.json"))
    except FileNotFoundError:
        if any(folder.glob("case.damaged*")):
            yield DAMAGED.format(reference=folder.name)
        return
    except ValueError:
        yield DAMAGED.format(reference=folder.name)
        return
    cases.append(case)
    yield from _undelivered(case, people)


def _undelivered(case: Case, people: list[Person]) -> Iterator[str]:
    failed = [n.to for n in case.notices if n.result == "failed" and n.kind != WITHDRAW]
    for to in dict.fromkeys(failed):
        name = next((person.name for person in people if to in person.ids), to)
        yield UNDELIVERED.format(reference=case.reference, number=failed.count(to), name=name)
