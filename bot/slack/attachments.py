"""What comes with a message: files, and the messages and pages in `attachments[]`.

A message forwarded inside Slack has its text and files there, in entries flagged `is_share`; `text`
and `files` on top may be empty. Seen in the wild:
https://github.com/MercuryTechnologies/slack-web/blob/master/tests/golden/SlackWebhookEvent/share_without_message.json
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bot.slack.markup import Decoded, decode, links_in_blocks, text_in_blocks, unique
from bot.slack.payload import Payload, first_text, moment, objects_in
from handlers.messages import Attachment, Forwarded, Origin
from store.model.address import Platform

#: `file_access` of a file of a shared channel: only files.info tells what it is.
STUB = "check_file_info"

_SHARES = ("is_share", "is_msg_unfurl", "is_reply_unfurl")
_GONE = ("tombstone", "hidden_by_limit")

Kind = Literal["picture", "video", "audio", "file"]

#: By the first half of a media type; everything else is a file.
_KINDS: dict[str, Kind] = {"image": "picture", "video": "video", "audio": "audio"}


@dataclass(frozen=True, slots=True)
class Attached:
    """Attachments, forwarded messages and links that are not in the text."""

    attachments: tuple[Attachment, ...] = ()
    forwarded: tuple[Forwarded, ...] = ()
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Share:
    """A message that was forwarded, and its files."""

    forwarded: Forwarded
    attachments: list[Attachment]


def collect_attached(message: Payload, origin: Origin | None = None) -> Attached:
    """Everything that comes with a message besides its own text.

    `origin` is where the message itself was first posted, where somebody passes it on.
    """
    files = objects_in(message.get("files"))
    attachments = _attachments(files, origin)
    forwarded: list[Forwarded] = []
    links = [*links_in_blocks(message.get("blocks")), *_links_elsewhere(files)]

    for entry in objects_in(message.get("attachments")):
        if is_share(entry):
            share = _read_share(entry)
            forwarded.append(share.forwarded)
            attachments += share.attachments
        else:
            page = first_text(entry, "original_url", "from_url", "title_link")
            if page:
                links.append(page)

    return Attached(tuple(attachments), tuple(forwarded), unique(links))


def is_share(entry: Payload) -> bool:
    """Tells another message in `attachments[]` from the preview of a page."""
    return any(entry.get(flag) for flag in _SHARES)


def find_stubs(message: Payload) -> Iterator[dict[str, Any]]:
    """The files of which Slack sent only the id, wherever they are in a message."""
    files = objects_in(message.get("files"))
    for entry in objects_in(message.get("attachments")):
        if is_share(entry):
            files += objects_in(entry.get("files"))

    for file in files:
        # What is found out is written into it, so it must be a dict.
        if isinstance(file, dict) and _is_stub(file):
            yield file


def attachment(file: Payload, origin: Origin | None = None) -> Attachment:
    """A pointer to one of Slack's files. https://docs.slack.dev/reference/objects/file-object"""
    media_type = first_text(file, "mimetype")
    pointer = {
        "platform": Platform.SLACK.value,
        "file": first_text(file, "id"),
        "url": first_text(file, "url_private_download", "url_private"),
        "media_type": media_type,
        "created": first_text(file, "created"),
        "user": first_text(file, "user"),
    }
    size = file.get("size")
    return Attachment(
        kind=_kind(file, media_type),
        pointer={name: value for name, value in pointer.items() if value},
        name=first_text(file, "name", "title"),
        media_type=media_type,
        size=size if isinstance(size, int) else None,
        origin=origin,
    )


def is_elsewhere(file: Payload) -> bool:
    """Tells a file to which Slack only knows a link, as to a Google document."""
    return bool(file.get("is_external")) or file.get("mode") == "external"


def _attachments(files: Sequence[Payload], origin: Origin | None) -> list[Attachment]:
    found: list[Attachment] = []
    for file in files:
        is_gone = file.get("mode") in _GONE
        if not is_gone and not is_elsewhere(file):
            found.append(attachment(file, origin))
    return found


def _links_elsewhere(files: Sequence[Payload]) -> list[str]:
    links: list[str] = []
    for file in files:
        link = first_text(file, "external_url", "url_private")
        if link and is_elsewhere(file):
            links.append(link)
    return links


def _is_stub(file: Payload) -> bool:
    if not file.get("id"):
        return False
    return file.get("file_access") == STUB or not file.get("mimetype")


def _kind(file: Payload, media_type: str) -> Kind:
    # Slack's own word for a voice clip goes before the media type of whatever it is packed in.
    if file.get("subtype") == "slack_audio":
        return "audio"
    return _KINDS.get(media_type.partition("/")[0], "file")


def _read_share(entry: Payload) -> _Share:
    """An entry of `attachments[]` that is another message: its words, links, files and origin."""
    origin = _origin(entry)
    blocks = _message_blocks(entry)
    files = objects_in(entry.get("files"))
    words = _words(entry, blocks, has_files=bool(files))

    pages: list[str] = []
    for name in ("original_url", "title_link"):
        if entry.get(name):
            pages.append(str(entry[name]))

    links = (*words.links, *links_in_blocks(blocks), *pages, *_links_elsewhere(files))
    forwarded = Forwarded(words.text, origin, unique(links))
    return _Share(forwarded, _attachments(files, origin))


def _origin(entry: Payload) -> Origin:
    return Origin(
        kind="message",
        author=first_text(entry, "author_name", "author_subname"),
        author_id=first_text(entry, "author_id"),
        place=first_text(entry, "channel_name"),
        place_id=first_text(entry, "channel_id"),
        message_id=first_text(entry, "ts"),
        sent_at=moment(entry.get("ts")),
        link=first_text(entry, "from_url"),
    )


def _message_blocks(entry: Payload) -> list[Payload]:
    blocks: list[Payload] = []
    for part in objects_in(entry.get("message_blocks")):
        for message in objects_in([part.get("message")]):
            blocks += objects_in(message.get("blocks"))
    return blocks


def _words(entry: Payload, blocks: list[Payload], *, has_files: bool) -> Decoded:
    """The words of a forwarded message, from the best place that has any.

    `fallback` comes last, as it is Slack's own summary; files alone need none.
    """
    text, links = decode(first_text(entry, "text"))
    if not text:
        text = text_in_blocks(blocks)
    if not text and not has_files:
        return decode(first_text(entry, "fallback"))
    return Decoded(text, links)
