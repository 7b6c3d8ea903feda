"""A database that is away, full, frozen or no longer the one that is written to: what asked is told in a sentence,
nothing acknowledged is lost, and it goes on by itself."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from store.errors import Conflict, StoreUnavailable
from store.model.case import Case
from store.model.memos import Question
from store.postgres import PostgresStore
from store.postgres.connection import connecting
from store.postgres.role import unbound_role
from tests.asking import holder_of
from tests.databases import cut_every_connection, database, migrated, server, stopped
from tests.patience import PATIENCE
from tests.store.made import NOW, case, notice

AT_ONCE = 8  # as many as there are connections
AWAY = "cannot be reached just now"
_schools = itertools.count()


def question(key: str) -> Question:
    return Question(key, "may I?", NOW)


@pytest.fixture
async def store() -> AsyncIterator[PostgresStore]:
    opened = await PostgresStore.open(database(), f"outage-{next(_schools)}")
    yield opened
    await opened.close()


class Network:
    """Carries everything between a bot and the server, until it hangs: nothing is lost, and nothing arrives."""

    def __init__(self) -> None:
        self._flows = asyncio.Event()
        self._flows.set()

    def hangs(self) -> None:
        self._flows.clear()

    def flows(self) -> None:
        self._flows.set()

    @asynccontextmanager
    async def between(self) -> AsyncIterator[str]:
        """The address of the database through it."""
        carrying = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        yield f"postgresql://headsup@127.0.0.1:{carrying.sockets[0].getsockname()[1]}/headsup"
        carrying.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        database()
        there = await asyncio.open_unix_connection(f"{server().pgdata}/.s.PGSQL.5432")
        both = [
            asyncio.create_task(self._pass_on(*ways))
            for ways in ((reader, there[1]), (there[0], writer))
        ]
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        for each in both:
            each.cancel()
        for end in (writer, there[1]):
            end.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                await self._flows.wait()
                writer.write(data)
                await writer.drain()


@pytest.fixture
async def network() -> AsyncIterator[Network]:
    network = Network()
    yield network
    network.flows()


class Load:
    """Cases that are kept at once and without a pause, while something goes wrong."""

    def __init__(self, store: PostgresStore) -> None:
        self.store = store
        self.acknowledged: dict[str, Case] = {}
        self.said: set[str] = set()
        self._ends = asyncio.Event()

    async def _keeps(self) -> None:
        while not self._ends.is_set():
            made = case(notices=(notice("k"),))
            try:
                await self.store.add(made)
            except StoreUnavailable as error:
                self.said.add(str(error))
                await asyncio.sleep(0.02)
            except Conflict:  # it was kept, and the answer was cut off: what came is sent again
                continue
            else:
                self.acknowledged[made.reference] = made

    async def has_kept(self, more: int) -> None:
        wanted = len(self.acknowledged) + more
        async with asyncio.timeout(PATIENCE):
            while len(self.acknowledged) < wanted:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    @asynccontextmanager
    async def runs(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as tasks:
            for _ in range(AT_ONCE):
                tasks.create_task(self._keeps())
            await self.has_kept(20)
            yield
            await self.has_kept(20)
            self._ends.set()

    async def check(self) -> None:
        kept = {summary.reference for summary in await self.store.summaries()}
        assert self.acknowledged.keys() <= kept
        for made in list(self.acknowledged.values())[::10]:
            assert await self.store.case(made.reference) == made
            assert await holder_of(self.store, made.reports[0].sources[0]) == made.reference


# --- a server that goes away ----------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["fast", "immediate"])
async def test_a_server_that_is_stopped_and_started_again(store: PostgresStore, how: str) -> None:
    load = Load(store)
    async with load.runs():
        with ExitStack() as until:
            await asyncio.to_thread(until.enter_context, stopped(how))  # type: ignore[arg-type]
            with pytest.raises(StoreUnavailable, match=AWAY):
                await store.put(question("while it is down"))
            await asyncio.to_thread(until.close)
    assert all(AWAY in said for said in load.said)
    await load.check()


async def test_connections_that_are_cut_again_and_again(store: PostgresStore) -> None:
    load = Load(store)
    async with load.runs():
        for _ in range(5):
            await asyncio.to_thread(cut_every_connection)
            await load.has_kept(5)
    assert load.said
    assert all(AWAY in said for said in load.said)
    await load.check()


# --- a server that is not the one to write to -----------------------------------------------------------


async def test_a_connection_to_what_became_a_standby_is_left_at_once(store: PostgresStore) -> None:
    """They are all of the old primary, which reads only from now on; a new one is of the new primary."""
    everyone = asyncio.Barrier(AT_ONCE)

    async def becomes_a_standby() -> None:
        async with store._connections.together() as connection:
            await connection.execute(
                "SELECT set_config('default_transaction_read_only', 'on', false)"
            )
            await everyone.wait()

    await asyncio.gather(*(becomes_a_standby() for _ in range(AT_ONCE)))
    with pytest.raises(StoreUnavailable, match=AWAY):
        await store.put(question("q"))
    await asyncio.gather(*(store.put(question(f"q{n}")) for n in range(AT_ONCE)))
    assert len(await store.memos(Question)) == AT_ONCE


async def test_while_there_is_nothing_but_a_standby_people_are_told() -> None:
    store = await PostgresStore.open(own_database(), "school")
    with superuser() as server:
        server.execute(
            "ALTER ROLE headsup IN DATABASE outages SET default_transaction_read_only = on"
        )
        await asyncio.to_thread(cut_every_connection)
        for _ in range(3):
            with pytest.raises(StoreUnavailable, match=AWAY):
                await store.put(question("q"))
            with pytest.raises(StoreUnavailable, match=AWAY):
                await store.memos(Question)  # nor is anything read that may be old
        server.execute("ALTER ROLE headsup IN DATABASE outages RESET default_transaction_read_only")
    await store.put(question("q"))
    assert len(await store.memos(Question)) == 1
    await store.close()


async def test_of_several_servers_the_one_is_asked_that_may_be_written_to(tmp_path: Path) -> None:
    url = database().replace("host=", f"host={tmp_path},")  # the first is away
    assert unbound_role(url) == ""
    store = await PostgresStore.open(url, f"outage-{next(_schools)}")
    await store.put(question("q"))
    await store.close()


# --- a server that has no room --------------------------------------------------------------------------


async def test_more_connections_than_the_server_takes() -> None:
    store = await PostgresStore.open(own_database(), "crowded")
    with superuser() as server:
        server.execute("ALTER DATABASE outages CONNECTION LIMIT 0")
        await asyncio.to_thread(cut_every_connection)
        for _ in range(3):
            with pytest.raises(StoreUnavailable, match=AWAY):
                await store.put(question("q"))
        server.execute("ALTER DATABASE outages CONNECTION LIMIT -1")
    await store.put(question("q"))
    await store.close()


async def test_a_disk_that_is_full(store: PostgresStore) -> None:
    """The error is PostgreSQL's own for it, raised for the second piece of what is kept."""

    async def film() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield bytes(256 * 1024)

    kept = case()
    await store.add(kept)
    with superuser("headsup") as server:
        server.execute(FULL)
        try:
            with pytest.raises(StoreUnavailable, match="disk of the database is full"):
                await store.keep(kept.reference, film(), 10**9)
        finally:
            server.execute("DROP FUNCTION full_disk CASCADE")
    assert await store._rows("SELECT count(*) FROM evidence WHERE school = :school") == [(0,)]
    assert (await store.keep(kept.reference, film(), 10**9)).size == 3 * 256 * 1024


