"""Whatever Slack may send, over a real socket: nothing that was acknowledged is lost, and it goes on."""

from __future__ import annotations

import asyncio
import itertools
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.doubles.slack import SlackDouble
from tests.fuzz.nasty import WORDS, examples, tampered, written
from tests.talks.stage import TUESDAY, SlackStage, StillClock, screenshot

TOKEN = "They call the kitchen filthy"
ASHA = "UASHA"
NUMBERS = itertools.count(1)
Payloads = list[tuple[str, dict[str, Any]]]


class Recording(SlackDouble):
    """Keeps every payload that it sent."""

    payloads: Payloads

    async def _send(self, kind: str, payload: dict[str, Any], *, resend: int = 0) -> Any:
        self.payloads.append((kind, json.loads(json.dumps(payload))))
        return await super()._send(kind, payload, resend=resend)


@asynccontextmanager
async def in_slack(folder: Path) -> AsyncIterator[SlackStage]:
    async with Recording() as slack:
        slack.payloads = []
        stage = SlackStage(folder, StillClock(TUESDAY), slack)
        async with stage.running():
            yield stage
        assert not [r for r in slack.refusals if "not sent" not in r and "trigger" not in r], (
            slack.refusals
        )


async def everything(stage: SlackStage, folder: Path) -> Payloads:
    """One payload of every kind that there is."""
    slack = stage.slack
    shot = slack.file(ASHA, "shot.png", screenshot(folder / "shot.png").read_bytes())
    said = await slack.message(ASHA, f"{TOKEN} https://example.org/1")
    await slack.until(lambda: slack.shown(ASHA))
    first = slack.shown(ASHA)[0]
    await slack.edit(said, f"{TOKEN}, they say")
    await slack.message(ASHA, TOKEN, files=[shot])
    await slack.forward(
        ASHA, await slack.post("UGITA", slack.channel("CP", "p", ASHA), TOKEN, files=[shot])
    )
    await slack.mention(ASHA, slack.channel("CS", "staff", ASHA), TOKEN)
    await slack.slash(ASHA, "/case", "status")
    await slack.slash(ASHA, "/report", TOKEN)
    await slack.tap(ASHA, first, "Urgent")
    await slack.tap(ASHA, first, "The school")
    await slack.shortcut(ASHA)
    await slack.until(lambda: stage._open_forms("Asha"))
    await slack.submit(ASHA, stage._open_forms("Asha")[-1], TOKEN)
    await slack.message_shortcut(ASHA, said)
    return list(slack.payloads)  # type: ignore[attr-defined]


def fresh(payload: dict[str, Any], token: str) -> dict[str, Any]:
    """The same thing, said at another time and in other words."""
    number = next(NUMBERS)
    text = json.dumps(payload).replace(TOKEN, token)
    event = payload.get("event", {})
    for stamp in {event.get("ts"), event.get("event_ts")} - {None}:
        text = text.replace(json.dumps(stamp), json.dumps(f"18{number:08}.{number:06}"))
    for name in ("trigger_id", "response_url"):
        if payload.get(name):
            text = text.replace(json.dumps(payload[name]), json.dumps(f"{payload[name]}{number}"))
    again: dict[str, Any] = json.loads(text)
    return again


async def send(stage: SlackStage, kind: str, payload: Any) -> asyncio.Future[Any]:
    """An envelope, without waiting; what comes back is its acknowledgement."""
    slack = stage.slack
    await slack.until(lambda: slack.sockets.open)
    key, waiting = str(uuid.uuid4()), asyncio.get_running_loop().create_future()
    slack.sockets._waiting[key] = waiting
    envelope = {
        "envelope_id": key,
        "type": kind,
        "payload": payload,
        "accepts_response_payload": True,
    }
    await slack.sockets.open[-1].send_str(written(envelope))
    return waiting


