"""What came in, made fit to keep, whatever a platform sends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from handlers.messages import Attachment, Incoming, Origin
from handlers.text.links import find

LARGEST = 2**63 - 1  # bytes


LONGEST_NAME, LONGEST_LINK = (
    300,
    4_000,
)  # characters, of what a platform says of a file or a forwarded message


FIRST_YEAR = datetime(2000, 1, 1, tzinfo=UTC)


Value = TypeVar("Value")


def cleaned(incoming: Incoming) -> Incoming:
    """Fit for any file, whatever a platform sends; with the links that the platform did not mark."""
    incoming = _cleaned(incoming)
    found = (*find(incoming.text), *find(incoming.command or ""))
    return replace(
        incoming,
        links=tuple(dict.fromkeys((*incoming.links, *found))),
        forwarded=tuple(
            replace(
                f, links=tuple(dict.fromkeys((*f.links, *find(f.text)))), origin=_short(f.origin)
            )
            for f in incoming.forwarded
        ),
        attachments=tuple(_measured(a) for a in incoming.attachments),
    )


def _dated(incoming: Incoming, now: datetime) -> Incoming:
    """Sent by now, and not in another century: the clocks of platforms differ from ours."""
    at = incoming.at if incoming.at.tzinfo else incoming.at.replace(tzinfo=UTC)
    return replace(incoming, at=max(FIRST_YEAR, min(at, now)))


def _measured(attachment: Attachment) -> Attachment:
    """With a size that a file can have, and names no longer than names are."""
    return replace(
        attachment,
        size=_bytes(attachment.size),
        limit=_bytes(attachment.limit),
        name=attachment.name[:LONGEST_NAME],
        media_type=attachment.media_type[:LONGEST_NAME],
        pointer={
            key[:LONGEST_NAME]: value[:LONGEST_LINK] for key, value in attachment.pointer.items()
        },
        origin=_short(attachment.origin) if attachment.origin else None,
    )


def _short(origin: Origin) -> Origin:
    """It is kept with each link and file that came from there."""
    names = ("author", "author_id", "place", "place_id", "message_id")
    cut = {name: getattr(origin, name)[:LONGEST_NAME] for name in names}
    return replace(origin, link=origin.link[:LONGEST_LINK], **cut)


def _bytes(number: int | None) -> int | None:
    return number if number is not None and 0 <= number <= LARGEST else None


def _cleaned(value: Value) -> Value:
    """The same value, its strings without what no file can hold, however deep they are."""
    new: Any = value
    if isinstance(value, str):
        new = _whole(value)
    elif isinstance(value, tuple | list):
        new = type(value)(_cleaned(item) for item in value)
    elif isinstance(value, Mapping):
        new = {_cleaned(key): _cleaned(item) for key, item in value.items()}
    elif is_dataclass(value) and not isinstance(value, type):
        parts = {f.name: getattr(value, f.name) for f in fields(value)}
        new = replace(value, **{name: _cleaned(part) for name, part in parts.items()})
    return new  # type: ignore[no-any-return]


def _whole(text: str) -> str:
    """Without lone surrogates."""
    return (
        text
        if text.isascii()
        else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    )
