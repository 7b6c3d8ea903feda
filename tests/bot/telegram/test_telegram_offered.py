"""What Telegram offers, used: the menu button, text that a tap copies, what cannot be passed on, and
that the bot is at work.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from handlers.messages import Choice, Choices, File, Heading, Reply, Text, say
from handlers.reception import STRANGER
from tests.bot.telegram.telegram_running import QUICK, Script, running
from tests.doubles.telegram import Shown, TelegramDouble
from tests.talks.stage import TUESDAY, StillClock, TelegramStage, screenshot

AT_ONCE = replace(QUICK, typing=0.0)


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramDouble]:
    async with TelegramDouble() as it:
        yield it


@pytest.fixture
async def stage(telegram: TelegramDouble, tmp_path: Path) -> AsyncIterator[TelegramStage]:
    stage = TelegramStage(tmp_path, StillClock(TUESDAY), telegram)
    async with stage.running():
        yield stage


async def _last(stage: TelegramStage, name: str, words: str) -> Shown:
    shown = await stage.telegram.waits_for(stage.users[name], words)
    await stage.quiet()
    return shown


async def test_the_menu_button_has_the_commands(telegram: TelegramDouble) -> None:
    async with running(telegram):
        await telegram.until(lambda: telegram.api.menu_button == "commands")


async def test_start_and_home_show_what_waits_for_somebody(stage: TelegramStage) -> None:
    await stage.says("Asha", "They write about Year 4 on https://example.org/post")
    await _last(stage, "Asha", "Case ")
    await stage.users["Asha"].starts()
    started = await _last(stage, "Asha", "Seen a worrying post")
    assert started.labels == ["Pass something on", "My reports", "Ask the policies"]

    await stage.moves_clock("+1h")
    await stage.users["Ben"].starts()
    started = await _last(stage, "Ben", "Today, Tue 24 November")
    await stage.says("Ben", "/home")
    await stage.quiet()
    home = stage.telegram.shown(stage.users["Ben"])[-1]
    assert (home.text, home.labels) == (started.text, started.labels)
    assert home.message_id != started.message_id
    assert "New this week:" in home.text


async def test_a_strangers_start_has_its_sentence(stage: TelegramStage) -> None:
    await stage.users["Finn"].starts()
    shown = await _last(stage, "Finn", STRANGER)
    assert shown.labels == []


async def test_a_reference_is_copied_by_a_tap(telegram: TelegramDouble) -> None:
    choices = Choices((Choice("Open", "case 7K4M"),))
    script = Script(lambda incoming: Reply((Heading("Case 7K4M", copied="7K4M"), choices)))
    asha = telegram.user(1, "Asha", started=True)
    async with running(telegram, script):
        await asha.says("Hello")
        shown = await telegram.waits_for(asha, "Case 7K4M")
    assert shown.labels == ["Open", "Copy 7K4M"]
    assert shown.keyboard[-1][-1]["copy_text"] == {"text": "7K4M"}


async def test_evidence_is_looked_at_and_not_passed_on(stage: TelegramStage) -> None:
    picture = screenshot(stage.folder / "post.png")
    await stage.sends("Asha", [picture], "Look at this")
    card = await _last(stage, "Asha", "Case ")
    reference = card.text.splitlines()[0].split()[-1]
    assert f"Copy {reference}" in card.labels
    await stage.says("Asha", f"/case category {reference} bullying")
    await stage.says("Asha", f"/case about {reference} school")
    await stage.quiet()
    await stage.says("Ben", f"/case evidence {reference}")
    await stage.telegram.until(
        lambda: any(s.file for s in stage.telegram.shown(stage.users["Ben"]))
    )
    [handed] = [s for s in stage.telegram.shown(stage.users["Ben"]) if s.file]
    assert handed.protected
    assert (stage.users["Ben"].id, "upload_document") in stage.telegram.api.actions


async def test_what_was_made_to_be_handed_over_can_be_saved(telegram: TelegramDouble) -> None:
    pack = File(b"zip", "7K4M-police.zip", "application/zip")
    asha = telegram.user(1, "Asha", started=True)
    async with running(telegram, Script(lambda incoming: Reply((Text("Here."), pack)))):
        await asha.says("Hello")
        await telegram.until(lambda: any(shown.file for shown in telegram.shown(asha)))
    [handed] = [shown for shown in telegram.shown(asha) if shown.file]
    assert not handed.protected


async def test_whoever_waits_sees_that_the_bot_is_at_work(telegram: TelegramDouble) -> None:
    asha = telegram.user(1, "Asha", started=True)
    script = Script(lambda incoming: say("Done."), gate=asyncio.Event())
    async with running(telegram, script, AT_ONCE):
        await asha.says("Hello")
        await telegram.until(lambda: (asha.id, "typing") in telegram.api.actions)
        assert script.gate
        script.gate.set()
        await telegram.waits_for(asha, "Done.")


async def test_an_answer_does_not_hang_on_it(telegram: TelegramDouble) -> None:
    asha = telegram.user(1, "Asha", started=True)
    telegram.refuses("sendChatAction", "chat not found")
    script = Script(
        lambda incoming: Reply((Text("Here."), File(b"a,b", "figures.csv", "text/csv")))
    )
    async with running(telegram, script, AT_ONCE):
        await asha.says("Hello")
        await telegram.until(lambda: any(shown.file for shown in telegram.shown(asha)))
