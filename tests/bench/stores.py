"""What the stores cost, beside what a disk and a database cost by themselves: `python -m tests.bench.stores [SIZE …]`.

Milliseconds (median) for opening a case, adding an entry, reading a case, listing one's own ten and what is due next,
in the folder, in PostgreSQL, in SQLite (`synchronous=FULL`) and in stock TinyDB; for the folder also seconds to start,
for the first time (which reads all) and then, and the kilobytes (tracemalloc) that a case takes in its catalogue. In brackets, how often that is its yardstick,
measured in turns with it, for these machines are noisy: of files the bare durable write (temporary file, fsync, rename,
fsync), of PostgreSQL one bare INSERT with COMMIT of the same documents, of stock TinyDB the folder. Sizes default to
100, 10,000 and 100,000 cases, which takes some minutes; stock TinyDB is not asked to hold more than 10,000.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import os
import sqlite3
import statistics
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from tinydb import Query, TinyDB

from store.base import Store
from store.disk.seal import seal
from store.documents import case_tables, to_json
from store.model.case import Case
from store.model.evidence import Evidence
from store.model.records import Notice, Report
from store.postgres import PostgresStore
from store.postgres.case_statements import ADD
from store.postgres.cases import values_of
from store.postgres.documents import to_jsonb
from store.postgres.rows import ADD_SCHOOL, statement
from store.tiny import TinyStore
from store.tiny.snapshot import USUAL, SnapshotRules
from tests.databases import database

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
SIZES = (100, 10_000, 100_000)
OWN = 10  # cases that one person reported
AT_ONCE = 1_000  # that are put into the database in one transaction, before anything is measured
TURNS, ROUNDS = 5, 20
MOST_IN_STOCK = 10_000
OPERATIONS = ("open", "entry", "read", "mine", "due")

Doing = Callable[[], Awaitable[object]]
_numbers = itertools.count()


def case() -> Case:
    n = next(_numbers)
    by, later = f"staff{n // OWN}", NOW + timedelta(days=n % 300)
    text = Evidence(1, "text", f"bench:{n}", by, NOW, text="They write this about Year 4. " * 5)
    report = Report(by, NOW, (f"bench:{n}",), "slack:D1")
    notice = Notice(f"{n} urgent ben", "urgent", "ben", later)
    # Backwards, so that they begin with any character, as those do that chance makes.
    made = Case(f"{n:06}"[::-1], NOW, (report,), (text,), notices=(notice,), wake_at=later)
    return made.enter(NOW, by, "opened", source=report.sources[0])


async def medians(*doing: Doing, rounds: int = ROUNDS) -> list[float]:
    """Milliseconds for each, some rounds of one after some of the other."""
    took: list[list[float]] = [[] for _ in doing]
    for _ in range(TURNS):
        for times, does in zip(took, doing, strict=True):
            for _ in range(rounds):
                before = time.perf_counter()
                await does()
                times.append((time.perf_counter() - before) * 1000)
    return [statistics.median(times) for times in took]


def operations(store: Store, known: list[Case]) -> list[Doing]:
    cases = itertools.cycle(known)

    async def note() -> None:
        reference = next(cases).reference
        await store.save((await store.case(reference)).note("Seen.", by="ben", at=NOW))

    return [
        lambda: store.add(case()),
        note,
        lambda: store.case(next(cases).reference),
        lambda: store.related(reporters=next(cases).reporters),
        store.next_due,
    ]


def show(name: str, size: int, figures: list[float], yardstick: list[float], *more: float) -> None:
    cells = [f"{f:9.3f} {f'({f / y:.1f})':7}" for f, y in zip(figures, yardstick, strict=True)]
    print(f"{name:14}{size:>8,}", *cells, *(f"{figure:9.2f}" for figure in more), flush=True)


async def folder(size: int, home: Path) -> list[float]:
    known = [case() for _ in range(size)]
    for made in known:  # as the store writes them, without waiting for the disk each time
        path = home / "cases" / made.reference
        path.mkdir(parents=True)
        (path / "case.json").write_bytes(seal(to_json(case_tables(made))))
    reading = await _start(home, SnapshotRules(untouched=-3600))
    seconds = await _start(home)
    tracemalloc.start()
    store = TinyStore.open(home)
    gc.collect()
    kilobytes = tracemalloc.get_traced_memory()[0] / size / 1000
    tracemalloc.stop()
    *figures, bare = await medians(*operations(store, known), bare_write(home / "bare"))
    await store.close()
    show("folder", size, figures, [bare] * len(figures), reading, seconds, kilobytes)
    return figures


async def _start(home: Path, rules: SnapshotRules = USUAL) -> float:
    begun = time.perf_counter()
    store = TinyStore.open(home, rules)
    seconds = time.perf_counter() - begun
    await store.close()
    return seconds


def bare_write(home: Path) -> Doing:
    home.mkdir()

    async def write() -> None:
        made = case()
        partial, path = home / "partial", home / made.reference
        descriptor = os.open(partial, os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
        os.write(descriptor, to_json(case_tables(made)))
        os.fsync(descriptor)
        os.close(descriptor)
        partial.rename(path)
        descriptor = os.open(home, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)

    return write


async def postgres(size: int) -> None:
    store = await PostgresStore.open(database(), f"bench-{size}")
    known = [case() for _ in range(size)]
    await store._execute(ADD_SCHOOL, {})
    for first in range(0, size, AT_ONCE):
        rows = [store._with_school(values_of(made)) for made in known[first : first + AT_ONCE]]
        async with store._connections.together() as connection, connection.cursor() as cursor:
            await cursor.executemany(statement(ADD), rows)
    await store._change("VACUUM ANALYZE")
    async with await psycopg.AsyncConnection.connect(database(), autocommit=True) as bare:
        *figures, insert = await medians(*operations(store, known), await bare_insert(bare))
    await store.close()
    show("PostgreSQL", size, figures, [insert] * len(figures))


async def bare_insert(connection: psycopg.AsyncConnection) -> Doing:
    await connection.execute(
        "CREATE TABLE IF NOT EXISTS bare (reference text PRIMARY KEY, document jsonb, summary jsonb)"
    )

    async def insert() -> None:
        made = case()
        row = (made.reference, to_jsonb(made), to_jsonb(made.summary))
        await connection.execute("INSERT INTO bare VALUES (%s, %s, %s)", row)

    return insert


async def stock(size: int, home: Path, of_folder: list[float]) -> None:
    """TinyDB as it comes."""
    with TinyDB(home / "stock.json") as db:
        db.insert_multiple(_plain(case()) for _ in range(size))

        async def insert() -> None:
            db.insert(_plain(case()))

        async def note() -> None:
            db.update({"note": "Seen."}, doc_ids=[1])

        async def read() -> None:
            db.get(doc_id=1)

        async def mine() -> None:
            db.clear_cache()  # a cache that holds until the next write
            db.search(Query().by == "staff7")

        async def due() -> None:
            min(row["wake_at"] for row in db.all())

        figures = await medians(insert, note, read, mine, due, rounds=1)
    show("stock TinyDB", size, figures, of_folder)


def _plain(made: Case) -> dict[str, object]:
    return {"by": made.reporters[0], "wake_at": str(made.wake_at), "document": to_jsonb(made)}


async def sqlite(size: int, home: Path) -> None:
    db = sqlite3.connect(home / "bench.sqlite", isolation_level=None)
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE cases (reference PRIMARY KEY, reporter, wake_at, document)")
    db.execute("CREATE INDEX of_reporter ON cases (reporter)")
    db.execute("CREATE INDEX due ON cases (wake_at)")
    put = "INSERT INTO cases VALUES (?, ?, ?, ?)"
    rows = list(_sqlite_rows(size))
    db.execute("BEGIN")
    db.executemany(put, rows)
    db.execute("COMMIT")
    known = itertools.cycle(rows)

    async def insert() -> None:
        db.executemany(put, _sqlite_rows(1))

    async def note() -> None:
        reference = next(known)[0]
        db.execute("SELECT document FROM cases WHERE reference = ?", (reference,)).fetchone()
        db.execute("UPDATE cases SET document = document || ' ' WHERE reference = ?", (reference,))

    async def read() -> None:
        db.execute("SELECT document FROM cases WHERE reference = ?", (next(known)[0],)).fetchone()

    async def mine() -> None:
        db.execute("SELECT document FROM cases WHERE reporter = ?", (next(known)[1],)).fetchall()

    async def due() -> None:
        db.execute("SELECT min(wake_at) FROM cases").fetchone()

    *figures, bare = await medians(insert, note, read, mine, due, bare_write(home / "bare"))
    db.close()
    show("SQLite", size, figures, [bare] * len(figures))


def _sqlite_rows(number: int) -> Iterator[tuple[str, ...]]:
    for made in (case() for _ in range(number)):
        yield made.reference, made.reporters[0], str(made.wake_at), to_jsonb(made)


async def measure(sizes: tuple[int, ...]) -> None:
    heads = "".join(f"{name:>10}{'':8}" for name in OPERATIONS)
    print(f"{'ms (ratio)':22}{heads}{'first start':>11}{'start, s':>10}{'KB a case':>10}")
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            home = Path(name)
            of_folder = await folder(size, home / "folder")
            await postgres(size)
            await sqlite(size, home)
            if size <= MOST_IN_STOCK:
                await stock(size, home, of_folder)


def main() -> None:
    os.environ["PG_ON_DISK"] = "1"
    asyncio.run(measure(tuple(map(int, sys.argv[1:])) or SIZES))


if __name__ == "__main__":
    main()
