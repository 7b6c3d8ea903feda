"""An update that the library cannot read: whatever of it can be kept all the same.

To ask its sender for it again would help nobody: the same message fails in the same way.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.telegram.reading.attachments import collect_attachments
from bot.telegram.reading.raw_message import (
    HANDED_OVER,
    Raw,
    content_of,
    is_service,
    number_in,
    object_in,
    text_in,
)
from bot.telegram.reading.typed_commands import Me, find_command
from bot.telegram.reading.unsupported import UNKNOWN, describe_rest
from bot.telegram.text import well_formed
from handlers.messages import Forwarded, Incoming, Origin, Sender, Standing
from store.model.address import Address, Platform, SourceKey

_FORWARDED = frozenset({"forward_origin", "forward_date", "forward_from", "forward_sender_name"})

#: Keys of which a message that can be read makes links and an origin.
_SAID_BESIDE = ("entities", "caption_entities", "forward_origin")


def private_chat_of(raw: Raw) -> int | None:
    """The private chat in which an update's message was sent or its button tapped.

    None for a group, or where that cannot be read, or where it is not the chat of who did so.
    """
    tap = object_in(raw, "callback_query")
    if tap:
        sender = tap
        chat = object_in(object_in(tap, "message"), "chat")
    else:
        sender = object_in(raw, "message") or object_in(raw, "edited_message")
        chat = object_in(sender, "chat")
    number = number_in(chat, "id")
    is_own = number == number_in(object_in(sender, "from"), "id")
    if chat.get("type") == "private" and is_own:
        return number
    return None


def salvage(raw: Raw, me: Me, now: datetime) -> Incoming | None:
    """What somebody sent in private, as far as it can be read.

    None where it is no such message, where it is not for this bot, or does not say who sent it.
    `now` stands in for a time that is none.
    """
    message = object_in(raw, "message")
    if message:
        incoming = _salvage_message(raw, message, now)
        return _as_command(incoming, me) if incoming else None

    incoming = _salvage_message(raw, object_in(raw, "edited_message"), now)
    if incoming is None:
        return None
    version = f"{incoming.source}:edit:{number_in(raw, 'update_id')}"
    return replace(incoming, source=version, edits=incoming.source)


def _salvage_message(raw: Raw, message: Raw, now: datetime) -> Incoming | None:
    """What stands in a private message; None where it is none, or Telegram's own."""
    chat = private_chat_of(raw)
    number = number_in(message, "message_id")
    if chat is None or number is None:
        return None
    if is_service(message) and not content_of(message) and not HANDED_OVER & message.keys():
        return None
    return _read(message, chat, number, now)


def _as_command(incoming: Incoming, me: Me) -> Incoming | None:
    """A message with the command that it is; None where it is one for another bot."""
    command = None if incoming.forwarded else find_command(incoming.text)
    if command is None:
        return incoming
    if command.is_for(me):
        return replace(incoming, command=command.words)
    return None


def _read(message: Raw, chat: int, number: int, now: datetime) -> Incoming:
    content = content_of(message)
    content |= {key: message[key] for key in _SAID_BESIDE if key in message}
    text = _text_of(message, content)
    came_from = None if _FORWARDED.isdisjoint(message) else Origin("message")
    files = collect_attachments(content, chat, number, came_from)
    if not text and not files and not HANDED_OVER & message.keys():
        text = UNKNOWN

    place = str(Address(Platform.TELEGRAM, str(chat)))
    return Incoming(
        source=str(SourceKey(place, str(number))),
        sender=_sender(object_in(message, "from"), place),
        place=place,
        at=_time(message, now),
        text="" if came_from else text,
        forwarded=(Forwarded(text, came_from),) if came_from and text else (),
        attachments=files,
    )


def _text_of(message: Raw, content: Raw) -> str:
    """Its words, and in a line below them what else it says."""
    words = text_in(message, "text") or text_in(message, "caption")
    rest = describe_rest(content, (words,))
    return "\n".join(line for line in (words, rest) if line)


def _sender(user: Raw, account: str) -> Sender:
    names = (text_in(user, "first_name"), text_in(user, "last_name"))
    standing = Standing.OUTSIDER if user.get("is_bot") else Standing.INVITED
    return Sender(account, well_formed(" ".join(name for name in names if name)), standing)


def _time(message: Raw, now: datetime) -> datetime:
    seconds = number_in(message, "edit_date") or number_in(message, "date")
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds else now
    except (ValueError, OverflowError, OSError):
        return now
