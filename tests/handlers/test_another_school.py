"""Two schools in one database: whatever the people of one type, of the other they are shown and change nothing."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from handlers import reception
from handlers.desk import Memory
from handlers.messages import Incoming, Reply, Sender
from handlers.notices.wording import render_notice
from handlers.reception import STRANGER
from handlers.rules.limits import Limits
from handlers.school.invitations import digest
from handlers.sweep import sweep
from store.model.case import Case
from store.model.invitations import Invitation
from store.model.memos import Enquiry, Question, Searched
from store.model.records import Person, Role
from store.postgres import Database, PostgresStore
from tests.databases import contents, database
from tests.desks import Time, desk_in
from tests.handlers.rules.test_access import OF_CASES, OF_NO_CASE, RELATIONS, ROLES, World, words_of
from tests.store.made import NOW, item

CODE = "oakwood-oakwood-oakwood"
SECRET = "Aldwick"  # in every name and text of the other school
_numbers = itertools.count()


@dataclass
class Schools:
    here: World
    there: World
    names: tuple[str, str]  # keys of the two
    cases: list[Case]  # of the other

    @property
    def other(self) -> dict[str, list[str]]:
        """All that the other school has."""
        return contents(self.names[1])

    async def says(
        self, role: str, words: str, *, to: World | None = None, command: bool = True
    ) -> str:
        """What somebody of this school is answered, who has the role here."""
        account = f"slack:{self.names[0]}:{role}"
        incoming = Incoming(
            f"slack:T9:{next(_numbers)}",
            Sender(account, account),
            "slack:D9",
            NOW,
            text=f"/{words}" if command else words,
            command=words if command else None,
        )
        return words_of(await reception.receive(incoming, (to or self.here).desk) or Reply())


@pytest.fixture
async def schools(tmp_path: Path) -> AsyncIterator[Schools]:
    """Of one process, as `headsup run` for several schools has them. Both have somebody of every role."""
    shared = await Database.open(database())
    time = Time(NOW)
    bare = desk_in(tmp_path, time)
    await bare.store.close()
    limits = Limits(acts=1_000_000, reports=1_000_000, messages=1_000_000)
    worlds, number = [], next(_numbers)
    here, there = f"greenfield-{number}", f"oakwood-{number}"
    for key in (here, there):
        store = await PostgresStore.open(shared, key)
        desk = replace(bare, store=store, limits=limits, memory=Memory())
        worlds.append(World(desk, itertools.count(1), time))
        for role in ROLES:
            name = f"{role.title()} {'Aldwick' if key == there else 'Green'}"
            await store.add_person(Person(role, name, (role,), (f"slack:{key}:{role}",), NOW))
    yield Schools(*worlds, (here, there), await furnish(worlds[1], there))
    await shared.close()


async def furnish(there: World, key: str) -> list[Case]:
    """Cases of every kind, and one of each thing that a command asks for by its key or words."""
    store = there.desk.store
    for id, name, role in (
        ("rita", "Rita Aldwick", Role.STAFF),
        ("hana", "Hana Aldwick", Role.LEADER),
    ):
        await store.add_person(Person(id, name, (role,), (f"slack:{key}:{id}",), NOW))
    cases = [await there.case(await there.person("head"), relation) for relation in RELATIONS]
    seen = item(1, "text", text="what Aldwick wrote")
    for each in cases:
        await store.save(replace(each, evidence=(seen,)))
    await store.put(Enquiry("oak1", "May an Aldwick do so?", "rita", NOW))
    await store.put(Question("oak2", "may Aldwick?", NOW))
    await store.put(Searched("oak3", "head", "Aldwick", (cases[0].reference,), NOW))
    await store.add_invitation(
        Invitation(digest(CODE), "Ina Aldwick", (Role.STAFF,), NOW + timedelta(days=7))
    )
    await sweep(there.desk)
    return cases


async def test_of_another_schools_case_everybody_reads_what_they_read_of_none(
    schools: Schools,
) -> None:
    before = schools.other
    for role, command in itertools.product(ROLES, OF_CASES):
        arguments, _ = OF_CASES[command]
        a, b = (each.reference for each in schools.cases[:2])
        said = await schools.says(role, f"{command} {arguments.format(a=a, b=b)}")
        of_none = await schools.says(role, f"{command} {arguments.format(a='ZZZZ', b='ZZZX')}")
        assert said.replace(a, "ZZZZ").replace(b, "ZZZX") == of_none
    assert schools.other == before


async def test_what_another_school_has_reads_like_what_nobody_has(schools: Schools) -> None:
    """By its name, its key or its code."""
    before = schools.other
    own = (await schools.here.case(await schools.here.person("head"), "none")).reference
    reference = schools.cases[0].reference
    for role, (command, theirs, nobodys) in itertools.product(
        ROLES,
        (
            ("people give {} the role head", "Hana Aldwick", "Zoe Zephyr"),
            ("people take {} the role leader", "Hana", "Zoe"),
            (f"case give {own} to {{}}", "Hana Aldwick", "Zoe Zephyr"),
            (f"case give {own} to {{}}", "Hana", "Zoe"),
            (f"case join {own} to {{}}", reference, "ZZZZ"),
            (f"case same {own} {{}}", reference, "ZZZZ"),
            ("case find {}", "Aldwick", "Zephyr"),
            ("case find {}", reference, "ZZZZ"),
            ("policy-answer {} Yes.", "oak1", "zzz1"),
            ("policy-drop {}", "oak2", "zzz2"),
            ("policy show {}", "Aldwick", "Zephyr"),
            ("join {}", CODE, "x" * len(CODE)),
            ("{}", reference, "ZZZZ"),
        ),
    ):
        of_theirs = await schools.says(role, command.format(theirs))
        of_nobodys = await schools.says(role, command.format(nobodys))
        assert of_theirs.replace(theirs, nobodys) == of_nobodys
    assert schools.other == before


async def test_no_list_names_anything_of_another_school(schools: Schools) -> None:
    before = schools.other
    for role, (command, (arguments, _)) in itertools.product(ROLES, OF_NO_CASE.items()):
        words = f"{command} {arguments}".strip()
        said = await schools.says(role, words)
        assert not tells(said, schools), (role, command)
    for role in ROLES:
        await schools.says(role, "He wrote what he wrote.", command=False)
    await sweep(schools.here.desk)
    owed = await schools.here.desk.store.claim(NOW + timedelta(days=400), 999, 60)
    assert owed
    for reference, notice in owed:
        reply = await render_notice(reference, notice, schools.here.desk)
        assert not tells(words_of(reply or Reply()), schools), notice.kind
    assert schools.other == before


def tells(said: str, schools: Schools) -> bool:
    return SECRET in said or any(each.reference in said for each in schools.cases)


async def test_the_people_of_one_school_are_strangers_to_the_other(schools: Schools) -> None:
    before = schools.other
    case = schools.cases[0].reference
    for role in ROLES:
        first, *more = [
            await schools.says(role, words, to=schools.there, command=command)
            for words, command in (
                (f"case {case}", True),
                ("people", True),
                (f"case take {case}", True),
                ("report he wrote", True),
                ("He wrote what he wrote.", False),
                (case, False),
            )
        ]
        assert first == STRANGER
        assert not any(more)
    assert schools.other == before
