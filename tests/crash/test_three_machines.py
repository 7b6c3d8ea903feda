"""Three machines over one database, killed at any moment: every report once, every notice once."""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from store.model.records import Person, Role
from store.postgres import PostgresStore
from tests.crash.nursery import Life
from tests.crash.processes import ROOT, start_talking
from tests.databases import database

MACHINES = 3
REPORTS = 2_000
PEOPLE = 60
URGENT = 20
KILLS = 9
AT_ONCE = 24
BEGIN = datetime(2026, 11, 24, 10, tzinfo=UTC)
WEEK = [BEGIN + timedelta(hours=hours) for hours in range(0, 7 * 24, 14)]
#: What is tapped of an urgent case, one after another: whom it is about, and then what.
TAPPED = (r"case about \w{4} school", r"case category \w{4} threat \d+")
LEADERS = {"ben": Role.HEAD, "cleo": Role.DSL, "dev": Role.ICT, "efua": Role.CHAIR}


class Machine:
    """One process, started again whenever it was killed."""

    def __init__(self, school: str, board: Path) -> None:
        told = [database(), school, str(board)]
        self.life = Life(told, str(ROOT), dict(os.environ), "tests.crash.machine")
        self.waiting: dict[int, asyncio.Future[Any]] = {}
        self._numbers = iter(range(10**9))
        self._ready = asyncio.Event()
        self._living = asyncio.create_task(self._live())
        self.ended = False

    async def _live(self) -> None:
        while True:
            self.process = await start_talking(self.life)
            if self.ended:
                self.process.kill()
            async for line in self.process.answers:
                answer = json.loads(line)
                if answer["id"] == "ready":
                    self._ready.set()
                elif future := self.waiting.pop(answer["id"], None):
                    future.set_result(answer["said"])
            self.process.forget()
            self._ready.clear()
            for future in self.waiting.values():
                future.set_exception(ConnectionError("killed"))
            self.waiting.clear()
            if self.ended:
                return

    async def asks(self, **what: Any) -> Any:
        """Its answer. Raises ConnectionError when it was killed before it answered."""
        await self._ready.wait()
        number = next(self._numbers)
        self.waiting[number] = asyncio.get_running_loop().create_future()
        future = self.waiting[number]
        self.process.asked.write(json.dumps({"id": number, **what}).encode() + b"\n")
        return await future

    def kill(self) -> None:
        self.process.kill()

    async def end(self) -> None:
        self.ended = True
        self.kill()
        await self._living


class School:
    def __init__(self, machines: list[Machine]) -> None:
        self.machines = machines
        self.chance = random.Random(11)
        self.acknowledged: dict[str, list[str]] = {}

    async def any(self, **what: Any) -> Any:
        """Ask any machine, and another when that one dies, as a platform sends again."""
        while True:
            with suppress(ConnectionError, OSError):
                return await self.chance.choice(self.machines).asks(**what)

    async def reports(self, number: int) -> None:
        source, who = f"board:{number}", f"staff{number % PEOPLE}"
        said = await self.any(
            take={"source": source, "who": who, "text": f"They say so again: {number}"}
        )
        self.acknowledged[source] = said
        if number < URGENT:
            for button in TAPPED:
                command = next((line for line in said if re.fullmatch(button, line)), None)
                if command:
                    tap = f"{source}-{command.split()[1]}"
                    said = await self.any(take={"source": tap, "who": who, "command": command})

    async def passes(self, at: datetime) -> None:
        """The clock of every machine; all of them look at once."""
        looks = (machine.asks(minute=at.isoformat()) for machine in self.machines)
        await asyncio.gather(*looks, return_exceptions=True)


@pytest.fixture
async def store() -> AsyncIterator[PostgresStore]:
    store = await PostgresStore.open(database(), "machines")
    yield store
    await store.close()


async def test_reports_and_notices_are_there_once(store: PostgresStore, tmp_path: Path) -> None:
    people = {**{f"staff{n}": Role.STAFF for n in range(PEOPLE)}, **LEADERS}
    for name, role in people.items():
        await store.add_person(Person(name, name, (role,), (f"board:{name}",), BEGIN))
    board = tmp_path / "board"
    board.touch()
    machines = [Machine("machines", board) for _ in range(MACHINES)]
    school = School(machines)
    kills = 0
    try:
        left = iter(range(REPORTS))

        async def sends() -> None:
            for number in left:
                await school.reports(number)

        sending = asyncio.gather(*(sends() for _ in range(AT_ONCE)))
        for at in WEEK:
            await school.passes(at)
            if kills < KILLS:
                await asyncio.sleep(school.chance.random() / 4)
                school.chance.choice(machines).kill()
                kills += 1
        await sending
        for hours in range(1, 8):  # whatever a killed machine had claimed comes free
            await school.passes(WEEK[-1] + timedelta(hours=hours))
    finally:
        await asyncio.gather(*(machine.end() for machine in machines))
    await _check(school, store, board, kills)


async def _check(school: School, store: PostgresStore, board: Path, kills: int) -> None:
    cases = [await store.case(summary.reference) for summary in await store.summaries()]
    holders = Counter(source for case in cases for source in case.summary.sources)
    assert len(school.acknowledged) == REPORTS
    assert set(holders.values()) == {1}
    assert set(school.acknowledged) <= set(holders)
    for case in cases:
        texts = Counter(item.text for item in case.evidence)
        assert set(texts.values()) == {1}
        assert all(entry.sound for entry in case.chronology)
        assert [e.before for e in case.chronology] == ["", *(e.hash for e in case.chronology[:-1])]
    shown = [json.loads(line)[0] for line in Path.read_text(board).splitlines()]  # noqa: ASYNC240
    notices = [notice for case in cases for notice in case.notices]
    noted = {notice.message for notice in notices if notice.result == "sent"}
    assert len(noted) > 100
    assert len(shown) == len(set(shown))
    assert noted <= set(shown)
    repeated = [
        message
        for message in shown
        if message not in noted and await _is_of_no_case(message, store)
    ]
    assert len(repeated) <= kills
    urgent = {case.reference for case in cases if case.urgent}
    assert len(urgent) == URGENT
    told = {
        c.reference for c in cases for n in c.notices if n.kind == "urgent" and n.result == "sent"
    }
    assert told == urgent


async def _is_of_no_case(message: str, store: PostgresStore) -> bool:
    """Whether no digest or the like was noted as sent in it."""
    rows = await store._rows(
        "SELECT 1 FROM notices WHERE school = :school AND reference = '' AND document->>'message' = :message",
        message=message,
    )
    return not rows
