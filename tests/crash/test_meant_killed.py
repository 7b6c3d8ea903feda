"""Killed with -9 while a leader types bare lines: each is kept once, asked about or not, and a No stays a No.

Whether it is asked hangs on the memory of the process that takes the line; that it is kept does not.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from handlers.cases.reporting.meant_as_report import NO, YES
from store.model.case import Case
from store.model.records import Status
from store.tiny import TinyStore
from store.tiny.verifying import verify
from store.verifying import Walk
from tests.crash.lanes import CLEO, Lane, Sent, lane_of
from tests.crash.processes import Nursery, nursery
from tests.patience import PATIENCE as LONG

KILLS = 12
PATIENCE = 0.1  # seconds that Slack waits: it asks again while the bot is dead
CALLS = 8  # of the chat, before a bot is killed at the latest
SOON = 0.012  # seconds after the last of them
ASKED = re.compile(r"it becomes case (\w{4}) in ten minutes")
ENDED = re.compile(r"Case (\w{4}) is closed as sent by mistake")


class Talking:
    """What leaders type: the bot speaks to one, and a bare line follows."""

    def __init__(self, lane: Lane) -> None:
        self.lane = lane
        self.lines: list[Sent] = []

    async def types(self, leader: str) -> None:
        # Leaders are told of what others have typed: that is no answer.
        before, kills = len(self.lane.words(leader)), self.lane.kills
        await self.lane.deliver(Sent(leader, "help", b""))
        with suppress(TimeoutError):
            await self.lane.until(
                lambda: len(self.lane.words(leader)) > before or self.lane.kills > kills, LONG
            )
        line = Sent(leader, f"Somebody calls the cook a liar, says {leader}", b"")
        self.lines.append(line)
        await self.lane.deliver(line)

    async def dies_meanwhile(self, bots: Nursery, chance: random.Random) -> None:
        """A bot that is killed at some moment of what is going on."""
        lane = self.lane
        bot = await bots.start(lane.folder, lane.environment, lane.log)
        calls = lane.calls() + chance.randrange(CALLS)
        with suppress(TimeoutError):
            await lane.until(lambda: lane.calls() >= calls, 5)
        await asyncio.sleep(chance.random() * SOON)
        await bot.kill()
        lane.kills += 1


@pytest.mark.usefixtures("texts_are_ready")
@pytest.mark.parametrize(("way", "seed"), [("slack", 1), ("slack-http", 2), ("telegram", 3)])
async def test_a_leaders_line_outlives_any_kill(tmp_path: Path, way: str, seed: int) -> None:
    chance = random.Random(seed)
    async with lane_of(way, tmp_path, seed, PATIENCE) as lane, nursery() as bots:
        leaders = [str(lane.new_user(number)) for number in range(1, KILLS + 2)]
        await lane.furnish(leaders=leaders)
        talking = Talking(lane)
        *leaders, last = leaders
        typing = [asyncio.create_task(talking.types(leader)) for leader in leaders]
        for _ in range(KILLS):
            await talking.dies_meanwhile(bots, chance)

        ended = await _say_no_while_it_dies(talking, last, bots, typing)
        assert "Traceback" not in lane.log.read_text()
        store = TinyStore.open(lane.data)
        try:
            cases = {s.reference: await store.case(s.reference) for s in await store.summaries()}
        finally:
            await store.close()
        _each_line_is_there_once(talking, cases)
        assert [ref for ref, case in cases.items() if case.status == Status.CLOSED] == [ended]
        assert not [words for words in lane.words(CLEO) if ended in words]
        assert [f for f in verify(lane.data, Walk()) if "listed nowhere" not in f.what] == []


async def _say_no_while_it_dies(
    talking: Talking, leader: str, bots: Nursery, typing: list[asyncio.Task[None]]
) -> str:
    """The reference of the case of which it was said that it was not meant."""
    lane = talking.lane
    lane.becomes_patient()
    bot = await bots.start(lane.folder, lane.environment, lane.log)
    await asyncio.wait_for(asyncio.gather(*typing), LONG)
    await talking.types(leader)
    await lane.until(lambda: _found(lane, leader, ASKED), LONG)
    assert lane.can_tap(leader, YES)
    lane.becomes_patient(PATIENCE)
    tapping = asyncio.create_task(lane.tap(leader, NO))
    await asyncio.sleep(lane.chance.random() * SOON)
    await bot.kill()
    bot = await bots.start(lane.folder, lane.environment, lane.log)
    await asyncio.wait_for(tapping, LONG)
    if lane.can_tap(leader, NO):
        # The answer may have died with the bot: pressed again, it says the same.
        await lane.tap(leader, NO)
    await lane.until(lambda: _found(lane, leader, ENDED), LONG)
    await bot.end()
    [ended] = set(_found(lane, leader, ENDED))
    return ended


def _found(lane: Lane, leader: str, pattern: re.Pattern[str]) -> list[str]:
    return pattern.findall("\n".join(lane.words(leader)))


def _each_line_is_there_once(talking: Talking, cases: dict[str, Case]) -> None:
    sources = Counter(source for case in cases.values() for source in case.summary.sources)
    assert {line.source: sources[line.source] for line in talking.lines} == {
        line.source: 1 for line in talking.lines
    }
    asked = [case for case in cases.values() if case.chronology[0].details.get("asked")]
    assert asked
    texts = Counter(item.text for case in cases.values() for item in case.evidence)
    assert texts == Counter(line.text for line in talking.lines)
    for case in cases.values():
        assert all(entry.sound for entry in case.chronology)
