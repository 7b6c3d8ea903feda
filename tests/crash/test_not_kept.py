"""A folder that takes nothing, and a bot that is killed or stopped meanwhile: no report was acknowledged.

Slack and Telegram send again what was not acknowledged, and the next bot keeps each of it once, and says so.
"""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.tiny import TinyStore
from store.tiny.verifying import verify
from store.verifying import Walk
from tests.crash.lanes import Lane, Sent, SlackLane, TelegramLane, lane_of
from tests.crash.processes import cold

PATIENCE = 0.5  # seconds that Slack waits
REPORTS = 10

pytestmark = pytest.mark.usefixtures("texts_are_ready")


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "data"
    yield folder
    allow(folder, 0o700)


def allow(data: Path, mode: int) -> None:
    for folder in (*(path for path in data.iterdir() if path.is_dir()), data):
        folder.chmod(mode)


def be_silent(lane: Lane, until: asyncio.Event) -> None:
    """What the bot says to people hangs, or is told to wait."""
    if isinstance(lane, SlackLane):
        lane.slack.hang("chat.postMessage", until)
    elif isinstance(lane, TelegramLane):
        lane.telegram.slows_down(retry_after=1, times=REPORTS)


def new_report(lane: Lane, number: int) -> Sent:
    user = lane.new_user(number)
    assert user
    return Sent(user, f"{user} saw it", b"")


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("way", ["slack", "slack-http", "telegram", "telegram-http"])
async def test_what_was_not_kept_comes_again_and_is_kept_once(
    tmp_path: Path, data: Path, way: str, how: signal.Signals
) -> None:
    async with lane_of(way, tmp_path, 1, PATIENCE) as lane:
        await lane.furnish()
        speaks = asyncio.Event()
        reports = [new_report(lane, number) for number in range(REPORTS)]
        async with cold(lane.folder, lane.environment, ordinary=True) as bot:
            await bot.says('"running"')
            allow(data, 0o500)
            be_silent(lane, speaks)
            calls = lane.calls()
            sending = [asyncio.create_task(lane.deliver(report)) for report in reports]
            await lane.until(lambda: len(lane.sent) == REPORTS and lane.calls() > calls, 20)
            assert not any(report.acknowledged for report in reports)
            bot.process.send_signal(how)
            await bot.ends()
        assert not any(report.acknowledged for report in reports)
        assert list((data / "cases").iterdir()) == []

        allow(data, 0o700)
        speaks.set()
        async with cold(lane.folder, lane.environment, ordinary=True):
            await asyncio.gather(*sending)
            await lane.until(lambda: all(len(lane.named(each.user)) == 1 for each in reports), 60)
    store = TinyStore.open(data)
    sources = Counter(
        source
        for summary in await store.summaries()
        for source in summary.sources
        if not source.startswith("after:")
    )
    assert sources == Counter(report.source for report in reports)
    await store.close()
    assert list(verify(data, Walk())) == []
