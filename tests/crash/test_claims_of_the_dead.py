"""On PostgreSQL: an urgent notice that a process held when it was killed goes out soon, and not when its lease has passed."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.outbox.delivery import LEASE
from store.model.case import Case
from store.model.records import About, Notice, Person, Report, Role
from store.postgres import PostgresStore
from store.postgres.connection.presence import EVERY, MISSED_FOR
from store.postgres.connection.session_locks import LockKind
from tests.crash.processes import Running, environment, nursery
from tests.databases import cut_every_connection, database, server
from tests.doubles.slack import SlackDouble
from tests.patience import PATIENCE, until

_numbers = itertools.count()
BEN, CLEO = "UBEN", "UCLEO"
#: Seconds from a kill until an urgent notice should have gone out.
SOON = 15.0


class School:
    """One school in the database, whose bots speak to one Slack."""

    def __init__(self, folder: Path, slack: SlackDouble) -> None:
        self.key = f"killed-{next(_numbers)}"
        self.log = folder / "log"
        self._folder = folder
        self._env = environment(
            folder / "data",
            DATABASE_URL=database(),
            HEADSUP_SCHOOL=self.key,
            SLACK_API_URL=slack.api_url,
            SLACK_BOT_TOKEN=slack.bot_token,
            SLACK_APP_TOKEN=slack.app_token,
        )

    async def starts(self) -> Running:
        async with nursery() as bots:
            return await bots.start(self._folder, self._env, self.log)

    async def owes(self, reference: str) -> None:
        """An urgent case, of which head and safeguarding lead are to hear now."""
        store = await PostgresStore.open(database(), self.key)
        now = datetime.now(UTC)
        report = Report("asha", now, (f"slack:{reference}",), "slack:asha")
        notices = tuple(Notice(f"urgent {to}", "urgent", to, now) for to in ("ben", "cleo"))
        case = Case(
            reference,
            now,
            (report,),
            category="threat",
            urgent=True,
            about=About("school"),
            notices=notices,
        )
        await store.add(case.enter(now, "asha", "opened"))
        await store.close()

    async def has_people(self, team: str) -> None:
        store = await PostgresStore.open(database(), self.key)
        now = datetime.now(UTC) - timedelta(days=1)
        for id, name, role in (("ben", "Ben", Role.HEAD), ("cleo", "Cleo", Role.DSL)):
            account = f"slack:{team}:U{id.upper()}"
            await store.add_person(Person(id, name, (role,), (account,), now))
        await store.close()


@pytest.fixture
async def slack() -> AsyncIterator[SlackDouble]:
    async with SlackDouble() as double:
        double.user(BEN, "Ben")
        double.user(CLEO, "Cleo")
        yield double


@pytest.fixture
async def school(tmp_path: Path, slack: SlackDouble) -> School:
    made = School(tmp_path, slack)
    await made.has_people(slack.world.team)
    return made


async def is_told(slack: SlackDouble, user: str, reference: str) -> None:
    while reference not in (await slack.next(user)).words:
        pass


def test_the_bound_is_kept_by_construction() -> None:
    assert MISSED_FOR + 2 * EVERY < SOON < LEASE


@pytest.mark.parametrize("others", [0, 1], ids=["started again", "another process is there"])
async def test_what_a_killed_process_held_goes_out_soon(
    school: School, slack: SlackDouble, others: int
) -> None:
    await school.owes("7K4M")
    slack.hang("chat.postMessage", asyncio.Event())
    first = await school.starts()
    await until(lambda: _calls(slack) >= 2)
    waiting = [await school.starts() for _ in range(others)]
    if others:
        await until(lambda: school.log.read_text().count("running") == 2)
    await first.kill()
    killed = time.monotonic()
    # What it had asked of Slack dies with it.
    del slack.api.faults["chat.postMessage"]
    if not others:
        waiting = [await school.starts()]
    await asyncio.gather(is_told(slack, BEN, "7K4M"), is_told(slack, CLEO, "7K4M"))
    took = time.monotonic() - killed
    for bot in waiting:
        await bot.end()
    # A busy machine may take longer; none waits for the lease.
    assert took < min(PATIENCE, LEASE / 2)
    print(f"told after {took:.1f} s")  # noqa: T201


def _calls(slack: SlackDouble) -> int:
    return sum(method == "chat.postMessage" for method, _ in slack.calls)


async def until_settled(store: PostgresStore) -> None:
    async with asyncio.timeout(PATIENCE):
        while any(not notice.settled for notice in (await store.case("7K4M")).notices):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_nothing_is_sent_twice_where_the_server_lets_go_of_the_living(
    school: School, slack: SlackDouble
) -> None:
    """Every connection is cut, and with them the locks: whoever lives has them again before anybody believes it dead."""
    await school.owes("7K4M")
    goes_on = asyncio.Event()
    slack.hang("chat.postMessage", goes_on)
    bots = [await school.starts()]
    await until(lambda: _calls(slack) >= 2)
    bots.append(await school.starts())
    await until(lambda: school.log.read_text().count("running") == 2)
    cut_every_connection()
    locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = "
    seen = f"{locks}{int(LockKind.PROCESS)}"
    await until(lambda: server().psql(seen).split()[2] == "2")
    goes_on.set()
    del slack.api.faults["chat.postMessage"]
    await asyncio.gather(is_told(slack, BEN, "7K4M"), is_told(slack, CLEO, "7K4M"))
    store = await PostgresStore.open(database(), school.key)

    await until_settled(store)
    await store.close()
    for bot in bots:
        await bot.end()
    urgent = [shown for user in (BEN, CLEO) for shown in slack.shown(user) if "7K4M" in shown.words]
    assert len(urgent) == 2