def is_sound(payload: Any, before: dict[str, Any], token: str) -> bool:
    """Whether it still is a message of Asha's with her words."""
    event, was = payload.get("event"), before["event"]
    if not isinstance(event, dict) or was.get("subtype") not in (None, "file_share"):
        return False
    if was.get("type") != "message":
        return False  # a mention in a channel is kept by nobody; whoever wrote it is asked to write in private
    same = all(
        event.get(k) == was.get(k)
        for k in ("type", "user", "ts", "channel", "channel_type", "subtype")
    )
    words = event.get("text")
    mine = all(
        event.get(k) in (None, was.get(k)) for k in ("team", "user_team", "bot_id", "event_ts")
    )
    known = {k: v for k, v in payload.items() if k != "event"} == {
        k: v for k, v in before.items() if k != "event"
    }
    return same and mine and known and isinstance(words, str) and token in words


async def kept(stage: SlackStage) -> str:
    """Every word of every case."""
    store = stage.bot.desk.store
    cases = [await store.case(s.reference) for s in await store.summaries()]
    return "\n".join(item.text for case in cases for item in case.evidence)


async def works(stage: SlackStage) -> None:
    """The next message is acknowledged, kept and answered."""
    words = f"And this works, number {next(NUMBERS)}"
    before = len(stage.slack.shown("UGITA"))
    said = await stage.slack.message("UGITA", words)
    assert said["answer"].acknowledged
    await stage.slack.until(lambda: len(stage.slack.shown("UGITA")) > before)
    assert words in await kept(stage)
    everybody = [
        seen.words for name in ("Asha", "Ben", "Cleo", "Gita") for seen in stage.seen(name)
    ]
    assert not any("Traceback" in seen or "Error:" in seen for seen in everybody)


@examples(6)
@given(data=st.data())
async def test_payloads_that_were_tampered_with(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("slack")
    async with in_slack(folder) as stage:
        payloads = await everything(stage, folder)
        assert len(payloads) >= 12
        sent = []
        for _ in range(25):
            kind, template = data.draw(st.sampled_from(payloads))
            token = f"{TOKEN} {uuid.uuid4()}"
            before = fresh(template, token)
            payload = data.draw(tampered(before))
            waiting = await send(stage, kind, payload)
            if kind == "events_api" and is_sound(payload, before, token):
                sent.append((token, waiting, payload))
        await works(stage)
        await stage.quiet()
        words = await kept(stage)
        lost = [
            payload for token, waiting, payload in sent if waiting.done() and token not in words
        ]
        sorry = sum("that was not kept" in seen.words for seen in stage.seen("Asha"))
        assert len(lost) <= sorry, f"acknowledged, lost, and nobody was told: {lost}"


FRAMES = (
    "",
    "null",
    "[]",
    "[1, 2]",
    '"x"',
    "{}",
    '{"type": "events_api"}',
    '{"type": ["events_api"], "envelope_id": {}, "payload": 7}',
    '{"type": "events_api", "envelope_id": "e", "payload": null}',
    '{"type": "interactive", "envelope_id": "e", "payload": []}',
    '{"type": "slash_commands", "envelope_id": "e", "payload": "x"}',
    '{"type": "disconnect", "reason": [[]]}',
    "[" * 100_000,
    '{"a":' * 100_000,
    '{"type": "events_api", "envelope_id": "e", "payload": ' + '{"event":' * 900 + "1" + "}" * 901,
    '{"type": "\\ud800", "envelope_id": "\\udfff"}',
    "\x00",
    "not json",
)


async def test_frames_that_are_no_envelopes(tmp_path: Path) -> None:
    async with in_slack(tmp_path) as stage:
        for frame in FRAMES:
            await stage.slack.until(lambda: stage.slack.sockets.open)
            await stage.slack.sockets.open[-1].send_str(frame)
            await works(stage)


async def test_messages_with_anything_in_them_are_kept_and_answered(tmp_path: Path) -> None:
    async with in_slack(tmp_path) as stage:
        for number, words in enumerate(WORDS):
            said = await stage.slack.message(ASHA, f"{TOKEN} {number} {words}"[:40_000])
            assert said["answer"].acknowledged
            assert f"{TOKEN} {number}" in await kept(stage)
        await stage.slack.until(lambda: len(stage.slack.shown(ASHA)) >= len(WORDS))
        await works(stage)
