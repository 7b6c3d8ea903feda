"""What lies beside the message itself: who sees it, its versions, its files, and many at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.telegram.intake import UNREADABLE_TAP
from handlers.messages import DeliveryFailed
from store.model.memos import Acceptance
from tests.bot.telegram.telegram_running import Running, running
from tests.bot.telegram.test_telegram_ways_in import only
from tests.doubles.telegram import TelegramDouble
from tests.doubles.telegram_people import User
from tests.talks.stage import TUESDAY, StillClock, TelegramStage


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramDouble]:
    async with TelegramDouble() as double:
        yield double


@pytest.fixture
async def bot(telegram: TelegramDouble) -> AsyncIterator[Running]:
    async with running(telegram) as one:
        yield one


@pytest.fixture
def asha(telegram: TelegramDouble) -> User:
    return telegram.user(4242, "Asha", "Patel")


async def test_what_only_the_bot_sees_in_a_group_is_answered_to_its_sender_alone(
    telegram: TelegramDouble, bot: Running, asha: User
) -> None:
    staff = telegram.group(-1005, "Staff room")
    await asha.says("the head hit a child", chat=staff, ephemeral_message_id=5)
    assert not (await only(bot)).private
    (shown,) = await telegram.until(lambda: telegram.shown(staff))
    assert (shown.receiver, shown.answers) == (asha.id, None)


async def test_two_edits_within_a_second_are_two_versions(bot: Running, asha: User) -> None:
    update = await asha.says("he hit")
    await asha.edits(update, "he hit him", later=3)
    await asha.edits(update, "he hit him twice", later=3)
    first, *edits = await bot.got(3)
    assert [edit.text for edit in edits] == ["he hit him", "he hit him twice"]
    assert len({edit.source for edit in edits}) == 2
    assert {edit.edits for edit in edits} == {first.source}


async def test_a_tap_that_cannot_be_read_gets_a_sentence(
    telegram: TelegramDouble, bot: Running, asha: User
) -> None:
    await asha.says("hello")
    await telegram.waits_for(asha, "Kept")
    chat = {"id": asha.id, "type": "private"}
    message = {"message_id": 1, "date": 1, "chat": chat}
    for broken in ({"game_short_name": "x"}, {"data": "help", "message_extra": 1}):
        tap = {"id": "77", "from": asha.who, "chat_instance": "1", "message": message, **broken}
        if "data" in broken:
            tap["message"] = {**message, "reply_markup": {"inline_keyboard": [[{}]]}, "date": 1}
        telegram.updates.add({"callback_query": tap})
    await telegram.taken_in()
    await telegram.until(lambda: len(telegram.shown(asha)) == 3)
    assert set(telegram.texts(asha)[1:]) == {UNREADABLE_TAP}


async def test_a_file_that_comes_short_is_not_taken_for_the_whole(
    telegram: TelegramDouble, bot: Running, asha: User
) -> None:
    await asha.sends_document(b"123456", size=9)
    (file,) = (await only(bot)).attachments
    with pytest.raises(DeliveryFailed) as failed:
        _ = [piece async for piece in bot.front_end.fetch(file.pointer)]
    assert not failed.value.permanent


async def test_many_messages_at_once_get_one_card(telegram: TelegramDouble, tmp_path: Path) -> None:
    stage = TelegramStage(tmp_path, StillClock(TUESDAY), telegram)
    asha = stage.users["Asha"]
    # Telegram takes no more than one message a second for a chat.
    telegram.refuses(
        "sendMessage", "Too Many Requests: retry after 1", 429, times=99, chat=asha, retry_after=1
    )
    for number in range(30):
        await asha.says(f"They call the kitchen filthy, number {number}")
    async with stage.running():
        await telegram.taken_in()
        telegram.api.faults.clear()
        (summary,) = await stage.bot.desk.store.summaries()
        assert len(summary.sources) >= 30
        card = await telegram.waits_for(asha, summary.reference)
        assert "Urgent" in card.labels
        assert len(telegram.shown(asha)) == 1


async def test_an_invitation_has_a_link_to_tap_and_no_word_of_other_chats(
    telegram: TelegramDouble, tmp_path: Path
) -> None:
    stage = TelegramStage(tmp_path, StillClock(TUESDAY), telegram)
    async with stage.running():
        await telegram.until(lambda: stage.bot.front_ends["telegram"].connected)
        await stage.says("Ben", "/people invite Hana Field as staff")
        invited = await telegram.waits_for(stage.users["Ben"], "Or open:")
        (link,) = invited.words("url")
        assert link.startswith("https://t.me/headsup_test_bot?start=")
        assert "In Telegram: /join" in invited.text
        assert "Slack" not in invited.text


async def test_the_headings_of_a_statement_are_headings(
    telegram: TelegramDouble, tmp_path: Path
) -> None:
    stage = TelegramStage(tmp_path, StillClock(TUESDAY), telegram)
    async with stage.running():
        for memo in await stage.bot.desk.store.memos(Acceptance):
            await stage.bot.desk.store.drop(Acceptance, memo.memo_key)
        await stage.says("Asha", "/policy accept")
        asked = await telegram.waits_for(stage.users["Asha"], "I accept")
        assert "#" not in asked.text
        assert "The statement" in asked.words("bold")
        assert "version of" in asked.text


@pytest.mark.parametrize(
    "given",
    [
        {"web_app_data": {"data": "{}", "button_text": "Open"}},
        {"passport_data": {"data": [], "credentials": {"data": "x", "hash": "y", "secret": "z"}}},
    ],
)
async def test_what_the_bot_never_asked_for_is_answered_and_opens_nothing(
    telegram: TelegramDouble, tmp_path: Path, given: dict[str, object]
) -> None:
    stage = TelegramStage(tmp_path, StillClock(TUESDAY), telegram)
    async with stage.running():
        await stage.users["Asha"].sends_other(**given)
        await telegram.waits_for(stage.users["Asha"], "nothing in that message that I can keep")
        await stage.users["Finn"].sends_other(**given)
        await telegram.waits_for(stage.users["Finn"], "invitation")
        assert not await stage.bot.desk.store.summaries()


async def test_a_report_that_is_typed_in_reply_to_a_post_keeps_the_post(
    telegram: TelegramDouble, tmp_path: Path
) -> None:
    stage = TelegramStage(tmp_path, StillClock(TUESDAY), telegram)
    parents = telegram.group(-1001, "Year 4 parents")
    origin = {"type": "hidden_user", "sender_user_name": "Anon", "date": 1_795_000_000}
    reply = {"origin": origin, "chat": parents.chat, "message_id": 31}
    quote = {"text": "the head is a liar", "position": 0}
    async with stage.running():
        await stage.users["Asha"].says("/report see this", external_reply=reply, quote=quote)
        await telegram.taken_in()
        (summary,) = await stage.bot.desk.store.summaries()
        case = await stage.bot.desk.store.case(summary.reference)
    assert [item.text for item in case.evidence] == ["see this", "the head is a liar"]
    assert case.evidence[1].origin["place"] == "Year 4 parents"
