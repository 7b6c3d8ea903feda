"""Telegram's updates -> `Incoming`. Pure. https://core.telegram.org/bots/api#update"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from telegram import CallbackQuery, Message, MessageEntity, Update, User

from bot.telegram.attachments import attachments
from bot.telegram.origins import origin
from bot.telegram.text import whole
from bot.telegram.unsupported import described
from handlers.messages import Attachment, Forwarded, Incoming, Sender, Standing

_COMMAND = re.compile(r"/(?P<name>[A-Za-z0-9_-]+)(?:@(?P<bot>\w+))?(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Me:
    """The bot itself, and the names of its commands."""

    id: int
    username: str
    commands: frozenset[str] = frozenset()


def incoming(update: Update, me: Me, now: datetime) -> Incoming | None:
    """What somebody sent, changed or tapped; None for everything that is not for this bot.

    `now` stands in for the time of a tap, of which Telegram does not tell.
    """
    if update.callback_query:
        return _tap(update.callback_query, now)
    if update.edited_message:
        return _edited(update.edited_message)
    if update.message:
        return _message(update.message, me)
    return None


def chat_of(update: Update) -> int | None:
    """The chat whose updates are to be taken in their order."""
    if update.effective_chat:
        return update.effective_chat.id
    return update.effective_user.id if update.effective_user else None


def _message(message: Message, me: Me) -> Incoming | None:
    if message.from_user is None or _is_of_another(message, message.from_user):
        return None
    if not _is_private(message):
        return _in_company(message, message.from_user, me)
    text = whole(message.text or "")
    if message.forward_origin is None and (found := _COMMAND.match(text)):
        if not _is_ours(found, me):
            return None
        return _incoming(
            message, message.from_user, text=text, links=_links(message), command=_words(found)
        )
    return _said(message, message.from_user)


def _edited(message: Message) -> Incoming | None:
    """A later version. It is kept as such, and never obeyed: the command was obeyed already."""
    live = message.location and message.location.live_period
    if message.from_user is None or not _is_private(message) or live:
        return None
    if _is_of_another(message, message.from_user):
        return None
    return _said(message, message.from_user, edited=message.edit_date)


def _said(message: Message, user: User, edited: datetime | None = None) -> Incoming | None:
    """A private message, with everything that comes with it."""
    text = "\n".join(
        filter(None, (whole(message.text or message.caption or ""), whole(described(message))))
    )
    links = _links(message)
    came_from = origin(message.forward_origin) if message.forward_origin else None
    files = attachments(message, message.chat.id, message.message_id, came_from)
    forwarded: tuple[Forwarded, ...] = ()
    if came_from:
        forwarded = (Forwarded(text, came_from, links),) if text or not files else ()
        text, links = "", ()
    elsewhere, more = _quoted(message)
    if not (text or files or forwarded or elsewhere or more):
        return None  # somebody joined, a message was pinned …
    return _incoming(
        message,
        user,
        edited=edited,
        text=text,
        links=links,
        forwarded=(*forwarded, *elsewhere),
        files=(*files, *more),
    )


def _in_company(message: Message, user: User, me: Me) -> Incoming | None:
    """In a group: only what is said to the bot, and nothing that comes with it."""
    text = whole(message.text or message.caption or "")
    found = _COMMAND.match(text) if message.text and not message.forward_origin else None
    if found:
        if not (_is_ours(found, me) and (found["bot"] or found["name"].lower() in me.commands)):
            return None
        return _incoming(message, user, text=text, command=_words(found))
    if not (_names(message, me) or _answers(message, me)) or message.forward_origin:
        return None
    return _incoming(message, user, text=text)


def _tap(query: CallbackQuery, now: datetime) -> Incoming | None:
    if not query.data:
        return None
    chat = query.message.chat if query.message else None
    if chat and chat.type == chat.PRIVATE and chat.id != query.from_user.id:
        return None  # no chat of theirs
    return Incoming(
        source=f"telegram:tap:{query.id}",
        sender=_sender(query.from_user),
        place=f"telegram:{chat.id if chat else query.from_user.id}",
        at=now,
        private=chat is None or chat.type == chat.PRIVATE,
        command=whole(query.data),
    )


def _incoming(
    message: Message,
    user: User,
    *,
    text: str,
    links: tuple[str, ...] = (),
    forwarded: tuple[Forwarded, ...] = (),
    files: tuple[Attachment, ...] = (),
    command: str | None = None,
    edited: datetime | None = None,
) -> Incoming:
    source = f"telegram:{message.chat.id}:{message.message_id}"
    album = message.media_group_id
    return Incoming(
        source=f"{source}:edit:{int(edited.timestamp())}" if edited else source,
        sender=_sender(user),
        place=f"telegram:{message.chat.id}",
        at=edited or message.date,
        private=_is_private(message),
        text=text,
        links=links,
        forwarded=forwarded,
        attachments=files,
        album=f"telegram:album:{message.chat.id}:{album}"
        if album and _is_private(message)
        else None,
        edits=source if edited else None,
        command=command,
    )


def _sender(user: User) -> Sender:
    standing = Standing.OUTSIDER if user.is_bot else Standing.INVITED
    return Sender(f"telegram:{user.id}", whole(user.full_name), standing)


def _is_of_another(message: Message, user: User) -> bool:
    """A private chat with somebody else than who wrote: there is no such thing, so it is nobody's."""
    return _is_private(message) and message.chat.id != user.id


