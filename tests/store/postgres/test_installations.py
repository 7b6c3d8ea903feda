"""Which chat is which school's, with its token encrypted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from store.errors import Conflict, Trouble
from store.postgres import Database
from store.postgres.installations import Installation, Installations
from store.postgres.token_key import TokenKey
from tests.databases import migrated

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
OAK = Installation("slack", "TOAK", "oakfield", "Oakfield", "xoxb-1", NOW)
ELM = Installation("slack", "TELM", "elmwood", "Elmwood", "xoxb-2", NOW)
KEY = TokenKey.new()


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    url = migrated("installations")
    database = await Database.open(url)
    installations = Installations(database, TokenKey(KEY))
    for found in await installations.all():
        await installations.drop(found)
    yield database
    await database.close()


@pytest.fixture
def installations(database: Database) -> Installations:
    return Installations(database, TokenKey(KEY))


async def test_each_is_kept_once_and_replaced_by_its_own_school(
    installations: Installations,
) -> None:
    for installation in (OAK, ELM, newer := replace(OAK, token="xoxb-3", name="Oakfield High")):
        await installations.put(installation)
    assert await installations.all() == [ELM, newer]
    assert not await installations.drop(replace(OAK, since=NOW - HOUR))  # made anew since
    assert [await installations.drop(newer) for _ in range(2)] == [True, False]
    assert await installations.all() == [ELM]


async def test_a_chat_is_one_schools_and_a_school_has_one_on_each_platform(
    installations: Installations,
) -> None:
    await installations.put(OAK)
    for other in (replace(OAK, school="elmwood"), replace(OAK, key="TNEW")):
        with pytest.raises(Conflict):
            await installations.put(other)
    await installations.put(replace(OAK, platform="telegram", key="1"))
    assert len(await installations.all()) == 2


async def test_a_token_opens_with_its_key_and_for_its_school_alone(
    database: Database, installations: Installations
) -> None:
    for installation in (OAK, ELM):
        await installations.put(installation)
    stolen = Installations(database, TokenKey(TokenKey.new()))
    assert [i.token for i in await stolen.all()] == [None, None]
    both = Installations(database, TokenKey(f"{TokenKey.new()},{KEY}"))
    assert [i.token for i in await both.all()] == ["xoxb-2", "xoxb-1"]
    for installation in await both.all():
        await both.renew(installation)
    assert [i.token for i in await installations.all()] == [None, None]  # the old key may go
    for installation in (OAK, ELM):
        await installations.put(installation)
    swapped = (
        "UPDATE installations SET token = (SELECT token FROM installations WHERE key = 'TELM')"
    )
    await installations._change(swapped)
    assert {i.key: i.token for i in await installations.all()} == {"TELM": "xoxb-2", "TOAK": None}


def test_a_key_that_is_none_is_a_sentence() -> None:
    for wrong in ("", "abc", KEY[:-1], f"{KEY},x"):
        with pytest.raises(Trouble, match="TOKEN_KEY is not a key"):
            TokenKey(wrong)


async def test_a_link_is_good_once_until_its_time(installations: Installations) -> None:
    words = await installations.link("oakfield", NOW, NOW + HOUR)
    assert words.startswith("oakfield.")
    assert [await installations.is_link(words, at) for at in (NOW, NOW + HOUR)] == [True, False]
    assert not await installations.is_link(words.replace("oakfield", "elmwood"), NOW)
    assert not await installations.use_link(words, NOW + HOUR)
    used = await asyncio.gather(*(installations.use_link(words, NOW) for _ in range(4)))
    assert sorted(used) == [False, False, False, True]
    old = await installations.link("oakfield", NOW, NOW + HOUR)
    await installations.link("oakfield", NOW + 2 * HOUR, NOW + 3 * HOUR)
    assert not await installations.is_link(old, NOW)  # what is too old is cleared away
