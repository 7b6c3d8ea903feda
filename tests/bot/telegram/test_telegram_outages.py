"""After an outage in which Telegram drops what people send, they are told, once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from store.model.memos import Heard
from tests.doubles.telegram import TelegramDouble
from tests.talks.stage import PEOPLE, TUESDAY, StillClock, TelegramStage

OUT_OF_REACH = "I was out of reach in Telegram"
ONE_TAP = "still needs one tap of yours"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[TelegramStage]:
    async with TelegramDouble() as telegram:
        stage = TelegramStage(tmp_path, StillClock(TUESDAY), telegram)
        async with stage.running():
            await telegram.until(lambda: stage.bot.front_ends["telegram"].connected)
            await stage.bot.note_heard()
            yield stage


async def back_after(stage: TelegramStage, away: timedelta) -> None:
    """Nothing was noted for so long; then the minutes go on."""
    stage.clock._set(stage.clock.now() + away)
    for _ in range(3):
        await stage.bot.note_heard()
        await stage.bot.delivery.tick()
        stage.clock._set(stage.clock.now() + timedelta(minutes=1))


def told(stage: TelegramStage, name: str, words: str) -> list[str]:
    return [seen.words for seen in stage.seen(name) if words in seen.words]


@pytest.mark.parametrize("away", [timedelta(minutes=1), timedelta(minutes=3), timedelta(hours=23)])
async def test_what_telegram_has_kept_needs_no_word(stage: TelegramStage, away: timedelta) -> None:
    await back_after(stage, away)
    assert not any(told(stage, name, OUT_OF_REACH) for name in PEOPLE)


async def test_everybody_is_told_once_of_a_longer_outage(stage: TelegramStage) -> None:
    await back_after(stage, timedelta(hours=50))
    for name in PEOPLE:
        (words,) = told(stage, name, OUT_OF_REACH)
        assert "send again" in words
    heard = await stage.bot.desk.store.memo(Heard, "telegram")
    assert heard
    assert heard.at == stage.clock.now() - timedelta(minutes=1)


async def test_a_bot_that_is_new_missed_nothing(stage: TelegramStage) -> None:
    await stage.bot.desk.store.drop(Heard, "telegram")
    await back_after(stage, timedelta(hours=50))
    assert not any(told(stage, name, OUT_OF_REACH) for name in PEOPLE)


async def test_a_tap_that_may_be_lost_is_asked_for_again(stage: TelegramStage) -> None:
    await stage.says("Asha", "They call the kitchen filthy")
    await stage.telegram.waits_for(stage.users["Asha"], "Urgent")
    stage.clock._set(stage.clock.now() + timedelta(hours=3))
    await stage.bot.delivery.tick()
    await stage.bot.note_heard()
    before = len(told(stage, "Asha", ONE_TAP))
    await back_after(stage, timedelta(minutes=10))
    assert len(told(stage, "Asha", ONE_TAP)) == before + 1
    await back_after(stage, timedelta(minutes=2))
    assert len(told(stage, "Asha", ONE_TAP)) == before + 1


async def test_nobody_is_asked_who_has_said_it(stage: TelegramStage) -> None:
    await stage.says("Asha", "They call the kitchen filthy")
    await stage.telegram.waits_for(stage.users["Asha"], "The school")
    await stage.taps("Asha", "The school")
    await stage.telegram.waits_for(stage.users["Asha"], "Threat of violence")
    await stage.taps("Asha", "Threat of violence")
    await stage.telegram.taken_in()
    await stage.bot.wait_until_idle()
    await stage.bot.note_heard()
    await back_after(stage, timedelta(minutes=10))
    assert not told(stage, "Asha", ONE_TAP)
