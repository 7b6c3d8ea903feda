"""From a start to the first answers, and a first backup, with few and many cases: `python -m tests.bench.beginning`.

The start is `python -m bot run` as a process of its own, with Slack by Socket Mode and Telegram by long polling; in
each somebody is waiting for an answer. The doubles of the tests are the other side. By turns, medians: these machines
are noisy. The yardstick of the backup is `cp -r` of the same folder, and then `sync -f`. TMPDIR chooses the disk.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from store.backup import make
from tests.bench.intake import FEW, MANY, NOW, enrol, fill
from tests.crash.processes import environment, start_cold
from tests.doubles.slack import SlackDouble
from tests.doubles.telegram import TelegramDouble

TURNS = 3
LONGEST = 60.0  # seconds
ME = 1  # of those who are enrolled


async def first_answers(data: Path) -> float:
    """Seconds from the start of the process until both chats have been answered."""
    async with SlackDouble(patience=LONGEST) as slack, TelegramDouble() as telegram:
        user = slack.user("UASHA", "Asha Patel")
        asha = telegram.user(ME, "Asha", started=True)
        begun = time.perf_counter()
        settings = environment(data, **slack.environment, **telegram.environment)
        process = await start_cold(data.parent, settings, data.parent / "log")
        try:
            waiting = asyncio.create_task(_slack(slack, user))
            await asha.says(f"Have you seen this? https://example.com/{time.time_ns()}")
            await telegram.waits_for(asha, "Case ", LONGEST)
            await waiting
            return time.perf_counter() - begun
        finally:
            process.terminate()
            await process.wait()


async def _slack(slack: SlackDouble, user: str) -> None:
    await slack.until(lambda: slack.sockets.open, LONGEST)
    await slack.message(user, f"Have you seen this? https://example.com/{time.time_ns()}")
    await slack.next(user, LONGEST)


def copied(data: Path, to: Path) -> float:
    """Seconds for a plain copy that is on the disk."""
    begun = time.perf_counter()
    subprocess.run(["cp", "-r", data, to], check=True)
    subprocess.run(["sync", "-f", to], check=True)
    took = time.perf_counter() - begun
    shutil.rmtree(to)
    return took


def backed_up(data: Path, to: Path) -> float:
    """Seconds for a first backup, which is read back."""
    begun = time.perf_counter()
    make(data, str(to), NOW)
    took = time.perf_counter() - begun
    shutil.rmtree(to)
    return took


def main() -> None:
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        few, many = folder / "few" / "data", folder / "many" / "data"
        for data, cases in ((few, FEW), (many, MANY)):
            enrol(data, [ME])
            fill(data, cases)
        starts: dict[Path, list[float]] = {few: [], many: []}
        copies: list[float] = []
        backups: list[float] = []
        for _ in range(TURNS):
            for data, took in starts.items():
                took.append(asyncio.run(first_answers(data)))
            copies.append(copied(many, folder / "copy"))
            backups.append(backed_up(many, folder / "backup"))
        with_few, with_many = statistics.median(starts[few]), statistics.median(starts[many])
        copy, backup = statistics.median(copies), statistics.median(backups)
    print(
        f"start to first answers with {FEW} cases {with_few:.2f} s, with {MANY:,} {with_many:.2f} s",
        end="",
    )
    print(f", at most {max(starts[many]):.2f} s: {with_many / with_few:.2f}")
    print(
        f"first backup of {MANY:,} cases {backup:.2f} s, cp -r and sync {copy:.2f} s: {backup / copy:.2f}"
    )


if __name__ == "__main__":
    main()
