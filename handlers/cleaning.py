"""What came in, made fit to keep, whatever a platform sends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

import orjson

from handlers.messages import Attachment, Forwarded, Incoming, Origin
from handlers.text.links import find

#: Bytes; the largest number that a column of a database holds.
LARGEST = 2**63 - 1

#: Characters of what a platform says of a file or a forwarded message.
LONGEST_NAME = 300
LONGEST_LINK = 4_000

FIRST_YEAR = datetime(2000, 1, 1, tzinfo=UTC)

Value = TypeVar("Value")


def clean(incoming: Incoming, now: datetime) -> Incoming:
    """What came in, fit for any file, with the links that the platform did not mark, and dated
    plausibly.
    """
    if not _is_encodable(incoming):
        incoming = _clean_strings(incoming)
    found = find(incoming.text)
    if incoming.command:
        found += find(incoming.command)
    return replace(
        incoming,
        at=_plausible(incoming.at, now),
        links=_each_once(incoming.links, found),
        forwarded=tuple(map(_clean_forwarded, incoming.forwarded)),
        attachments=tuple(map(_clean_attachment, incoming.attachments)),
    )


def _plausible(at: datetime, now: datetime) -> datetime:
    """Now at the latest, and in no other century: platforms' clocks differ from ours."""
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(FIRST_YEAR, min(aware, now))


def _is_encodable(incoming: Incoming) -> bool:
    """Whether every string in it can be written; a lone surrogate cannot."""
    try:
        orjson.dumps(incoming)
    except TypeError:
        return False
    return True


def _clean_forwarded(forwarded: Forwarded) -> Forwarded:
    return replace(
        forwarded,
        links=_each_once(forwarded.links, find(forwarded.text)),
        origin=_shorten(forwarded.origin),
    )


def _each_once(marked: Iterable[str], found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*marked, *found)))


def _clean_attachment(attachment: Attachment) -> Attachment:
    """The attachment with a size that a file can have, and names no longer than names are."""
    pointer = {}
    for key, value in attachment.pointer.items():
        pointer[key[:LONGEST_NAME]] = value[:LONGEST_LINK]
    return replace(
        attachment,
        size=_size(attachment.size),
        limit=_size(attachment.limit),
        name=attachment.name[:LONGEST_NAME],
        media_type=attachment.media_type[:LONGEST_NAME],
        pointer=pointer,
        origin=_shorten(attachment.origin) if attachment.origin else None,
    )


def _shorten(origin: Origin) -> Origin:
    # It is kept with each link and file that came from there, and must not be long.
    return replace(
        origin,
        author=origin.author[:LONGEST_NAME],
        author_id=origin.author_id[:LONGEST_NAME],
        place=origin.place[:LONGEST_NAME],
        place_id=origin.place_id[:LONGEST_NAME],
        message_id=origin.message_id[:LONGEST_NAME],
        link=origin.link[:LONGEST_LINK],
    )


def _size(number: int | None) -> int | None:
    """The number of bytes; None where no file can have so many."""
    if number is None or not 0 <= number <= LARGEST:
        return None
    return number


def _clean_strings(value: Value) -> Value:
    """An equal value, its strings without what no file can hold, however deep they are."""
    new: Any = value
    if isinstance(value, str):
        new = _without_lone_surrogates(value)
    elif isinstance(value, tuple | list):
        new = type(value)(_clean_strings(item) for item in value)
    elif isinstance(value, Mapping):
        new = {_clean_strings(key): _clean_strings(item) for key, item in value.items()}
    elif is_dataclass(value) and not isinstance(value, type):
        parts = {}
        for field in fields(value):
            parts[field.name] = _clean_strings(getattr(value, field.name))
        new = replace(value, **parts)
    return new  # type: ignore[no-any-return]


def _without_lone_surrogates(text: str) -> str:
    # Most texts are plain, and need no copy.
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
