"""What comes with a message: files, and the messages and pages in `attachments[]`.

A message forwarded inside Slack has its text and files there, in entries flagged `is_share`; `text` and
`files` on top may be empty. Seen in the wild:
https://github.com/MercuryTechnologies/slack-web/blob/master/tests/golden/SlackWebhookEvent/share_without_message.json
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from bot.slack.markup import decode, links_in_blocks, text_in_blocks, unique
from handlers.messages import Attachment, Forwarded, Origin

Payload = Mapping[str, Any]

_SHARES = ("is_share", "is_msg_unfurl", "is_reply_unfurl")
_GONE = ("tombstone", "hidden_by_limit")
STUB = "check_file_info"  # a file of a shared channel: only files.info tells what it is


@dataclass(frozen=True, slots=True)
class Attached:
    """Attachments, forwarded messages and links that are not in the text."""

    attachments: tuple[Attachment, ...] = ()
    forwarded: tuple[Forwarded, ...] = ()
    links: tuple[str, ...] = ()


def attached(message: Payload, origin: Origin | None = None) -> Attached:
    """Everything that comes with a message besides its own text."""
    files = several(message.get("files"))
    attachments = [
        attachment(file, origin) for file in files if not is_elsewhere(file) and not _is_gone(file)
    ]
    links = [*links_in_blocks(message.get("blocks")), *_elsewhere(files)]
    forwarded = []
    for entry in several(message.get("attachments")):
        if is_share(entry):
            one, pointers = _forwarded(entry)
            forwarded.append(one)
            attachments += pointers
        else:
            links += [str(link) for link in _page(entry)]
    return Attached(tuple(attachments), tuple(forwarded), unique(links))


def several(value: object) -> list[Payload]:
    """The objects of a list; whatever else stands there is nothing that we know."""
    return (
        [item for item in value if isinstance(item, Mapping) and item]
        if isinstance(value, list)
        else []
    )


def is_share(entry: Payload) -> bool:
    """Whether an entry of `attachments[]` is another message, rather than the preview of a page."""
    return any(entry.get(flag) for flag in _SHARES)


def stubs(message: Payload) -> Iterator[dict[str, Any]]:
    """The files of which Slack sent only the id, wherever they are in a message."""
    nested = [
        several(entry.get("files"))
        for entry in several(message.get("attachments"))
        if is_share(entry)
    ]
    for file in (*several(message.get("files")), *(f for files in nested for f in files)):
        if (
            isinstance(file, dict)
            and file.get("id")
            and (file.get("file_access") == STUB or not file.get("mimetype"))
        ):
            yield file


def attachment(file: Payload, origin: Origin | None = None) -> Attachment:
    """A pointer to one of Slack's files. https://docs.slack.dev/reference/objects/file-object"""
    url = str(file.get("url_private_download") or file.get("url_private") or "")
    media_type = str(file.get("mimetype") or "")
    pointer = {
        "platform": "slack",
        "file": str(file.get("id") or ""),
        "url": url,
        "media_type": media_type,
    }
    if file.get("created"):
        pointer["created"] = str(file["created"])
    if file.get("user"):
        pointer["user"] = str(file["user"])
    return Attachment(
        kind=_kind(file, media_type),
        pointer={name: value for name, value in pointer.items() if value},
        name=str(file.get("name") or file.get("title") or ""),
        media_type=media_type,
        size=file["size"] if isinstance(file.get("size"), int) else None,
        origin=origin,
    )


def is_elsewhere(file: Payload) -> bool:
    """Whether Slack only knows a link to it, as for a Google document."""
    return bool(file.get("is_external")) or file.get("mode") == "external"


def moment(ts: object) -> datetime | None:
    """Slack's `1732.000100` -> UTC."""
    try:
        return datetime.fromtimestamp(float(str(ts)), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _is_gone(file: Payload) -> bool:
    return file.get("mode") in _GONE


def _elsewhere(files: Sequence[Payload]) -> list[str]:
    found = [
        file.get("external_url") or file.get("url_private") for file in files if is_elsewhere(file)
    ]
    return [str(link) for link in found if link]


def _kind(file: Payload, media_type: str) -> Literal["picture", "video", "audio", "file"]:
    if file.get("subtype") == "slack_audio":
        return "audio"
    kinds: dict[str, Literal["picture", "video", "audio"]] = {
        "image": "picture",
        "video": "video",
        "audio": "audio",
    }
    return kinds.get(media_type.partition("/")[0], "file")


def _page(entry: Payload) -> list[object]:
    link = entry.get("original_url") or entry.get("from_url") or entry.get("title_link")
    return [link] if link else []


def _forwarded(entry: Payload) -> tuple[Forwarded, list[Attachment]]:
    origin = Origin(
        kind="message",
        author=str(entry.get("author_name") or entry.get("author_subname") or ""),
        author_id=str(entry.get("author_id") or ""),
        place=str(entry.get("channel_name") or ""),
        place_id=str(entry.get("channel_id") or ""),
        message_id=str(entry.get("ts") or ""),
        sent_at=moment(entry.get("ts")),
        link=str(entry.get("from_url") or ""),
    )
    blocks = [
        block
        for part in several(entry.get("message_blocks"))
        for inner in several([part.get("message")])
        for block in several(inner.get("blocks"))
    ]
    text, links = decode(str(entry.get("text") or ""))
    files = several(entry.get("files"))
    if not text:
        text = text_in_blocks(blocks)
    if not text and not files:
        text, links = decode(str(entry.get("fallback") or ""))
    page = [str(link) for link in (entry.get("original_url"), entry.get("title_link")) if link]
    links = unique((*links, *links_in_blocks(blocks), *page, *_elsewhere(files)))
    pointers = [
        attachment(file, origin) for file in files if not is_elsewhere(file) and not _is_gone(file)
    ]
    return Forwarded(text, origin, links), pointers
