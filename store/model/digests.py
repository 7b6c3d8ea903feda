"""SHA-256 of what people sent, and of what a case says of itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import orjson

from store.model.evidence import Evidence
from store.model.kinds import WORDS


def digest_of_text(text: str) -> str:
    """In 64 hexadecimal digits: what `sha256sum` says of a file that holds just this text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def digests_of_words(evidence: Iterable[Evidence]) -> str:
    """For an entry: `1:9f86… 3:60ad…`, the number of each text and link with its SHA-256.

    Files are not there yet when they are entered; the entry of each that is kept has its own.
    """
    words = [item for item in evidence if item.kind in WORDS]
    return " ".join([f"{item.number}:{digest_of_text(item.text)}" for item in words])


def digest_of_record(value: object) -> str:
    """Of records, or plain values that hold records, in 64 hexadecimal digits.

    What is empty is left out: a field that a later version adds, empty where nobody has filled it,
    changes no digest of before.
    """
    written = orjson.dumps(value)
    return _OF_NOTHING.get(written) or _digest_of_json(written)


def _digest_of_json(written: bytes) -> str:
    plain = _DECODER.decode(written.decode())
    return hashlib.sha256(orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _without_empty(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}


#: Leaves out what is empty from the innermost records on: whatever holds nothing else is so itself.
_DECODER = json.JSONDecoder(object_hook=_without_empty)

#: What most facts of most cases are, by their JSON.
_OF_NOTHING = {
    written: _digest_of_json(written)
    for written in (b"[]", b'""', b"0", b"false", b"true", b"null", b"[false,false,false]")
}
