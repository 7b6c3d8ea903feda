"""What only the store in PostgreSQL has: schools apart, tables that fit, and a server that goes away."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from store.errors import Conflict, DamagedCase, StoreUnavailable
from store.model.case import Case
from store.model.memos import Question
from store.model.records import Person, Role
from store.postgres import PostgresStore, migrate
from store.postgres.case_statements import HAS_MARK
from store.postgres.migrating import known
from store.postgres.rows import statement
from tests.asking import holder_of, summary_of
from tests.databases import cut_every_connection, database, migrated, new_database
from tests.patience import PATIENCE
from tests.store.made import NOW, case, notice, wanted

_numbers = itertools.count()


@pytest.fixture
async def school() -> AsyncIterator[PostgresStore]:
    store = await PostgresStore.open(database(), f"alone-{next(_numbers)}")
    yield store
    await store.close()


@pytest.fixture
async def other() -> AsyncIterator[PostgresStore]:
    store = await PostgresStore.open(database(), f"other-{next(_numbers)}")
    yield store
    await store.close()


async def fill(store: PostgresStore) -> Case:
    made = case(notices=(notice("k"),))
    await store.add(made)
    await store.add_person(Person("asha", "Asha", (Role.STAFF,), ("slack:T1:U1",), NOW))
    await store.put(Question("d1", "may I?", NOW))
    await store.count("act asha", NOW, NOW - NOW.replace(hour=1), 3)

    async def pieces() -> AsyncIterator[bytes]:
        yield b"bytes"

    await store.keep(made.reference, pieces(), 99)
    return made


# --- schools -------------------------------------------------------------------------------------------


async def test_two_schools_may_have_the_same_reference_and_the_same_person(
    school: PostgresStore, other: PostgresStore
) -> None:
    made = await fill(school)
    await other.add(made)
    await other.add_person(Person("asha", "Another", (Role.HEAD,), ("slack:T1:U1",), NOW))
    assert (await school.person("asha")).name == "Asha"
    assert (await other.person("asha")).name == "Another"


async def test_connections_that_schools_share_never_mix_them_up(school: PostgresStore) -> None:
    second = await PostgresStore.open(school._database, "second")
    for n in range(20):
        await asyncio.gather(
            *(s.put(Question(f"{n}", s._connections.school, NOW)) for s in (school, second))
        )
    for store in (school, second):
        assert {q.text for q in await store.memos(Question)} == {store._connections.school}


async def test_row_level_security_lets_an_index_serve_what_cases_are_found_by(
    school: PostgresStore,
) -> None:
    """It does for `=`, which tells nothing of other rows, and not for the operators of arrays."""
    found = f"EXPLAIN SELECT 1 FROM cases WHERE school = :school AND {HAS_MARK}"  # noqa: S608
    await asyncio.gather(*(school.add(case(by=f"person {n}")) for n in range(100)))
    await school._change("ANALYZE marks")
    async with school._connections.together() as connection:
        await connection.execute("SET LOCAL enable_seqscan = off")
        plan = await (
            await connection.execute(statement(found), school._with_school({"marks": [b"m"]}))
        ).fetchall()
    assert any("Index Cond" in line and "mark = ANY" in line for (line,) in plan)


# --- tables --------------------------------------------------------------------------------------------


async def test_tables_are_made_by_two_machines_at_once_and_again() -> None:
    url = new_database("fresh")
    with pytest.raises(StoreUnavailable, match="headsup migrate"):
        await PostgresStore.open(url)
    made = await asyncio.gather(*(asyncio.to_thread(migrate, url) for _ in range(3)))
    assert set(made) == {known()}
    assert migrate(url) == known()
    store = await PostgresStore.open(url)
    await fill(store)
    assert migrate(url) == known()
    assert len(await store.summaries()) == 1
    await store.close()


async def test_a_bot_that_is_older_than_the_tables_says_so_and_leaves_them_alone() -> None:
    url = migrated("newer")
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    for opening in (PostgresStore.open(url), asyncio.to_thread(migrate, url)):
        with pytest.raises(StoreUnavailable, match="newer version of Heads Up"):
            await opening


@pytest.mark.parametrize(
    "change", ["TABLE marks RENAME TO signs", "TABLE cases RENAME COLUMN summary TO gist"]
)
async def test_a_bot_whose_tables_are_migrated_while_it_runs_is_told_to_start_again(
    change: str,
) -> None:
    url = migrated(f"outgrown_{next(_numbers)}")
    store = await PostgresStore.open(url)
    outgrown = asyncio.create_task(store.outgrown())
    await store.add(case())
    assert not outgrown.done()
    with psycopg.connect(url) as connection:
        connection.execute(f"ALTER {change}")
    with pytest.raises(StoreUnavailable, match="Start the bot again, with the version"):
        await store.add(case())
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(StoreUnavailable, match="Start the bot again, with the version"):
            await outgrown
    await store.close()


async def test_a_server_that_is_not_there_is_named_in_a_sentence() -> None:
    with pytest.raises(StoreUnavailable, match="cannot be reached"):
        await PostgresStore.open("postgresql://headsup@127.0.0.1:1/headsup")


# --- a server that goes away ----------------------------------------------------------------------------


async def test_a_lost_connection_fails_one_request_and_mends_itself(school: PostgresStore) -> None:
    made = await fill(school)
    cut_every_connection()
    with pytest.raises(StoreUnavailable, match="cannot be reached"):
        await school.put(Question("d2", "may I?", NOW))
    await school.put(Question("d2", "may I?", NOW))
    assert (await school.case(made.reference)) == made
    assert len(await school.memos(Question)) == 2


async def test_when_every_connection_was_lost_one_request_learns_so_for_all(
    school: PostgresStore,
) -> None:
    made = await fill(school)
    several = [school.case(made.reference) for _ in range(8)]
    await asyncio.gather(*several)
    cut_every_connection()
    with pytest.raises(StoreUnavailable, match="cannot be reached"):
        await school.case(made.reference)
    assert await asyncio.gather(*(school.case(made.reference) for _ in range(8))) == [made] * 8


async def test_a_request_that_is_given_up_leaves_a_connection_that_works(
    school: PostgresStore,
) -> None:
    for _ in range(9):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await school._rows("SELECT pg_sleep(9)")
    assert await school._rows("SELECT 1") == [(1,)]


async def test_an_idle_connection_that_was_lost_is_noticed_by_nobody(
    school: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await fill(school)
    monkeypatch.setattr("store.postgres.connection.connecting.IDLE", -1.0)
    cut_every_connection()
    assert await school.case(made.reference) == made


async def test_what_is_cut_in_the_middle_is_whole_or_not_there(school: PostgresStore) -> None:
    before = {summary.reference for summary in await school.summaries()}
    cases = [case(notices=(notice("k"),)) for _ in range(30)]

    async def add(made: Case) -> str | None:
        try:
            await school.add(made)
        except (StoreUnavailable, Conflict):
            return None
        return made.reference

    adding = [asyncio.create_task(add(made)) for made in cases]
    while not any(task.done() for task in adding):  # noqa: ASYNC110
        await asyncio.sleep(0)
    await asyncio.to_thread(cut_every_connection)
    acknowledged = set(filter(None, await asyncio.gather(*adding)))
    kept = {summary.reference for summary in await school.summaries()} - before
    assert acknowledged <= kept
    by_reference = {made.reference: made for made in cases}
    for reference in kept:
        assert await school.case(reference) == by_reference[reference]
        assert await holder_of(school, by_reference[reference].reports[0].sources[0]) == reference
    claimed = await school.claim(datetime(2100, 1, 1, tzinfo=UTC), 99, 60)
    assert {reference for reference, _ in claimed} == kept


async def test_two_that_lock_each_other_out_are_told_to_try_again(school: PostgresStore) -> None:
    for key in ("a", "b"):
        await school.put(Question(key, "may I?", NOW))
    touch = "UPDATE memos SET document = document WHERE kind = 'Question' AND document->>'digest' = %(key)s"
    both = asyncio.Barrier(2)

    async def lock(first: str, then: str) -> None:
        async with school._connections.together() as connection:
            await connection.execute(touch, {"key": first})
            await both.wait()
            await connection.execute(touch, {"key": then})

    done = await asyncio.gather(lock("a", "b"), lock("b", "a"), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in done) == ["Conflict", "NoneType"]


# --- turns ----------------------------------------------------------------------------------------------


async def test_whoever_waits_for_a_turn_for_too_long_is_told(
    school: PostgresStore, other: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.postgres.turns.PATIENCE", "50ms")
    machine = await PostgresStore.open(database(), school._connections.school)
    async with school.alone("joining"):
        async with other.alone("joining"):
            pass  # another school's
        with pytest.raises(StoreUnavailable, match="busy with the same"):
            async with machine.alone("joining"):
                raise AssertionError
    await machine.close()


# --- rows that cannot be read ---------------------------------------------------------------------------


async def test_a_row_that_cannot_be_read_is_left_out_and_named(school: PostgresStore) -> None:
    whole, bad = await fill(school), case(notices=(notice("k2"),), evidence=(wanted(),))
    await school.add(bad)
    await school.add_person(Person("ben", "Ben", (Role.HEAD,), ("slack:T1:U2",), NOW))
    await school.put(Question("d2", "may I?", NOW))
    for sql in (
        "UPDATE cases SET document = '{}', summary = '{}' WHERE school = :school AND reference = :reference",
        "UPDATE notices SET document = '{}' WHERE school = :school AND reference = :reference",
        "UPDATE people SET document = '{}' WHERE school = :school AND id = 'ben' AND :reference <> ''",
        "UPDATE memos SET document = '{}' WHERE school = :school AND document->>'digest' = 'd2' AND :reference <> ''",
    ):
        assert await school._change(sql, reference=bad.reference) == 1
    assert [s.reference for s in await school.summaries()] == [whole.reference]
    assert await summary_of(school, bad.reference) is None
    assert list(await school.wanted(NOW)) == []
    with pytest.raises(DamagedCase):
        await school.case(bad.reference)
    assert [p.id for p in await school.people()] == ["asha"]
    assert list(await school.having([Role.HEAD])) == []
    assert [q.digest for q in await school.memos(Question)] == ["d1"]
    assert [reference for reference, _ in await school.claim(NOW, 9, 60)] == [whole.reference]
    named = await school.unreadable()
    assert {f"cases/{bad.reference}", "people/ben"} <= set(named)
    assert {each.partition("/")[0] for each in named} == {"cases", "people", "notices", "questions"}


async def test_what_was_not_counted_for_long_is_forgotten(school: PostgresStore) -> None:
    day = timedelta(days=1)
    await school.count("act asha", NOW, day, 3)
    await school.count("act ben", NOW + 3 * day, day, 3)
    [(left,)] = await school._rows("SELECT count(*) FROM tallies WHERE school = :school")
    assert left == 1
