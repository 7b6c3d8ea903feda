"""Pictures, videos, recordings and files of a message -> pointers. Nothing of them is fetched.

https://core.telegram.org/bots/api#message
"""

from __future__ import annotations

import mimetypes
from typing import Any, Literal

from telegram import ExternalReplyInfo, Message

from bot.telegram.text import whole
from handlers.messages import Attachment, Origin

LIMIT = 20 * 1024 * 1024  # bytes that a bot can fetch: https://core.telegram.org/bots/api#getfile

Kind = Literal["picture", "video", "audio", "file"]
# An animation also comes as a document, for old programs: the first that fits is the one.
_FIELDS: tuple[tuple[str, Kind, str], ...] = (
    ("animation", "video", "video/mp4"),
    ("live_photo", "video", "video/mp4"),
    ("video", "video", "video/mp4"),
    ("video_note", "video", "video/mp4"),
    ("voice", "audio", "audio/ogg"),
    ("audio", "audio", "audio/mpeg"),
    ("document", "file", ""),
)
_KINDS: dict[str, Kind] = {"image": "picture", "video": "video", "audio": "audio"}


def attachments(
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
        largest = max(
            message.photo, key=lambda size: (size.width * size.height, size.file_size or 0)
        )
        return (_attachment(largest, "picture", "image/jpeg", ids, origin, reduced=True),)
    if message.sticker:
        return (_sticker(message.sticker, ids, origin),)
    for field, kind, media_type in _FIELDS:
        if found := getattr(message, field, None):
            return (_attachment(found, kind, media_type, ids, origin),)
    return ()


def _sticker(sticker: Any, ids: dict[str, str], origin: Origin | None) -> Attachment:
    if sticker.is_video:
        return _attachment(sticker, "video", "video/webm", ids, origin)
    if sticker.is_animated:
        return _attachment(sticker, "file", "application/x-tgsticker", ids, origin)
    return _attachment(sticker, "picture", "image/webp", ids, origin)


def _attachment(
    found: Any,
    kind: Kind,
    usual: str,
    ids: dict[str, str],
    origin: Origin | None,
    *,
    reduced: bool = False,
) -> Attachment:
    name = whole(getattr(found, "file_name", None) or "")
    media_type = whole(getattr(found, "mime_type", None) or "")
    if media_type in ("", "application/octet-stream"):
        media_type = mimetypes.guess_type(name)[0] or media_type or usual
    if kind == "file":
        kind = _KINDS.get(media_type.partition("/")[0], "file")
    pointer = {
        "platform": "telegram",
        "file_id": found.file_id,
        "file_unique_id": found.file_unique_id,
        **ids,
    }
    return Attachment(
        kind=kind,
        pointer=pointer,
        name=name,
        media_type=media_type,
        size=found.file_size,
        reduced=reduced,
        limit=LIMIT,
        origin=origin,
    )
