"""Pictures, videos, recordings and files of a message -> pointers. Nothing of them is fetched.

https://core.telegram.org/bots/api#message
"""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bot.telegram.reading.raw_message import Raw, RawFile, files_in, number_in, text_in
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


_VIDEO = _Form("video", "video/mp4")
_AUDIO = _Form("audio", "audio/mpeg")
_VOICE = _Form("audio", "audio/ogg")
_FILE = _Form("file", "")
_VIDEO_STICKER = _Form("video", "video/webm")
_ANIMATED_STICKER = _Form("file", "application/x-tgsticker")
_STICKER = _Form("picture", "image/webp")

#: By the key under which it stands; anything else is told by its media type.
_FORMS = {
    "animation": _VIDEO,
    "audio": _AUDIO,
    # The part of it that moves; its picture comes as a photo.
    "live_photo": _VIDEO,
    "photo": _Form("picture", "image/jpeg"),
    "video": _VIDEO,
    "video_note": _VIDEO,
    "voice": _VOICE,
    "voice_note": _VOICE,
}
#: What a document is, by the first half of its media type.
_KINDS: dict[str, Kind] = {"image": "picture", "video": "video", "audio": "audio"}


def collect_attachments(
    content: Raw, chat_id: int, message_id: int, origin: Origin | None = None
) -> tuple[Attachment, ...]:
    """All that can be fetched of what somebody sent, each file once.

    `chat_id` and `message_id` are those of the message that arrived, for the pointer.
    """
    ids = {"chat_id": str(chat_id), "message_id": str(message_id)}
    found: dict[str, Attachment] = {}
    # An animation comes as a document too, which says less of it.
    files = sorted(files_in(content), key=lambda file: file.kind == "document")
    for file in files:
        unique = text_in(file.fields, "file_unique_id")
        if unique not in found:
            found[unique] = _attachment(file, ids, origin)
    return tuple(found.values())


def _attachment(file: RawFile, ids: Mapping[str, str], origin: Origin | None) -> Attachment:
    form = _form_of(file)
    name = text_in(file.fields, "file_name")
    media_type = _media_type(file.fields, name, form)
    size = number_in(file.fields, "file_size")
    pointer = {
        "platform": Platform.TELEGRAM.value,
        "file_id": text_in(file.fields, "file_id"),
        "file_unique_id": text_in(file.fields, "file_unique_id"),
        **ids,
    }
    if size is not None:
        pointer["file_size"] = str(size)
    return Attachment(
        kind=_kind(form, media_type),
        pointer=pointer,
        name=name,
        media_type=media_type,
        size=size,
        # Telegram makes photos smaller; a document it leaves as it is.
        reduced=file.kind == "photo",
        limit=LIMIT,
        origin=origin,
    )


def _form_of(file: RawFile) -> _Form:
    if file.kind == "sticker":
        return _sticker_form(file.fields)
    return _FORMS.get(file.kind, _FILE)


def _sticker_form(sticker: Raw) -> _Form:
    if sticker.get("is_video"):
        return _VIDEO_STICKER
    if sticker.get("is_animated"):
        return _ANIMATED_STICKER
    return _STICKER


def _media_type(fields: Raw, name: str, form: _Form) -> str:
    """As the sender's program says, or, where that says little, by the file's name."""
    media_type = text_in(fields, "mime_type")
    if media_type not in ("", "application/octet-stream"):
        return media_type
    guessed, _ = mimetypes.guess_type(name)
    return guessed or media_type or form.media_type


def _kind(form: _Form, media_type: str) -> Kind:
    if form.kind != "file":
        return form.kind
    return _KINDS.get(media_type.partition("/")[0], "file")
