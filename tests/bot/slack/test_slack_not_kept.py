"""What was not kept is not acknowledged, and whoever sent it is told once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from handlers.messages import Incoming, Reply, say
from handlers.reception import NOT_KEPT
from tests.bot.slack.slack_stage import ASHA, STAFF, Stage, on_stage, populate, running
from tests.doubles.slack import SlackDouble


@pytest.fixture(params=["sockets", "http"])
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with on_stage(request.param) as it:
        it.slack.patience = 0.5
        yield it


def not_kept(incoming: Incoming) -> Reply:
    return replace(say(NOT_KEPT), received=False)


async def test_it_is_sent_again_until_it_is_kept_and_told_once(stage: Stage) -> None:
    stage.says = not_kept
    said = await stage.slack.message(ASHA, "a child")
    assert (said["answer"].acknowledged, said["answer"].attempts) == (False, 4)
    assert (await stage.slack.next(ASHA)).words == NOT_KEPT
    stage.says = lambda incoming: say("Kept.")
    event = {k: v for k, v in said.items() if k != "answer"}
    again = {**event, "channel_type": "im", "event_ts": said["ts"]}
    assert (await stage.slack.event(again)).acknowledged
    assert (await stage.slack.next(ASHA)).words == "Kept."
    assert (await stage.slack.event(again)).acknowledged
    assert [shown.words for shown in stage.slack.shown(ASHA)] == [NOT_KEPT, "Kept."]


async def test_a_mention_too(stage: Stage) -> None:
    stage.says = not_kept
    assert not (await stage.slack.mention(ASHA, STAFF, "a child")).acknowledged
    assert (await stage.slack.next(ASHA)).words == NOT_KEPT
    assert len(stage.slack.shown(ASHA)) == 1


async def test_a_form_stays_open_with_its_words(stage: Stage) -> None:
    stage.says = not_kept
    await stage.slack.shortcut(ASHA)
    form = await stage.slack.next_view(ASHA)
    answer = await stage.slack.submit(ASHA, form, "a child")
    assert answer.body["errors"] == {"words": NOT_KEPT}
    assert form.open


@pytest.mark.parametrize("way", ["sockets", "http"])
async def test_ten_messages_while_nothing_can_be_kept_or_said_and_then_the_next_process(
    way: str,
) -> None:
    async with SlackDouble(events_url="set below" if way == "http" else "") as slack:
        populate(slack)
        slack.patience = 0.3
        hanging = asyncio.Event()
        slack.hang("chat.postMessage", hanging)
        first, second = Stage(slack), Stage(slack)
        first.says = not_kept
        async with running(first, way):
            await slack.until(lambda: slack.sockets.open or (way == "http" and slack.calls))
            said = await asyncio.gather(
                *(slack.message(ASHA, f"number {number}") for number in range(10))
            )
        assert not any(one["answer"].acknowledged for one in said)
        assert slack.shown(ASHA) == []
        hanging.set()
        del slack.api.faults["chat.postMessage"]
        async with running(second, way):
            for one in said:
                event = {k: v for k, v in one.items() if k != "answer"}
                again = {**event, "channel_type": "im", "event_ts": one["ts"]}
                assert (await slack.event(again)).acknowledged
            await slack.until(lambda: len(slack.shown(ASHA)) >= 10)
        assert [heard.text for heard in second.heard] == [f"number {n}" for n in range(10)]


async def test_it_is_told_though_the_first_try_to_tell_fails(stage: Stage) -> None:
    stage.says = not_kept
    stage.slack.fail("chat.postMessage", "channel_not_found")
    said = await stage.slack.message(ASHA, "a child")
    event = {k: v for k, v in said.items() if k != "answer"}
    async with asyncio.timeout(5):
        while not stage.slack.shown(ASHA):
            await stage.slack.event({**event, "channel_type": "im", "event_ts": said["ts"]})
    assert (await stage.slack.next(ASHA)).words == NOT_KEPT
    assert len(stage.slack.shown(ASHA)) == 1
