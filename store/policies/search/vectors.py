"""Vectors of pieces of text, made once for each piece and kept by content.

They are kept in a file where there is one, else in memory.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from store.policies.search.beside import give_back_memory
from store.policies.search.meaning import PASSAGES_SHA, Floats, Meaning, numpy

#: Vectors of the texts that come with the product, made by `ship.py`.
SHIPPED = Path(__file__).with_name("shipped.npz")
#: Vectors kept in a file: 46 MB. Older ones go when there are more.
MOST = 60_000
#: New vectors after which they are kept, and memory is given back: about 5 seconds of work.
KEPT_AFTER = 1_000
#: Vectors kept where there is no file.
MOST_IN_MEMORY = 6_000

_lock = threading.Lock()
#: What all who keep no file share.
_in_memory: dict[bytes, Any] = {}


class Vectors:
    """Vectors by the text that they stand for. Safe to use from several threads."""

    def __init__(self, model: Meaning, file: Path | None = None) -> None:
        """`file`: where they are kept between runs; a damaged or missing file is made anew."""
        self.model = model
        self.file = file

    def of(self, texts: Sequence[str], at_most: int | None = None) -> Floats | None:
        """A row for each text, in order. What is not known yet is worked out and kept.

        What was worked out is kept now and then, so that a run that is cut off was not for nothing.
        None, and nothing done, when that would be more than `at_most` pieces of text.
        """
        np = numpy()
        keys = [_key(text) for text in texts]
        known = self._known(set(keys))
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if at_most is not None and len(missing) > at_most:
            return None

        new = list(missing)
        for first in range(0, len(new), KEPT_AFTER):
            some = new[first : first + KEPT_AFTER]
            # Half the bits are enough for a cosine, and take half the room.
            made = self.model.embed([missing[key] for key in some]).astype(np.float16)
            worked_out = dict(zip(some, made, strict=True))
            known |= worked_out
            self._keep(worked_out)
            give_back_memory()
        rows: Floats = np.stack([known[key] for key in keys]).astype(np.float32)
        return rows

    def _known(self, wanted: set[bytes]) -> dict[bytes, Any]:
        """Those of the wanted that are kept, or come with the product."""
        with _lock:
            kept = self._load()
            known = {key: kept[key] for key in wanted if key in kept}
        missing = wanted - known.keys()
        if missing:
            known |= _read_shipped(missing)
        return known

    def _load(self) -> dict[bytes, Any]:
        if self.file is None:
            return _in_memory
        return _read(self.file)

    def _keep(self, worked_out: dict[bytes, Any]) -> None:
        """Add some to what is kept, where others may have added theirs meanwhile."""
        most = MOST_IN_MEMORY if self.file is None else MOST
        with _lock:
            kept = self._load()
            kept.update(worked_out)
            # A dictionary has the oldest first.
            for key in list(kept)[:-most]:
                del kept[key]
            if self.file is not None:
                _write(self.file, kept)


def _key(text: str) -> bytes:
    """What a piece of text is kept under, for this model alone.

    Halves of characters cannot be encoded: `?` is.
    """
    return hashlib.sha256(f"{PASSAGES_SHA} {text}".encode("utf-8", "replace")).digest()[:16]


def _read(file: Path) -> dict[bytes, Any]:
    """Key -> vector, oldest first; empty when the file is missing or damaged."""
    np = numpy()
    try:
        with np.load(file) as kept:
            keys, values = kept["keys"], kept["values"]
        if values.ndim == 2 and keys.shape == (len(values), 16):
            return {bytes(key): value for key, value in zip(keys, values, strict=True)}
    # Whatever is wrong with a cache, it is made anew.
    except Exception:  # noqa: BLE001, S110
        pass
    return {}


def _read_shipped(wanted: Collection[bytes]) -> dict[bytes, Any]:
    """Those of the wanted vectors that come with the product."""
    shipped = _read(SHIPPED)
    return {key: shipped[key] for key in wanted if key in shipped}


def _write(file: Path, known: dict[bytes, Any]) -> None:
    """Replace the file as a whole, so that no reader finds half of it.

    A full disk costs no more than the cache.
    """
    np = numpy()
    new = file.with_name(f".{file.name}.{os.getpid()}.npz")
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        np.savez(
            new,
            keys=np.frombuffer(b"".join(known), np.uint8).reshape(-1, 16),
            values=np.stack(list(known.values())),
        )
        os.replace(new, file)
