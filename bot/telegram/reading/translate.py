"""Telegram's updates -> `Incoming`. Pure. https://core.telegram.org/bots/api#update"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from telegram import (
    CallbackQuery,
    Message,
    MessageEntity,
    TextQuote,
    Update,
    User,
)

from bot.telegram.reading.attachments import collect_attachments
from bot.telegram.reading.origins import place_in, read_origin
from bot.telegram.reading.raw_message import HANDED_OVER, Raw, content_of, is_service, object_in
from bot.telegram.reading.typed_commands import Me, find_command
from bot.telegram.reading.unsupported import UNKNOWN, describe_known, describe_rest
from bot.telegram.text import well_formed
from handlers.messages import Attachment, Forwarded, Incoming, Origin, Sender, Standing
from store.model.address import Address, Platform, SourceKey


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


@dataclass(frozen=True, slots=True)
class _Arrived:
    """A message as the library reads it, as it came, and the bot that it came to."""

    message: Message
    raw: Raw
    me: Me


def translate(update: Update, raw: Raw, me: Me, now: datetime) -> Incoming | None:
    """What somebody sent, changed or tapped; None for everything that is not for this bot.

    `raw` is the update as it came, for what the library does not know. `now` stands in for the time
    of a tap, of which Telegram does not tell.
    """
    if update.callback_query:
        return _translate_tap(update.callback_query, now)
    if update.edited_message:
        arrived = _Arrived(update.edited_message, object_in(raw, "edited_message"), me)
        return _translate_edit(arrived, update.update_id)
    if update.message:
        return _translate_message(_Arrived(update.message, object_in(raw, "message"), me))
    return None


def chat_of(update: Update) -> int | None:
    """The number of the chat whose updates are to be taken in their order; None for none."""
    if update.effective_chat:
        return update.effective_chat.id
    if update.effective_user:
        return update.effective_user.id
    return None


# --- kinds of updates -----------------------------------------------------------------------------


def _translate_message(arrived: _Arrived) -> Incoming | None:
    message, me = arrived.message, arrived.me
    user = message.from_user
    if user is None or _is_of_another(message, user):
        return None
    if not _is_private(message):
        return _translate_in_group(arrived, user)

    text = well_formed(message.text or "")
    # A command that is passed on is somebody else's words.
    command = None if message.forward_origin else find_command(text)
    if command is None:
        return _translate_private(arrived, user)
    if not command.is_for(me):
        return None
    # A report may be typed in reply to what it is about.
    quoted = _quoted_content(arrived)
    content = replace(quoted, text=text, links=_links_of(message), command=command.words)
    return _incoming(message, user, content)


def _translate_edit(arrived: _Arrived, update_id: int) -> Incoming | None:
    """A later version. It is kept as such, and never obeyed: the command was obeyed already."""
    message = arrived.message
    user = message.from_user
    if user is None or not _is_private(message) or _is_of_another(message, user):
        return None
    # A live location is "edited" as often as its sender moves.
    if message.location and message.location.live_period:
        return None
    incoming = _translate_private(arrived, user)
    if incoming is None:
        return None
    edited = message.edit_date or message.date
    # Two edits within a second differ in the update's number alone.
    version = f"{incoming.source}:edit:{int(edited.timestamp())}:{update_id}"
    return replace(incoming, source=version, at=edited, edits=incoming.source)


def _translate_private(arrived: _Arrived, user: User) -> Incoming | None:
    """A private message, with everything that comes with it.

    None where it tells of a change in the chat: a message was pinned …
    """
    message, raw = arrived.message, arrived.raw
    own = _own_content(message, raw)
    quoted = _quoted_content(arrived)
    content = replace(
        own, forwarded=own.forwarded + quoted.forwarded, files=own.files + quoted.files
    )
    if content.is_empty and is_service(raw):
        # Empty: whoever receives it says that there was nothing to keep.
        if HANDED_OVER & raw.keys():
            return _incoming(message, user, content)
        return None
    if content.is_empty:
        content = replace(content, text=UNKNOWN)
    return _incoming(message, user, content)


def _translate_in_group(arrived: _Arrived, user: User) -> Incoming | None:
    """In a group: only what is said to the bot, and nothing that comes with it."""
    message, me = arrived.message, arrived.me
    text = well_formed(message.text or message.caption or "")
    # Nobody but its sender and the bot sees it.
    if "ephemeral_message_id" in arrived.raw:
        return _incoming(message, user, _Content(text))
    # What is passed on there was said to somebody else, whomever it names.
    if message.forward_origin:
        return None

    command = find_command(text) if message.text else None
    if command:
        if not command.is_for_in_group(me):
            return None
        return _incoming(message, user, _Content(text, command=command.words))

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


def _incoming(message: Message, user: User, content: _Content) -> Incoming:
    place = _address(message.chat.id)
    return Incoming(
        source=str(SourceKey(place, str(message.message_id))),
        sender=_sender(user),
        place=place,
        at=message.date,
        private=_is_private(message),
        text=content.text,
        links=content.links,
        forwarded=content.forwarded,
        attachments=content.files,
        album=_album_of(message),
        command=content.command,
        mentioned=_accounts_mentioned(message),
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


def _own_content(message: Message, raw: Raw) -> _Content:
    """What somebody wrote or forwarded: the words of a forwarded message are not the sender's."""
    content = content_of(raw)
    for quoted in ("external_reply", "quote"):
        content.pop(quoted, None)
    links = _links_of(message)
    came_from = read_origin(message.forward_origin) if message.forward_origin else None
    files = collect_attachments(content, message.chat.id, message.message_id, came_from)
    said = (message.text or message.caption or "", describe_known(message))
    text = _full_text(said, content, (*links, *_names_of(files)))
    if came_from is None:
        return _Content(text, links, files=files)
    return _Content(forwarded=_forwarded(text, came_from, links, files), files=files)


