"""The messages of past days are forgotten: a term leaves no more of them than a few weeks do."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.outbox.delivery import Delivery
from handlers.desk import Desk
from handlers.messages import Reply
from handlers.school.today import LATELY
from handlers.sweep import sweep
from store.model.case import Case
from store.model.records import FollowUp, Person, Report, Role
from store.postgres import PostgresStore
from tests.databases import database
from tests.desks import Time, desk_in

MONDAY = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
TERM = 13 * 7
LEADERS = {"ben": Role.HEAD, "cleo": Role.DSL, "dev": Role.ICT, "efua": Role.CHAIR}
_schools = itertools.count()


class Chat:
    """A front-end that only numbers what it is given, and notes what is taken away."""

    platform = "slack"

    def __init__(self) -> None:
        self.standing: dict[str, list[str]] = {}
        self._numbers = itertools.count()

    async def send(self, address: str, reply: Reply) -> str:
        number = str(next(self._numbers))
        self.standing.setdefault(address, []).append(number)
        return number

    async def edit(self, address: str, message: str, reply: Reply) -> None:
        """Nothing of it is asked here."""

    async def take_back(self, address: str, message: str, instead: Reply) -> None:
        self.standing[address].remove(message)


@pytest.fixture
def time() -> Time:
    return Time(MONDAY)


@pytest.fixture(params=["folder", "postgres"])
async def desk(request: pytest.FixtureRequest, tmp_path: Path, time: Time) -> AsyncIterator[Desk]:
    desk = desk_in(tmp_path, time)
    if request.param == "postgres":
        await desk.store.close()
        store = await PostgresStore.open(database(), f"days-{next(_schools)}")
        desk = replace(desk, store=store)
    for name, role in LEADERS.items():
        account = f"slack:T1:{name}"
        joined = MONDAY - 30 * DAY
        await desk.store.add_person(Person(name, name.title(), (role,), (account,), joined))
    yield desk
    await desk.store.close()


async def test_a_term_leaves_a_few_weeks_of_messages(desk: Desk, time: Time) -> None:
    chat = Chat()
    delivery = Delivery(desk, {"slack": chat})  # type: ignore[dict-item]
    await desk.store.add(_neglected_case())

    kept = []
    for _ in range(TERM):
        # Twice on each day: the second time, nothing is owed or sent.
        for _ in range(2):
            await sweep(desk)
            await delivery.tick()
        kept.append(len(await desk.store.loose("today", "digest")))
        time.now += DAY
    # Eight days of each leader's, and whatever still stands in a chat.
    assert max(kept) <= len(LEADERS) * 9
    assert kept[-1] <= kept[TERM // 2]
    # Of the messages of the day, each chat holds one at most; a few others are there as well.
    todays = [n for n in await desk.store.loose("today", "digest") if n.message]
    standing = [n for n in todays if n.kind in ("today", "digest")]
    assert len({n.to for n in standing}) == len(standing)


async def test_what_still_stands_is_remembered_until_it_cannot_be_taken_away(
    desk: Desk, time: Time
) -> None:
    chat = Chat()
    delivery = Delivery(desk, {"slack": chat})  # type: ignore[dict-item]
    await desk.store.add(_neglected_case())
    time.now += DAY
    await sweep(desk)
    await delivery.tick()
    [sent] = [n for n in await desk.store.loose("today") if n.message and n.to == "ben"]

    # For weeks the bot was away.
    time.now += LATELY - DAY
    await sweep(desk)
    assert sent.key in {n.key for n in await desk.store.loose("today")}
    time.now += 2 * DAY
    desk.memory.told.clear()
    await sweep(desk)
    assert sent.key not in {n.key for n in await desk.store.loose("today")}


def _neglected_case() -> Case:
    report = Report("asha", MONDAY - DAY, ("slack:T1:D1:1",), "slack:T1:D1")
    step = FollowUp("talk", "Talk to the parents", "head", MONDAY, "school", opened_at=MONDAY - DAY)
    case = Case("7K4M", MONDAY - DAY, (report,), ()).enter(MONDAY - DAY, "asha", "opened")
    return replace(case.with_follow_up(step), wake_at=MONDAY)
