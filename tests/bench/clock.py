"""One minute's job with few and many open follow-ups, and the writing of many notices at once.

`python -m tests.bench.clock`; on a real disk. Ratios are within one run: these machines are noisy.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from handlers.desk import Desk
from handlers.rules.calendar import Calendar
from handlers.sweep import sweep
from store.documents import case_tables, to_json
from store.model.case import Case
from store.model.kinds import Clock
from store.model.records import FollowUp, Person, Report, Role
from store.policies import Policies
from store.school.procedure import load_procedure
from store.school.school import School
from store.tiny import TinyStore

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)  # a Tuesday, in school hours
SIZES = (100, 10_000, 100_000)
EACH = 10  # open follow-ups of a case
NOTICES = 10_000
RUNS = 30


def case(number: int, *, overdue: bool, told: bool) -> Case:
    """A case with ten open follow-ups; `told`: nothing new is due. What is counted in hours is told one by one."""
    due = NOW - timedelta(minutes=5) if overdue else NOW + timedelta(days=7)
    stage = 1 if overdue and told else -1
    clock = Clock.NOW if overdue and not told else Clock.SCHOOL
    steps = tuple(
        FollowUp(f"own-{n}", "Ring the parent", "owner", due, clock, opened_at=NOW, told=stage)
        for n in range(EACH)
    )
    reference = f"{number:06}"
    report = Report("asha", NOW, (f"bench:{number}",), "terminal:asha")
    wake_at = NOW + timedelta(days=1) if told or not overdue else NOW - timedelta(minutes=1)
    made = Case(
        reference,
        NOW - timedelta(days=9),
        (report,),
        follow_ups=steps,
        owner="ben",
        wake_at=wake_at,
    )
    return made.enter(NOW, "asha", "opened")


async def furnished(folder: Path, cases: list[Case]) -> Desk:
    """A desk over these cases, put into the store's memory without writing their files one by one."""
    store = TinyStore.open(folder)
    await store.add_person(Person("ben", "Ben Okafor", (Role.HEAD,), ("terminal:ben",), NOW))
    for made in cases:
        store._catalogue.put(made)
    return Desk(
        store=store,
        procedure=load_procedure(ROOT / "policy_texts"),
        policies=Policies(ROOT / "policy_texts"),
        calendar=Calendar(School()),
        now=lambda: NOW,
        platforms=frozenset({"terminal"}),
    )


async def nothing_new(folder: Path, follow_ups: int) -> float:
    """Median seconds of a minute in which nothing new is due; a tenth of the follow-ups are overdue."""
    cases = [case(n, overdue=n % 10 == 0, told=True) for n in range(follow_ups // EACH)]
    desk = await furnished(folder, cases)
    times = []
    await sweep(desk)
    for _ in range(RUNS):
        begun = time.perf_counter()
        await sweep(desk)
        await desk.store.claim(NOW, 100, 300)
        times.append(time.perf_counter() - begun)
    await desk.store.close()
    return statistics.median(times)


async def many_notices(folder: Path) -> tuple[float, int]:
    """Seconds to write 10,000 notices that fall due in one minute, and how many files that took."""
    desk = await furnished(folder, [])
    cases = [case(n, overdue=True, told=False) for n in range(NOTICES // EACH)]
    for made in cases:
        await desk.store.add(replace(made, wake_at=NOW - timedelta(minutes=1)))
    begun = time.perf_counter()
    await sweep(desk)
    seconds = time.perf_counter() - begun
    claimed = await desk.store.claim(NOW, 10 * NOTICES, 300)
    assert len(claimed) >= NOTICES, len(claimed)
    await desk.store.close()
    return seconds, len(cases)


def bare_writes(folder: Path, content: bytes, number: int) -> float:
    """Seconds for as many bare durable writes: temporary file, fsync, rename, fsync of the folder."""
    folder.mkdir()
    descriptor = os.open(folder, os.O_RDONLY)
    begun = time.perf_counter()
    for n in range(number):
        partial = folder / f"{n}.partial"
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(folder / f"{n}.json")
        os.fsync(descriptor)
    seconds = time.perf_counter() - begun
    os.close(descriptor)
    return seconds


def main() -> None:
    with tempfile.TemporaryDirectory(dir=ROOT) as name:
        folder = Path(name)
        print("a minute in which nothing new is due, a tenth of the follow-ups overdue:")
        first = 0.0
        for size in SIZES:
            seconds = asyncio.run(nothing_new(folder / str(size), size))
            first = first or seconds
            print(
                f"  {size:>7,} open follow-ups  {seconds * 1e3:7.3f} ms  {seconds / first:5.2f} of {SIZES[0]}"
            )
        seconds, files = asyncio.run(many_notices(folder / "many"))
        content = to_json(case_tables(case(1, overdue=True, told=False)))
        bare = bare_writes(folder / "bare", content, NOTICES)
        print(f"{NOTICES:,} notices that fall due in one minute ({files:,} cases):")
        print(
            f"  {seconds:6.2f} s; as many bare durable writes {bare:6.2f} s; ratio {seconds / bare:.2f}"
        )


if __name__ == "__main__":
    main()
