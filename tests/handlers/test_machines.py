"""Two machines over one database that do the same at the same moment."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from handlers import reception
from handlers.desk import JOINING, Desk, Memory
from handlers.messages import Incoming, Reply, Sender, Text
from handlers.showings import note_shown
from handlers.statement import accept_all
from store.memos import Enquiry, Shown
from store.postgres import PostgresStore
from store.records import Person, Role, Status
from tests.databases import database
from tests.desks import Time, desk_in
from tests.store.made import case

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
_schools = itertools.count()
_sources = itertools.count()


@pytest.fixture(params=["one process", "two machines"])
async def desks(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[Desk, Desk]]:
    first = desk_in(tmp_path, Time(NOW))
    if request.param == "one process":
        both = (first, first)
    else:
        await first.store.close()
        school = f"together-{next(_schools)}"
        stores = [await PostgresStore.open(database(), school) for _ in range(2)]
        both = (replace(first, store=stores[0]), replace(first, store=stores[1], memory=Memory()))
    for name, role in (("ben", Role.HEAD), ("cleo", Role.DSL), ("gita", Role.STAFF)):
        await both[0].store.add_person(Person(name, name.title(), (role,), (f"slack:T1:{name}",), NOW))
    await accept_all(await both[0].store.people(), both[0])
    yield both
    await both[0].store.close()
    if both[1] is not both[0]:
        await both[1].store.close()


async def says(who: str, words: str, desk: Desk) -> str:
    source = f"slack:T1:D1:{next(_sources)}"
    asked = Incoming(source, Sender(f"slack:T1:{who}", who), "slack:D1", NOW, command=words)
    reply = await reception.receive(asked, desk) or Reply()
    return "\n".join(part.text for part in reply.parts if isinstance(part, Text))


async def two_cases(desk: Desk) -> tuple[str, str]:
    made = [case(by="gita", at=NOW) for _ in range(2)]
    for each in made:
        await desk.store.add(each)
    return made[0].reference, made[1].reference


async def test_two_joins_at_once_make_no_ring(desks: tuple[Desk, Desk]) -> None:
    one, other = desks
    for _ in range(9):
        x, y = await two_cases(one)
        await asyncio.gather(
            says("ben", f"case join {x} to {y}", one), says("cleo", f"case join {y} to {x}", other)
        )
        joined = [(await one.store.case(reference)).joined_to for reference in (x, y)]
        assert sorted(map(bool, joined)) == [False, True]


async def test_a_case_is_not_closed_while_another_is_joined(desks: tuple[Desk, Desk]) -> None:
    one, other = desks
    x, y = await two_cases(one)
    outcome = one.procedure.outcome[0].key
    async with one.store.alone(JOINING):
        closing = asyncio.create_task(says("cleo", f"case close {y} {outcome} because it is over", other))
        await asyncio.sleep(0.1)
        assert (await one.store.case(y)).status == Status.OPEN
    await closing
    assert (await one.store.case(y)).status == Status.CLOSED
    assert "is closed" in await says("ben", f"case join {x} to {y}", one)


async def test_the_first_answer_to_an_enquiry_counts(desks: tuple[Desk, Desk]) -> None:
    one, other = desks
    for n in range(9):
        await one.store.put(Enquiry(f"e{n}", "May I?", "gita", NOW))
        said = await asyncio.gather(
            says("ben", f"policy-answer e{n} Yes.", one), says("ben", f"policy-answer e{n} No.", other)
        )
        assert len(set(said)) == 2
        found = await one.store.memo(Enquiry, f"e{n}")
        assert found
        assert found.answer in next(words for words in said if "Yes." in words or "No." in words)


async def test_no_message_that_showed_a_case_is_forgotten(desks: tuple[Desk, Desk]) -> None:
    one, other = desks
    x, _ = await two_cases(one)
    await asyncio.gather(
        *(note_shown([x], "ben", f"slack:D1 {n}", desk) for n in range(8) for desk in (one, other)),
        *(note_shown([x], "cleo", f"slack:D2 {n}", desk) for n in range(8) for desk in (one, other)),
    )
    shown = await one.store.memo(Shown, x)
    assert shown
    assert len(shown.showings) == 16
