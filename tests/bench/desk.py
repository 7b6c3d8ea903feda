"""What the leaders' desk costs: `python -m tests.bench.desk`.

Seconds for the figures of a year over 10,000 cases (`/figures 2026-27`, with its two comparisons), in the folder and in
PostgreSQL, and for a pack of 50 screenshots of a megabyte each, from asking for it to its last byte.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from handlers import reception
from handlers.desk import Desk
from handlers.messages import File, Incoming, Reply, Sender
from store.base import Store
from store.disk.seal import seal
from store.documents import case_tables, to_json
from store.model.case import Case
from store.model.kinds import EntryKind
from store.model.records import About, Person, Role, Status, Subject
from store.postgres import PostgresStore
from store.tiny import TinyStore
from tests.databases import database
from tests.desks import Time, desk_in
from tests.store import made

NOW = datetime(2027, 8, 20, 10, tzinfo=UTC)
CASES, SCREENSHOTS, SCREENSHOT = 10_000, 50, 1_000_000
TURNS = 5
SCHOOL = "bench-desk"
BEN = Person("ben", "Ben Okafor", (Role.HEAD,), ("slack:ben",), NOW)
_chance = random.Random(1)  # noqa: S311


def case(number: int, kinds: list[str]) -> Case:
    """A case as schools have them: half about staff, taken, closed, with links and a screenshot."""
    opened = NOW - timedelta(days=1) - _chance.random() * timedelta(days=730)
    link = made.item(1, "link", text="x", normal=f"https://facebook.com/groups/{number}")
    about = _chance.choice([About(Subject.SCHOOL), About(Subject.STAFF, "cleo", "Cleo Martin")])
    it = made.case(
        by=f"staff{number % 60}",
        at=opened,
        reference=f"{number:06}"[::-1],
        evidence=(link,),
        category=_chance.choice(kinds),
        about=about,
    )
    it = it.give("ben", by="ben", at=opened + timedelta(hours=3))
    closed = opened + timedelta(days=9)
    return replace(it, status=Status.CLOSED, outcome="removed").enter(
        closed, "ben", EntryKind.CLOSED
    )


async def folder(cases: list[Case], home: Path) -> Store:
    for each in cases:
        path = home / "cases" / each.reference
        path.mkdir(parents=True)
        (path / "case.json").write_bytes(seal(to_json(case_tables(each))))
    return TinyStore.open(home)


async def postgres(cases: list[Case], home: Path) -> Store:
    store = await PostgresStore.open(database(), SCHOOL)
    for each in cases:
        await store.add(each)
    return store


async def asks(desk: Desk, command: str) -> Reply:
    sender = Sender("slack:ben", "Ben Okafor")
    incoming = Incoming(f"slack:{_chance.random()}", sender, "slack:Dben", NOW, command=command)
    return await reception.receive(incoming, desk) or Reply()


async def seconds(doing: Callable[[], Awaitable[object]]) -> float:
    """The best of some turns: these machines are noisy."""
    took = []
    for _ in range(TURNS):
        before = time.perf_counter()
        await doing()
        took.append(time.perf_counter() - before)
    return min(took)


async def packs(desk: Desk) -> Callable[[], Awaitable[object]]:
    root = made.case(category="other", about=About(Subject.SCHOOL))
    await desk.store.add(root)
    evidence = []
    for number in range(1, SCREENSHOTS + 1):

        async def pieces() -> AsyncIterator[bytes]:
            yield _chance.randbytes(SCREENSHOT)

        kept = await desk.store.keep(root.reference, pieces(), 10**8)
        evidence.append(made.item(number, sha256=kept.sha256, size=kept.size, name="a.png"))
    await desk.store.save(replace(root, evidence=tuple(evidence)))

    async def pack() -> None:
        reply = await asks(desk, f"case pack {root.reference} police because they asked")
        [file] = [part for part in reply.parts if isinstance(part, File)]
        async with file.opened() as content:
            while content.read(1 << 20):
                pass

    return pack


async def measure() -> None:
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        time_ = Time(NOW)
        desk = desk_in(home, time_)
        await desk.store.close()
        kinds = [row.key for row in desk.procedure.category if not row.withhold]
        cases = [case(number, kinds) for number in range(CASES)]
        for kind, fill in (("folder", folder), ("PostgreSQL", postgres)):
            store = await fill(cases, home / "filled")
            await store.add_person(BEN)
            here = replace(desk, store=store)
            took = await seconds(partial(asks, here, "figures 2026-27"))
            print(f"{kind:12} figures of a year over {CASES:,} cases: {took:.2f} s", flush=True)
            took = await seconds(await packs(here))
            print(f"{kind:12} a pack of {SCREENSHOTS} screenshots: {took:.2f} s", flush=True)
            await store.close()


def main() -> None:
    asyncio.run(measure())


if __name__ == "__main__":
    main()
