"""The link of an invitation, for a command line that has no running bot to ask."""

from __future__ import annotations

from telegram.error import TelegramError

from bot.settings import Settings
from bot.telegram.api import connect


async def join_link(settings: Settings, code: str) -> str | None:
    """`https://t.me/<bot>?start=<code>`, or None when Telegram does not say how the bot is called.

    Raises SettingsError for a token that cannot be one.
    """
    token = settings.telegram_bot_token.get_secret_value() if settings.telegram_bot_token else ""
    bot, request = connect(token, settings.telegram_api_url)
    try:
        await request.initialize()
        return f"https://t.me/{(await bot.get_me()).username}?start={code}"
    except TelegramError:
        return None
    finally:
        await request.shutdown()
