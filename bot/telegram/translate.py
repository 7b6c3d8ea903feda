"""Telegram's updates -> `Incoming`. Pure. https://core.telegram.org/bots/api#update"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from telegram import (
    CallbackQuery,
    ExternalReplyInfo,
    Message,
    MessageEntity,
    TextQuote,
    Update,
    User,
)

from bot.telegram.attachments import collect_attachments
from bot.telegram.origins import read_origin
from bot.telegram.text import well_formed
from bot.telegram.unsupported import describe_unsupported
from handlers.messages import Attachment, Forwarded, Incoming, Origin, Sender, Standing
from store.model.address import Address, Platform, SourceKey

_COMMAND = re.compile(r"/(?P<name>[A-Za-z0-9_-]+)(?:@(?P<bot>\w+))?(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Me:
    """The bot itself, and the names of its commands."""

    id: int
    username: str
    commands: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Content:
    """What a message says and brings along."""

    text: str = ""
    links: tuple[str, ...] = ()
    forwarded: tuple[Forwarded, ...] = ()
    files: tuple[Attachment, ...] = ()
    command: str | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.text or self.forwarded or self.files)


def translate(update: Update, me: Me, now: datetime) -> Incoming | None:
    """What somebody sent, changed or tapped; None for everything that is not for this bot.

    `now` stands in for the time of a tap, of which Telegram does not tell.
    """
    if update.callback_query:
        return _translate_tap(update.callback_query, now)
    if update.edited_message:
        return _translate_edit(update.edited_message)
    if update.message:
        return _translate_message(update.message, me)
    return None


def chat_of(update: Update) -> int | None:
    """The number of the chat whose updates are to be taken in their order; None for none."""
    if update.effective_chat:
        return update.effective_chat.id
    if update.effective_user:
        return update.effective_user.id
    return None


# --- kinds of updates -----------------------------------------------------------------------------


def _translate_message(message: Message, me: Me) -> Incoming | None:
    user = message.from_user
    if user is None or _is_of_another(message, user):
        return None
    if not _is_private(message):
        return _translate_in_group(message, user, me)

    text = well_formed(message.text or "")
    # A command that is passed on is somebody else's words.
    command = None if message.forward_origin else _COMMAND.match(text)
    if command is None:
        return _translate_private(message, user)
    if not _is_for(me, command):
        return None
    content = _Content(text, _links_of(message), command=_command_words(command))
    return _incoming(message, user, content)


def _translate_edit(message: Message) -> Incoming | None:
    """A later version. It is kept as such, and never obeyed: the command was obeyed already."""
    user = message.from_user
    if user is None or not _is_private(message) or _is_of_another(message, user):
        return None
    # A live location is "edited" as often as its sender moves.
    if message.location and message.location.live_period:
        return None
    return _translate_private(message, user, edited=message.edit_date)


def _translate_private(
    message: Message, user: User, edited: datetime | None = None
) -> Incoming | None:
    """A private message, with everything that comes with it; None where that is nothing."""
    own = _own_content(message)
    quoted = _quoted_content(message)
    content = replace(
        own, forwarded=own.forwarded + quoted.forwarded, files=own.files + quoted.files
    )
    # Somebody joined, a message was pinned …
    if content.is_empty:
        return None
    return _incoming(message, user, content, edited)


def _translate_in_group(message: Message, user: User, me: Me) -> Incoming | None:
    """In a group: only what is said to the bot, and nothing that comes with it."""
    # What is passed on there was said to somebody else, whomever it names.
    if message.forward_origin:
        return None

    text = well_formed(message.text or message.caption or "")
    command = _COMMAND.match(text) if message.text else None
    if command:
        if not _is_for_in_group(me, command):
            return None
        return _incoming(message, user, _Content(text, command=_command_words(command)))

    if _mentions(message, me) or _answers(message, me):
        return _incoming(message, user, _Content(text))
    return None


def _translate_tap(query: CallbackQuery, now: datetime) -> Incoming | None:
    if not query.data:
        return None
    user = query.from_user
    chat = query.message.chat if query.message else None
    is_private = chat is None or chat.type == chat.PRIVATE
    # Nobody taps in another's private chat: that is forged.
    if chat and is_private and chat.id != user.id:
        return None
    return Incoming(
        source=str(SourceKey(f"{Platform.TELEGRAM}:tap", query.id)),
        sender=_sender(user),
        place=_address(chat.id if chat else user.id),
        at=now,
        private=is_private,
        command=well_formed(query.data),
    )


def _incoming(
    message: Message, user: User, content: _Content, edited: datetime | None = None
) -> Incoming:
    place = _address(message.chat.id)
    source = str(SourceKey(place, str(message.message_id)))
    version = f"{source}:edit:{int(edited.timestamp())}" if edited else source
    return Incoming(
        source=version,
        sender=_sender(user),
        place=place,
        at=edited or message.date,
        private=_is_private(message),
        text=content.text,
        links=content.links,
        forwarded=content.forwarded,
        attachments=content.files,
        album=_album_of(message),
        edits=source if edited else None,
        command=content.command,
    )


# --- who and where --------------------------------------------------------------------------------


def _address(number: int) -> str:
    return str(Address(Platform.TELEGRAM, str(number)))


def _sender(user: User) -> Sender:
    standing = Standing.OUTSIDER if user.is_bot else Standing.INVITED
    return Sender(_address(user.id), well_formed(user.full_name), standing)


def _is_of_another(message: Message, user: User) -> bool:
    """Tells a private chat with somebody else than who wrote: there is none, so it is forged."""
    return _is_private(message) and message.chat.id != user.id


def _is_private(message: Message) -> bool:
    return message.chat.type == message.chat.PRIVATE


def _album_of(message: Message) -> str | None:
    # Nothing that comes with a message in a group is kept, so no album is put together there.
    if not message.media_group_id or not _is_private(message):
        return None
    return f"{Platform.TELEGRAM}:album:{message.chat.id}:{message.media_group_id}"


# --- what it says ---------------------------------------------------------------------------------


def _own_content(message: Message) -> _Content:
    """What somebody wrote or forwarded: the words of a forwarded message are not the sender's."""
    text = _full_text(message.text or message.caption or "", message)
    links = _links_of(message)
    came_from = read_origin(message.forward_origin) if message.forward_origin else None
    files = collect_attachments(message, message.chat.id, message.message_id, came_from)
    if came_from is None:
        return _Content(text, links, files=files)
    return _Content(forwarded=_forwarded(text, came_from, links, files), files=files)


