"""One and two processes of `--only web` over one PostgreSQL: `python -m tests.bench.processes`.

/report at 16 at a time, which is answered when the database has committed it; with two processes, each report goes to
one of them in turn. The database, the load and the processes share the machine's cores: on two of them there is little
left for a second process.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from store.model.records import Person
from store.postgres import PostgresStore
from tests.bench.intake import REPORTS, Send, System, by_turns, listening, look_up, process
from tests.bench.platforms import SECRET, SLACK_TOKEN, TEAM, Slack
from tests.bench.wire import serve
from tests.crash.processes import free_port
from tests.databases import database

AT_ONCE = 16
NUMBERS = (1, 2)  # processes
NOW = datetime.now(UTC)


@asynccontextmanager
async def web(data: Path) -> AsyncIterator[Slack]:
    """A process of the bot over the database, and how to send to it."""
    slack = Slack()
    slack.port = free_port()
    server, address = await serve(slack.answer)
    slack.address = address
    settings = {
        "SLACK_API_URL": f"{address}/api/",
        "SLACK_BOT_TOKEN": SLACK_TOKEN,
        "SLACK_SIGNING_SECRET": SECRET,
        "PORT": str(slack.port),
        "DATABASE_URL": database(),
    }
    ready = process(
        lambda: listening(slack.port), "bot", "run", "--only", "web", data=str(data), **settings
    )
    async with server, ready:
        yield slack


async def enrol(people: range) -> None:
    store = await PostgresStore.open(database())
    for number in people:
        accounts = (f"slack:{TEAM}:U{number}",)
        await store.add_person(Person(f"p{number}", f"Staff {number}", ("staff",), accounts, NOW))
    await store.close()


def in_turn(slacks: list[Slack]) -> Send:
    """Each report goes to the next process."""
    turns = itertools.cycle(slacks)

    async def send(person: int) -> None:
        await next(turns).command(person)

    return send


async def measure(folder: Path) -> list[System]:
    people = range(1, len(NUMBERS) * REPORTS + 1)
    await enrol(people)
    systems = []
    first = 1
    for number in NUMBERS:
        async with AsyncExitStack() as stack:
            slacks = []
            for process_number in range(number):
                place = folder / f"web-{number}-{process_number}"
                place.mkdir()
                slacks.append(await stack.enter_async_context(web(place / "data")))
            for slack in slacks:
                await look_up(slack, people)
            name = f"{number} of --only web"
            systems += await by_turns([(name, in_turn(slacks))], first, AT_ONCE)
        first += REPORTS
    return systems


def main() -> None:
    os.environ["PG_ON_DISK"] = "1"
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as name:
        one, two = asyncio.run(measure(Path(name)))
    for system in (one, two):
        print(
            f"{system.name:16} {system.rate:6,.0f} reports/s  p99 {system.percentile(99):6.1f} ms"
        )
    print(f"two over one     {two.rate / one.rate:6.2f}")


if __name__ == "__main__":
    main()
