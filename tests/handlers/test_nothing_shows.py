"""Two schools that differ only in a case that a reader must not know of give that reader the very same answers."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from handlers import reception
from handlers.desk import Desk
from handlers.messages import Incoming, Reply, Sender
from handlers.notices.wording import render_notice
from handlers.rules.access import concerns
from handlers.sweep import sweep
from store.model.records import Person, Role
from tests.asking import summary_of
from tests.desks import Time, desk_in

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
PEOPLE = {
    "asha": ("Asha Patel", Role.STAFF),
    "gita": ("Gita Rao", Role.STAFF),
    "ben": ("Ben Okafor", Role.HEAD),
    "cleo": ("Cleo Martin", Role.DSL),
    "dev": ("Dev Singh", Role.ICT),
    "efua": ("Efua Mensah", Role.CHAIR),
}
HIDDEN = "ZZZZ"  # the reference of what is hidden
COMMANDS = (
    *(
        "case status",
        "case list",
        "case overdue",
        "case expired",
        "case searches",
        "people",
        "duty",
        "help",
        "case posters",
        "figures",
        "figures csv this year",
        "figures this year for-governors",
    ),
    *(
        "case find fraud",
        "case find Rao",
        "case find headteacher",
        "case zzzy",
        "case stauts",
        "policy gaps",
    ),
    *(
        f"case {verb} {HIDDEN}"
        for verb in (
            *("", "take", "log", "evidence", "close", "erase", "note", "urgent", "pack"),
            *("removal", "letter"),
        )
    ),
)
ABOUT = {"ben": "head", "gita": "id gita", "dev": "id dev"}


class World:
    def __init__(self, folder: Path) -> None:
        self.time = Time(NOW)
        self.desk: Desk = desk_in(folder, self.time)
        self.numbers = iter(range(10**6))

    async def says(self, who: str, text: str = "", command: str | None = None) -> Reply | None:
        source = f"slack:{next(self.numbers)}"
        sender = Sender(f"slack:{who}", PEOPLE[who][0])
        incoming = Incoming(
            source, sender, f"slack:D{who}", self.time.now, text=text, command=command
        )
        return await reception.receive(incoming, self.desk)

    async def told(self, who: str) -> list[Reply | None]:
        """What is owed to somebody now."""
        owed = await self.desk.store.claim(self.time.now, 999, 60)
        mine = sorted(((r, n) for r, n in owed if n.to == who), key=lambda row: row[1].key)
        words = [await render_notice(reference, notice, self.desk) for reference, notice in mine]
        return [reply for reply in words if reply]


@pytest.fixture
async def worlds(tmp_path: Path) -> AsyncIterator[tuple[World, World]]:
    both = World(tmp_path / "without"), World(tmp_path / "with")
    for world in both:
        for id, (name, role) in PEOPLE.items():
            await world.desk.store.add_person(
                Person(id, name, (role,), (f"slack:{id}",), NOW, invited=True)
            )
    yield both
    for world in both:
        await world.desk.store.close()


def chosen(monkeypatch: pytest.MonkeyPatch, *references: str) -> None:
    left = iter(references)
    monkeypatch.setattr("handlers.cases.reporting.report.new_reference", lambda: next(left))


async def lived(
    world: World, reader: str, said: str, monkeypatch: pytest.MonkeyPatch, *, hidden: bool
) -> None:
    chosen(monkeypatch, "7K4M", HIDDEN)
    monkeypatch.setattr(
        "store.model.identifiers.secrets.token_hex", lambda n: random.Random(n).randbytes(n).hex()
    )
    await world.says("asha", "They call the kitchen filthy")
    await world.says("asha", command="case category 7K4M school-complaint")
    world.time.now += timedelta(hours=1)
    if hidden:
        await world.says("cleo", "There is talk of fraud by them, on a public page")
        await world.says("cleo", command=f"case category {HIDDEN} staff-allegation")
        await world.says("cleo", command=f"case {said} {HIDDEN} {ABOUT[reader]}")
    world.time.now += timedelta(days=8)
    await sweep(world.desk)


@pytest.mark.parametrize("reader", list(ABOUT))
@pytest.mark.parametrize("said", ["about", "posted"])
async def test_whom_it_concerns_reads_the_very_same(
    worlds: tuple[World, World], reader: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = []
    for world, hidden in zip(worlds, (False, True), strict=True):
        await lived(world, reader, said, monkeypatch, hidden=hidden)
        assert len(await world.desk.store.summaries()) == 1 + hidden
        efua = await world.desk.store.person("efua")
        seen = {listed.summary.reference for listed in await world.desk.visible(efua)}
        assert (HIDDEN in seen) is (
            hidden and reader == "ben"
        )  # what is about the head is the chair's
        if hidden:
            summary = await summary_of(world.desk.store, HIDDEN)
            assert summary is not None
            assert concerns(await world.desk.store.person(reader), [summary])
            assert bool(summary.posters) is (said == "posted")
        replies = [await world.says(reader, command=command) for command in COMMANDS]
        answers.append((replies, await world.told(reader)))
    for command, without, given in zip(COMMANDS, answers[0][0], answers[1][0], strict=True):
        assert without == given, command
    assert answers[0][1] == answers[1][1]
