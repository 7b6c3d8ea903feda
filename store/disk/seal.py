"""The seal of a file: its last table holds the SHA-256 of all before it.

Whichever bit of the file turns over, on the disk or in a copy, it no longer fits. It is no
signature: whoever rewrites a whole file can seal it again, and only an older copy tells
(`headsup verify --against`).
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

import orjson

SEAL = "seal"
TABLES = {"case", "chronology", "follow_ups", "notices", "_default"}

_SEAL = b',\n  "seal": {\n    "1": {\n      "sha256": "%s"\n    }\n  }\n}'
_SEALED = re.compile(re.escape(_SEAL).replace(b"%s", b"([0-9a-f]{64})") + rb"\Z")
_LENGTH = len(_SEAL) - len(b"%s") + 64
_END = b"\n}"


class BrokenSeal(ValueError):
    """The content is not what was written."""


def seal(content: bytes) -> bytes:
    """JSON tables, as `store.documents.to_json` writes them, with their seal."""
    return content.removesuffix(_END) + _SEAL % hashlib.sha256(content).hexdigest().encode()


def is_sealed(content: bytes) -> bool:
    """True for a seal that fits; false without one, as in a file of an earlier version.

    Raises BrokenSeal where it does not fit.
    """
    # It is at the end or nowhere: a long file need not be searched.
    found = _SEALED.search(content, max(0, len(content) - _LENGTH))
    if found is None:
        return False
    if hashlib.sha256(content[: found.start()] + _END).hexdigest() != found[1].decode():
        raise BrokenSeal("the seal does not fit")
    return True


def unseal(content: bytes) -> dict[str, Any]:
    """The tables in a file, without the seal, which must fit. Raises ValueError."""
    has_seal = is_sealed(content)
    tables = orjson.loads(content)
    if not isinstance(tables, dict):
        raise ValueError("not a TinyDB file")
    if has_seal:
        del tables[SEAL]
    elif not tables.keys() <= TABLES:
        # Where a bit of the seal itself has turned over, it looks like a table of its own.
        raise BrokenSeal("the seal is damaged")
    return tables
