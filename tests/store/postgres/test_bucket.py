"""What only the store with a bucket has: schools apart, bytes that erasing has left, and a bucket that goes away."""

from __future__ import annotations

import asyncio
import itertools
import sys
from collections.abc import AsyncIterator

import pytest

from store.errors import NotFound, StoreUnavailable
from store.model.case import Case
from store.model.memos import Erased
from store.model.records import State
from store.postgres import PostgresStore
from store.postgres.bucket import EvidenceBucket, PostgresWithBucket
from tests.buckets import away, client, keys, new_bucket
from tests.databases import database
from tests.patience import until
from tests.store.made import case, item
from tests.store.test_erasing import leaving
from tests.store.test_evidence import BYTES, DIGEST, pieces

_schools = itertools.count()
NOT_THERE = "The specified bucket does not exist"


class Place:
    """A school with a bucket that only this test uses."""

    def __init__(self) -> None:
        self.school = f"bucket-{next(_schools)}"
        self.bucket = new_bucket()

    async def open(self, school: str = "") -> PostgresWithBucket:
        school = school or self.school
        evidence = EvidenceBucket(f"s3://{self.bucket}/heads-up", school)
        return await PostgresWithBucket.open_with(evidence, database(), school)

    def keys(self) -> list[str]:
        return keys(self.bucket)

    def delete(self) -> None:
        client().delete_bucket(Bucket=self.bucket)


@pytest.fixture
def place() -> Place:
    return Place()


@pytest.fixture
async def store(place: Place) -> AsyncIterator[PostgresWithBucket]:
    opened = await place.open()
    yield opened
    await opened.close()


async def add(store: PostgresStore, *digests: str, **more: object) -> Case:
    evidence = tuple(item(n, sha256=digest) for n, digest in enumerate(digests, 1))
    made = case(evidence=evidence, **more)  # type: ignore[arg-type]
    await store.add(made)
    return made


async def keep(store: PostgresStore, made: Case) -> None:
    await store.keep(made.reference, pieces(BYTES), len(BYTES))


async def read(store: PostgresStore, made: Case) -> bytes:
    async with store.kept(made.reference, DIGEST) as path:
        return path.read_bytes()


# --- where the bytes lie --------------------------------------------------------------------------------


async def test_bytes_lie_in_the_bucket_alone(place: Place, store: PostgresWithBucket) -> None:
    made = await add(store, DIGEST)
    await keep(store, made)
    assert place.keys() == [f"heads-up/{place.school}/{made.reference}/{DIGEST}"]
    assert await store._rows("SELECT FROM evidence WHERE school = :school") == []


async def test_a_film_is_put_by_one_request_which_leaves_no_half_of_it(
    place: Place, store: PostgresWithBucket
) -> None:
    film = bytes(range(256)) * 60_000
    made = await add(store)
    kept = await store.keep(made.reference, pieces(film), len(film))
    [key] = place.keys()
    assert (
        "-" not in client().head_object(Bucket=place.bucket, Key=key)["ETag"]
    )  # as of several parts
    async with store.kept(made.reference, kept.sha256) as path:
        assert path.read_bytes() == film


async def test_schools_that_share_a_bucket_never_meet(
    place: Place, store: PostgresWithBucket
) -> None:
    made = await add(store, DIGEST)
    await keep(store, made)
    for name in (f"{place.school}-too", f"{place.school}/{made.reference}", "..", ".", "a b%2F"):
        other = await place.open(name)
        await add(other, reference=made.reference)
        with pytest.raises(NotFound):
            await read(other, made)
        await keep(other, made)
        assert await other._bucket.names() == [(made.reference, DIGEST)]
        await other.discard(made.reference, DIGEST)
        assert await other._bucket.names() == []
        await other.close()
    assert await read(store, made) == BYTES


async def test_what_was_kept_before_there_was_a_bucket_is_still_read_and_goes_when_erased(
    place: Place, store: PostgresWithBucket
) -> None:
    made = await add(store, DIGEST)
    bare = await PostgresStore.open(database(), place.school)
    await keep(bare, made)
    await bare.close()
    assert place.keys() == []
    assert await read(store, made) == BYTES
    await store.erase([made], leaving(made))
    with pytest.raises(NotFound):
        await read(store, made)


@pytest.mark.parametrize("bad", ["7K\0M", "\ue000"])
async def test_what_no_column_can_hold_is_no_error(store: PostgresWithBucket, bad: str) -> None:
    for reference, digest in ((bad, DIGEST), ("7K4M", bad)):
        await store.discard(reference, digest)


# --- nothing is left ------------------------------------------------------------------------------------


