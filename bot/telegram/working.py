"""What somebody sees while the bot works on what they sent: “typing…”, “sending a file…”.

https://core.telegram.org/bots/api#sendchataction
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from telegram import Bot
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.telegram.errors import kind_of

#: Seconds: Telegram shows an action for five at most.
AGAIN = 4.0

log = structlog.get_logger()


async def show_action(bot: Bot, chat: int | str, action: ChatAction) -> None:
    """Show it for a few seconds. Nice to have: a failure is logged."""
    try:
        await bot.send_chat_action(chat, action)
    except TelegramError as error:
        log.debug("not shown that the bot works", reason=kind_of(error))


@asynccontextmanager
async def typing_after(seconds: float, bot: Bot, chat: int | None) -> AsyncIterator[None]:
    """Show “typing…” in a chat from so many seconds on, until the context ends."""
    if chat is None:
        yield
        return
    typing: asyncio.Task[None] | None = None

    def begin() -> None:
        nonlocal typing
        typing = asyncio.create_task(_type(bot, chat))

    # Nearly every answer is there before, and costs no task.
    timer = asyncio.get_running_loop().call_later(seconds, begin)
    try:
        yield
    finally:
        timer.cancel()
        if typing:
            typing.cancel()


async def _type(bot: Bot, chat: int) -> None:
    while True:
        await show_action(bot, chat, ChatAction.TYPING)
        await asyncio.sleep(AGAIN)
