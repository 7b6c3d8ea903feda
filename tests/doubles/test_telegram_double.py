"""The double refuses what the documentation says that Telegram refuses."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.doubles.telegram import TelegramDouble
from tests.doubles.telegram_text import Refusal, read

CASE = {"command": "case", "description": "What has become of a case"}
EDITED = {"chat_id": 4242, "message_id": 1, "text": "same"}


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramDouble]:
    async with TelegramDouble() as double:
        double.user(4242, "Asha", started=True)
        yield double


async def call(
    telegram: TelegramDouble, method: str, token: str = "", **given: Any
) -> dict[str, Any]:
    url = f"{telegram.api_url}/bot{token or telegram.token}/{method}"
    async with aiohttp.ClientSession() as client, client.post(url, json=given) as response:
        answer: dict[str, Any] = await response.json()
        assert response.status == answer.get("error_code", 200)
        return answer


def button(data: str) -> str:
    return json.dumps({"inline_keyboard": [[{"text": "x", "callback_data": data}]]})


@pytest.mark.parametrize(
    ("method", "given", "code", "words"),
    [
        ("sendMessage", {"chat_id": 4242, "text": ""}, 400, "message text is empty"),
        ("sendMessage", {"chat_id": 4242, "text": "😱" * 2049}, 400, "message is too long"),
        ("sendMessage", {"chat_id": 1, "text": "x"}, 400, "chat not found"),
        ("sendMessage", {"text": "x"}, 400, "chat_id is empty"),
        ("sendMessage", {"chat_id": 4242, "text": "x", "recipient": 1}, 400, "has no recipient"),
        ("editMessageText", {**EDITED, "quoted": 1}, 400, "has no quoted"),
        (
            "sendMessage",
            {"chat_id": 4242, "text": "<i>", "parse_mode": "HTML"},
            400,
            "can't parse entities",
        ),
        (
            "sendMessage",
            {"chat_id": 4242, "text": "x", "reply_markup": button("")},
            400,
            "BUTTON_DATA_INVALID",
        ),
        (
            "sendMessage",
            {"chat_id": 4242, "text": "x", "reply_markup": button("é" * 33)},
            400,
            "BUTTON_DATA",
        ),
        (
            "editMessageText",
            {"chat_id": 4242, "message_id": 9, "text": "x"},
            400,
            "message to edit not found",
        ),
        ("answerCallbackQuery", {"callback_query_id": "1"}, 400, "query is too old"),
        ("getFile", {"file_id": "x"}, 400, "invalid file_id"),
        ("setWebhook", {"url": "http://x.example"}, 400, "An HTTPS URL must be provided"),
        (
            "setMyCommands",
            {"commands": [{"command": "Case", "description": "x"}]},
            400,
            "BOT_COMMAND_INVALID",
        ),
        (
            "setMyCommands",
            {"commands": [{"command": "case", "description": ""}]},
            400,
            "DESCRIPTION_INVALID",
        ),
        ("setMyCommands", {"commands": [CASE] * 101}, 400, "BOT_COMMANDS_TOO_MUCH"),
        (
            "setMyCommands",
            {"commands": [CASE], "scope": {"type": "chat", "chat_id": 1}},
            400,
            "chat not found",
        ),
        (
            "setMyCommands",
            {"commands": [CASE], "scope": {"type": "friends"}},
            400,
            "Unsupported type",
        ),
        ("deleteMyCommands", {"scope": {"type": "chat", "chat_id": 1}}, 400, "chat not found"),
        ("setMyShortDescription", {"short_description": "x" * 121}, 400, "too long"),
        ("setMyDescription", {"description": "x" * 513}, 400, "too long"),
        ("noSuchMethod", {}, 404, "Not Found"),
    ],
)
async def test_it_refuses(
    telegram: TelegramDouble, method: str, given: dict[str, Any], code: int, words: str
) -> None:
    answer = await call(telegram, method, **given)
    assert (answer["ok"], answer["error_code"]) == (False, code)
    assert words in answer["description"]


async def test_whoever_is_asking_notices_that_it_goes_down(telegram: TelegramDouble) -> None:
    asking = asyncio.create_task(call(telegram, "getUpdates", timeout=50))
    await telegram.until(lambda: telegram.called("getUpdates"))
    telegram.goes_down()
    with pytest.raises(aiohttp.ClientError):
        await asking


async def test_the_nearest_menu_is_shown(telegram: TelegramDouble) -> None:
    own = {"type": "chat", "chat_id": 4242}
    await call(telegram, "setMyCommands", commands=[CASE])
    await call(telegram, "setMyCommands", commands=[{**CASE, "command": "duty"}], scope=own)
    assert (telegram.menu(4242), telegram.menu(1)) == (["duty"], ["case"])
    await call(telegram, "deleteMyCommands", scope=own)
    assert telegram.menu(4242) == ["case"]


async def test_a_wrong_token_is_unauthorized(telegram: TelegramDouble) -> None:
    assert (await call(telegram, "getMe", "1:wrong"))["error_code"] == 401


async def test_an_edit_that_changes_nothing_is_refused(telegram: TelegramDouble) -> None:
    await call(telegram, "sendMessage", chat_id=4242, text="same")
    assert (
        "message is not modified"
        in (await call(telegram, "editMessageText", **EDITED))["description"]
    )


async def test_who_has_not_started_cannot_be_written_to(telegram: TelegramDouble) -> None:
    finn = telegram.user(6, "Finn")
    answer = await call(telegram, "sendMessage", chat_id=6, text="x")
    assert answer["description"] == "Forbidden: bot can't initiate conversation with a user"
    await finn.starts()
    assert (await call(telegram, "sendMessage", chat_id=6, text="x"))["ok"]


async def test_updates_come_until_they_are_confirmed(telegram: TelegramDouble) -> None:
    asha = telegram.user(4242, "Asha")
    one, two = await asha.says("one"), await asha.says("two")
    for _ in range(2):
        assert (await call(telegram, "getUpdates"))["result"] == [one, two]
    assert (await call(telegram, "getUpdates", limit=1))["result"] == [one]
    assert (await call(telegram, "getUpdates", offset=two["update_id"]))["result"] == [two]
    assert (await call(telegram, "getUpdates", offset=two["update_id"] + 1))["result"] == []


async def test_two_that_poll_are_in_each_others_way(telegram: TelegramDouble) -> None:
    first = asyncio.create_task(call(telegram, "getUpdates", timeout=5))
    await telegram.until(lambda: telegram.called("getUpdates"))
    assert (await call(telegram, "getUpdates"))["ok"]
    assert (await first)["error_code"] == 409


async def test_polling_beside_a_webhook_is_refused(telegram: TelegramDouble) -> None:
    await call(telegram, "setWebhook", url="https://x.example/hook")
    assert (await call(telegram, "getUpdates"))["error_code"] == 409


@pytest.mark.parametrize(
    "text",
    [
        "<b>x",
        "x</b>",
        "<b><i>x</b></i>",
        "<p>x</p>",
        "a < b",
        "<b><code>x</code></b>",
        "<code><i>x</i></code>",
        "\ud83d",
    ],
)
def test_html_that_telegram_does_not_read(text: str) -> None:
    with pytest.raises(Refusal):
        read(text, "HTML")


def test_html_is_read_as_telegram_reads_it() -> None:
    text, entities = read("  <b>😱 &lt;x&gt;</b> https://a.example <code>b.com</code>", "HTML")
    assert text == "😱 <x> https://a.example b.com"
    assert [(e["type"], e["offset"], e["length"]) for e in entities] == [
        ("bold", 0, 6),
        ("url", 7, 17),
        ("code", 25, 5),
    ]
