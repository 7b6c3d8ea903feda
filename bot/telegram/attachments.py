"""Pictures, videos, recordings and files of a message -> pointers. Nothing of them is fetched.

https://core.telegram.org/bots/api#message
"""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from telegram import ExternalReplyInfo, Message, PhotoSize, Sticker

from bot.telegram.text import well_formed
from handlers.messages import Attachment, Origin
from store.model.address import Platform

#: Bytes that a bot can fetch: https://core.telegram.org/bots/api#getfile
LIMIT = 20 * 1024 * 1024

Kind = Literal["picture", "video", "audio", "file"]


@dataclass(frozen=True, slots=True)
class _Form:
    """What a thing is, as far as Telegram's name for it says."""

    kind: Kind
    #: Its media type, where Telegram does not say.
    media_type: str


_PHOTO = _Form("picture", "image/jpeg")
_VIDEO = _Form("video", "video/mp4")
_VIDEO_STICKER = _Form("video", "video/webm")
_ANIMATED_STICKER = _Form("file", "application/x-tgsticker")
_STICKER = _Form("picture", "image/webp")

#: By the message's field. An animation also comes as a document, for old programs: the first that
#: is there is the one.
_FORMS = {
    "animation": _VIDEO,
    "live_photo": _VIDEO,
    "video": _VIDEO,
    "video_note": _VIDEO,
    "voice": _Form("audio", "audio/ogg"),
    "audio": _Form("audio", "audio/mpeg"),
    "document": _Form("file", ""),
}
#: What a document is, by the first half of its media type.
_KINDS: dict[str, Kind] = {"image": "picture", "video": "video", "audio": "audio"}


def collect_attachments(
    message: Message | ExternalReplyInfo,
    chat_id: int,
    message_id: int,
    origin: Origin | None = None,
) -> tuple[Attachment, ...]:
    """What comes with a message: one thing at most, for an album comes as several messages.

    `chat_id` and `message_id` are those of the message that arrived, for the pointer.
    """
    ids = {"chat_id": str(chat_id), "message_id": str(message_id)}
    if message.photo:
        largest = max(message.photo, key=_extent)
        # Telegram makes photos smaller; a document it leaves as it is.
        return (_attachment(largest, _PHOTO, ids, origin, reduced=True),)
    if message.sticker:
        return (_attachment(message.sticker, _sticker_form(message.sticker), ids, origin),)
    for field, form in _FORMS.items():
        found = getattr(message, field, None)
        if found:
            return (_attachment(found, form, ids, origin),)
    return ()


def _extent(photo: PhotoSize) -> tuple[int, int]:
    return (photo.width * photo.height, photo.file_size or 0)


def _sticker_form(sticker: Sticker) -> _Form:
    if sticker.is_video:
        return _VIDEO_STICKER
    if sticker.is_animated:
        return _ANIMATED_STICKER
    return _STICKER


def _attachment(
    found: Any,
    form: _Form,
    ids: Mapping[str, str],
    origin: Origin | None,
    *,
    reduced: bool = False,
) -> Attachment:
    name = well_formed(getattr(found, "file_name", None) or "")
    media_type = _media_type(found, name, form)
    pointer = {
        "platform": Platform.TELEGRAM.value,
        "file_id": found.file_id,
        "file_unique_id": found.file_unique_id,
        **ids,
    }
    return Attachment(
        kind=_kind(form, media_type),
        pointer=pointer,
        name=name,
        media_type=media_type,
        size=found.file_size,
        reduced=reduced,
        limit=LIMIT,
        origin=origin,
    )


def _media_type(found: Any, name: str, form: _Form) -> str:
    """As the sender's program says, or, where that says little, by the file's name."""
    media_type = well_formed(getattr(found, "mime_type", None) or "")
    if media_type not in ("", "application/octet-stream"):
        return media_type
    guessed, _ = mimetypes.guess_type(name)
    return guessed or media_type or form.media_type


def _kind(form: _Form, media_type: str) -> Kind:
    if form.kind != "file":
        return form.kind
    return _KINDS.get(media_type.partition("/")[0], "file")
