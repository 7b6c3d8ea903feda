"""Somebody between Telegram and the bot answers in its place, as a school's filter or a proxy does.

What they say is not Telegram's word on the token, the chat or the message, whatever its status.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from bot.telegram import api
from handlers.messages import DeliveryFailed, say
from tests.bot.telegram.telegram_running import QUICK, Script, running
from tests.bot.telegram.test_telegram_webhook import serving
from tests.doubles.telegram import TelegramDouble
from tests.doubles.telegram_people import User

STATUSES = (400, 401, 403, 404, 407, 409, 429, 500, 502, 503)


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramDouble]:
    async with TelegramDouble() as double:
        yield double


@pytest.fixture
def asha(telegram: TelegramDouble) -> User:
    return telegram.user(4242, "Asha", "Patel")


@pytest.mark.parametrize("method", ["getMe", "deleteWebhook", "getUpdates", "sendMessage"])
async def test_what_people_send_is_taken_in_and_answered_all_the_same(
    telegram: TelegramDouble, asha: User, method: str
) -> None:
    telegram.is_intercepted(method, *STATUSES, 200)
    with capture_logs() as logs:
        async with running(telegram) as bot:
            await asha.says("one")
            await bot.got()
            await telegram.waits_for(asha, "Kept")
            assert bot.front_end.connected
    assert len(telegram.shown(asha)) == 1
    events = [entry["event"] for entry in logs]
    assert events.count(api.UNREACHABLE) == (method != "sendMessage")
    assert "blocked" not in str(logs)


async def test_the_webhook_is_announced_once_telegram_itself_answers(
    telegram: TelegramDouble, asha: User
) -> None:
    telegram.is_intercepted("setWebhook", *STATUSES)
    async with serving(telegram, Script()):
        await asha.says("one")
        await telegram.waits_for(asha, "Kept")


@pytest.mark.parametrize("status", [200, *STATUSES])
async def test_a_notice_is_owed_until_telegram_itself_answers(
    telegram: TelegramDouble, status: int
) -> None:
    ben = telegram.user(4343, "Ben", "Okafor", started=True)
    async with running(telegram, pauses=QUICK) as bot:
        telegram.is_intercepted("sendMessage", status)
        with pytest.raises(DeliveryFailed) as failed:
            await bot.front_end.send("telegram:4343", say("x"))
        assert not failed.value.permanent
        assert not bot.front_end.token_refused
        await bot.front_end.send("telegram:4343", say("x"))
    assert telegram.texts(ben) == ["x"]


@pytest.mark.parametrize("method", ["getFile", "(file)"])
@pytest.mark.parametrize("status", [200, *STATUSES])
async def test_a_page_is_never_kept_in_place_of_a_file(
    telegram: TelegramDouble, method: str, status: int
) -> None:
    file_id, size = telegram.store(b"bytes", "x.png")
    pointer = {"platform": "telegram", "file_id": file_id, "file_size": str(size)}
    async with running(telegram) as bot:
        telegram.is_intercepted(method, status)
        with pytest.raises(DeliveryFailed) as failed:
            [piece async for piece in bot.front_end.fetch(pointer)]
        assert not failed.value.permanent
        assert telegram.token not in str(failed.value)
        assert [piece async for piece in bot.front_end.fetch(pointer)] == [b"bytes"]


async def test_a_file_that_is_a_page_itself_is_kept(telegram: TelegramDouble) -> None:
    file_id, _ = telegram.store(b"<html>their page</html>", "post.html")
    async with running(telegram) as bot:
        pointer = {"platform": "telegram", "file_id": file_id}
        pieces = [piece async for piece in bot.front_end.fetch(pointer)]
    assert pieces == [b"<html>their page</html>"]
