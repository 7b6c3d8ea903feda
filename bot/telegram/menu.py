"""What people read of the bot before they write to it, and the menu beside the text box.

In private chats alone.
https://core.telegram.org/bots/api#setmycommands, #setchatmenubutton, #setmydescription,
#determining-list-of-commands
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import structlog
from telegram import (
    Bot,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    MenuButtonCommands,
)
from telegram.error import TelegramError

from bot.telegram.errors import kind_of

#: In the bot's profile, and with a link to it: 120 characters at most.
SHORT = "Pass on a worrying post about a pupil, a colleague or the school. For invited staff only."
#: In an empty chat with the bot: 512 characters at most.
LONG = (
    "Seen a worrying post about a pupil, a colleague or the school? Send or forward it here: "
    "a screenshot, a link or your words. Do not reply to the post. The right person is told, "
    "and it is followed up.\n\n"
    "This is for the school's own staff, by invitation. Nobody reads along for emergencies: "
    "in danger, ring 999."
)

#: Telegram's limits: commands of a menu, and characters of a command and of its description.
COMMANDS = 100
NAME = 32
DESCRIPTION = 256

log = structlog.get_logger()

#: Commands with what they are for.
Menu = Sequence[tuple[str, str]]


def fit_menu(commands: Menu) -> list[tuple[str, str]]:
    """Those commands that Telegram's menu takes. One that it refuses would cost all."""
    fitting = []
    for name, words in commands:
        description = words.strip()[:DESCRIPTION]
        if _is_command_name(name) and description:
            fitting.append((name, description))
    return fitting[:COMMANDS]


async def introduce(bot: Bot, commands: Menu) -> None:
    """Set the menu and the descriptions, where they are not so already.

    Telegram lets a bot change its description a few times a day. Nice to have: a failure is logged.
    """
    if commands:
        scope = BotCommandScopeAllPrivateChats()
        await _attempt("menu", lambda: bot.set_my_commands(commands, scope=scope))
        # Whatever somebody has set with @BotFather: the commands are one tap away.
        button = MenuButtonCommands()
        await _attempt("menu button", lambda: bot.set_chat_menu_button(menu_button=button))
    await _attempt("short description", lambda: _set_short_description(bot))
    await _attempt("description", lambda: _set_description(bot))


async def offer(bot: Bot, chat: int, commands: Menu) -> None:
    """Give one private chat a menu of its own; without commands, the one of all others again."""
    scope = BotCommandScopeChat(chat)
    if commands:
        await _attempt("menu of a chat", lambda: bot.set_my_commands(commands, scope=scope))
    else:
        await _attempt("menu of a chat", lambda: bot.delete_my_commands(scope=scope))


async def _set_short_description(bot: Bot) -> None:
    now = await bot.get_my_short_description()
    if now.short_description != SHORT:
        await bot.set_my_short_description(SHORT)


async def _set_description(bot: Bot) -> None:
    now = await bot.get_my_description()
    if now.description != LONG:
        await bot.set_my_description(LONG)


async def _attempt(what: str, call: Callable[[], Awaitable[object]]) -> None:
    try:
        await call()
    except TelegramError as error:
        log.info("Telegram did not take what introduces the bot", what=what, reason=kind_of(error))
    except Exception as error:
        # An answer that the library cannot read keeps nobody from a menu of their own.
        log.warning("Telegram's answer was not understood", what=what, error=type(error).__name__)


def _is_command_name(name: str) -> bool:
    is_word = name.isascii() and name.replace("_", "a").isalnum()
    return is_word and name == name.lower() and len(name) <= NAME
