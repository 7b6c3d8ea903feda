"""What one process costs that serves several schools: `python -m tests.bench.schools [number of schools …]`.

Each has a bot of Telegram's and one member of staff, who passes one thing on. It says how long a start takes until every school is
reached, the processor time of that, the memory, the connections to PostgreSQL, and how soon the slowest of all answers has come when
everybody writes at once.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
import time
from pathlib import Path

from bot.chats import TELEGRAM
from bot.schools.connect import connect_by_token
from store.postgres.token_key import TokenKey
from tests.bot.test_run import environment
from tests.crash.processes import free_port
from tests.databases import migrated, server
from tests.doubles.telegram import TelegramDouble
from tests.doubles.telegram_people import User
from tests.doubles.trust import Trust
from tests.talks.stage import ROOT
from tests.talks.test_schools import URL, code_for, of

TICKS = os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> int:
    """Resident, in MB."""
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    [line] = [line for line in status if line.startswith("VmRSS")]
    return int(line.split()[1]) // 1024


def processor_time(pid: int) -> float:
    """In seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


async def measure(number: int) -> None:
    name = f"bench_of_{number}"
    with tempfile.TemporaryDirectory() as made:
        async with Trust(URL, free_port()) as trust:
            folder = Path(made)
            more = {"DATABASE_URL": migrated(name), "SCHOOLS": str(folder / "schools")}
            settings = environment(folder, **trust.environment, **more, TOKEN_KEY=TokenKey.new())
            people = await furnish(number, folder, settings, trust)
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "run", cwd=ROOT, env=settings
            )
            try:
                await ask(number, name, process.pid, people)
            finally:
                process.send_signal(signal.SIGTERM)
                await process.wait()


async def furnish(
    number: int, folder: Path, settings: dict[str, str], trust: Trust
) -> dict[User, tuple[TelegramDouble, str]]:
    """Somebody of each school, with the bot that they write to and their code."""
    people = {}
    for n in range(1, number + 1):
        school = f"school-{n:03}"
        its = folder / "schools" / school
        its.mkdir(parents=True)
        (its / "school.toml").write_text(f'name = "{school}"\n')
        telegram = await trust.telegram(f"{n:06}:" + "a" * 35, f"{school}_bot")
        await connect_by_token(of(school, settings), TELEGRAM, telegram.token)
        code = await code_for(school, "Asha Patel", "staff", settings)
        people[telegram.user(n, "Asha")] = telegram, code
    return people


async def ask(
    number: int, name: str, pid: int, people: dict[User, tuple[TelegramDouble, str]]
) -> None:
    begun = time.perf_counter()
    for telegram, _ in people.values():
        await telegram.until(lambda each=telegram: each.updates.webhook)
    reached, used = time.perf_counter() - begun, processor_time(pid)
    for person, (telegram, code) in people.items():
        await person.says(f"/join {code}")
        await telegram.waits_for(person, "Welcome, Asha Patel.")
    begun = time.perf_counter()
    await asyncio.gather(*(person.says("They say they will hurt Noor") for person in people))
    for person, (telegram, _) in people.items():
        await telegram.waits_for(person, "Case ")
    answered = time.perf_counter() - begun
    counted = server().psql("SELECT datname, count(*) FROM pg_stat_activity GROUP BY datname")
    [line] = [line for line in counted.splitlines() if name in line.split("|")[0].split()]
    connections = line.rpartition("|")[2].strip()
    print(
        f"{number} schools: reached after {reached:.1f} s ({used:.1f} s of processor time); "
        f"{memory(pid)} MB; {connections} connections; all answered within {answered:.1f} s"
    )


async def main() -> None:
    for number in [int(word) for word in sys.argv[1:]] or [1, 12]:
        await measure(number)


if __name__ == "__main__":
    asyncio.run(main())
