"""Records as JSONB, and back. JSONB has no U+0000, which people can send: it is written with a sign of its own."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Any, TypeVar

import orjson
import structlog
from pydantic import ValidationError

from store.documents import adapter

Record = TypeVar("Record")
log = structlog.get_logger()

SIGN = "\ue000"  # for private use: what follows it is `0` for U+0000, `1` for the sign itself
_WRITTEN = re.compile(r"\\(?:u0000|.)|" + SIGN)
_READ = re.compile(SIGN + "([01])")


def to_jsonb(record: Any) -> str:
    """As the text of a JSON value that PostgreSQL takes."""
    text = orjson.dumps(record).decode()
    if "\\u0000" in text or SIGN in text:
        text = _WRITTEN.sub(_written, text)
    return text


def _written(match: re.Match[str]) -> str:
    signs = {"\\u0000": SIGN + "0", SIGN: SIGN + "1"}
    return signs.get(match[0], match[0])


def from_jsonb(kind: type[Record], text: str) -> Record:
    """From the text of what `to_jsonb` made. Raises ValueError when it is something else."""
    if SIGN in text:
        text = _READ.sub(lambda match: "\\u0000" if match[1] == "0" else SIGN, text)
    try:
        record: Record = adapter(kind).validate_json(text)
        return record
    except ValidationError as error:
        raise ValueError(f"not a {kind.__name__.lower()}") from error


def readable(kind: type[Record], text: str, key: str) -> Record | None:
    """The same for one row of several: None, and a line in the log, for what cannot be read."""
    try:
        return from_jsonb(kind, text)
    except ValueError:
        log.error("damaged row left out", kind=kind.__name__.lower(), record=key)
        return None


def all_readable(kind: type[Record], rows: Sequence[tuple[str, str]]) -> list[Record]:
    """Of rows that are a key and a document, those that can be read."""
    read = [readable(kind, document, key) for key, document in rows]
    return [record for record in read if record is not None]


def plain(text: str) -> str:
    """Text as a column can hold it."""
    return text.replace(SIGN, SIGN + "1").replace("\0", SIGN + "0")


def key_of(text: str) -> bytes:
    """A key of 32 bytes for text of any length and content."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