async def test_whoever_gives_up_while_the_bytes_are_put_there_leaves_none(
    place: Place, store: PostgresWithBucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, begun, put = await add(store), asyncio.Event(), store._bucket.put

    async def slowly(*given: object) -> None:
        begun.set()
        await asyncio.sleep(0.05)
        await put(*given)  # type: ignore[arg-type]
        assert len(place.keys()) == 1

    monkeypatch.setattr(store._bucket, "put", slowly)
    keeping = asyncio.create_task(keep(store, made))
    await begun.wait()
    keeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await keeping
    assert place.keys() == []


async def test_what_a_case_comes_to_refer_to_meanwhile_is_not_taken_back(
    store: PostgresWithBucket,
) -> None:
    made = await add(store)
    await keep(store, made)
    async with store._connections.together() as saving:
        await saving.execute(
            "UPDATE cases SET hashes = ARRAY[%s] WHERE reference = %s", (DIGEST, made.reference)
        )
        discarding = asyncio.create_task(store.discard(made.reference, DIGEST))
        await asyncio.wait([discarding], timeout=0.5)  # it waits for the one that saves
    await discarding
    assert await read(store, made) == BYTES


async def test_a_case_that_was_erased_while_it_was_fetched_keeps_no_bytes(
    place: Place, store: PostgresWithBucket
) -> None:
    made = await add(store)
    await store.erase([made], leaving(made))
    await keep(store, made)
    await store.discard(made.reference, DIGEST)
    assert place.keys() == []


@pytest.mark.parametrize("by", ["discard", "strays"])
async def test_nor_does_it_in_the_database(place: Place, by: str) -> None:
    bare = await PostgresStore.open(database(), place.school)
    made = await add(bare)
    await bare.erase([made], leaving(made))
    await keep(bare, made)
    await (bare.discard(made.reference, DIGEST) if by == "discard" else bare.discard_strays())
    with pytest.raises(NotFound):
        await read(bare, made)
    await bare.close()


async def test_what_a_process_that_died_has_left_goes_at_the_next_start_and_nothing_else(
    place: Place, store: PostgresWithBucket
) -> None:
    erased, other, withheld = await add(store), await add(store), item(state=State.WITHHELD)
    locked, part = case(evidence=(withheld,)), case(evidence=(withheld, item(2, sha256=DIGEST)))
    await store.add(locked)
    await store.add(part)
    await store.erase([erased], leaving(erased))
    unknown = case()  # of a database that was put back from an older copy
    for made in (erased, other, locked, part, unknown):
        await keep(store, made)
    await store.close()
    again = await place.open()
    await again.discard_strays()
    left = sorted(f"heads-up/{place.school}/{c.reference}/{DIGEST}" for c in (other, part, unknown))
    assert place.keys() == left
    await again.close()


DIES = """
import asyncio, os, sys
from store.postgres.bucket import EvidenceBucket, PostgresWithBucket
from tests.store.test_erasing import leaving

async def erase(url, bucket, school, reference, when):
    store = await PostgresWithBucket.open_with(EvidenceBucket(bucket, school), url, school)
    if when == "before":
        EvidenceBucket.names = lambda *_: os._exit(9)
    else:
        EvidenceBucket.remove = lambda *_: os._exit(9)
    made = await store.case(reference)
    await store.erase([made], leaving(made))

asyncio.run(erase(*sys.argv[1:]))
"""


@pytest.mark.parametrize("when", ["before", "after"])
async def test_one_that_dies_between_the_database_and_the_bucket(
    place: Place, store: PostgresWithBucket, when: str
) -> None:
    made = await add(store, DIGEST)
    await keep(store, made)
    told = (database(), f"s3://{place.bucket}/heads-up", place.school, made.reference, when)
    dying = await asyncio.create_subprocess_exec(sys.executable, "-c", DIES, *told)
    assert await dying.wait() == 9
    assert await store.memo(Erased, made.reference)
    assert len(place.keys()) == 1
    again = await place.open()
    await again.discard_strays()
    assert place.keys() == []
    await again.close()


# --- a bucket that goes away ----------------------------------------------------------------------------


async def test_a_bucket_that_is_not_there_is_a_sentence_and_no_missing_evidence(
    place: Place, store: PostgresWithBucket
) -> None:
    made = await add(store, DIGEST)
    place.delete()
    for doing in (
        keep(store, made),
        read(store, made),
        store.discard(made.reference, "0" * 64),
        store.discard_strays(),
        store._bucket.try_out(),
    ):
        with pytest.raises(
            StoreUnavailable, match=f"s3://{place.bucket}/heads-up cannot be used: {NOT_THERE}"
        ):
            await doing


async def test_what_was_kept_outlives_a_bucket_that_is_away(store: PostgresWithBucket) -> None:
    made, other = await add(store, DIGEST), await add(store, DIGEST)
    await keep(store, made)
    with away():
        for doing in (keep(store, other), read(store, made)):
            with pytest.raises(StoreUnavailable, match="cannot be used"):
                await doing
        assert await store.case(other.reference) == other
    assert await read(store, made) == BYTES
    await keep(store, other)
    assert await read(store, other) == BYTES


async def test_what_could_not_be_removed_is_removed_once_the_bucket_is_back(
    place: Place, store: PostgresWithBucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.postgres.bucket.AGAIN", 0.01)
    made = await add(store, DIGEST)
    await keep(store, made)
    with away():
        await store.erase([made], leaving(made))
        assert await store.memo(Erased, made.reference)
    await until(lambda: not place.keys())


async def test_a_bucket_that_works_is_left_as_it_was(
    place: Place, store: PostgresWithBucket
) -> None:
    await store._bucket.try_out()
    assert place.keys() == []
