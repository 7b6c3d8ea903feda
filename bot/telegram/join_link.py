"""The link of an invitation."""

from __future__ import annotations

from telegram.error import TelegramError

from bot.settings import Settings
from bot.telegram.api import connect


def link_to(username: str | None, code: str) -> str:
    """The link that opens a chat with the bot and sends it the code:

    `https://t.me/<bot>?start=<code>`.
    """
    return f"https://t.me/{username}?start={code}"


async def join_link(settings: Settings, code: str) -> str | None:
    """The link, for a command line that has no running bot to ask for its name.

    None when Telegram does not say how the bot is called. Raises SettingsError for a token that
    cannot be one.
    """
    secret = settings.telegram_bot_token
    token = secret.get_secret_value() if secret else ""
    connection = connect(token, settings.telegram_api_url)
    try:
        await connection.request.initialize()
        me = await connection.bot.get_me()
        return link_to(me.username, code)
    except TelegramError:
        return None
    finally:
        await connection.request.shutdown()
