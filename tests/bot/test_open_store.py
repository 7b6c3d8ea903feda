"""Which store the settings name, and where none may be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli.keeping.move import move_to
from bot.open_store import migrate_tables, open_store
from bot.settings import SettingsError, load
from store.errors import Trouble
from store.postgres import PostgresStore
from store.postgres.bucket import PostgresWithBucket
from store.postgres.migrating import known
from store.tiny import TinyStore
from tests.buckets import keys, new_bucket
from tests.databases import database, new_database
from tests.store.test_moving import everything, fill


async def test_without_a_database_it_is_the_folder(tmp_path: Path) -> None:
    store = await open_store(load({"HEADSUP_DATA": str(tmp_path / "data")}))
    assert isinstance(store, TinyStore)
    await store.close()


async def test_with_one_it_is_postgresql_of_that_school() -> None:
    store = await open_store(load({"DATABASE_URL": database(), "HEADSUP_SCHOOL": "opening"}))
    assert isinstance(store, PostgresStore)
    await store.close()


async def test_another_engine_is_refused() -> None:
    with pytest.raises(SettingsError, match="begins with mysql:"):
        await open_store(load({"DATABASE_URL": "mysql://x"}))


async def test_with_a_bucket_as_well_evidence_lies_there() -> None:
    given = {
        "DATABASE_URL": database(),
        "EVIDENCE_URL": f"s3://{new_bucket()}",
        "HEADSUP_SCHOOL": "opened",
    }
    store = await open_store(load(given))
    assert isinstance(store, PostgresWithBucket)
    await store.close()
    with pytest.raises(Trouble, match="elsewhere://x” is no address of a bucket"):
        await open_store(load({**given, "EVIDENCE_URL": "elsewhere://x"}))


async def test_a_folder_takes_no_bucket(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="EVIDENCE_URL needs DATABASE_URL"):
        await open_store(load({"HEADSUP_DATA": str(tmp_path / "data"), "EVIDENCE_URL": "s3://b"}))
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("variable", ["DYNO", "K_SERVICE"])
async def test_a_disk_that_is_wiped_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "web.1")
    with pytest.raises(SettingsError, match="wipes the disk"):
        await open_store(load({"HEADSUP_DATA": str(tmp_path / "data")}))
    assert not (tmp_path / "data").exists()
    store = await open_store(load({"DATABASE_URL": database()}))
    await store.close()


def test_tables_are_made_and_a_folder_needs_none() -> None:
    assert "nothing to do" in migrate_tables(load({}))
    settings = load({"DATABASE_URL": new_database("opened")})
    assert [migrate_tables(settings), migrate_tables(settings)] == [
        f"The database is up to date ({known()})."
    ] * 2


async def test_a_folder_moves_into_a_database_whose_tables_are_made_on_the_way(
    tmp_path: Path,
) -> None:
    settings = load({"HEADSUP_DATA": str(tmp_path / "data")})
    url = new_database("moved")
    assert (await move_to(url, settings)).cases == 0
    back = load({"DATABASE_URL": url})
    assert (await move_to(str(tmp_path / "back"), back)).cases == 0


async def test_evidence_moves_into_the_bucket_and_out_of_it_again(tmp_path: Path) -> None:
    folder, bucket, url = tmp_path / "data", new_bucket(), new_database("moved_with_bucket")
    store = TinyStore.open(folder)
    await fill(store)
    before = await everything(store)
    await store.close()
    given = {"HEADSUP_DATA": str(folder), "EVIDENCE_URL": f"s3://{bucket}/heads-up"}
    assert (await move_to(url, load(given))).evidence == len(keys(bucket)) == 5
    with_bucket = {**given, "DATABASE_URL": url}
    await move_to(str(tmp_path / "back"), load(with_bucket))
    without = {"DATABASE_URL": url, "HEADSUP_DATA": str(tmp_path / "back")}
    back = await open_store(load({**without, "DATABASE_URL": ""}))
    assert await everything(back) == before
    await back.close()
    await move_to(url, load({"HEADSUP_DATA": str(tmp_path / "back")}))  # to do without the bucket
    store = await open_store(load(without))
    assert await everything(store) == before
    await store.close()
