"""Whether Telegram takes the bot's token, and lets it write into a group."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from bot.tokens import Tried, ask

NO_TOKEN = "This is no token of Telegram's. @BotFather gives one like 123456789:AAE… with the bot: /mybots, API Token."  # noqa: S105
UNKNOWN = "Telegram does not know this token: it was revoked, or not copied whole. Ask @BotFather: /mybots, API Token."
REFUSED = "Telegram refuses this token: {words}."
NOT_THERE = (
    "The bot is in no group {group}. Add it to the group; the group's number begins with -100."
)
MOVED = "Group {group} has the number {new} now. Write that into LEADERSHIP_CHANNEL."
MUTE = "The bot may not write in {group}. Let its members write there, or make the bot an administrator who may post."
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
        words = (
            UNKNOWN if code in (401, 404) else REFUSED.format(words=answer.body.get("description"))
        )
        return Tried(words, date=answer.date)
    me = answer.body.get("result") or {}
    return Tried("", f"@{me.get('username', '')}", None, answer.date)


async def try_group(token: str, api_url: str, group: str) -> str:
    """What keeps the bot from writing into a group or channel: `-100123` or `@name`; nothing where that is not known.

    By getChat and getChatMember. https://core.telegram.org/bots/api#getchatmember
    """
    base = f"{api_url.rstrip('/')}/bot{token}"
    chat = await ask("Telegram", SETTING, f"{base}/getChat?{urlencode({'chat_id': group})}")
    if not chat.trouble and not chat.body["ok"]:
        return _not_there(group, chat.body)
    me = urlencode({"chat_id": group, "user_id": token.partition(":")[0]})
    member = await ask("Telegram", SETTING, f"{base}/getChatMember?{me}")
    if chat.trouble or member.trouble:
        return ""  # the token was tried, and said so
    if not member.body["ok"]:
        return _not_there(group, member.body)
    return (
        "" if _may_write(chat.body["result"], member.body["result"]) else MUTE.format(group=group)
    )


def _not_there(group: str, body: Mapping[str, Any]) -> str:
    if body.get("error_code") in (401, 404):
        return ""  # it is the token that is wrong
    new = (body.get("parameters") or {}).get("migrate_to_chat_id")
    return MOVED.format(group=group, new=new) if new else NOT_THERE.format(group=group)


def _may_write(chat: Mapping[str, Any], me: Mapping[str, Any]) -> bool:
    match me.get("status"):
        case "creator":
            return True
        case "administrator":
            return chat.get("type") != "channel" or bool(me.get("can_post_messages"))
        case "member":
            return (
                chat.get("type") != "channel"
                and (chat.get("permissions") or {}).get("can_send_messages") is not False
            )
        case "restricted":
            return bool(me.get("is_member") and me.get("can_send_messages"))
    return False
