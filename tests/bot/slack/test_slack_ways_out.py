"""What the bot sends by itself: notices, changes, files; and what it fetches."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.slack.files import is_slacks
from handlers.messages import DeliveryFailed, File, Reply, Text, TooLarge, say
from tests.bot.slack.slack_stage import ASHA, BEN, QUIET, ROBO, STAFF, Stage, on_stage


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with on_stage() as it:
        yield it


async def _bytes(stage: Stage, pointer: dict[str, str]) -> bytes:
    return b"".join([piece async for piece in stage.front_end.fetch(pointer)])


def _address(stage: Stage, user: str) -> str:
    return f"slack:{stage.slack.team}:{user}"


async def test_to_a_person_and_then_changed(stage: Stage) -> None:
    message = await stage.front_end.send(_address(stage, BEN), say("Case 7K4M is urgent."))
    first = await stage.slack.next(BEN)
    assert message == f"DBEN:{first.ts}"
    await stage.front_end.edit(_address(stage, BEN), message, say("Case 7K4M is taken."))
    second = await stage.slack.next(BEN)
    assert (second.ts, second.replaced, second.words) == (first.ts, True, "Case 7K4M is taken.")


async def test_to_a_channel_pings_and_unfurls_nothing(stage: Stage) -> None:
    await stage.front_end.send(f"slack:{STAFF}", say("<!channel> see https://example.com"))
    (shown,) = stage.slack.posted(STAFF)
    assert shown.words == "<!channel> see https://example.com"
    assert shown.text == "&lt;!channel&gt; see https://example.com"
    arguments = dict(stage.slack.calls[-1][1])
    assert {
        name: arguments[name] for name in ("unfurl_links", "unfurl_media", "link_names", "parse")
    } == {
        "unfurl_links": False,
        "unfurl_media": False,
        "link_names": False,
        "parse": "none",
    }


async def test_a_long_notice_is_sent_once_however_slow_slack_is(stage: Stage) -> None:
    long = Reply(tuple(Text(f"{n}" * 2_900) for n in range(8)))
    sending = asyncio.create_task(stage.front_end.send(_address(stage, BEN), long))
    first = await stage.slack.next(BEN)
    stage.slack.slow_down("chat.postMessage", 0, times=2)
    assert await sending == f"DBEN:{first.ts}"
    assert "".join(shown.words.replace("\n", "") for shown in stage.slack.shown(BEN)) == "".join(
        f"{n}" * 2_900 for n in range(8)
    )


async def test_a_person_is_looked_for_once(stage: Stage) -> None:
    for _ in range(3):
        await stage.front_end.send(_address(stage, BEN), say("Hello."))
    assert [name for name, _ in stage.slack.calls].count("conversations.open") == 1


async def test_where_direct_messages_cannot_be_opened_the_id_will_do(stage: Stage) -> None:
    stage.slack.fail("conversations.open", "unknown_method", times=9)
    message = await stage.front_end.send(_address(stage, BEN), say("Hello."))
    assert message.startswith("DBEN:")


@pytest.mark.parametrize(
    "address", ["slack:CNONE", f"slack:{QUIET}", "slack:", "telegram:1", f"slack:T0SCHOOL:{ROBO}"]
)
async def test_who_cannot_be_reached(stage: Stage, address: str) -> None:
    with pytest.raises(DeliveryFailed) as failed:
        await stage.front_end.send(address, say("Hello."))
    assert failed.value.permanent


async def test_a_delivery_that_slack_slows_down(stage: Stage) -> None:
    stage.slack.slow_down("chat.postMessage", 7)
    with pytest.raises(DeliveryFailed) as failed:
        await stage.front_end.send(f"slack:{STAFF}", say("Hello."))
    assert (failed.value.permanent, failed.value.retry_after) == (False, 7)


async def test_a_delivery_while_slack_is_broken(stage: Stage) -> None:
    stage.slack.fail("chat.postMessage", "fatal_error", status=503)
    with pytest.raises(DeliveryFailed) as failed:
        await stage.front_end.send(f"slack:{STAFF}", say("Hello."))
    assert (failed.value.permanent, failed.value.retry_after) == (False, None)


async def test_a_delivery_while_slack_is_gone(stage: Stage) -> None:
    await stage.slack.stop()
    with pytest.raises(DeliveryFailed) as failed:
        await stage.front_end.send(f"slack:{STAFF}", say("Hello."))
    assert not failed.value.permanent
    await stage.slack.start()


async def test_a_file_goes_to_the_person_alone(stage: Stage, tmp_path: Path) -> None:
    pack = tmp_path / "pack.pdf"
    pack.write_bytes(b"%PDF" + bytes(200_000))
    stage.says = lambda incoming: Reply(
        (Text("Here it is."), File(pack, "7K4M.pdf", "application/pdf"))
    )
    await stage.slack.slash(ASHA, "/case", "pack 7K4M", channel=STAFF)
    assert (await stage.slack.next(ASHA)).words == "Here it is."
    (upload,) = await stage.slack.until(lambda: stage.slack.uploads)
    assert (upload.name, upload.channel, upload.data) == ("7K4M.pdf", "DASHA", pack.read_bytes())


async def test_a_file_is_fetched_in_pieces(stage: Stage) -> None:
    data = bytes(range(256)) * 1_000
    pointer = {"url": stage.slack.file(ASHA, "a.png", data)["url_private_download"]}
    pieces = [piece async for piece in stage.front_end.fetch(pointer)]
    assert b"".join(pieces) == data
    assert max(map(len, pieces)) <= 64 * 1024


async def test_a_file_that_is_gone(stage: Stage) -> None:
    file = stage.slack.file(ASHA, "a.png", b"x")
    del stage.slack.world.content[file["id"]]
    with pytest.raises(DeliveryFailed) as failed:
        await _bytes(stage, {"url": file["url_private_download"]})
    assert failed.value.permanent
    with pytest.raises(DeliveryFailed) as failed:
        await _bytes(stage, {"file": "FNONE"})
    assert failed.value.permanent


async def test_a_file_that_slack_cannot_give_just_now(stage: Stage) -> None:
    pointer = {"url": stage.slack.file(ASHA, "a.png", b"x")["url_private_download"]}
    stage.slack.slow_down("download", 9)
    with pytest.raises(DeliveryFailed) as failed:
        await _bytes(stage, pointer)
    assert (failed.value.permanent, failed.value.retry_after) == (False, 9)
    stage.slack.fail("download", "", status=500)
    with pytest.raises(DeliveryFailed) as failed:
        await _bytes(stage, pointer)
    assert not failed.value.permanent
    assert await _bytes(stage, pointer) == b"x"


async def test_the_sign_in_page_is_not_the_file(stage: Stage) -> None:
    pointer = {
        "url": stage.slack.file(ASHA, "a.png", b"x")["url_private_download"],
        "media_type": "image/png",
    }
    stage.slack.bot_token = "xoxb-another"
    with pytest.raises(DeliveryFailed, match="page in place of the file"):
        await _bytes(stage, pointer)


@pytest.mark.parametrize("error", ["file_not_found", "file_deleted"])
async def test_a_file_of_a_conversation_without_the_bot_is_not_tried_for_a_day(
    stage: Stage, error: str
) -> None:
    pointer = _known(stage.slack.file(ASHA, "a.png", b"x"))
    stage.slack.intercept("download", 200)
    stage.slack.fail("files.info", error)
    with pytest.raises(DeliveryFailed) as failed:
        await _bytes(stage, pointer)
    assert failed.value.permanent


@pytest.mark.parametrize("error", ["missing_scope", "internal_error", ""])
async def test_a_page_in_place_of_a_file_may_be_mended(stage: Stage, error: str) -> None:
    pointer = _known(stage.slack.file(ASHA, "a.png", b"x"))
    stage.slack.intercept("download", 200)
    if error:
        stage.slack.fail("files.info", error)
    with pytest.raises(DeliveryFailed, match="page in place of the file") as failed:
        await _bytes(stage, pointer)
    assert not failed.value.permanent
    assert await _bytes(stage, pointer) == b"x"


def _known(file: dict[str, Any]) -> dict[str, str]:
    """A pointer to a file of which Slack has said all."""
    return {
        "file": file["id"],
        "url": file["url_private_download"],
        "media_type": file["mimetype"],
    }


@pytest.mark.parametrize("known", ["from files.info", "from the answer", "from counting"])
async def test_a_file_over_the_limit(known: str) -> None:
    async with on_stage(max_file_mb="1") as stage:
        unsized = known == "from counting"
        file = stage.slack.file(ASHA, "a.png", bytes(1024 * 1024 + 1), unsized=unsized)
        pointer = (
            {"file": file["id"]}
            if known == "from files.info"
            else {"url": file["url_private_download"]}
        )
        with pytest.raises(TooLarge):
            await _bytes(stage, pointer)


async def test_the_token_goes_to_slack_alone(stage: Stage) -> None:
    asked: list[str | None] = []

    async def listen(request: web.Request) -> web.Response:
        asked.append(request.headers.get("Authorization"))
        return web.Response(text="thank you")

    app = web.Application()
    app.router.add_get("/{any:.*}", listen)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        with pytest.raises(DeliveryFailed) as failed:
            await _bytes(stage, {"url": f"http://127.0.0.1:{runner.addresses[0][1]}/a.png"})
    finally:
        await runner.cleanup()
    assert failed.value.permanent
    assert asked == []


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://files.slack.com/files-pri/T-F/x.png", True),
        ("https://slack-files.com/T-F", True),
        ("http://files.slack.com/x.png", False),
        ("https://files.slack.com.evil.example/x", False),
        ("https://evilslack.com/x", False),
        ("https://files.slack.com:8443/x", False),
        ("https://files.slack.com@evil.example/x", False),
        ("http://127.0.0.1:9/x", True),
        ("http://127.0.0.1:10/x", False),
        ("http://127.0.0.1:x/x", False),
        ("http://[::1/x", False),
        ("https://[files.slack.com]/x", False),
        ("", False),
    ],
)
def test_which_addresses_are_slacks(url: str, allowed: bool) -> None:
    assert is_slacks(url, "http://127.0.0.1:9/api/") is allowed
