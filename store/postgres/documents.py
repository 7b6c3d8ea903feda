"""Records as JSONB, and back.

JSONB cannot hold U+0000, which people can send: it is written as a sign of its own.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar

import msgspec
import orjson
import structlog

from store.collector import collector_paused

Record = TypeVar("Record")
log = structlog.get_logger()

#: A character for private use: what follows it is `0` for U+0000, and `1` for the sign itself.
SIGN = "\ue000"

#: In JSON: U+0000, any other escape (so that `\\u0000`, a backslash and five letters, stays), SIGN.
_TO_WRITE = re.compile(r"\\(?:u0000|.)|" + SIGN)
_TO_READ = re.compile(SIGN + "([01])")


def to_jsonb(record: Any) -> str:
    """A record, or plain values that hold records, as the text of JSON that PostgreSQL takes."""
    text = orjson.dumps(record).decode()
    if "\\u0000" in text or SIGN in text:
        text = _TO_WRITE.sub(_write_sign, text)
    return text


def _write_sign(match: re.Match[str]) -> str:
    signs = {"\\u0000": SIGN + "0", SIGN: SIGN + "1"}
    return signs.get(match[0], match[0])


def from_jsonb(kind: type[Record], text: str) -> Record:
    """A record from the text of what `to_jsonb` made.

    Raises ValueError when it is something else.
    """
    if SIGN in text:
        text = _TO_READ.sub(_read_sign, text)
    try:
        return _decoder(kind).decode(text)  # type: ignore[no-any-return, arg-type]
    # What msgspec itself raises is a ValueError.
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not a {kind.__name__.lower()}: {type(error).__name__}") from error


@cache
def _decoder(kind: type[Any]) -> msgspec.json.Decoder[Any]:
    # To work out what a kind is made of takes as long as to read a record of it.
    return msgspec.json.Decoder(kind)


def _read_sign(match: re.Match[str]) -> str:
    return "\\u0000" if match[1] == "0" else SIGN


def readable(kind: type[Record], text: str, key: str) -> Record | None:
    """A record from the text of what `to_jsonb` made; None, and a line in the log, where it is not.

    `key` names the row in the log. One damaged row does not keep the others from being read.
    """
    try:
        return from_jsonb(kind, text)
    except ValueError:
        log.error("damaged row left out", kind=kind.__name__.lower(), record=key)
        return None


def all_readable(kind: type[Record], rows: Sequence[tuple[str, str]]) -> list[Record]:
    """The records that can be read, of rows that are a key and the text of a document."""
    records: list[Record] = []
    with collector_paused():
        for key, document in rows:
            record = readable(kind, document, key)
            if record is not None:
                records.append(record)
    return records


def plain(text: str) -> str:
    """Text as a column of text can hold it, which knows no U+0000 either."""
    return text.replace(SIGN, SIGN + "1").replace("\0", SIGN + "0")


def key_of(text: str) -> bytes:
    """A key of 32 bytes for text of any length and content.

    A line of an index holds no more than a third of a page, and a key may be a link of any length.
    """
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
