"""Two schools in one database: whatever one does, of the other it sees nothing and changes nothing."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from store.errors import Conflict, NotFound, StoreUnavailable
from store.model.case import Case
from store.model.invitations import Invitation
from store.model.memos import FOLDERS, Erased, Question, Searched, Showing, Shown
from store.model.records import Awaiting, Person, Role
from store.moving import move
from store.postgres import Database, PostgresStore
from store.tiny import TinyStore
from tests.asking import holder_of, joined_to, reported_by, summary_of
from tests.databases import contents, database, server
from tests.patience import PATIENCE
from tests.store.made import NOW, case, notice, wanted

OF_NO_SCHOOL = {"schools", "installations", "installation_links"}  # they say which school it is
TABLES = (
    "cases",
    "sources",
    "notices",
    "people",
    "accounts",
    "invitations",
    "memos",
    "evidence",
    "tallies",
)
OTHER = b"other bytes"
LONG_AFTER = datetime(2100, 1, 1, tzinfo=UTC)
_numbers = itertools.count()


@pytest.fixture
async def stores() -> AsyncIterator[tuple[PostgresStore, PostgresStore]]:
    """Two schools of one process, which share its connections."""
    shared = await Database.open(database())
    number = next(_numbers)
    yield (
        await PostgresStore.open(shared, f"here-{number}"),
        await PostgresStore.open(shared, f"there-{number}"),
    )
    await shared.close()


async def film(content: bytes = b"bytes") -> AsyncIterator[bytes]:
    yield content


async def fill(store: PostgresStore) -> Case:
    """One of everything; for every store the same, under the same keys."""
    made = case("s", reference="7K4M", notices=(notice("k"),), evidence=(wanted(),), wake_at=NOW)
    await store.add(made)
    asked = Awaiting(f"case note {made.reference}", "slack:D1", NOW)
    await store.add_person(
        Person("asha", "Asha", (Role.STAFF,), ("slack:T1:U1",), NOW, awaiting=asked)
    )
    await store.add_invitation(Invitation("d1", "Ina", (Role.STAFF,), LONG_AFTER))
    await store.owe(notice("loose 7K4M"))
    for memo in (
        Question("d1", "may I?", NOW),
        Shown(made.reference, (Showing("asha", "slack:D1 1.2", NOW),)),
        Searched("s1", "asha", "7K4M", (made.reference,), NOW),
    ):
        await store.put(memo)
    await store.count("act asha", NOW, timedelta(hours=1), 1)
    for content in (b"bytes", OTHER):
        await store.keep(made.reference, film(content), 99)
    return made


Stores = tuple[PostgresStore, PostgresStore]


def school(store: PostgresStore) -> str:
    return store._connections.school


async def test_what_one_school_does_leaves_the_other_as_it_was(
    stores: Stores, tmp_path: Path
) -> None:
    """The same references, keys, ids and accounts are there in both."""
    here, there = stores
    made = await fill(there)
    assert await fill(here) == made
    before = contents(school(there))
    assert {table for table in TABLES if before[table]} == set(TABLES)

    claimed = await here.claim(LONG_AFTER, 99, 60)
    assert len(claimed) == 2
    for reference, due in claimed:
        await here.settle(reference, replace(due, settled=NOW, result="sent"))
    await here.discard(made.reference, hashlib.sha256(OTHER).hexdigest())
    await here.discard_strays()
    await here.save_person(replace(await here.person("asha"), name="Another"))
    await here.remove_person("asha")
    assert await here.use_invitation("d1")
    assert await here.drop(Question, "d1")
    assert await here.count("act asha", NOW, timedelta(hours=1), 1)
    await here.count(
        "act ben", LONG_AFTER, timedelta(hours=1), 1
    )  # what was counted long ago is forgotten
    stored = await here.save(replace(await here.case(made.reference), urgent=True))
    await here.erase([stored], Erased((made.reference,), (), "ben", NOW))
    folder = TinyStore.open(tmp_path / "folder")
    await move(here, folder)
    await move(folder, here)
    await folder.close()

    assert contents(school(there)) == before
    assert {table for table in TABLES if contents(school(here))[table]} == {"memos", "tallies"}
    assert (await there.case(made.reference)) == made
    assert len(await there.claim(LONG_AFTER, 99, 60)) == 2


async def test_an_empty_school_finds_nothing_of_a_full_one(stores: Stores) -> None:
    here, there = stores
    made = await fill(there)
    kept = await there.keep(made.reference, film(), 99)
    damage = "UPDATE people SET document = '{}' WHERE school = :school"
    await there._change(damage)
    before = contents(school(there))
    nothing: Sequence[Sequence[object]] = [
        await here.summaries(),
        await reported_by(here, "asha"),
        await joined_to(here, made.reference),
        await here.alike(made.summary.links, [kept.sha256], [0]),
        await here.wanted(LONG_AFTER),
        await here.claim(LONG_AFTER, 99, 60),
        await here.to_wake(LONG_AFTER, 99),
        await here.loose(),
        await here.people(),
        await here.having(list(Role)),
        await here.invitations(),
        await here.unreadable(),
        *[await here.memos(kind) for kind in FOLDERS],
    ]
    assert not any(nothing)
    for found in (
        await holder_of(here, "s"),
        await summary_of(here, made.reference),
        await here.next_due(),
        await here.by_account("slack:T1:U1"),
        await here.invitation("d1"),
        await here.memo(Question, "d1"),
        await here.count("act asha", NOW, timedelta(hours=1), 1),
    ):
        assert found is None
    for looking in (here.case(made.reference), here.person("asha"), here.remove_person("asha")):
        with pytest.raises(NotFound):
            await looking
    for changing in (
        here.save(made),
        here.erase([made], Erased((made.reference,), (), "ben", NOW)),
    ):
        with pytest.raises(Conflict):
            await changing
    with pytest.raises(NotFound):
        async with here.kept(made.reference, kept.sha256):
            raise AssertionError
    assert not await here.use_invitation("d1")
    assert not await here.drop(Question, "d1")
    assert contents(school(there)) == before


async def test_nobody_waits_for_a_turn_of_another_school(stores: Stores) -> None:
    here, there = stores
    async with asyncio.timeout(PATIENCE), here.alone("joining"), there.alone("joining"):
        pass


# --- statements that forget the school ------------------------------------------------------------------


async def test_every_table_that_has_a_school_shows_its_rows_alone() -> None:
    with psycopg.connect(server().get_uri("headsup")) as connection:
        unbound = connection.execute(
            "SELECT relname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'school' "
            "WHERE relkind = 'r' AND NOT (relrowsecurity AND relforcerowsecurity)"
        ).fetchall()
    assert {table for (table,) in unbound} == OF_NO_SCHOOL


@pytest.mark.parametrize("table", TABLES)
async def test_a_statement_that_forgets_the_school_reaches_no_other(
    stores: Stores, table: str
) -> None:
    here, there = stores
    await fill(there)
    before = contents(school(there))
    for forgetful in (f"UPDATE {table} SET school = school", f"DELETE FROM {table}"):  # noqa: S608
        assert await here._change(forgetful) == 0
    assert await here._rows(f"SELECT * FROM {table}") == []  # noqa: S608
    assert await copied(table, here) == b""
    assert await copied(table, there) != b""
    await fill(here)
    theirs = f'{{"school": "{school(there)}"}}'
    as_theirs = f"INSERT INTO {table} SELECT (jsonb_populate_record(t, :theirs)).* FROM {table} t"  # noqa: S608
    with pytest.raises(StoreUnavailable, match="InsufficientPrivilege"):
        await here._change(as_theirs, theirs=theirs)
    with pytest.raises(StoreUnavailable, match="InsufficientPrivilege"):
        await here._change(f"UPDATE {table} SET school = :victim", victim=school(there))  # noqa: S608
    with pytest.raises(StoreUnavailable, match="FeatureNotSupported"):
        await here._change(f"COPY {table} FROM STDIN")
    assert contents(school(there)) == before


async def copied(table: str, store: PostgresStore) -> bytes:
    async with (
        store._connections.each() as connection,
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} TO STDOUT") as copy,
    ):
        return b"".join([bytes(piece) async for piece in copy])
