"""The Slack on loopback refuses what Slack refuses."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.bot.slack.slack_stage import ASHA, QUIET, STAFF, populate
from tests.doubles.slack import SlackDouble

FORM = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Title"},
    "blocks": [{"type": "section", "text": {"type": "plain_text", "text": "Text"}}],
}


@pytest.fixture
async def slack() -> AsyncIterator[SlackDouble]:
    async with SlackDouble() as it:
        populate(it)
        yield it


async def _call(
    slack: SlackDouble, method: str, token: str | None = None, **arguments: Any
) -> dict[str, Any]:
    token = slack.bot_token if token is None else token
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with slack.client.post(
        f"{slack.api_url}{method}", json=arguments, headers=headers
    ) as answer:
        return dict(await answer.json())


def _section(text: str) -> list[dict[str, Any]]:
    return [{"type": "section", "text": {"type": "plain_text", "text": text}}]


@pytest.mark.parametrize(
    ("method", "arguments", "error"),
    [
        ("chat.postMessage", {"channel": "CNONE", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": QUIET, "text": "x"}, "not_in_channel"),
        ("chat.postMessage", {"channel": STAFF}, "no_text"),
        ("chat.postMessage", {"channel": STAFF, "text": "x" * 40_001}, "msg_too_long"),
        ("chat.postMessage", {"channel": STAFF, "blocks": _section("")}, "invalid_blocks"),
        ("chat.postMessage", {"channel": STAFF, "blocks": _section("x" * 3_001)}, "invalid_blocks"),
        ("chat.postMessage", {"channel": STAFF, "blocks": _section("x") * 51}, "invalid_blocks"),
        (
            "chat.postMessage",
            {"channel": STAFF, "blocks": _section("x" * 3_000) * 5},
            "msg_blocks_too_long",
        ),
        ("chat.postMessage", {"channel": STAFF, "blocks": [{"type": "input"}]}, "invalid_blocks"),
        ("chat.update", {"channel": STAFF, "ts": "1.0", "text": "x"}, "message_not_found"),
        ("views.open", {"trigger_id": "1.2.x", "view": FORM}, "invalid_trigger_id"),
        ("views.open", {"trigger_id": "1.2.x", "view": {"type": "home"}}, "invalid_arguments"),
        ("users.info", {"user": "UNONE"}, "user_not_found"),
        ("chat.shout", {}, "unknown_method"),
    ],
)
async def test_refusals(
    slack: SlackDouble, method: str, arguments: dict[str, Any], error: str
) -> None:
    answer = await _call(slack, method, **arguments)
    assert (answer["ok"], answer["error"]) == (False, error)


async def test_tokens(slack: SlackDouble) -> None:
    assert (await _call(slack, "auth.test", ""))["error"] == "not_authed"
    assert (await _call(slack, "auth.test", "xoxb-other"))["error"] == "invalid_auth"
    assert (await _call(slack, "auth.test", slack.app_token))["error"] == "not_allowed_token_type"
    assert (await _call(slack, "apps.connections.open"))["error"] == "not_allowed_token_type"
    assert (await _call(slack, "auth.test"))["ok"]


async def test_a_trigger_is_good_once_and_for_three_seconds(
    slack: SlackDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    trigger = slack.world.trigger(ASHA)
    assert (await _call(slack, "views.open", trigger_id=trigger, view=FORM))["ok"]
    again = await _call(slack, "views.open", trigger_id=trigger, view=FORM)
    assert again["error"] == "exchanged_trigger_id"
    old = slack.world.trigger(ASHA)
    monkeypatch.setattr("tests.doubles.slack_world.TRIGGER_SECONDS", -1)
    assert (await _call(slack, "views.open", trigger_id=old, view=FORM))[
        "error"
    ] == "expired_trigger_id"


async def test_a_response_url_is_good_for_five_answers(slack: SlackDouble) -> None:
    url = slack._response_url(ASHA, STAFF)
    statuses = []
    for _ in range(6):
        async with slack.client.post(url, json={"text": "x"}) as answer:
            statuses.append(answer.status)
    assert statuses == [200] * 5 + [404]


async def test_an_address_for_socket_mode_is_good_once(slack: SlackDouble) -> None:
    opened = await _call(slack, "apps.connections.open", slack.app_token)
    async with slack.client.ws_connect(opened["url"]) as socket:
        assert (await socket.receive_json())["type"] == "hello"
        async with slack.client.get(opened["url"].replace("ws", "http", 1)) as answer:
            assert answer.status == 408


async def test_a_file_is_not_given_without_the_token(slack: SlackDouble) -> None:
    file = slack.file(ASHA, "a.png", b"secret")
    async with slack.client.get(file["url_private_download"]) as answer:
        assert answer.content_type == "text/html"
        assert b"secret" not in await answer.read()


async def test_an_upload_must_have_arrived_before_it_is_finished(slack: SlackDouble) -> None:
    place = await _call(slack, "files.getUploadURLExternal", filename="a.pdf", length=3)
    finish = {"files": [{"id": place["file_id"]}], "channel_id": STAFF}
    assert (await _call(slack, "files.completeUploadExternal", **finish))[
        "error"
    ] == "file_not_found"
    async with slack.client.post(place["upload_url"], data=b"too long") as answer:
        assert answer.status == 400
    async with slack.client.post(place["upload_url"], data=b"pdf") as answer:
        assert answer.status == 200
    assert (await _call(slack, "files.completeUploadExternal", **finish))["ok"]
    assert [upload.data for upload in slack.uploads] == [b"pdf"]
