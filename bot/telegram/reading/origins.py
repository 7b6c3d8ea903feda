"""What Telegram says of where a forwarded message was first posted.

https://core.telegram.org/bots/api#messageorigin
"""

from __future__ import annotations

from dataclasses import replace

from telegram import (
    Chat,
    MessageOrigin,
    MessageOriginChannel,
    MessageOriginChat,
    MessageOriginHiddenUser,
    MessageOriginUser,
    User,
)

from bot.telegram.text import well_formed
from handlers.messages import Origin


def read_origin(said: MessageOrigin) -> Origin:
    """The author, place, number and date of the original, as far as Telegram gives them away."""
    match said:
        case MessageOriginUser(sender_user=user):
            return Origin(
                kind="person", author=_author(user), author_id=str(user.id), sent_at=said.date
            )
        case MessageOriginHiddenUser(sender_user_name=name):
            return Origin(kind="hidden person", author=well_formed(name), sent_at=said.date)
        case MessageOriginChat(sender_chat=chat, author_signature=signature):
            return Origin(
                kind="group",
                author=well_formed(signature or ""),
                place=well_formed(chat.effective_name or ""),
                place_id=str(chat.id),
                sent_at=said.date,
            )
        case MessageOriginChannel(chat=chat, message_id=number, author_signature=signature):
            return Origin(
                kind="channel",
                author=well_formed(signature or ""),
                place=well_formed(chat.effective_name or ""),
                place_id=str(chat.id),
                message_id=str(number),
                sent_at=said.date,
                link=_permanent_link(chat, number),
            )
    return Origin(kind="message", sent_at=said.date)


def place_in(origin: Origin, chat: Chat, number: int | None) -> Origin:
    """The origin of a message of another chat that somebody replies to, with its place there."""
    link = _permanent_link(chat, number) if number else ""
    return replace(
        origin,
        place=origin.place or well_formed(chat.effective_name or ""),
        place_id=origin.place_id or str(chat.id),
        message_id=origin.message_id or str(number or ""),
        link=origin.link or link,
    )


def _author(user: User) -> str:
    name = well_formed(user.full_name)
    return f"{name} (@{user.username})" if user.username else name


def _permanent_link(channel: Chat, number: int) -> str:
    """The address of a post; empty for a channel without a name, whose posts have no public one."""
    if channel.username:
        return f"https://t.me/{channel.username}/{number}"
    return ""
