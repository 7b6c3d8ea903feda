"""What changes while the bot runs: a token is taken back, an answer is late, a file goes."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.settings import load
from bot.slack import SlackFrontEnd
from bot.slack.api import NO_LONGER_TAKEN
from bot.slack.intake import DELETED, MINE
from handlers.messages import Choice, Choices, DeliveryFailed, Reply, Text, say
from tests.bot.slack.slack_stage import (
    ASHA,
    BEN,
    QUICK,
    QUIET,
    STAFF,
    Stage,
    on_stage,
    populate,
    running,
)
from tests.doubles.slack import SlackDouble

URGENT = Choices((Choice("Urgent", "case urgent 7K4M"),))
CANVAS = {"mode": "quip", "filetype": "quip"}


@pytest.fixture(params=["sockets", "http"])
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with on_stage(request.param) as it:
        yield it


@pytest.mark.parametrize("way", ["sockets", "http"])
async def test_a_token_that_is_taken_back_is_said_once(
    way: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with SlackDouble(events_url="set below" if way == "http" else "") as slack:
        populate(slack)
        stage = Stage(slack)
        stage.front_end = SlackFrontEnd(load(slack.environment), pauses=QUICK, watch_seconds=0.01)

        async def asked_again(times: int) -> None:
            before = len(slack.calls)
            await slack.until(lambda: len(slack.calls) >= before + times)

        async with running(stage, way):
            await asked_again(3)
            assert stage.front_end.connected
            slack.is_revoked = True
            await asked_again(3)
            assert not stage.front_end.connected
            slack.is_revoked = False
            await asked_again(3)
            assert stage.front_end.connected
        assert "".join(capsys.readouterr()).count(NO_LONGER_TAKEN) == 1


async def test_that_slack_holds_events_back_is_said(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    limited = {"type": "app_rate_limited", "team_id": stage.slack.team, "minute_rate_limited": 1}
    way = stage.slack.posts if stage.slack.events_url else stage.slack.sockets
    assert (await way.send("events_api", limited)).acknowledged
    assert "slack holds events back" in "".join(capsys.readouterr())


async def test_a_late_answer_does_not_land_in_place_of_a_newer_one(stage: Stage) -> None:
    stage.says = lambda incoming: say("Case 7K4M", URGENT)
    await stage.slack.message(ASHA, "hello")
    case = await stage.slack.next(ASHA)
    stage.slack.fail("chat.update", "internal_error", times=2, status=500)
    stage.says = lambda incoming: Reply((Text("older"), URGENT), replaces=True)
    await stage.slack.tap(ASHA, case, "Urgent")
    stage.says = lambda incoming: Reply((Text("newer"),), replaces=True)
    await stage.slack.tap(ASHA, case, "Urgent")
    assert [(await stage.slack.next(ASHA)).words for _ in range(2)] == ["older", "newer"]
    assert [shown.words for shown in stage.slack.shown(ASHA)] == ["newer"]


async def test_an_answer_waits_though_the_refusal_is_no_json(stage: Stage) -> None:
    stage.slack.slow_down("chat.postMessage", 0, times=2, json=False)
    await stage.slack.message(ASHA, "hello")
    assert (await stage.slack.next(ASHA)).words == "Thank you."


async def test_an_answer_whose_receipt_was_lost_is_shown_again_rather_than_not(
    stage: Stage,
) -> None:
    stage.slack.lose_answers("chat.postMessage")
    await stage.slack.message(ASHA, "hello")
    assert [(await stage.slack.next(ASHA)).words for _ in range(2)] == ["Thank you."] * 2


async def test_the_bots_own_messages_are_no_reports(stage: Stage) -> None:
    await stage.front_end.send(f"slack:{STAFF}", say("Case 7K4M is urgent."))
    (alert,) = stage.slack.posted(STAFF)
    mine = {"channel": STAFF, "user": stage.slack.bot_user, "ts": alert.ts, "text": alert.text}
    await stage.slack.message_shortcut(ASHA, mine)
    assert (await stage.slack.next(ASHA)).words == MINE
    assert stage.heard == []


async def test_a_message_that_was_deleted_has_nothing_to_keep(stage: Stage) -> None:
    said = await stage.slack.post(BEN, QUIET, "This message was deleted.")
    await stage.slack.message_shortcut(ASHA, {**said, "subtype": "tombstone"})
    assert (await stage.slack.next(ASHA)).words == DELETED
    assert stage.heard == []


async def test_what_is_missing_is_said_below_the_answer(stage: Stage) -> None:
    gone = {"id": "F1", "mode": "tombstone"}
    await stage.slack.message(ASHA, "look", files=[gone])
    assert (await stage.slack.next(ASHA)).words == "Thank you."
    missing = (await stage.slack.next(ASHA)).words
    assert missing == (
        "I could not keep all of that: a file that was deleted in Slack is missing. "
        "Please send me a screenshot of it."
    )
    await stage.slack.message(ASHA, "", files=[gone])
    assert (await stage.slack.next(ASHA)).words == (
        "I could not keep that: it is a file that was deleted in Slack. "
        "Please send me a screenshot of what you see."
    )
    assert [heard.text for heard in stage.heard] == ["look"]


async def test_who_is_mentioned_is_named(stage: Stage) -> None:
    elements = [
        {"type": "user", "user_id": BEN},
        {"type": "text", "text": " hit Tom in "},
        {"type": "channel", "channel_id": STAFF},
    ]
    section = {"type": "rich_text_section", "elements": elements}
    await stage.slack.message(
        ASHA,
        text="",
        blocks=[{"type": "rich_text", "elements": [section]}],
        attachments=[
            {
                "is_share": True,
                "text": f"<@{BEN}|ben> and <@UNOBODY>",
                "channel_id": STAFF,
                "channel_name": "staff",
            }
        ],
    )
    await stage.slack.next(ASHA)
    (heard,) = stage.heard
    assert heard.text == "Ben Okafor hit Tom in #staff"
    assert heard.forwarded[0].text == "Ben Okafor and @UNOBODY"


async def test_the_bots_name_before_the_words_is_none_of_them(stage: Stage) -> None:
    me = stage.slack.bot_user
    elements = [{"type": "user", "user_id": me}, {"type": "text", "text": " case status"}]
    section = {"type": "rich_text_section", "elements": elements}
    blocks = [{"type": "rich_text", "elements": [section]}]
    said: dict[str, Any] = {"text": f"<@{me}> case status", "blocks": blocks}
    event = {"type": "message", "channel": "DASHA", "channel_type": "im", "user": ASHA}
    stage.slack.world.direct(ASHA)
    await stage.slack.event({**event, "ts": "1.0", **said})
    assert [heard.text for heard in stage.heard] == ["case status"]


async def test_a_canvas_is_kept_as_the_page_that_slack_gives(stage: Stage) -> None:
    page = b'<div class="quip-canvas-content"><h1>Year 4</h1></div>'
    whole = stage.slack.file(BEN, "plan", page, "text/html", **CANVAS)
    other = stage.slack.file(BEN, "page", b"<html>Sign in</html>", "text/html", **CANVAS)
    await stage.slack.message(ASHA, "", files=[whole, other])
    await stage.slack.next(ASHA)
    first, second = stage.heard[0].attachments
    assert b"".join([piece async for piece in stage.front_end.fetch(first.pointer)]) == page
    with pytest.raises(DeliveryFailed) as failure:
        assert [piece async for piece in stage.front_end.fetch(second.pointer)]
    assert failure.value.permanent
    assert str(failure.value) == "Slack does not hand over this canvas."


async def test_a_file_of_a_form_without_an_address_leads_nowhere(stage: Stage) -> None:
    await stage.slack.shortcut(ASHA)
    form = await stage.slack.next_view(ASHA)
    drive = {"id": "F1", "name": "doc", "title": "Essay", "is_external": True, "mimetype": "x/y"}
    await stage.slack.submit(ASHA, form, "see", files=[drive])
    await stage.slack.next(ASHA)
    assert (stage.heard[0].text, stage.heard[0].links) == ("see\nEssay", ())