def _quoted_content(message: Message) -> _Content:
    """A message of another chat that this one replies to: passed on as if it were forwarded."""
    reply = message.external_reply
    if reply is None:
        return _Content()

    came_from = read_origin(reply.origin)
    if reply.message_id and not came_from.message_id:
        came_from = replace(came_from, message_id=str(reply.message_id))
    files = collect_attachments(reply, message.chat.id, message.message_id, came_from)
    quote = message.quote
    text = _full_text(quote.text if quote else "", reply)
    return _Content(
        forwarded=_forwarded(text, came_from, _links_of_quote(quote), files), files=files
    )


def _forwarded(
    text: str, came_from: Origin, links: tuple[str, ...], files: tuple[Attachment, ...]
) -> tuple[Forwarded, ...]:
    """The message that was forwarded; none for files without words, which have their origin."""
    if files and not text:
        return ()
    return (Forwarded(text, came_from, links),)


def _full_text(text: str, message: Message | ExternalReplyInfo) -> str:
    """What was typed, and a line for what is neither text nor a file."""
    lines = (well_formed(text), well_formed(describe_unsupported(message)))
    return "\n".join(line for line in lines if line)


# --- links and mentions ---------------------------------------------------------------------------


def _links_of(message: Message) -> tuple[str, ...]:
    if message.text:
        return _links_in(message.text, message.entities)
    return _links_in(message.caption or "", message.caption_entities)


def _links_of_quote(quote: TextQuote | None) -> tuple[str, ...]:
    if quote is None:
        return ()
    return _links_in(quote.text, quote.entities or ())


def _links_in(text: str, entities: Sequence[MessageEntity]) -> tuple[str, ...]:
    """Links as typed, and those behind words, in order and once each."""
    links: dict[str, None] = {}
    encoded = _encode(text)
    for entity in sorted(entities, key=lambda entity: entity.offset):
        if entity.type == MessageEntity.TEXT_LINK and entity.url:
            links[well_formed(entity.url)] = None
        elif entity.type == MessageEntity.URL:
            links[_words_of(entity, encoded)] = None
    return tuple(links)


def _mentions(message: Message, me: Me) -> bool:
    encoded = _encode(message.text or message.caption or "")
    entities = (*message.entities, *message.caption_entities)
    return any(_is_mention(entity, encoded, me) for entity in entities)


def _is_mention(entity: MessageEntity, encoded: bytes, me: Me) -> bool:
    if entity.type == MessageEntity.TEXT_MENTION:
        return entity.user is not None and entity.user.id == me.id
    if entity.type == MessageEntity.MENTION:
        return _words_of(entity, encoded).lower() == f"@{me.username.lower()}"
    return False


def _encode(text: str) -> bytes:
    """A text in the units in which Telegram counts offsets: two bytes each."""
    return text.encode("utf-16-le", "surrogatepass")


def _words_of(entity: MessageEntity, encoded: bytes) -> str:
    end = entity.offset + entity.length
    return encoded[2 * entity.offset : 2 * end].decode("utf-16-le", "replace")


def _answers(message: Message, me: Me) -> bool:
    """Tells a reply to something that the bot said."""
    earlier = message.reply_to_message
    if not earlier or not earlier.from_user:
        return False
    return earlier.from_user.id == me.id


# --- commands -------------------------------------------------------------------------------------


def _is_for(me: Me, command: re.Match[str]) -> bool:
    return not command["bot"] or command["bot"].lower() == me.username.lower()


def _is_for_in_group(me: Me, command: re.Match[str]) -> bool:
    """Several bots may read along: a command that names none of them must be one of ours."""
    if command["bot"]:
        return _is_for(me, command)
    return command["name"].lower() in me.commands


def _command_words(command: re.Match[str]) -> str:
    """`/case@headsup_bot 7K4M` -> `case 7K4M`; an invitation's `/start CODE` -> `join CODE`."""
    name = command["name"]
    rest = command.string[command.end() :].strip()
    if name.lower() == "start":
        name = "join" if rest else "start"
    return f"{name} {rest}".strip()
