"""The webhook: only Telegram is heard, and 200 is said once something has been handed over."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from bot.settings import SettingsError
from bot.telegram import TelegramFrontEnd
from handlers.messages import Incoming, Reply
from tests.bot.telegram.telegram_running import Script, front_end
from tests.doubles.telegram import TelegramDouble
from tests.doubles.telegram_people import User

SECRET = "s3cret_of-our-own"
URL = "https://school.example/hooks/telegram"
HEADER = "X-Telegram-Bot-Api-Secret-Token"


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramDouble]:
    async with TelegramDouble() as double:
        yield double


@pytest.fixture
def asha(telegram: TelegramDouble) -> User:
    return telegram.user(4242, "Asha", "Patel")


def hooked(telegram: TelegramDouble, url: str = URL, secret: str = SECRET) -> TelegramFrontEnd:
    return front_end(telegram, TELEGRAM_WEBHOOK_URL=url, TELEGRAM_WEBHOOK_SECRET=secret)


@asynccontextmanager
async def serving(
    telegram: TelegramDouble,
    script: Script,
    *,
    ready: bool = True,
    bot: TelegramFrontEnd | None = None,
) -> AsyncIterator[str]:
    """The bot behind its webhook. Gives the address where it really listens."""
    bot = bot or hooked(telegram)
    app = web.Application()
    app.add_routes(bot.routes(script.receive))
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    telegram.updates.webhook_via = f"http://127.0.0.1:{runner.addresses[0][1]}"
    task = asyncio.create_task(bot.run(script.receive) if ready else asyncio.sleep(60))
    try:
        if ready:
            await telegram.until(lambda: telegram.updates.webhook)
        yield f"{telegram.updates.webhook_via}/hooks/telegram"
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await bot.close()
        await runner.cleanup()


async def test_updates_come_in_and_are_answered(telegram: TelegramDouble, asha: User) -> None:
    script = Script()
    async with serving(telegram, script):
        for text in ("one", "two", "three"):
            await asha.says(text)
        await telegram.taken_in()
        await telegram.until(lambda: len(telegram.shown(asha)) == 3)
    assert [i.text for i in script.received] == ["one", "two", "three"]
    given = telegram.called("setWebhook")[0].given
    assert (given["url"], given["secret_token"]) == (URL, SECRET)
    assert given["allowed_updates"] == ["message", "edited_message", "callback_query"]
    assert 1 <= int(given["max_connections"]) <= 100
    assert not telegram.called("getUpdates")


async def test_200_is_said_only_after_receive_has_returned(
    telegram: TelegramDouble, asha: User
) -> None:
    script = Script(gate=asyncio.Event())
    async with serving(telegram, script):
        await asha.says("one")
        await telegram.until(lambda: script.received)
        assert telegram.updates.webhook_answers == []
        assert script.gate
        script.gate.set()
        await telegram.taken_in()
        assert telegram.updates.webhook_answers == [200]


async def test_what_telegram_sends_again_is_taken_once(
    telegram: TelegramDouble, asha: User
) -> None:
    script = Script()
    async with serving(telegram, script):
        await asha.says("one", resend=True)
        await telegram.taken_in()
        await telegram.until(lambda: telegram.shown(asha))
        assert telegram.updates.webhook_answers == [200, 200]
    assert len(script.received) == len(telegram.shown(asha)) == 1


async def test_what_goes_wrong_is_answered_and_not_sent_for_ever(
    telegram: TelegramDouble, asha: User
) -> None:
    def answer(_: Incoming) -> Reply:
        raise ValueError

    async with serving(telegram, Script(answer)):
        await asha.says("one")
        await telegram.waits_for(asha, "Sorry")
        await telegram.taken_in()


async def test_nobody_else_is_heard(telegram: TelegramDouble, asha: User) -> None:
    script = Script()
    async with serving(telegram, script) as address, aiohttp.ClientSession() as client:
        update = {"update_id": 1, "message": (await asha.says("hi"))["message"]}
        await telegram.taken_in()
        script.received.clear()
        for headers in ({}, {HEADER: "wrong"}, {HEADER: ""}, {HEADER: SECRET + "x"}, {HEADER: "ü"}):
            async with client.post(address, json=update, headers=headers) as response:
                assert response.status == 403
    assert script.received == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"not json", 400),
        (b"[]", 400),
        (b'{"message": {}}', 400),
        (b"x" * 1_100_000, 413),
        (b'{"update_id": 1}', 200),
    ],
)
async def test_what_is_no_update_is_refused(
    telegram: TelegramDouble, body: bytes, status: int
) -> None:
    script = Script()
    async with (
        serving(telegram, script) as address,
        aiohttp.ClientSession() as client,
        client.post(address, data=body, headers={HEADER: SECRET}) as response,
    ):
        assert response.status == status
    assert script.received == []


async def test_before_it_knows_its_name_it_asks_telegram_to_come_again(
    telegram: TelegramDouble,
) -> None:
    async with (
        serving(telegram, Script(), ready=False) as address,
        aiohttp.ClientSession() as client,
        client.post(address, json={"update_id": 1}, headers={HEADER: SECRET}) as response,
    ):
        assert response.status == 503


@pytest.mark.parametrize(
    ("url", "secret", "named"),
    [
        (URL, "", "TELEGRAM_WEBHOOK_SECRET"),
        (URL, "with space", "TELEGRAM_WEBHOOK_SECRET"),
        ("school.example/hook", SECRET, "TELEGRAM_WEBHOOK_URL"),
    ],
)
def test_settings_that_cannot_be_right(url: str, secret: str, named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        hooked(TelegramDouble(), url, secret)


async def test_an_address_that_telegram_refuses_is_a_setting_to_mend(
    telegram: TelegramDouble,
) -> None:
    bot = hooked(telegram, "http://school.example/hook")
    with pytest.raises(SettingsError, match="(?i)https url must be provided"):
        await bot.run(Script().receive)


async def test_polling_has_no_routes(telegram: TelegramDouble) -> None:
    assert front_end(telegram).routes(Script().receive) == []
