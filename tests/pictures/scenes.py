"""What is shown: each scene is held for real, on a bot of its own, and gives pages to be taken."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from tests.doubles.slack import SlackDouble
from tests.doubles.telegram import TelegramDouble
from tests.pictures import in_slack, in_telegram
from tests.pictures.page import Panel, page, steady
from tests.pictures.talk import hold
from tests.talks.conftest import Conversation
from tests.talks.stage import ROOT, TUESDAY, SlackStage, StillClock, TelegramStage

#: Where the pictures are.
PICTURES = ROOT / "docs" / "pictures"
CARD = "What Ben has when he has taken the case"
DAY = "Friday, 8:00: Ben, the headteacher"

#: Three things that were passed on, and what came of them until Friday morning.
A_WEEK = """
    Asha> They call the kitchen filthy
    bot>  Case {a}
    Asha> (taps) The school
    bot>  What is it mostly about?
    Asha> (taps) Complaint about the school
    bot>  Thank you.
    clock> +20m
    Gita> The gate is never shut, they say
    bot>  Case {b}
    Gita> (taps) The school
    bot>  What is it mostly about?
    Gita> (taps) Complaint about the school
    bot>  Thank you.
    clock> +1m
    bot to Ben>  New case {b}
    Ben>  (taps) I'll take it
    bot>  Case {b}
    clock> 2026-11-25T10:00
    Gita> The school takes our money and lies about it, says this one
    bot>  Case {c}
    Gita> (taps) The school
    bot>  What is it mostly about?
    Gita> (taps) Defamatory about the school
    bot>  Thank you.
    clock> 2026-11-27T08:00
    bot to Ben>  Overdue:
"""

#: Of each page, by the name of its picture.
Pages = dict[str, str]


async def in_slack_pages(folder: Path) -> Pages:
    """The talk, and the leader's card."""
    async with slack_stage(folder) as stage:
        messages = partial(in_slack.messages, stage)
        panels = await hold(stage, messages, folder)
        card = Panel(CARD, messages("Ben")[-1:])
        return {
            "talk-slack": await steady(page(in_slack.STYLE, panels), stage),
            "card-slack": await steady(page(in_slack.STYLE, [card]), stage),
        }


async def in_telegram_pages(folder: Path) -> Pages:
    """The talk, and the leader's card."""
    async with TelegramDouble() as telegram:
        stage = TelegramStage(folder, StillClock(TUESDAY), telegram)
        async with stage.running():
            messages = partial(in_telegram.messages, stage)
            panels = await hold(stage, messages, folder)
            card = Panel(CARD, messages("Ben")[-1:])
            return {
                "talk-telegram": await steady(page(in_telegram.STYLE, panels), stage),
                "card-telegram": await steady(page(in_telegram.STYLE, [card]), stage),
            }


async def day_pages(folder: Path) -> Pages:
    """The message of the day, in Slack."""
    async with slack_stage(folder) as stage:
        await Conversation(stage, folder).hold(A_WEEK)
        await stage.quiet()
        day = [m for m in in_slack.messages(stage, "Ben") if "Today, " in m]
        html = page(in_slack.STYLE, [Panel(DAY, day)])
        return {"day-slack": await steady(html, stage)}


@asynccontextmanager
async def slack_stage(folder: Path) -> AsyncIterator[SlackStage]:
    async with SlackDouble() as slack:
        stage = SlackStage(folder, StillClock(TUESDAY), slack)
        async with stage.running():
            yield stage


#: Each takes an empty folder.
SCENES: tuple[Callable[[Path], Awaitable[Pages]], ...] = (
    in_slack_pages,
    in_telegram_pages,
    day_pages,
)
