"""Stopped with SIGTERM while people send: it ends in time and well, and nothing is lost or done twice."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from pathlib import Path

import pytest

from store.tiny import TinyStore
from store.tiny.verifying import verify
from store.verifying import Walk
from tests import patience
from tests.crash.lanes import CALLS, SOON, lane_of
from tests.crash.nursery import SLOW_DISK
from tests.crash.processes import nursery
from tests.crash.test_kill import _check

STOPS = 12
FEW = 3  # senders: what they send has to be told to two leaders, one message after another
PATIENCE = 1.0  # seconds that Slack waits: for what is being finished


@pytest.mark.usefixtures("texts_are_ready")
@pytest.mark.parametrize(
    ("way", "seed", "slow"),
    [
        ("slack", 1, 0.0),
        ("slack-http", 2, 0.0),
        ("telegram", 3, 0.0),
        ("telegram-http", 4, 0.0),
        ("telegram-http", 5, 0.15),
    ],
)
async def test_stopped_at_any_moment_nothing_is_lost_or_doubled(
    tmp_path: Path, way: str, seed: int, slow: float
) -> None:
    """`slow`: seconds that the disk takes for each write."""
    async with lane_of(way, tmp_path, seed, PATIENCE) as lane, nursery() as bots:
        lane.environment[SLOW_DISK] = str(slow)
        await lane.furnish()
        reporting = [asyncio.create_task(lane.report(n)) for n in range(FEW)]
        took = []
        for _ in range(STOPS):
            bot = await bots.start(lane.folder, lane.environment, lane.log)
            calls = lane.calls() + lane.chance.randrange(CALLS)
            with suppress(TimeoutError):
                await lane.until(lambda least=calls: lane.calls() >= least, 5)  # type: ignore[misc]
            await asyncio.sleep(lane.chance.random() * SOON)
            begun = time.monotonic()
            await bot.end()
            took.append(time.monotonic() - begun)
        bot = await bots.start(lane.folder, lane.environment, lane.log)
        lane.becomes_patient()
        lane._stop.set()
        await asyncio.wait(reporting, timeout=patience.PATIENCE)
        with suppress(TimeoutError):  # what is missing then is named by the checks
            await lane.until(lambda: not lane.untold(), patience.PATIENCE)
        await bot.end()
        await lane.rest(bots, reporting)
        await asyncio.gather(*reporting)
        # None hung, however busy the machine is.
        assert max(took) < patience.PATIENCE
        said = lane.log.read_text()
        assert "Traceback" not in said
        assert said.count('"stopped"') >= STOPS / 2  # some are stopped before they run
        store = TinyStore.open(lane.data)
        try:
            await _check(lane, store)  # of no kill: no notice came twice
        finally:
            await store.close()
        assert list(verify(lane.data, Walk())) == []
