"""Long polling: nothing is confirmed before it has been handed over, and bad days pass."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from bot.settings import SettingsError
from bot.telegram import TelegramFrontEnd, api, intake
from bot.telegram.menu import LONG, SHORT
from handlers.messages import (
    Choice,
    Choices,
    Forwarded,
    Incoming,
    Origin,
    Refused,
    Reply,
    say,
)
from tests.bot.telegram.telegram_running import QUICK, Script, front_end, kept, running
from tests.doubles.telegram import TelegramDouble
from tests.doubles.telegram_people import User
from tests.patience import PATIENCE


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramDouble]:
    async with TelegramDouble() as double:
        yield double


@pytest.fixture
def asha(telegram: TelegramDouble) -> User:
    return telegram.user(4242, "Asha", "Patel")


@pytest.fixture
def ben(telegram: TelegramDouble) -> User:
    return telegram.user(4343, "Ben", "Okafor")


def echo(incoming: Incoming) -> Reply:
    return say(f"You said {incoming.text or incoming.command}.")


async def test_what_is_not_yet_durable_is_not_confirmed(
    telegram: TelegramDouble, asha: User
) -> None:
    script = Script(gate=asyncio.Event())
    async with running(telegram, script):
        await asha.says("one")
        await telegram.until(lambda: script.received)
        assert len(telegram.updates.waiting) == 1
        assert not telegram.shown(asha)
        assert script.gate
        script.gate.set()
        await telegram.taken_in()
        await telegram.waits_for(asha, "Kept")


async def test_a_bot_that_died_gets_it_again(telegram: TelegramDouble, asha: User) -> None:
    script = Script(gate=asyncio.Event())
    bot = front_end(telegram, api.TelegramPauses(finish=0.0))
    died = asyncio.create_task(bot.run(script.receive))
    await asha.says("one")
    await telegram.until(lambda: script.received)
    died.cancel()
    await asyncio.wait({died})
    async with running(telegram) as second:
        (incoming,) = await second.got()
    assert incoming == script.received[0]


async def test_one_chats_updates_keep_their_order_and_others_do_not_wait(
    telegram: TelegramDouble, asha: User, ben: User
) -> None:
    first, script = asyncio.Event(), Script(echo)

    async def receive(incoming: Incoming) -> Reply | None:
        if incoming.text == "a1":
            await first.wait()
        return await script.receive(incoming)

    for who, text in ((asha, "a1"), (asha, "a2"), (ben, "b1"), (asha, "a3")):
        await who.says(text)
    bot = asyncio.create_task(front_end(telegram).run(receive))
    await telegram.waits_for(ben, "b1")
    assert [i.text for i in script.received] == ["b1"]
    first.set()
    await telegram.waits_for(asha, "a3")
    assert telegram.texts(asha) == ["You said a1.", "You said a2.", "You said a3."]
    bot.cancel()
    await asyncio.wait({bot})


async def test_an_update_that_comes_twice_is_answered_once(
    telegram: TelegramDouble, asha: User
) -> None:
    async with running(telegram) as bot:
        update = await asha.says("one", resend=True)
        await bot.got()
        telegram.sends_again(update)
        await asha.says("two")
        await bot.got(2)
        await telegram.until(lambda: len(telegram.shown(asha)) == 2)
        assert [i.text for i in bot.script.received] == ["one", "two"]


async def test_an_album_is_answered_once_with_the_last_reply(
    telegram: TelegramDouble, asha: User
) -> None:
    numbers = iter(range(1, 9))
    pauses = replace(QUICK, album=0.5)
    async with running(telegram, Script(lambda _: say(f"{next(numbers)} so far")), pauses) as bot:
        await asha.sends_album([b"1", b"2", b"3"])
        await bot.got(3)
        await telegram.waits_for(asha, "so far")
        assert telegram.texts(asha) == ["3 so far"]


async def test_an_album_that_comes_slowly_is_one_card(telegram: TelegramDouble, asha: User) -> None:
    parts = {"media_group_id": "1300"}
    numbers = iter(range(1, 9))

    def card(_: Incoming) -> Reply:
        return say(f"{next(numbers)} so far", Choices((Choice("A pupil", "about pupil"),)))

    async with running(telegram, Script(card)):
        for number in range(1, 5):
            await asha.sends_photo(b"1", **parts)
            await telegram.waits_for(asha, f"{number} so far")
        (only,) = telegram.shown(asha)
        assert (only.text, only.labels, only.edited) == ("4 so far", ["A pupil"], True)
        await asha.sends_photo(b"1", media_group_id="1301")
        await telegram.waits_for(asha, "5 so far")
        assert telegram.texts(asha) == ["4 so far", "5 so far"]


async def test_an_album_is_over_when_something_else_is_answered(
    telegram: TelegramDouble, asha: User
) -> None:
    async with running(telegram, pauses=api.TelegramPauses(album=60.0, poll=1)):
        await asha.sends_album([b"1", b"2"])
        last = await asha.says("and this")
        number = last["message"]["message_id"]
        await telegram.waits_for(asha, f"Kept {number}.")
        assert telegram.texts(asha) == [f"Kept {number - 1}.", f"Kept {number}."]


async def test_what_goes_wrong_is_answered_kindly_and_blocks_nothing(
    telegram: TelegramDouble, asha: User
) -> None:
    def answer(incoming: Incoming) -> Reply:
        if incoming.text == "secret words":
            raise ValueError(f"cannot handle {incoming.text}")
        return kept(incoming)

    with capture_logs() as logs:
        async with running(telegram, Script(answer)):
            await asha.says("secret words")
            await asha.says("two")
            await telegram.waits_for(asha, "Kept")
    assert telegram.texts(asha)[0] == intake.SORRY
    (entry,) = [e for e in logs if e["log_level"] == "error"]
    assert (entry["error"], entry["kind"]) == ("ValueError", "message")
    assert "secret" not in str(logs)
    assert "Asha" not in str(logs)


async def test_an_update_of_an_unknown_shape_blocks_nothing(
    telegram: TelegramDouble, asha: User
) -> None:
    async with running(telegram) as bot:
        await asha.sends_other(text="x https://x.example/1", forward_origin={"type": "user"})
        await asha.says("two")
        first, second = await bot.got(2)
        assert (first.text, first.forwarded) == (
            "",
            (Forwarded("x https://x.example/1", Origin("message")),),
        )
        assert second.text == "two"
        await telegram.until(lambda: len(telegram.shown(asha)) == 2)
        assert all("Kept" in text for text in telegram.texts(asha))


async def test_a_refusal_is_said_as_it_stands(telegram: TelegramDouble, asha: User) -> None:
    def answer(_: Incoming) -> Reply:
        raise Refused("Only leaders may do that.")

    async with running(telegram, Script(answer)):
        await asha.says("/people")
        await telegram.waits_for(asha, "Only leaders may do that.")


async def test_silence_is_silence(telegram: TelegramDouble, asha: User) -> None:
    async with running(telegram, Script(lambda _: None)) as bot:
        await asha.says("one")
        await bot.got()
    assert not telegram.called("sendMessage")


async def test_a_slow_answer_holds_up_neither_intake_nor_other_chats(
    telegram: TelegramDouble, asha: User, ben: User
) -> None:
    telegram.refuses(
        "sendMessage", "Too Many Requests: retry after 1", 429, chat=asha, retry_after=1
    )
    async with running(telegram) as bot:
        await asha.says("one")
        await asha.says("two")
        await ben.says("three")
        await bot.got(3)
        await telegram.waits_for(ben, "Kept")
        assert not telegram.shown(asha)
        await telegram.until(lambda: len(telegram.shown(asha)) == 2)
        one, again = (
            c
            for c in telegram.called("sendMessage")[:4]
            if c.status != 200 or "Kept 1" in str(c.given)
        )
        assert again.at - one.at >= 1.0


async def test_an_answer_is_tried_again_when_the_line_goes_dead(
    telegram: TelegramDouble, asha: User
) -> None:
    telegram.drops("sendMessage", times=3)
    async with running(telegram):
        await asha.says("one")
        await telegram.waits_for(asha, "Kept")
        assert len(telegram.called("sendMessage")) == 4


async def test_an_answer_to_somebody_who_blocked_the_bot_is_given_up(
    telegram: TelegramDouble, asha: User, ben: User
) -> None:
    async with running(telegram) as bot:
        asha.blocks_bot()
        telegram.posts(asha.who, telegram.api.chats[asha.id], {"text": "gone"})
        await ben.says("two")
        await bot.got(2)
        await telegram.waits_for(ben, "Kept")
        await telegram.until(lambda: len(telegram.called("sendMessage")) == 2)
    assert not telegram.shown(asha)


async def test_an_answer_in_place_of_the_message_that_was_tapped(
    telegram: TelegramDouble, asha: User
) -> None:
    choices = Choices(
        (Choice("A pupil", "about pupil"), Choice("Same", "same"), Choice("New", "new"))
    )

    def answer(incoming: Incoming) -> Reply:
        question = Reply(say("What is it?", choices).parts, replaces=True)
        replies = {
            "about pupil": Reply(say("Thank you.").parts, replaces=True),
            "new": say("Another."),
        }
        return replies.get(incoming.command or "", question)

    async with running(telegram, Script(answer)) as bot:
        await asha.says("hello")
        asked = await telegram.waits_for(asha, "What is it?")
        assert asked.labels == ["A pupil", "Same", "New"]
        await asha.taps("Same")
        await bot.got(2)
        await asha.taps("New")
        await telegram.waits_for(asha, "Another.")
        await asha.taps("A pupil")
        thanks = await telegram.waits_for(asha, "Thank you.")
        assert (thanks.message_id, thanks.edited, thanks.keyboard) == (asked.message_id, True, [])
        assert telegram.texts(asha) == ["Thank you.", "Another."]


async def test_what_cannot_be_replaced_any_more_is_said_anew(
    telegram: TelegramDouble, asha: User
) -> None:
    replies = iter(
        [say("?", Choices((Choice("Yes", "y"),))), Reply(say("Good.").parts, replaces=True)]
    )
    async with running(telegram, Script(lambda _: next(replies))):
        await asha.says("hello")
        await telegram.waits_for(asha, "Yes")
        telegram.refuses("editMessageText", "message can't be edited")
        telegram.refuses("answerCallbackQuery", "query is too old and response timeout expired")
        await asha.taps("Yes")
        await telegram.waits_for(asha, "Good.")
        assert telegram.texts(asha) == ["?", "Good."]


async def test_a_wrong_token_is_a_setting_to_mend(telegram: TelegramDouble) -> None:
    telegram.revokes_token()
    with pytest.raises(SettingsError, match="TELEGRAM_BOT_TOKEN"):
        await front_end(telegram).run(Script().receive)


async def test_a_token_that_is_taken_back_later_is_too(
    telegram: TelegramDouble, asha: User
) -> None:
    async with running(telegram) as bot:
        await asha.says("one")
        await bot.got()
        telegram.revokes_token()
        with pytest.raises(SettingsError, match="TELEGRAM_BOT_TOKEN"):
            await asyncio.wait_for(bot.task, PATIENCE)
        bot.task = asyncio.create_task(asyncio.sleep(0))


def test_no_token_is_a_setting_to_mend() -> None:
    from bot.settings import load

    with pytest.raises(SettingsError, match="TELEGRAM_BOT_TOKEN"):
        TelegramFrontEnd(load({}))


async def test_telegram_out_of_reach_at_start_and_later(
    telegram: TelegramDouble, asha: User
) -> None:
    telegram.goes_down()
    with capture_logs() as logs:
        async with running(telegram) as bot:
            await telegram.until(lambda: [e for e in logs if e["event"] == api.UNREACHABLE])
            assert bot.front_end.join_link("K3Y") is None
            telegram.comes_back()
            await asha.says("one")
            await telegram.waits_for(asha, "Kept")
            assert bot.front_end.join_link("K3Y") == "https://t.me/headsup_test_bot?start=K3Y"
            telegram.drops("getUpdates", times=3)
            await asha.says("two")
            await bot.got(2)
            await telegram.until(lambda: len(telegram.shown(asha)) == 2)
    events = [entry["event"] for entry in logs]
    assert events.count(api.UNREACHABLE) == 2
    assert events.count(api.BACK) == 2
    assert telegram.token not in str(logs)


async def test_two_bots_with_one_token_say_so(telegram: TelegramDouble, asha: User) -> None:
    telegram.refuses("getUpdates", "terminated by other getUpdates request", 409, times=2)
    with capture_logs() as logs:
        async with running(telegram) as bot:
            await asha.says("one")
            await bot.got()
    assert [e["event"] for e in logs].count(api.CONFLICT) == 1


async def test_a_webhook_left_behind_is_removed_and_what_waits_is_kept(
    telegram: TelegramDouble, asha: User
) -> None:
    telegram.updates.webhook = {"url": "https://old.example/hook"}
    telegram.updates.webhook_via = "http://127.0.0.1:9"
    await asha.says("one")
    async with running(telegram) as bot:
        assert [i.text for i in await bot.got()] == ["one"]


async def test_a_server_without_the_inessential_methods_will_do(
    telegram: TelegramDouble, asha: User
) -> None:
    telegram.api.unimplemented = {
        "setMyCommands",
        "setMyDescription",
        "setChatMenuButton",
        "sendChatAction",
        "getMyShortDescription",
        "deleteWebhook",
        "answerCallbackQuery",
    }
    async with running(telegram, Script(lambda _: say("?", Choices((Choice("Yes", "y"),))))) as bot:
        await asha.says("one")
        await telegram.waits_for(asha, "Yes")
        await asha.taps("Yes")
        assert (await bot.got(2))[1].command == "y"


async def test_the_menu_of_commands_is_offered_in_private_chats(telegram: TelegramDouble) -> None:
    async with running(telegram):
        call = (await telegram.until(lambda: telegram.called("setMyCommands")))[0]
        await telegram.until(lambda: telegram.menu(4242) == ["case", "report"])
    assert "all_private_chats" in call.given["scope"]


async def test_it_says_what_it_is_before_anybody_writes_and_once(telegram: TelegramDouble) -> None:
    ours = {"short_description": SHORT, "description": LONG}
    for start in (1, 2):
        async with running(telegram):
            await telegram.until(
                lambda n=start: (
                    len(telegram.called("getMyDescription")) == n and telegram.api.described == ours
                )
            )
    assert (
        len(telegram.called("setMyShortDescription"))
        == len(telegram.called("setMyDescription"))
        == 1
    )


async def test_only_what_it_reads_is_asked_for(telegram: TelegramDouble, asha: User) -> None:
    async with running(telegram) as bot:
        await asha.says("one")
        await bot.got()
    assert (
        '["message", "edited_message", "callback_query"]'
        in telegram.called("getUpdates")[0].given["allowed_updates"]
    )


async def test_stopping_finishes_what_it_has_and_confirms_it(
    telegram: TelegramDouble, asha: User
) -> None:
    script = Script(gate=asyncio.Event())
    async with running(telegram, script, QUICK) as bot:
        await asha.says("one")
        await telegram.until(lambda: script.received)
        bot.task.cancel()
        assert script.gate
        asyncio.get_running_loop().call_later(0.05, script.gate.set)
        await asyncio.wait({bot.task})
    assert bot.task.cancelled()
    assert len(telegram.shown(asha)) == 1
    assert not telegram.updates.waiting
