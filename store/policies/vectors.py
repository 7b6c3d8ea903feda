"""Vectors of the units, made once for each piece of text and kept in a file by content."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from store.policies.meaning import Floats, Meaning, numpy

MOST = 60_000
"""Vectors kept in the file; older ones go when there are more."""


class Vectors:
    """Vectors by the text that they stand for. Safe to use from several threads."""

    def __init__(self, model: Meaning, file: Path | None = None) -> None:
        """`file`: where they are kept between runs; a damaged or missing file is made anew."""
        self.model = model
        self.file = file
        self._lock = threading.Lock()
        self._known: dict[bytes, Any] = {}
        if file is not None:
            self._read(file)

    def of(self, texts: Sequence[str]) -> Floats:
        """One vector for each text, in order; what is not known yet is worked out and kept."""
        np = numpy()
        keys = [hashlib.sha256(text.encode("utf-8", "replace")).digest()[:16] for text in texts]
        with self._lock:
            missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
            if missing:
                made = self.model.embed(list(missing.values())).astype(np.float16)
                self._known.update(zip(missing, made, strict=True))
                if self.file is not None:
                    self._write(self.file)
            if not keys:
                return np.zeros((0, 1), np.float32)
            result: Floats = np.stack([self._known[key] for key in keys]).astype(np.float32)
            return result

    def _read(self, file: Path) -> None:
        np = numpy()
        try:
            with np.load(file) as kept:
                keys, values = kept["keys"], kept["values"]
            if values.ndim == 2 and keys.shape == (len(values), 16):
                self._known = {bytes(key): value for key, value in zip(keys, values, strict=True)}
        except Exception:  # noqa: BLE001, S110 - whatever is wrong with a cache, it is made anew
            pass

    def _write(self, file: Path) -> None:
        np = numpy()
        while len(self._known) > MOST:
            del self._known[next(iter(self._known))]
        keys = np.frombuffer(b"".join(self._known), np.uint8).reshape(-1, 16)
        new = file.with_name(f".{file.name}.{os.getpid()}.npz")
        with contextlib.suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            np.savez(new, keys=keys, values=np.stack(list(self._known.values())))
            os.replace(new, file)
