"""What could not be kept is not confirmed, comes again, and its sender is told of it once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot.telegram.intake import SORRY, TRIES
from handlers.messages import Choice, Choices, Incoming, Reply, say
from store.errors import StoreUnavailable
from tests.bot.telegram.telegram_running import QUICK, Script, front_end, running
from tests.bot.telegram.test_telegram_webhook import HEADER, SECRET, hooked, serving
from tests.doubles.telegram import TelegramDouble
from tests.doubles.telegram_people import User


def kept(incoming: Incoming) -> Reply:
    return say(f"Kept {incoming.text}.")


NOT_KEPT = replace(say("I could not keep that."), received=False)


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramDouble]:
    async with TelegramDouble() as double:
        yield double


@pytest.fixture
def asha(telegram: TelegramDouble) -> User:
    return telegram.user(4242, "Asha", "Patel")


class FullDisk(Script):
    """Keeps nothing until there is room again, and then everything."""

    room = False

    async def receive(self, incoming: Incoming) -> Reply | None:
        self.received.append(incoming)
        return kept(incoming) if self.room else NOT_KEPT

    def tries(self, text: str) -> int:
        return sum(incoming.text == text for incoming in self.received)


async def test_polling_asks_again_for_what_was_not_kept(
    telegram: TelegramDouble, asha: User
) -> None:
    script = FullDisk()
    ben = telegram.user(77, "Ben")
    async with running(telegram, script):
        await asha.says("one")
        await ben.says("two")
        await telegram.until(lambda: script.tries("one") >= 3 and script.tries("two") >= 3)
        assert len(telegram.updates.waiting) == 2
        script.room = True
        await telegram.taken_in()
        await telegram.waits_for(asha, "Kept")
        await telegram.waits_for(ben, "Kept")
    assert telegram.texts(asha) == ["I could not keep that.", "Kept one."]
    assert telegram.texts(ben) == ["I could not keep that.", "Kept two."]


async def test_what_was_kept_beside_it_is_not_kept_twice(
    telegram: TelegramDouble, asha: User
) -> None:
    script = FullDisk()
    ben = telegram.user(77, "Ben")

    async def receive(incoming: Incoming) -> Reply | None:
        if incoming.text == "two":
            script.received.append(incoming)
            return kept(incoming)
        return await script.receive(incoming)

    bot = front_end(telegram)
    task = asyncio.create_task(bot.run(receive))
    await asha.says("one")
    await ben.says("two")
    await telegram.until(lambda: script.tries("one") >= 3)
    assert script.tries("two") == 1
    script.room = True
    await telegram.taken_in()
    task.cancel()
    await asyncio.wait({task})


async def test_a_webhook_says_503_of_what_was_not_kept(
    telegram: TelegramDouble, asha: User
) -> None:
    script = FullDisk()
    async with serving(telegram, script):
        await asha.says("one")
        await telegram.until(lambda: telegram.updates.webhook_answers[:2] == [503, 503])
        script.room = True
        await telegram.taken_in()
        await telegram.waits_for(asha, "Kept")
    assert telegram.updates.webhook_answers[-1] == 200
    assert telegram.texts(asha) == ["I could not keep that.", "Kept one."]


async def test_a_store_that_is_away_is_waited_for_however_long(
    telegram: TelegramDouble, asha: User
) -> None:
    tries = 0

    async def receive(incoming: Incoming) -> Reply | None:
        nonlocal tries
        tries += 1
        if tries <= 2 * TRIES:
            raise StoreUnavailable("the database is away")
        return kept(incoming)

    task = asyncio.create_task(front_end(telegram).run(receive))
    await asha.says("one")
    await telegram.waits_for(asha, "Kept")
    await telegram.taken_in()
    assert telegram.texts(asha) == [SORRY, "Kept one."]
    task.cancel()
    await asyncio.wait({task})


async def test_what_fails_by_itself_is_tried_thrice_and_then_left(
    telegram: TelegramDouble, asha: User
) -> None:
    received: list[str] = []

    async def receive(incoming: Incoming) -> Reply | None:
        received.append(incoming.text)
        if incoming.text == "one":
            raise ValueError
        return kept(incoming)

    with capture_logs() as logs:
        task = asyncio.create_task(front_end(telegram).run(receive))
        await asha.says("one")
        await telegram.taken_in()
        await asha.says("two")
        await telegram.waits_for(asha, "Kept")
        task.cancel()
        await asyncio.wait({task})
    assert received == ["one"] * TRIES + ["two"]
    assert telegram.texts(asha) == [SORRY, "Kept two."]
    assert [entry["log_level"] for entry in logs].count("error") == 1


async def test_a_webhook_that_stops_says_503_and_alarms_nobody(
    telegram: TelegramDouble, asha: User
) -> None:
    """What fails while the bot stops is kept by the next process."""
    gate = asyncio.Event()

    async def receive(incoming: Incoming) -> Reply | None:
        script.received.append(incoming)
        await gate.wait()
        raise RuntimeError("the store is closed")

    script = Script()
    script.receive = receive  # type: ignore[method-assign]
    bot = hooked(telegram)
    async with serving(telegram, script, bot=bot) as url:
        await asha.says("one")
        await telegram.until(lambda: script.received)
        bot.stop_taking()
        gate.set()
        await telegram.until(lambda: telegram.updates.webhook_answers)
        answer = await _call(url, {"update_id": 99, "message": {}})
        assert answer == 503
    assert set(telegram.updates.webhook_answers) == {503}
    assert not telegram.shown(asha)


async def _call(url: str, update: dict[str, object]) -> int:
    headers = {HEADER: SECRET}
    async with (
        aiohttp.ClientSession() as client,
        client.post(url, json=update, headers=headers) as response,
    ):
        return response.status


async def test_a_server_that_holds_no_question_is_asked_at_a_measured_pace(
    telegram: TelegramDouble, asha: User
) -> None:
    pauses = replace(QUICK, poll=50, first=0.2)
    telegram.updates.holds = False
    async with running(telegram, pauses=pauses) as bot:
        await telegram.until(lambda: len(telegram.called("getUpdates")) >= 4)
        times = [call.at for call in telegram.called("getUpdates")]
        assert all(after - before >= 0.2 for before, after in zip(times, times[1:], strict=False))
        await asha.says("one")
        await bot.got()


@pytest.mark.parametrize("result", [None, True])
async def test_an_edit_that_is_answered_with_nothing_holds_nobody_up(
    telegram: TelegramDouble, asha: User, result: object
) -> None:
    choices = Choices((Choice("Yes", "yes"),))

    def answer(incoming: Incoming) -> Reply:
        if incoming.command:
            return Reply(say("Good.").parts, replaces=True)
        return say("?", choices)

    telegram.api.answers["editMessageText"] = result
    async with running(telegram, Script(answer)):
        await asha.says("hello")
        await telegram.waits_for(asha, "Yes")
        await asha.taps("Yes")
        await telegram.waits_for(asha, "Good.")
        await asha.says("and this")
        await telegram.until(lambda: len(telegram.shown(asha)) == 2)
    assert len(telegram.called("editMessageText")) == 1


async def test_a_message_without_its_number_is_not_shown_again(
    telegram: TelegramDouble, asha: User
) -> None:
    telegram.api.answers["sendMessage"] = None
    async with running(telegram, Script(kept)):
        await asha.says("one")
        await asha.says("two")
        await telegram.until(lambda: len(telegram.shown(asha)) == 2)
    assert telegram.texts(asha) == ["Kept one.", "Kept two."]
