"""Whether Telegram takes the bot's token."""

from __future__ import annotations

import re

from bot.trying import Tried, ask

NO_TOKEN = "This is no token of Telegram's. @BotFather gives one like 123456789:AAE… with the bot: /mybots, API Token."  # noqa: S105
UNKNOWN = "Telegram does not know this token: it was revoked, or not copied whole. Ask @BotFather: /mybots, API Token."
REFUSED = "Telegram refuses this token: {words}."
SETTING = "TELEGRAM_API_URL"

_TOKEN = re.compile(r"\d{5,}:[\w-]{20,}")


async def try_token(token: str, api_url: str) -> Tried:
    """By getMe. https://core.telegram.org/bots/api#getme"""
    if not _TOKEN.fullmatch(token):
        return Tried(NO_TOKEN)
    answer = await ask("Telegram", SETTING, f"{api_url.rstrip('/')}/bot{token}/getMe")
    if answer.trouble:
        return Tried(answer.trouble)
    if not answer.body["ok"]:
        code = answer.body.get("error_code")
        words = UNKNOWN if code in (401, 404) else REFUSED.format(words=answer.body.get("description"))
        return Tried(words, date=answer.date)
    me = answer.body.get("result") or {}
    return Tried("", f"@{me.get('username', '')}", None, answer.date)