def _is_private(message: Message) -> bool:
    return message.chat.type == message.chat.PRIVATE


def _quoted(message: Message) -> tuple[tuple[Forwarded, ...], tuple[Attachment, ...]]:
    """A message of another chat that this one replies to: it is passed on as if it were forwarded."""
    reply = message.external_reply
    if reply is None:
        return (), ()
    came_from = origin(reply.origin)
    if reply.message_id and not came_from.message_id:
        came_from = replace(came_from, message_id=str(reply.message_id))
    files = attachments(reply, message.chat.id, message.message_id, came_from)
    quote = message.quote
    text = "\n".join(filter(None, (whole(quote.text) if quote else "", whole(described(reply)))))
    links = _found(quote.text, quote.entities or ()) if quote else ()
    return ((Forwarded(text, came_from, links),) if text or not files else ()), files


def _links(message: Message) -> tuple[str, ...]:
    if message.text:
        return _found(message.text, message.entities)
    return _found(message.caption or "", message.caption_entities)


def _found(text: str, entities: Sequence[MessageEntity]) -> tuple[str, ...]:
    """Links as typed, and those behind words, in order and once each. Offsets are in UTF-16 units."""
    links: dict[str, None] = {}
    encoded = text.encode("utf-16-le", "surrogatepass")
    for entity in sorted(entities, key=lambda e: e.offset):
        if entity.type == MessageEntity.TEXT_LINK and entity.url:
            links[whole(entity.url)] = None
        elif entity.type == MessageEntity.URL:
            typed = encoded[2 * entity.offset : 2 * (entity.offset + entity.length)]
            links[typed.decode("utf-16-le", "replace")] = None
    return tuple(links)


def _is_ours(found: re.Match[str], me: Me) -> bool:
    return not found["bot"] or found["bot"].lower() == me.username.lower()


def _words(found: re.Match[str]) -> str:
    """`/case@headsup_bot 7K4M` -> `case 7K4M`; the invitation link's `/start CODE` -> `join CODE`."""
    name, rest = found["name"], found.string[found.end() :].strip()
    if name.lower() == "start":
        name = "join" if rest else "start"
    return f"{name} {rest}".strip()


def _names(message: Message, me: Me) -> bool:
    """Whether the bot is mentioned."""
    text = (message.text or message.caption or "").encode("utf-16-le", "surrogatepass")
    for entity in (*message.entities, *message.caption_entities):
        if entity.type == MessageEntity.TEXT_MENTION and entity.user and entity.user.id == me.id:
            return True
        name = text[2 * entity.offset : 2 * (entity.offset + entity.length)].decode(
            "utf-16-le", "replace"
        )
        if entity.type == MessageEntity.MENTION and name.lower() == f"@{me.username.lower()}":
            return True
    return False


def _answers(message: Message, me: Me) -> bool:
    """Whether it replies to something that the bot said."""
    earlier = message.reply_to_message
    return bool(earlier and earlier.from_user and earlier.from_user.id == me.id)
