"""What people read of the bot before they write to it, and the menu beside the text box: private chats alone.

https://core.telegram.org/bots/api#setmycommands, #determining-list-of-commands, #setmydescription
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import structlog
from telegram import Bot, BotCommandScopeAllPrivateChats, BotCommandScopeChat
from telegram.error import TelegramError

from bot.telegram.errors import kind

SHORT = "Pass on a worrying post about a pupil, a colleague or the school. For invited staff only."  # 120 at most
LONG = (
    "Seen a worrying post about a pupil, a colleague or the school? Send or forward it here: a screenshot, a link or "
    "your words. Do not reply to the post. The right person is told, and it is followed up.\n\n"
    "This is for the school's own staff, by invitation. Nobody reads along for emergencies: in danger, ring 999."
)  # 512 at most

log = structlog.get_logger()


async def introduce(bot: Bot, commands: Sequence[tuple[str, str]]) -> None:
    """Set what is not so already: Telegram lets a bot change its description a few times a day. Nice to have."""
    if commands:
        await _kindly(
            "menu", lambda: bot.set_my_commands(commands, scope=BotCommandScopeAllPrivateChats())
        )
    await _kindly("short description", lambda: _short_description(bot))
    await _kindly("description", lambda: _description(bot))


async def offer(bot: Bot, chat: int, commands: Sequence[tuple[str, str]]) -> None:
    """Give one private chat a menu of its own; without commands, the one of all others again."""
    scope = BotCommandScopeChat(chat)
    if commands:
        await _kindly("menu of a chat", lambda: bot.set_my_commands(commands, scope=scope))
    else:
        await _kindly("menu of a chat", lambda: bot.delete_my_commands(scope=scope))


async def _short_description(bot: Bot) -> None:
    if (await bot.get_my_short_description()).short_description != SHORT:
        await bot.set_my_short_description(SHORT)


async def _description(bot: Bot) -> None:
    if (await bot.get_my_description()).description != LONG:
        await bot.set_my_description(LONG)


async def _kindly(what: str, attempt: Callable[[], Awaitable[object]]) -> None:
    try:
        await attempt()
    except TelegramError as error:
        log.info("Telegram did not take what introduces the bot", what=what, reason=kind(error))
