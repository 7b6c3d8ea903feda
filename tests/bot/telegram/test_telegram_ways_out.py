"""Notices, files and links: what the rest of the bot asks of this chat."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from handlers.messages import (
    Choice,
    Choices,
    DeliveryFailed,
    File,
    Prompt,
    Reply,
    Text,
    TooLarge,
    say,
)
from tests.bot.telegram.telegram_running import Running, running
from tests.doubles.telegram import TelegramDouble
from tests.doubles.telegram_people import User
from tests.patience import PATIENCE


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramDouble]:
    async with TelegramDouble() as double:
        yield double


@pytest.fixture
async def bot(telegram: TelegramDouble) -> AsyncIterator[Running]:
    async with running(telegram) as one:
        yield one


@pytest.fixture
def ben(telegram: TelegramDouble) -> User:
    return telegram.user(4343, "Ben", "Okafor", started=True)


async def fetched(bot: Running, file_id: str) -> bytes:
    pointer = {"platform": "telegram", "file_id": file_id}
    return b"".join([piece async for piece in bot.front_end.fetch(pointer)])


async def test_a_notice_is_sent_and_changed_later(
    telegram: TelegramDouble, bot: Running, ben: User
) -> None:
    number = await bot.front_end.send(
        "telegram:4343", say("Case 7K4M", Choices((Choice("Open", "case 7K4M"),)))
    )
    (shown,) = telegram.shown(ben)
    assert (str(shown.message_id), shown.text, shown.labels) == (number, "Case 7K4M", ["Open"])
    for _ in range(2):  # the second time, nothing changes, which is no failure
        await bot.front_end.edit("telegram:4343", number, say("Case 7K4M: taken by Ben"))
    (changed,) = telegram.shown(ben)
    assert (changed.text, changed.labels, changed.message_id) == (
        "Case 7K4M: taken by Ben",
        [],
        shown.message_id,
    )


async def test_links_are_not_previewed(telegram: TelegramDouble, bot: Running, ben: User) -> None:
    await bot.front_end.send("telegram:4343", say("x"))
    assert (
        telegram.called("sendMessage")[0].given["link_preview_options"] == '{"is_disabled": true}'
    )


async def test_a_channel_is_reached_by_number_or_name(
    telegram: TelegramDouble, bot: Running
) -> None:
    leaders = telegram.group(-1007, "Leadership", kind="channel", username="leaders_only")
    await bot.front_end.send("telegram:-1007", say("one"))
    await bot.front_end.send("telegram:@leaders_only", say("two"))
    assert telegram.texts(leaders) == ["one", "two"]


async def test_a_notice_goes_on_over_several_messages_and_files(
    telegram: TelegramDouble, bot: Running, ben: User, tmp_path: Path
) -> None:
    (tmp_path / "a").write_bytes(b"original bytes")
    file = File(tmp_path / "a", "Übersicht.jpg", "image/jpeg")
    reply = Reply((Text("word " * 1200), Prompt("Why?", "note", "Reason"), file))
    telegram.drops("sendDocument")
    await bot.front_end.send("telegram:4343", reply)
    await telegram.waits_for(ben, "Übersicht.jpg")
    one, two, asked, sent = telegram.shown(ben)
    assert (one.text + " " + two.text).split() == ["word"] * 1200
    assert asked.force_reply
    assert asked.force_reply["input_field_placeholder"] == "Reason"
    assert sent.file
    assert (sent.file.name, sent.file.content) == ("Übersicht.jpg", b"original bytes")
    assert not telegram.called("sendPhoto")


async def test_a_file_that_cannot_be_sent_is_spoken_of(
    telegram: TelegramDouble, bot: Running, ben: User, tmp_path: Path
) -> None:
    with (tmp_path / "film").open("wb") as film:
        film.truncate(60 * 1024 * 1024)
    files = (File(tmp_path / "film", "film.mp4"), File(tmp_path / "none", "gone.pdf"))
    await bot.front_end.send("telegram:4343", Reply(files))
    await telegram.waits_for(ben, "gone.pdf")
    assert telegram.texts(ben) == [
        "film.mp4 is too large to send here (60 MB; Telegram takes 50 MB).",
        "gone.pdf cannot be read just now. If it stays so, please tell your technician.",
    ]


async def test_who_has_not_started_or_has_blocked_the_bot_is_not_tried_again(
    telegram: TelegramDouble, bot: Running, ben: User
) -> None:
    telegram.user(5, "Cleo")
    ben.blocks_bot()
    gone = telegram.user(6, "Dev", started=True)
    gone.leaves_telegram()
    kicked = telegram.group(-9, "Staff")
    kicked.removes_bot()
    for address in (
        "telegram:5",
        "telegram:4343",
        "telegram:6",
        "telegram:-9",
        "telegram:404",
        "slack:U1",
    ):
        with pytest.raises(DeliveryFailed) as failed:
            await bot.front_end.send(address, say("x"))
        assert failed.value.permanent, address


async def test_a_group_that_moved_is_followed(telegram: TelegramDouble, bot: Running) -> None:
    old = telegram.group(-5, "Leaders", kind="group")
    new = old.becomes_supergroup(-100_5)
    for text in ("one", "two"):
        await bot.front_end.send("telegram:-5", say(text))
    assert telegram.texts(new) == ["one", "two"]
    assert [call.status for call in telegram.called("sendMessage")] == [400, 200, 200]


async def test_telegram_asks_to_wait(telegram: TelegramDouble, bot: Running, ben: User) -> None:
    telegram.slows_down(retry_after=17)
    with pytest.raises(DeliveryFailed) as failed:
        await bot.front_end.send("telegram:4343", say("x"))
    assert (failed.value.permanent, failed.value.retry_after) == (False, 17.0)


async def test_a_dead_line_may_come_back(telegram: TelegramDouble, bot: Running, ben: User) -> None:
    telegram.drops("sendMessage")
    with pytest.raises(DeliveryFailed) as failed:
        await bot.front_end.send("telegram:4343", say("x"))
    assert not failed.value.permanent
    await bot.front_end.send("telegram:4343", say("y"))
    assert telegram.texts(ben) == ["y"]


async def test_markup_that_telegram_cannot_read_is_sent_as_plain_text(
    telegram: TelegramDouble, bot: Running, ben: User
) -> None:
    telegram.refuses("sendMessage", "can't parse entities: unsupported start tag")
    await bot.front_end.send("telegram:4343", say("1 < 2 & 3"))
    (shown,) = telegram.shown(ben)
    assert (shown.text, shown.entities) == ("1 < 2 & 3", [])


async def test_a_large_file_comes_in_pieces(telegram: TelegramDouble, bot: Running) -> None:
    content = bytes(range(256)) * 40_000
    file_id, _ = telegram.store(content, "big.bin")
    sizes = [len(piece) async for piece in bot.front_end.fetch({"file_id": file_id})]
    assert sum(sizes) == len(content)
    assert max(sizes) <= 64 * 1024


async def test_what_is_too_large_is_never_asked_for_again(
    telegram: TelegramDouble, bot: Running
) -> None:
    file_id, _ = telegram.store(b"", "film.mp4", size=21 * 1024 * 1024)
    with pytest.raises(TooLarge):
        await fetched(bot, file_id)
    assert not telegram.called("(file)")


@pytest.mark.parametrize("file_id", ["", "no-such-file"])
async def test_a_pointer_to_nothing_is_not_tried_again(bot: Running, file_id: str) -> None:
    with pytest.raises(DeliveryFailed) as failed:
        await fetched(bot, file_id)
    assert failed.value.permanent


async def test_a_fetch_that_breaks_off_may_be_tried_again(
    telegram: TelegramDouble, bot: Running
) -> None:
    file_id, _ = telegram.store(b"bytes", "x.bin")
    words = "wrong file_id or the file is temporarily unavailable"
    for fault in (lambda: telegram.drops("(file)"), lambda: telegram.refuses("getFile", words)):
        fault()
        with pytest.raises(DeliveryFailed) as failed:
            await fetched(bot, file_id)
        assert not failed.value.permanent
        assert telegram.token not in str(failed.value)
    assert await fetched(bot, file_id) == b"bytes"


async def test_neither_token_nor_words_are_logged(
    telegram: TelegramDouble, bot: Running, ben: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    with capture_logs() as logs:
        telegram.goes_down()
        with pytest.raises(DeliveryFailed) as failed:
            await bot.front_end.send("telegram:4343", say("secret words"))
        telegram.comes_back()
        file_id, _ = telegram.store(b"bytes", "x.bin")
        await fetched(bot, file_id)
    said = f"{logs} {caplog.text} {failed.value}"
    assert telegram.token not in said
    assert "secret words" not in said


async def test_after_it_has_stopped_a_notice_fails_for_now(
    telegram: TelegramDouble, ben: User
) -> None:
    async with running(telegram) as bot:
        await telegram.until(lambda: telegram.called("getUpdates"))
    with pytest.raises(DeliveryFailed) as failed:
        await asyncio.wait_for(bot.front_end.send("telegram:4343", say("x")), PATIENCE)
    assert not failed.value.permanent