def _quoted_content(arrived: _Arrived) -> _Content:
    """The message that this one replies to, as far as it comes along: as if it were forwarded."""
    message = arrived.message
    quote = message.quote
    links = _links_of_quote(quote)
    reply = message.external_reply
    if reply is None:
        return _quoted_here(arrived)

    came_from = read_origin(reply.origin)
    if reply.chat:
        came_from = place_in(came_from, reply.chat, reply.message_id)
    content = object_in(arrived.raw, "external_reply")
    files = collect_attachments(content, message.chat.id, message.message_id, came_from)
    said = (quote.text if quote else "", describe_known(reply))
    known = (*links, *_names_of(files), came_from.author, came_from.place, came_from.link)
    text = _full_text(said, content, known)
    return _Content(forwarded=_forwarded(text, came_from, links, files), files=files)


def _quoted_here(arrived: _Arrived) -> _Content:
    """A part of an earlier message in the same chat; of the bot's own words nothing is kept."""
    message = arrived.message
    quote, earlier = message.quote, message.reply_to_message
    if quote is None or _answers(message, arrived.me):
        return _Content()
    origin = Origin("message")
    if earlier and earlier.forward_origin:
        origin = read_origin(earlier.forward_origin)
    text = well_formed(quote.text)
    return _Content(forwarded=_forwarded(text, origin, _links_of_quote(quote), ()))


def _forwarded(
    text: str, came_from: Origin, links: tuple[str, ...], files: tuple[Attachment, ...]
) -> tuple[Forwarded, ...]:
    """The message that was forwarded; none for files without words, which have their origin."""
    if files and not text:
        return ()
    return (Forwarded(text or UNKNOWN, came_from, links),)


def _full_text(said: tuple[str, str], content: Raw, known: tuple[str, ...]) -> str:
    """What was typed, a line for what is neither text nor a file, and all else that can be read.

    `known` is kept apart from the text.
    """
    lines = [well_formed(each) for each in said if each]
    rest = describe_rest(content, (*lines, *known))
    if rest:
        lines.append(rest)
    return "\n".join(lines)


def _names_of(files: tuple[Attachment, ...]) -> tuple[str, ...]:
    return tuple(file.name for file in files)


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


def _accounts_mentioned(message: Message) -> tuple[str, ...]:
    """Of those who are mentioned by their account: of a mention by name Telegram says no more."""
    entities = (*message.entities, *message.caption_entities)
    return tuple(_address(entity.user.id) for entity in entities if entity.user)


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
