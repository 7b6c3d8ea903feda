"""What is locked, as it shows a child undressed, is in no backup and no move, whatever the store."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from store.backup import BackupOptions, make, restore
from store.base import Store
from store.errors import NotFound
from store.model.case import Case, Classification
from store.model.records import State
from store.moving import move
from store.postgres import PostgresStore
from store.postgres.bucket import EvidenceBucket, PostgresWithBucket
from store.tiny import TinyStore
from store.tiny.verifying import verify
from store.verifying import Walk, look_through
from tests.buckets import client, keys, new_bucket
from tests.databases import database
from tests.store.made import ASHA, BEN, NOW, case, item

_schools = itertools.count()
SECRET = b"what nobody may copy"
OF_A_PART = b"what lies in another case of that matter"
ORDINARY = b"what may be copied"
UNDRESSED = Classification("child-undressed", urgent=True, withhold=True)
DAY = timedelta(days=1)


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def _with_file(store: Store, content: bytes) -> Case:
    made = case()
    await store.add(made)
    kept = await store.keep(made.reference, _pieces(content), 100)
    looks = {"pointer": {"file": "F1", "url": "https://files.example/F1"}}
    file = item(sha256=kept.sha256, size=kept.size, **looks)
    return await store.save(replace(made, evidence=(file,)))


async def fill(store: Store) -> list[str]:
    """Three cases: one that is locked late, one that is part of it, and one of another matter."""
    ordinary = await _with_file(store, ORDINARY)
    part = await _with_file(store, OF_A_PART)
    secret = await _with_file(store, SECRET)
    await store.save(part.join(secret.reference, by=BEN, at=NOW))
    return [made.reference for made in (ordinary, part, secret)]


async def lock(store: Store, reference: str) -> None:
    made = await store.case(reference)
    await store.save(made.categorise(UNDRESSED, by=ASHA, at=NOW))


async def is_there(store: Store, reference: str) -> bool:
    found = (await store.case(reference)).evidence[0]
    assert found.state == State.KEPT
    try:
        async with store.kept(reference, found.sha256) as path:
            return path.exists()
    except NotFound:
        return False


def lies_in(folder: Path, content: bytes) -> bool:
    return any(content in path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.fixture
async def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


async def test_no_later_backup_has_it_and_what_is_put_back_is_well(
    data: Path, tmp_path: Path
) -> None:
    store = TinyStore.open(data)
    references = await fill(store)
    place = tmp_path / "backups"
    make(data, str(place), NOW)
    assert lies_in(place, SECRET)
    await lock(store, references[2])
    await store.close()

    made = make(data, str(place), NOW + DAY)
    assert made.odd == ()
    into = tmp_path / "restored"
    restore(str(place), into, name=made.name)
    assert lies_in(into, ORDINARY)
    for what in (SECRET, OF_A_PART):
        assert not lies_in(into, what)
    assert not lies_in(into / "cases" / references[2], b"files.example")
    walk = Walk()
    assert list(verify(into, walk)) == []
    assert len(walk.left_out) == 2
    assert list(verify(data, Walk())) == []

    make(data, str(place), NOW + 2 * DAY, BackupOptions(forget_older=True))
    assert not lies_in(place, SECRET)
    assert not lies_in(place, OF_A_PART)
    assert lies_in(data, SECRET)


async def test_no_backup_has_it_in_a_bucket(data: Path) -> None:
    store = TinyStore.open(data)
    references = await fill(store)
    await lock(store, references[2])
    await store.close()
    bucket = new_bucket()
    make(data, f"s3://{bucket}/heads-up", NOW)
    kept = [client().get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys(bucket)]
    assert any(ORDINARY in each for each in kept)
    assert not any(SECRET in each or OF_A_PART in each for each in kept)


@pytest.mark.parametrize("damage", ["a bit", "gone"])
async def test_a_locked_case_that_cannot_be_read_keeps_it_to_itself(
    data: Path, tmp_path: Path, damage: str
) -> None:
    store = TinyStore.open(data)
    references = await fill(store)
    await lock(store, references[2])
    await store.close()
    path = data / "cases" / references[2] / "case.json"
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-3] + b"???")
    place = tmp_path / "backups"
    made = make(data, str(place), NOW)
    assert not lies_in(place, SECRET)
    assert any(f"cases/{references[2]}/evidence/" in odd for odd in made.odd)


@asynccontextmanager
async def opened(kind: str, folder: Path) -> AsyncIterator[Store]:
    async with AsyncExitStack() as until:
        store: Store
        school = f"locked-{next(_schools)}"
        if kind == "folder":
            store = TinyStore.open(folder)
        elif kind == "postgres":
            store = await PostgresStore.open(database(), school)
        else:
            bucket = EvidenceBucket(f"s3://{new_bucket()}/heads-up", school)
            store = await PostgresWithBucket.open_with(bucket, database(), school)
        until.push_async_callback(store.close)
        yield store


@pytest.mark.parametrize(
    ("source", "target"),
    [("folder", "postgres"), ("postgres", "folder"), ("bucket", "folder"), ("folder", "bucket")],
)
async def test_no_move_takes_it_along(source: str, target: str, tmp_path: Path) -> None:
    async with (
        opened(source, tmp_path / "here") as here,
        opened(target, tmp_path / "there") as there,
    ):
        ordinary, part, secret = await fill(here)
        await lock(here, secret)
        moved = await move(here, there)
        assert (moved.cases, moved.evidence, moved.locked) == (3, 1, 2)
        assert [await is_there(there, each) for each in (ordinary, part, secret)] == [
            True,
            False,
            False,
        ]
        assert [await is_there(here, each) for each in (ordinary, part, secret)] == [True] * 3
        # It may be run again.
        assert (await move(here, there)).locked == 2
        walk = Walk()
        assert [wrong async for wrong in look_through(there, walk)] == []
        assert len(walk.left_out) == 2
