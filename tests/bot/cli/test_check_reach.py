"""`headsup check`: roles whose people no message reaches, and whether a bot works with a database."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.cli.check.check import check
from bot.open_store import open_store
from bot.settings import Settings
from store.model.records import Notice, Person, Role
from store.postgres import PostgresStore
from store.tiny import TinyStore
from tests import databases
from tests.bot.cli.test_check import furnished, only, settings
from tests.patience import PATIENCE
from tests.store.made import NOW

HOUR = timedelta(hours=1)


def told(receiver: str, result: str, hours: int = 0) -> Notice:
    at = NOW + hours * HOUR
    return Notice(f"digest {receiver} {hours}", "digest", receiver, at, settled=at, result=result)


@pytest.mark.parametrize(
    ("accounts", "notices", "reached"),
    [
        (["telegram:1"], [], True),
        (["telegram:1"], [("h0", "sent", 0)], True),
        (["telegram:1"], [("h0", "failed", 0)], False),
        (["telegram:1"], [("h0", "failed", 0), ("h0", "sent", 1)], True),
        (["telegram:1"], [("h0", "sent", 0), ("h0", "failed", 1), ("h0", "moot", 2)], False),
        (["slack:T1:U1"], [], False),
        # One of them is enough.
        (["slack:T1:U1", "telegram:2"], [], True),
        (["telegram:1", "telegram:2"], [("h1", "failed", 0)], True),
        (["telegram:1", "telegram:2"], [("h1", "failed", 0), ("h0", "failed", 0)], False),
        (["telegram:1", "slack:T1:U2"], [("h0", "failed", 0)], False),
    ],
)
async def test_a_role_whose_people_are_all_out_of_reach_is_named(
    tmp_path: Path, accounts: list[str], notices: list[tuple[str, str, int]], reached: bool
) -> None:
    await furnished(tmp_path, failed=False)
    store = TinyStore.open(tmp_path / "data")
    head = await store.person("p0")
    await store.save_person(replace(head, roles=()))
    for number, account in enumerate(accounts):
        name = f"Head {number}"
        await store.add_person(Person(f"h{number}", name, (Role.HEAD,), (account + "0",), NOW))
    for notice in notices:
        await store.owe(told(*notice))
    await store.close()
    said = await only("roles", settings(tmp_path))
    assert len(said) == (0 if reached else 1)
    for line in said:
        names = " or ".join(f"Head {number}" for number in range(len(accounts)))
        assert line.startswith(f"no message reaches {names}, and nobody else is headteacher")
        assert line.endswith("headsup roles NAME --give head")


async def running(given: Settings) -> bool | None:
    report = await check(given, lambda: NOW, offline=True)
    assert report.facts
    return report.facts.running


async def test_a_bot_that_works_with_a_database_is_seen(tmp_path: Path) -> None:
    given = settings(tmp_path, DATABASE_URL=databases.database(), HEADSUP_SCHOOL="at-work")
    assert await running(given) is False
    other = await PostgresStore.open(databases.database(), "of-another")
    await other.take_part()
    assert await running(given) is False
    # A command has the store open, too, and is no bot.
    command = await open_store(given)
    assert await running(given) is False

    bot = await PostgresStore.open(databases.database(), "at-work")
    await bot.take_part()
    assert await running(given) is True
    for store in (bot, command, other):
        await store.close()
    # Closed, its connection is gone as soon as the server has noticed.
    async with asyncio.timeout(PATIENCE):
        while await running(given):
            pass


async def test_a_school_that_is_being_moved_is_at_nobodys_work(tmp_path: Path) -> None:
    given = settings(tmp_path, DATABASE_URL=databases.database(), HEADSUP_SCHOOL="moved-now")
    store = await open_store(given)
    async with store.kept_still():
        assert await running(given) is False
    await store.close()
