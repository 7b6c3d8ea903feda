"""`headsup move`: all of it, out of nothing that is in use, and what is left behind starts no more."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path

import pytest

from bot.build import build
from bot.cli.check.check import check
from bot.cli.keeping.move import move_to, use_again
from bot.cli.keeping.verify import print_findings
from bot.cli.people.who import staff_of
from bot.nightly import Order, make_noted_backup
from bot.open_store import open_store
from bot.settings import Settings, load
from store import moving
from store.base import Store
from store.errors import StoreUnavailable, Trouble
from tests.bot.cli.keeping.test_backup_database import add_picture, headsup, held, opened
from tests.bot.cli.test_check import settings
from tests.databases import database, migrated, new_database
from tests.store.made import NOW, case, person
from tests.store.test_moving import fill

_numbers = itertools.count()


def in_database(tmp_path: Path) -> Settings:
    key = f"moving-{next(_numbers)}"
    return settings(tmp_path, DATABASE_URL=database(), HEADSUP_SCHOOL=key)


def elsewhere(given: Settings) -> tuple[str, Settings]:
    url = migrated(f"moved_to_{next(_numbers)}")
    return url, given.model_copy(update={"database_url": load({"DATABASE_URL": url}).database_url})


@pytest.fixture(params=["folder", "database"])
async def given(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """A place with cases, evidence, people and the rest."""
    made = settings(tmp_path) if request.param == "folder" else in_database(tmp_path)
    async with opened(made) as store:
        await fill(store)
    return made


async def test_what_was_moved_away_is_used_no_more_and_says_where_it_went(
    given: Settings, tmp_path: Path
) -> None:
    before = await held(given)
    url, there = elsewhere(given)
    await move_to(url, given)
    assert await held(there) == before

    place = url.partition("?")[0]

    def refused() -> pytest.RaisesExc[Trouble]:
        return pytest.raises(Trouble, match=f"was moved to {place}.* headsup move --again")

    with refused():
        await open_store(given)
    with refused():
        await build(given, {})
    with refused():
        async with staff_of(given):
            pass
    with refused():
        order = Order(str(tmp_path / "backups"), "", NOW)
        await asyncio.to_thread(make_noted_backup, given, order)
    with refused():
        await move_to(str(tmp_path / "third"), given)
    report = await check(given, lambda: NOW, offline=True)
    assert any(f.part == "store" and "was moved to" in f.says for f in report.found)

    # It can still be looked through, and the same move may be made once more.
    said: list[str] = []
    await asyncio.to_thread(print_findings, given, said.append)
    assert not any("was moved to" in line for line in said)
    await move_to(url, given)

    assert "can be used again" in await use_again(given)
    assert await held(given) == before
    with pytest.raises(Trouble, match="was not moved away"):
        await use_again(given)


async def test_there_and_back_again_leaves_one_place_in_use(given: Settings) -> None:
    before = await held(given)
    url, there = elsewhere(given)
    await move_to(url, given)
    back = str(given.headsup_data) if given.database_url is None else database()
    await move_to(back, there)
    assert await held(given) == before
    with pytest.raises(Trouble, match="was moved to"):
        await open_store(there)


async def test_a_place_is_not_moved_onto_itself(given: Settings) -> None:
    where = str(given.headsup_data) if given.database_url is None else database()
    with pytest.raises(Trouble, match="is in that place already"):
        await move_to(where, given)
    async with opened(given):
        pass


async def test_a_database_in_use_is_not_moved(tmp_path: Path) -> None:
    given = in_database(tmp_path)
    bot = await build(given, {})
    await bot.desk.store.add_person(person("asha"))
    with pytest.raises(Trouble, match="A bot is using the school"):
        await move_to(str(tmp_path / "out"), given)
    # Nor is one that a bot uses filled from elsewhere.
    (tmp_path / "other").mkdir()
    folder = settings(tmp_path / "other", HEADSUP_SCHOOL=given.headsup_school)
    async with opened(folder) as store:
        await store.add(case())
    with pytest.raises(Trouble, match="A bot is using the school"):
        await move_to(database(), folder)
    # Another school of the same database may be moved meanwhile.
    other = in_database(tmp_path)
    async with opened(other) as store:
        await store.add_person(person("asha"))
    assert (await move_to(str(tmp_path / "other-out"), other)).people == 1

    await bot.close()
    assert (await move_to(str(tmp_path / "out"), given)).people == 1


async def test_no_bot_starts_while_a_school_is_moved(tmp_path: Path) -> None:
    given = in_database(tmp_path)
    async with opened(given) as store, store.kept_still():
        with pytest.raises(StoreUnavailable, match="is being moved"):
            await build(given, {})
    bot = await build(given, {})
    await bot.close()


async def test_what_somebody_else_writes_meanwhile_is_no_whole_move(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a bot of an earlier version would, which tells nobody that it uses the database."""
    given = in_database(tmp_path)
    url, _ = elsewhere(given)
    async with opened(given) as store:
        await fill(store)

        async def write_meanwhile(source: Store, target: Store) -> int:
            await add_picture(store, b"while it was moved")
            return 0

        # The moment between the cases and the rest.
        monkeypatch.setattr(moving, "_move_others", write_meanwhile)
        with pytest.raises(Trouble, match="does not have all of them"):
            await move_to(url, given)
    # It is not marked as moved, and goes on.
    async with opened(given) as store:
        assert len(await store.summaries()) == 6


def test_as_it_is_typed(tmp_path: Path) -> None:
    place = {"HEADSUP_DATA": str(tmp_path / "data")}
    asyncio.run(_furnish(load(place)))
    url = new_database("moved_as_typed")
    code, said = headsup("move", "--to", url, folder=tmp_path, **place)
    assert (code, said[:32]) == (0, "Everything is there: 5 cases, 5 ")
    assert "Now set DATABASE_URL to the new place" in said
    code, said = headsup("run", folder=tmp_path, **place)
    assert (code, said.count("was moved to postgresql://headsup@/moved_as_typed")) == (1, 1)
    code, said = headsup("invite", "Ben", "--role", "head", folder=tmp_path, **place)
    assert (code, said.count("was moved to")) == (1, 1)
    assert headsup("move", folder=tmp_path, **place)[0] == 1
    assert headsup("move", "--again", folder=tmp_path, **place)[0] == 0
    assert headsup("invite", "Ben", "--role", "head", folder=tmp_path, **place)[0] == 0


async def _furnish(given: Settings) -> None:
    async with opened(given) as store:
        await fill(store)