FULL = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE 'No space left on device' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON evidence FOR EACH ROW WHEN (NEW.number > 0) EXECUTE FUNCTION full_disk();
"""


# --- what never answers ---------------------------------------------------------------------------------


async def test_a_statement_that_somebody_cancels(store: PostgresStore) -> None:
    await store.put(question("q"))
    with superuser("headsup") as other, other.transaction():
        other.execute("SELECT FROM memos FOR UPDATE")
        waiting = asyncio.create_task(store.put(Question("q", "changed", NOW)))
        cancelled = (
            "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        )
        while not other.execute(cancelled).fetchall():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        with pytest.raises(StoreUnavailable, match=AWAY):
            await waiting
    assert [q.text for q in await store.memos(Question)] == ["may I?"]
    await store.put(Question("q", "changed", NOW))


async def test_a_network_that_hangs_is_waited_for_no_longer_than_a_while(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        connecting.REACHING, "connect_timeout", 2
    )  # the shortest that the driver knows
    async with network.between() as url, asyncio.timeout(PATIENCE):
        store = await PostgresStore.open(url, f"outage-{next(_schools)}")
        async with store.alone("joining"):
            await store.put(question("q"))
        monkeypatch.setattr("store.postgres.connection.bounded.ANSWERED_WITHIN", 0.2)
        network.hangs()
        for _ in ("of a connection that there was", "of a new one"):
            told = await asyncio.gather(
                store.memos(Question), takes_a_turn(store), return_exceptions=True
            )
            assert [type(error) for error in told] == [StoreUnavailable] * 2
        network.flows()
        assert len(await store.memos(Question)) == 1
        await takes_a_turn(store)
        await store.close()


async def takes_a_turn(store: PostgresStore) -> None:
    async with store.alone("joining"):
        await store.memos(Question)


async def test_whoever_is_cut_off_in_a_turn_keeps_it_for_a_while_only(
    network: Network, store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.postgres.connection.connecting.LET_GO", "200ms")
    async with network.between() as url, asyncio.timeout(PATIENCE):
        frozen = await PostgresStore.open(url, store._connections.school)
        async with frozen.alone("joining"):
            network.hangs()
            async with store.alone("joining"):
                network.flows()
        await frozen.close()


# --- what the tests need --------------------------------------------------------------------------------


def own_database() -> str:
    """One whose limits a test may change."""
    return migrated("outages")


@contextmanager
def superuser(database: str = "postgres") -> Iterator[psycopg.Connection]:
    with psycopg.connect(server().get_uri(database), autocommit=True) as connection:
        yield connection
