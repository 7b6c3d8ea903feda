"""Tries whether Telegram takes the bot's token, and lets it write into a group."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from bot.tokens import Tried, ask

NO_TOKEN = (
    "This is no token of Telegram's. "  # noqa: S105
    "@BotFather gives one like 123456789:AAE… with the bot: /mybots, API Token."
)
UNKNOWN = (
    "Telegram does not know this token: it was revoked, or not copied whole. "
    "Ask @BotFather: /mybots, API Token."
)
REFUSED = "Telegram refuses this token: {words}."
NOT_THERE = (
    "The bot is in no group {group}. Add it to the group; the group's number begins with -100."
)
MOVED = "Group {group} has the number {new} now. Write that into LEADERSHIP_CHANNEL."
MUTE = (
    "The bot may not write in {group}. "
    "Let its members write there, or make the bot an administrator who may post."
)
SETTING = "TELEGRAM_API_URL"

_TOKEN = re.compile(r"\d{5,}:[\w-]{20,}")
#: What Telegram answers where it does not know a token.
_UNKNOWN_TOKEN = (401, 404)


async def try_token(token: str, api_url: str) -> Tried:
    """What Telegram says of a token, by getMe. https://core.telegram.org/bots/api#getme"""
    if not _TOKEN.fullmatch(token):
        return Tried(NO_TOKEN)
    answer = await ask("Telegram", SETTING, f"{api_url.rstrip('/')}/bot{token}/getMe")
    if answer.trouble:
        return Tried(answer.trouble)
    if not answer.body["ok"]:
        return Tried(_refusal(answer.body), date=answer.date)
    me = answer.body.get("result") or {}
    return Tried("", f"@{me.get('username', '')}", None, answer.date)


def _refusal(body: Mapping[str, Any]) -> str:
    if body.get("error_code") in _UNKNOWN_TOKEN:
        return UNKNOWN
    return REFUSED.format(words=body.get("description"))


async def try_group(token: str, api_url: str, group: str) -> str:
    """What keeps the bot from writing into a group or channel: `-100123` or `@name`.

    Nothing where it may, or where that is not known. By getChat and getChatMember.
    https://core.telegram.org/bots/api#getchatmember
    """
    base = f"{api_url.rstrip('/')}/bot{token}"
    in_group = urlencode({"chat_id": group})
    chat = await ask("Telegram", SETTING, f"{base}/getChat?{in_group}")
    if not chat.trouble and not chat.body["ok"]:
        return _not_there(group, chat.body)

    bot_id = token.partition(":")[0]
    as_member = urlencode({"chat_id": group, "user_id": bot_id})
    member = await ask("Telegram", SETTING, f"{base}/getChatMember?{as_member}")
    # The token was tried before, and whoever tried it was told of such trouble.
    if chat.trouble or member.trouble:
        return ""
    if not member.body["ok"]:
        return _not_there(group, member.body)
    if _may_write(chat.body["result"], member.body["result"]):
        return ""
    return MUTE.format(group=group)


def _not_there(group: str, body: Mapping[str, Any]) -> str:
    # It is the token that is wrong.
    if body.get("error_code") in _UNKNOWN_TOKEN:
        return ""
    new = (body.get("parameters") or {}).get("migrate_to_chat_id")
    if new:
        return MOVED.format(group=group, new=new)
    return NOT_THERE.format(group=group)


def _may_write(chat: Mapping[str, Any], me: Mapping[str, Any]) -> bool:
    """Reads what a group or channel lets the bot do. https://core.telegram.org/bots/api#chatmember"""
    is_channel = chat.get("type") == "channel"
    match me.get("status"):
        case "creator":
            return True
        case "administrator":
            return not is_channel or bool(me.get("can_post_messages"))
        case "member":
            return not is_channel and _lets_members_write(chat)
        case "restricted":
            return bool(me.get("is_member") and me.get("can_send_messages"))
    return False


def _lets_members_write(group: Mapping[str, Any]) -> bool:
    permissions = group.get("permissions") or {}
    return permissions.get("can_send_messages") is not False
