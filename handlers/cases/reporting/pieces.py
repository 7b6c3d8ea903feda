"""What came in, as pieces of evidence: words and links as they were typed, files as pointers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from handlers.desk import Desk
from handlers.messages import Attachment, Incoming, Origin
from handlers.text.links import normal
from store.model.evidence import Evidence
from store.model.kinds import EvidenceKind
from store.model.records import Person, State

#: Of one text, that are pieces of their own; what there is beyond them is kept as one.
LINKS = 50


def evidence_of(incoming: Incoming, person: Person, desk: Desk) -> tuple[Evidence, ...]:
    """Words, links and pointers, numbered in the order in which they came."""
    pieces = _pieces_of_words(incoming.text, incoming.links, None)
    for forwarded in incoming.forwarded:
        pieces += _pieces_of_words(forwarded.text, forwarded.links, forwarded.origin)
    # Words are kept as soon as they are here.
    kept_at = desk.now()
    for piece in pieces:
        piece["kept_at"] = kept_at
    for attachment in incoming.attachments:
        pieces.append(_pointer(attachment, desk))

    found = []
    for number, piece in enumerate(pieces, 1):
        kind = piece.pop("kind")
        found.append(Evidence(number, kind, incoming.source, person.id, incoming.at, **piece))
    return tuple(found)


def _pieces_of_words(
    text: str, links: Sequence[str], origin: Origin | None
) -> list[dict[str, Any]]:
    """A text, unless it is a link alone, and its links: fields of `Evidence`, by their names."""
    where = _origin(origin)
    pieces: list[dict[str, Any]] = []
    if text.strip() and [text.strip()] != list(links):
        pieces.append({"kind": EvidenceKind.TEXT, "text": text, "origin": where})
    for link in links[:LINKS]:
        kind = EvidenceKind.LINK
        pieces.append({"kind": kind, "text": link, "normal": normal(link), "origin": where})
    further = links[LINKS:]
    if further:
        pieces.append({"kind": EvidenceKind.TEXT, "text": "\n".join(further), "origin": where})
    return pieces


def _pointer(attachment: Attachment, desk: Desk) -> dict[str, Any]:
    """What is known of a file that has not been fetched, as fields of `Evidence`."""
    limit = min(attachment.limit or desk.max_file_bytes, desk.max_file_bytes)
    too_large = attachment.size is not None and attachment.size > limit
    return {
        "kind": attachment.kind,
        "state": State.TOO_LARGE if too_large else State.WAITING,
        "problem": f"over {limit // 1_000_000} MB" if too_large else "",
        "name": attachment.name,
        "media_type": attachment.media_type,
        "size": attachment.size,
        "pointer": dict(attachment.pointer),
        "origin": _origin(attachment.origin),
    }


def _origin(origin: Origin | None) -> dict[str, str]:
    if origin is None:
        return {}
    named = {}
    for name in Origin.__slots__:
        value = getattr(origin, name)
        if value:
            named[name] = value if isinstance(value, str) else value.isoformat()
    return named
