"""What the stores cost, beside what a disk and a database cost by themselves: `python -m tests.bench.stores [SIZE …]`.

Milliseconds (median) for opening a case, adding an entry, reading a case, listing one's own and what is due, in the
folder, in PostgreSQL, in stock TinyDB and in SQLite (`synchronous=FULL`); then the bare durable write (temporary
file, fsync, rename, fsync) and the bare INSERT with COMMIT. Ratios are within one run: these machines are noisy.
Sizes default to 100 and 10,000 cases; 100000 takes some minutes to fill.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from tinydb import Query, TinyDB

from store.base import Store
from store.case import Case
from store.documents import case_tables, to_json
from store.postgres import PostgresStore
from store.postgres.documents import to_jsonb
from store.records import Evidence, Notice, Report
from store.tiny import TinyStore
from tests.databases import database

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
SIZES = (100, 10_000)
ROUNDS = 60
SLOW = 10_000  # cases, from which stock TinyDB is asked only a few times
_numbers = itertools.count()


def case() -> Case:
    n = next(_numbers)
    text = Evidence(
        1, "text", f"bench:{n}", f"staff{n % 200}", NOW, text="They write this about Year 4. " * 5
    )
    report = Report(f"staff{n % 200}", NOW, (f"bench:{n}",), "slack:D1")
    notice = Notice(f"{n} urgent ben", "urgent", "ben", NOW + timedelta(days=n % 300))
    made = Case(f"{n:06}", NOW, (report,), (text,), notices=(notice,), wake_at=NOW + timedelta(days=n % 300))
    return made.enter(NOW, report.by, "opened", source=report.sources[0])


async def median(doing: Callable[[], Awaitable[object]], rounds: int = ROUNDS) -> float:
    took = []
    for _ in range(rounds):
        before = time.perf_counter()
        await doing()
        took.append((time.perf_counter() - before) * 1000)
    return statistics.median(took)


async def of_store(store: Store, known: list[Case]) -> list[float]:
    cases = itertools.cycle(known)

    async def note() -> None:
        reference = next(cases).reference
        await store.save((await store.case(reference)).note("Seen.", by="ben", at=NOW))

    return [
        await median(lambda: store.add(case())),
        await median(note),
        await median(lambda: store.case(next(cases).reference)),
        await median(lambda: store.reported_by(["staff7"])),
        await median(store.next_due),
    ]


async def folder(size: int, home: Path) -> list[float]:
    known = [case() for _ in range(size)]
    for made in known:  # as the store writes them, without waiting for the disk each time
        path = home / "cases" / made.reference
        path.mkdir(parents=True)
        (path / "case.json").write_bytes(to_json(case_tables(made)))
    begun = time.perf_counter()
    store = TinyStore.open(home)
    opened = time.perf_counter() - begun
    figures = await of_store(store, known)
    await store.close()
    return [*figures, opened]


async def postgres(size: int) -> list[float]:
    known = [case() for _ in range(size)]
    store = await PostgresStore.open(database(), f"bench-{size}")
    left = iter(known)

    async def fill() -> None:
        for made in left:
            await store.add(made)

    await asyncio.gather(*(fill() for _ in range(8)))
    await store._do("ANALYZE")
    figures = await of_store(store, known)
    await store.close()
    return figures


async def stock(size: int, home: Path) -> list[float]:
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
            db.search(Query().by == "staff7")

        async def due() -> None:
            min(row["wake_at"] for row in db.all())

        rounds = 3 if size >= SLOW else 20
        return [await median(doing, rounds) for doing in (insert, note, read, mine, due)]


def _plain(made: Case) -> dict[str, object]:
    return {"by": made.reporters[0], "wake_at": str(made.wake_at), "document": to_jsonb(made)}


async def sqlite(size: int, home: Path) -> list[float]:
    db = sqlite3.connect(home / "bench.sqlite", isolation_level=None)
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE cases (reference PRIMARY KEY, reporter, wake_at, document)")
    db.execute("CREATE INDEX of_reporter ON cases (reporter)")
    db.execute("CREATE INDEX due ON cases (wake_at)")
    put = "INSERT INTO cases VALUES (?, ?, ?, ?)"
    rows = [(c.reference, c.reporters[0], str(c.wake_at), to_jsonb(c)) for c in (case() for _ in range(size))]
    db.execute("BEGIN")
    db.executemany(put, rows)
    db.execute("COMMIT")
    known = itertools.cycle(row[0] for row in rows)

    async def insert() -> None:
        made = case()
        db.execute(put, (made.reference, made.reporters[0], str(made.wake_at), to_jsonb(made)))

    async def note() -> None:
        reference = next(known)
        db.execute("SELECT document FROM cases WHERE reference = ?", (reference,)).fetchone()
        db.execute("UPDATE cases SET document = document || ' ' WHERE reference = ?", (reference,))

    async def read() -> None:
        db.execute("SELECT document FROM cases WHERE reference = ?", (next(known),)).fetchone()

    async def mine() -> None:
        db.execute("SELECT document FROM cases WHERE reporter = 'staff7'").fetchall()

    async def due() -> None:
        db.execute("SELECT min(wake_at) FROM cases").fetchone()

    return [await median(doing) for doing in (insert, note, read, mine, due)]


async def bare_write(home: Path) -> float:
    content = to_json(case_tables(case()))

    async def write() -> None:
        partial, path = home / "bare.partial", home / f"bare-{next(_numbers)}"
        descriptor = os.open(partial, os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
        os.write(descriptor, content)
        os.fsync(descriptor)
        os.close(descriptor)
        partial.rename(path)
        descriptor = os.open(home, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)

    return await median(write)


async def bare_insert() -> float:
    connection = await psycopg.AsyncConnection.connect(database(), autocommit=True)
    async with connection:
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS bare (reference text PRIMARY KEY, document jsonb)"
        )
        put = "INSERT INTO bare VALUES (%s, %s)"

        async def insert() -> None:
            made = case()
            await connection.execute(put, (made.reference, to_jsonb(made)))

        return await median(insert)


async def measure(sizes: tuple[int, ...]) -> None:
    print(f"{'':24}{'open':>9}{'entry':>9}{'read':>9}{'mine':>9}{'due':>9}{'start, s':>10}")
    for size in sizes:
        for name, doing in (
            ("folder", folder),
            ("PostgreSQL", None),
            ("SQLite", sqlite),
            ("stock TinyDB", stock),
        ):
            if doing is stock and size > SLOW:
                continue
            with tempfile.TemporaryDirectory() as home:
                figures = await (doing(size, Path(home)) if doing else postgres(size))
            print(f"{name:14}{size:>10,}" + "".join(f"{figure:9.2f}" for figure in figures), flush=True)
    with tempfile.TemporaryDirectory() as home:
        print(f"bare durable write {await bare_write(Path(home)):14.2f}")
    print(f"bare INSERT, COMMIT {await bare_insert():13.2f}")


def main() -> None:
    os.environ["PG_ON_DISK"] = "1"
    asyncio.run(measure(tuple(map(int, sys.argv[1:])) or SIZES))


if __name__ == "__main__":
    main()
