"""Everything in this folder, sent to a whole bot by HTTP and by Socket Mode.

Nothing is refused, nothing is opened that should not be, everything visible is kept, and no error is logged.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.build import build
from bot.slack import SlackFrontEnd
from handlers.messages import Incoming, Reply
from store.model.evidence import Evidence
from tests.bot.slack.slack_stage import QUICK, running
from tests.doubles.slack import SlackDouble
from tests.doubles.slack_sockets import Answer
from tests.talks.stage import TUESDAY, SlackStage, StillClock, settings

HERE = Path(__file__).parent
Json = dict[str, Any]
MANY = "10000"


def read(folder: str) -> dict[str, Json]:
    return {path.stem: json.loads(path.read_text()) for path in sorted((HERE / folder).iterdir())}


class Replay:
    """A whole bot in a Slack."""

    def __init__(self, stage: SlackStage, front_end: SlackFrontEnd) -> None:
        self.stage = stage
        self.slack = stage.slack
        self.front_end = front_end
        self._number = 0
        self._known: set[tuple[str, int]] = set()

    async def receive(self, incoming: Incoming) -> Reply | None:
        return await self.stage.bot.receive(incoming)

    async def send(self, way: str, payload: Json) -> Answer:
        posts = self.slack.posts if self.slack.events_url else self.slack.sockets
        return await posts.send(way, payload)

    async def event(self, event: Json) -> Answer:
        return await self.slack.event(event)

    async def message(self, **more: Any) -> Answer:
        """A direct message of Asha's, at a moment of its own."""
        self._number += 1
        ts = f"1733000{self._number:03}.000100"
        said = {"type": "message", "channel": "DASHA", "channel_type": "im", "user": "UASHA"}
        return await self.event({**said, "ts": ts, "event_ts": ts, **more})

    async def fresh(self) -> list[Evidence]:
        """All that is kept since this was asked last, in any case."""
        store = self.stage.bot.desk.store
        found: list[Evidence] = []
        for summary in await store.summaries():
            for item in (await store.case(summary.reference)).evidence:
                if (summary.reference, item.number) not in self._known:
                    self._known.add((summary.reference, item.number))
                    found.append(item)
        return found


@asynccontextmanager
async def replaying(folder: Path, way: str) -> AsyncIterator[Replay]:
    async with SlackDouble(events_url="set below" if way == "http" else "") as slack:
        stage = SlackStage(folder, StillClock(TUESDAY), slack)
        # Time is no matter here: a busy machine is no refusal.
        slack.patience = 60
        slack.channel("CSTAFF", "staff", "UASHA")
        slack.world.direct("UASHA")
        limits = {"REPORTS_AN_HOUR": MANY, "ACTS_A_MINUTE": MANY}
        given = settings(folder, **stage.environment, **limits)
        front_end = SlackFrontEnd(given, pauses=QUICK)
        stage.bot = await build(given, {"slack": front_end}, stage.clock.now)
        await stage.enrol()
        replay = Replay(stage, front_end)
        with capture_logs() as log:
            async with running(replay, way):  # type: ignore[arg-type]
                await slack.until(lambda: slack.sockets.open or (way == "http" and slack.calls))
                yield replay
                await stage.bot.wait_until_idle()
        await stage.bot.close()
        assert [line for line in log if line["log_level"] == "error"] == []
        assert slack.refusals == []


@pytest.fixture(params=["sockets", "http"])
async def replay(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Replay]:
    async with replaying(tmp_path, request.param) as it:
        yield it


def words_of(evidence: list[Evidence]) -> str:
    return "\n".join(item.text or item.kind for item in evidence)


async def test_blocks_wherever_they_stand(replay: Replay) -> None:
    for name, written in read("blocks").items():
        block, seen = written["block"], written["seen"]
        shared = {"is_share": True, "ts": "1.0", "text": "", "fallback": "[no preview available]"}
        whole = [{"message": {"blocks": [block]}}]
        for message in (
            {"text": "", "blocks": [block]},
            {
                "text": "",
                "attachments": [{"blocks": [block], "fallback": "[no preview available]"}],
            },
            {"text": "", "attachments": [{**shared, "message_blocks": whole}]},
        ):
            assert (await replay.message(**message)).acknowledged, name
            kept = words_of(await replay.fresh())
            assert [text for text in seen if text not in kept] == [], name


async def test_attachments_wherever_they_stand(replay: Replay) -> None:
    for name, written in read("attachments").items():
        entry, seen = written["attachment"], written["seen"]
        outer = {"is_share": True, "ts": "1.0", "author_name": "Gita", "attachments": [entry]}
        for message in (
            {"text": "", "attachments": [entry]},
            {"text": "ok", "attachments": [outer]},
        ):
            assert (await replay.message(**message)).acknowledged, name
            kept = words_of(await replay.fresh())
            assert [text for text in seen if text not in kept] == [], name


async def test_events(replay: Replay) -> None:
    for name, written in read("events").items():
        if "payload" in written:
            answer = await replay.send("events_api", written["payload"])
        else:
            answer = await replay.event(written["event"])
        assert (answer.acknowledged, answer.attempts) == (True, 1), name
        check(name, written["kept"], await replay.fresh())


async def test_interactions(replay: Replay) -> None:
    for name, written in read("interactions").items():
        answer = await replay.send(written["way"], written["payload"])
        assert (answer.acknowledged, answer.attempts) == (True, 1), name
        check(name, written["kept"], await replay.fresh())


def check(name: str, kept: list[str], evidence: list[Evidence]) -> None:
    """All of it is there, or nothing at all where nothing was to be kept."""
    words = words_of(evidence)
    assert [text for text in kept if text not in words] == [], name
    assert bool(evidence) == bool(kept), name
