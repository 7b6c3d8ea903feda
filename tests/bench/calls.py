"""How many functions are called for what people do most, which no other work on the machine can change:
`python -m tests.bench.calls`.

In a school of twelve people who work on cases, all of whom can be reached, with 200 open cases of 200 reporters.
"""

from __future__ import annotations

import asyncio
import cProfile
import io
import pstats
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import count as numbers_from
from pathlib import Path

from rich.console import Console

from bot.app import Bot
from bot.build import build
from bot.terminal import TerminalFrontEnd
from handlers.messages import Incoming, Reply, Sender
from store.model.records import Person, Role
from tests.bench.platforms import WORDS
from tests.places import in_memory
from tests.talks.stage import TUESDAY, StillClock, settings

CASES = 200
#: Of each kind, of which the average is shown.
TIMES = 50
WORKERS = (
    ("Ben Okafor", Role.HEAD),
    ("Cleo Martin", Role.DSL),
    ("Dev Rao", Role.ICT),
    ("Efua Mensah", Role.CHAIR),
    *((f"Lead{letter} Sur{letter}name", Role.LEADER) for letter in "abcdefgh"),
)
#: The safeguarding lead.
ASKS = 1
#: Of messages.
NUMBERS = numbers_from()


class Later(StillClock):
    """A clock that stands still, and can be put an hour on."""

    def put_on(self) -> None:
        self._at += timedelta(hours=1)


async def run(folder: Path) -> None:
    async with school(folder) as (bot, clock):
        await report(bot, range(CASES))
        reports = iter(range(CASES, CASES + TIMES))
        await count("a report", lambda: report(bot, [next(reports)]))
        # The pause of what has come in is over: leaders may see it.
        clock.put_on()
        references = [each.reference for each in await bot.desk.store.summaries()][:CASES]
        for words in ("case {}", "case take {}", "case list"):
            which = iter(references[1:])
            await say(bot, words.format(references[0]))
            await count(f"/{words.format('REF')}", lambda: say(bot, words.format(next(which))))  # noqa: B023


@asynccontextmanager
async def school(folder: Path) -> AsyncIterator[tuple[Bot, Later]]:
    clock = Later(TUESDAY)
    unlimited = {"REPORTS_AN_HOUR": "1000000", "ACTS_A_MINUTE": "1000000"}
    terminal = TerminalFrontEnd(clock, _no_work, Console(file=io.StringIO()))
    bot = await build(settings(folder, **unlimited), {"terminal": terminal}, clock.now)
    for number, (name, role) in enumerate(WORKERS):
        await _enrol(f"w{number}", name, role, bot)
    for number in range(CASES + TIMES):
        await _enrol(f"p{number}", f"Staff {number}", Role.STAFF, bot)
    yield bot, clock
    await bot.close()


async def _no_work() -> None:
    """Nothing is sent."""


async def _enrol(id: str, name: str, role: Role, bot: Bot) -> None:
    at = bot.desk.now()
    await bot.desk.store.add_person(Person(id, name, (role,), (f"terminal:{id}",), at))


async def report(bot: Bot, numbers: range | list[int]) -> None:
    for number in numbers:
        words = WORDS.format(number)
        assert await answer(bot, f"p{number}", text=words, links=(words.split()[7],))


async def say(bot: Bot, command: str) -> None:
    assert await answer(bot, f"w{ASKS}", command=command)


async def answer(bot: Bot, id: str, **said: object) -> Reply | None:
    """The answer to what somebody says in the terminal. `said`: fields of `Incoming`."""
    place = f"terminal:{id}"
    source = f"{place}:{next(NUMBERS)}"
    return await bot.answer(Incoming(source, Sender(place, id), place, bot.desk.now(), **said))  # type: ignore[arg-type]


async def count(what: str, act: Callable[[], Awaitable[None]]) -> None:
    profile = cProfile.Profile()
    with profile:
        for _ in range(TIMES):
            await act()
    calls: int = pstats.Stats(profile).total_calls  # type: ignore[attr-defined]
    print(f"{what}: {calls / TIMES:,.0f} calls of functions")


def main() -> None:
    with tempfile.TemporaryDirectory(dir=in_memory()) as name:
        asyncio.run(run(Path(name)))


if __name__ == "__main__":
    main()
