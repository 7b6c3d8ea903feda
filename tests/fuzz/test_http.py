"""Whatever is posted to the bot's addresses, signed or not: an answer, and the next message works."""

from __future__ import annotations

from urllib.parse import urlencode

import aiohttp
import pytest

from tests.bot.slack.slack_stage import ASHA, on_stage
from tests.bot.telegram.telegram_running import Script
from tests.bot.telegram.test_telegram_webhook import HEADER, SECRET, serving
from tests.doubles.telegram import TelegramDouble

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
DEEP = '{"event":' * 2_000 + "1" + "}" * 2_000
BODIES = (
    "",
    "null",
    "7",
    "[]",
    '"x"',
    "{}",
    "[" * 50_000,
    DEEP,
    "not json",
    '{"type": "event_callback", "event": 7}',
    '{"type": "event_callback", "event": {"type": "message", "channel": [], "user": {}}}',
    '{"type": "url_verification"}',
    '{"type": ["url_verification"], "challenge": {}}',
    '{"update_id": "x"}',
    '{"update_id": 99999999999999999999999, "message": {}}',
    '{"update_id": -1, "message": {"text": "\\ud800"}}',
)


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
async def test_slack_over_http(body: str) -> None:
    async with on_stage("http") as stage:
        posts = stage.slack.posts
        forms = (body, urlencode({"payload": body}), urlencode({"command": body, "user_id": body}))
        sent = [(body, JSON), *((form, FORM) for form in forms), (body, "text/plain"), (body, "")]
        for content, kind in sent:
            status, text = await posts.post(content, kind, {})
            assert status in (200, 400, 401, 404, 503), status
            assert "Traceback" not in text
            status, _ = await posts.post(content, kind, {}, secret="another")
            assert status in (400, 401)
        stage.heard.clear()
        said = await stage.slack.message(ASHA, "And this works")
        assert said["answer"].acknowledged
        assert [incoming.text for incoming in stage.heard] == ["And this works"]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
async def test_telegram_by_webhook(body: str) -> None:
    async with TelegramDouble() as telegram:
        asha, script = telegram.user(4242, "Asha", "Patel"), Script()
        async with serving(telegram, script) as address, aiohttp.ClientSession() as client:
            async with client.post(address, data=body.encode(), headers={HEADER: SECRET}) as answer:
                assert answer.status in (200, 400)
                assert "Traceback" not in await answer.text()
            await asha.says("And this works")
            await telegram.until(lambda: script.received)
            assert script.received[-1].text == "And this works"
