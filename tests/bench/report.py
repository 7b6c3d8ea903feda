"""Processor time of one report at `Bot.answer`, apart from waiting for a disk: `python -m tests.bench.report`.

The folder is in memory where there is room (`tests/places.py`). With `profile` behind it, it shows instead where
the time goes, which takes about twice as long.
"""

from __future__ import annotations

import asyncio
import cProfile
import io
import pstats
import statistics
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console

from bot.app import Bot
from bot.build import build
from bot.terminal import TerminalFrontEnd
from handlers.messages import Incoming, Sender
from store.model.records import Person, Role
from tests.bench.platforms import WORDS
from tests.places import in_memory
from tests.talks.stage import TUESDAY, StillClock, settings

#: Each by somebody else: what somebody sends again soon belongs to the same case.
REPORTS = 1_000
#: Reports in each part, of which the median is shown.
PART = 100
LINES = 40


async def run(folder: Path, *, profiled: bool) -> None:
    clock = StillClock(TUESDAY)
    unlimited = {"REPORTS_AN_HOUR": "1000000", "ACTS_A_MINUTE": "1000000"}
    terminal = TerminalFrontEnd(clock, _no_work, Console(file=io.StringIO()))
    bot = await build(settings(folder, **unlimited), {"terminal": terminal}, clock.now)
    await enrol(bot)
    await report(bot, range(PART))
    if profiled:
        await show_profile(bot)
    else:
        await show_cost(bot)
    await bot.close()


async def _no_work() -> None:
    """Nothing is sent."""


async def enrol(bot: Bot) -> None:
    for number in range(REPORTS + PART):
        role = Role.DSL if number == 0 else Role.STAFF
        account = f"slack:T1:U{number}"
        name = f"Staff {number}"
        at = bot.desk.now()
        await bot.desk.store.add_person(Person(f"p{number}", name, (role,), (account,), at))


async def report(bot: Bot, numbers: range) -> None:
    for number in numbers:
        words = WORDS.format(number)
        reply = await bot.answer(
            Incoming(
                f"slack:T1:D{number}:1",
                Sender(f"slack:T1:U{number}", f"Staff {number}"),
                f"slack:D{number}",
                bot.desk.now(),
                text=words,
                links=(words.split()[7],),
            )
        )
        assert reply is not None


async def show_cost(bot: Bot) -> None:
    took: list[float] = []
    for first in range(PART, REPORTS + PART, PART):
        before = time.process_time()
        await report(bot, range(first, first + PART))
        took.append((time.process_time() - before) / PART * 1000)
    print(f"a report: {statistics.median(took):.2f} ms of processor time, at least {min(took):.2f}")


async def show_profile(bot: Bot) -> None:
    profile = cProfile.Profile()
    with profile:
        await report(bot, range(PART, REPORTS + PART))
    shown = pstats.Stats(profile)
    print(f"{shown.total_calls / REPORTS:,.0f} calls of functions for each report")  # type: ignore[attr-defined]
    shown.sort_stats("tottime").print_stats(LINES)
    shown.sort_stats("cumulative").print_stats(LINES * 2)


def main() -> None:
    with tempfile.TemporaryDirectory(dir=in_memory()) as name:
        asyncio.run(run(Path(name), profiled=sys.argv[1:] == ["profile"]))


if __name__ == "__main__":
    main()
