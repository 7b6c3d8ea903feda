"""Slack's file objects: which can be fetched, which lie elsewhere, and what they are called.

https://docs.slack.dev/reference/objects/file-object
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Literal

from bot.slack.markup import decode
from bot.slack.reading.payload import Payload, first_text, objects_in
from handlers.messages import Attachment, Origin
from store.model.address import Platform

#: `file_access` of a file of a shared channel: only files.info tells what it is.
STUB = "check_file_info"

DELETED = "a file that was deleted in Slack"
HELD_BACK = "a file that Slack no longer shows, by the limits of its plan"
NO_ADDRESS = "a file that is kept elsewhere"
ATTACHED = "what is attached to an e-mail"

TRANSCRIPT = "Slack's transcript: {words}"
DESCRIPTION = "Description: {words}"
MORE = " …"

#: Files of which Slack has nothing but that they were there.
_GONE = {"tombstone": DELETED, "hidden_by_limit": HELD_BACK}
_CANVAS_MODES = ("canvas", "quip", "docs")
#: The media type of a canvas.
CANVAS_TYPE = "application/vnd.slack-docs"

#: What Slack shows of an e-mail beside its text, which alone is in the file.
_HEADERS = {"from": "From: {words}", "to": "To: {words}", "cc": "Cc: {words}"}
_ATTACHED = "Attached: {words}"

Kind = Literal["picture", "video", "audio", "file"]

#: By the first half of a media type; everything else is a file.
_KINDS: dict[str, Kind] = {"image": "picture", "video": "video", "audio": "audio"}


def attachment(file: Payload, origin: Origin | None = None) -> Attachment:
    """A pointer to one of Slack's files."""
    media_type = first_text(file, "mimetype")
    if is_canvas(file):
        media_type = CANVAS_TYPE
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


def attachments_of(files: Sequence[Payload], origin: Origin | None) -> list[Attachment]:
    """Pointers to those of the files that Slack has."""
    found: list[Attachment] = []
    for file in files:
        if file.get("mode") not in _GONE and not is_elsewhere(file):
            found.append(attachment(file, origin))
    return found


def links_elsewhere(files: Sequence[Payload]) -> list[str]:
    """The addresses of the files that are kept elsewhere, as Google documents are."""
    links = [_address_elsewhere(file) for file in files if is_elsewhere(file)]
    return [link for link in links if link]


def missing_of(files: Sequence[Payload]) -> list[str]:
    """What of the files cannot be had, in words."""
    missing: list[str] = []
    for file in files:
        mode = file.get("mode")
        if isinstance(mode, str) and mode in _GONE:
            missing.append(_GONE[mode])
        elif is_elsewhere(file) and not _address_elsewhere(file):
            missing.append(NO_ADDRESS)
        if _names_attached(file):
            missing.append(ATTACHED)
    return missing


def words_beside(files: Sequence[Payload]) -> list[str]:
    """What Slack shows beside the files, and is not in them, line by line."""
    lines: list[str] = []
    for file in files:
        lines += [*_title(file), *_comment(file), *_described(file), *_around_mail(file)]
    return lines


def _title(file: Payload) -> list[str]:
    """What people called a file, where its name does not say it."""
    name, title = first_text(file, "name"), first_text(file, "title")
    is_told_by_name = title in (name, PurePath(name).stem)
    return [title] if title and (is_elsewhere(file) or not is_told_by_name) else []


def _comment(file: Payload) -> list[str]:
    """What somebody wrote when they added a file, in Slack's older form."""
    lines: list[str] = []
    for comment in objects_in([file.get("initial_comment")]):
        lines.append(decode(first_text(comment, "comment")).text)
    return list(filter(None, lines))


def _described(file: Payload) -> list[str]:
    """The words for those who do not see a picture, or do not hear a recording."""
    lines: list[str] = []
    description = first_text(file, "alt_txt")
    if description:
        lines.append(DESCRIPTION.format(words=description))

    for transcription in objects_in([file.get("transcription")]):
        for preview in objects_in([transcription.get("preview")]):
            words = first_text(preview, "content")
            more = MORE if preview.get("has_more") else ""
            if words:
                lines.append(TRANSCRIPT.format(words=words + more))
    return lines


def _around_mail(file: Payload) -> list[str]:
    """Between whom an e-mail went, and what was attached to it."""
    lines: list[str] = []
    for name, line in _HEADERS.items():
        people = [_mail_name(person) for person in objects_in(file.get(name))]
        named = ", ".join(filter(None, people))
        if named:
            lines.append(line.format(words=named))
    attached = _names_attached(file)
    if attached:
        lines.append(_ATTACHED.format(words=", ".join(attached)))
    return lines


def _mail_name(person: Payload) -> str:
    """`Kim Low <kim@example.org>`, or as much of it as there is."""
    name, address = first_text(person, "name"), first_text(person, "address")
    if name and address:
        return f"{name} <{address}>"
    return name or address


def _names_attached(file: Payload) -> list[str]:
    attached = objects_in(file.get("attachments"))
    return [first_text(each, "filename", "name") or "a file" for each in attached]


def is_elsewhere(file: Payload) -> bool:
    """Tells a file to which Slack only knows a link, as to a Google document."""
    return bool(file.get("is_external")) or file.get("mode") == "external"


def is_stub(file: Payload) -> bool:
    """Tells a file of which Slack sent only the id."""
    if not file.get("id") or file.get("mode") in _GONE:
        return False
    return file.get("file_access") == STUB or not file.get("mimetype")


def is_canvas(file: Payload) -> bool:
    """Tells a canvas, which Slack hands over as a page."""
    return file.get("mode") in _CANVAS_MODES or file.get("mimetype") == CANVAS_TYPE


def _address_elsewhere(file: Payload) -> str:
    return first_text(file, "external_url", "url_private")


def _kind(file: Payload, media_type: str) -> Kind:
    # Slack's own word for a voice clip goes before the media type of whatever it is packed in.
    if file.get("subtype") == "slack_audio":
        return "audio"
    return _KINDS.get(media_type.partition("/")[0], "file")
