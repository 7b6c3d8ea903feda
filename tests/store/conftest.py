"""Every store there is, for the one suite that holds each of them to `store.base.Store`."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Protocol

import pytest

from store.base import Store
from store.postgres import PostgresStore
from store.postgres.bucket import EvidenceBucket, PostgresWithBucket
from store.tiny import TinyStore
from store.tiny.snapshot import SnapshotRules
from tests.buckets import new_bucket
from tests.databases import database

#: What a start has read is kept for the next one at once, however little it is.
EAGER = SnapshotRules(untouched=-3600, worth=1)

Later = Callable[[], Awaitable[Store]]


class Backend(Protocol):
    async def open(self) -> Store:
        """The store with all that was written to it before."""


class Tiny:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def open(self) -> Store:
        # Twice: the second time, all that the first has kept of the cases is believed.
        await TinyStore.open(self.folder, EAGER).close()
        return TinyStore.open(self.folder, EAGER)


class Postgres:
    """A school of its own in the one database of this run."""

    def __init__(self, folder: Path) -> None:
        self.school = f"school-{next(_schools)}"

    async def open(self) -> Store:
        return await PostgresStore.open(database(), self.school)


class WithBucket(Postgres):
    """The same, with the bytes of evidence in a bucket."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.bucket = new_bucket()

    async def open(self) -> Store:
        evidence = EvidenceBucket(f"s3://{self.bucket}/heads-up", self.school)
        return await PostgresWithBucket.open_with(evidence, database(), self.school)


_schools = itertools.count()
BACKENDS: dict[str, Callable[[Path], Backend]] = {
    "tiny": Tiny,
    "postgres": Postgres,
    "bucket": WithBucket,
}
#: Those that differ in more than where the bytes of evidence lie.
OF_RECORDS = ("tiny", "postgres")

#: Suites that bring no bytes of evidence.
RECORDS_ALONE = ("test_memos", "test_people", "test_counts", "test_notices")


class Opened:
    """A backend with the store that is open now."""

    def __init__(self, backend: Backend, store: Store) -> None:
        self.backend = backend
        self.store = store

    async def anew(self) -> Store:
        await self.store.close()
        self.store = await self.backend.open()
        return self.store

    async def same(self) -> Store:
        return self.store


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    own = [mark.args[0] for mark in metafunc.definition.iter_markers("parametrize")]
    if "opened" in metafunc.fixturenames and "opened" not in own:
        suite = metafunc.module.__name__.rpartition(".")[2]
        backends = OF_RECORDS if suite in RECORDS_ALONE else tuple(BACKENDS)
        metafunc.parametrize("opened", backends, indirect=True)


@pytest.fixture
async def opened(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Opened]:
    backend = BACKENDS[request.param](tmp_path / "data")
    opened = Opened(backend, await backend.open())
    yield opened
    await opened.store.close()


@pytest.fixture
async def all_opened(tmp_path: Path) -> AsyncIterator[dict[str, Opened]]:
    """The stores that differ in records, beside one another: what takes long to make up is made once for all."""
    made = {}
    for name in OF_RECORDS:
        backend = BACKENDS[name](tmp_path / "data")
        made[name] = Opened(backend, await backend.open())
    yield made
    for opened in made.values():
        await opened.store.close()


@pytest.fixture
def store(opened: Opened) -> Store:
    return opened.store


@pytest.fixture(params=["same", "anew"])
def later(request: pytest.FixtureRequest, opened: Opened) -> Later:
    """The store a moment later: the very same, and once more after it was closed and opened again."""
    return opened.anew if request.param == "anew" else opened.same
