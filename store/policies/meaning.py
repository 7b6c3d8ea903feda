"""Sentences as vectors: a small language model (all-MiniLM-L6-v2, Apache 2.0) run with numpy alone.

The weights lie beside this file in four bits each (`minilm.npz`, made by `pack.py`); nothing is downloaded.
Where numpy or the weights are missing, `load` gives None, and passages are found by words alone.
"""

from __future__ import annotations

import importlib
import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

Floats = Any
"""A numpy array of 32-bit floats. numpy is no part of the core: it may be missing, and its types with it."""

WEIGHTS = Path(__file__).with_name("minilm.npz")
SIZE = 384  # numbers in a vector
HEADS = 12
LAYERS = 6
LONGEST = 96  # word pieces; what follows is left out
BATCH = 16

_PIECE = re.compile(r"\w+|[^\w\s]")


def numpy() -> Any:
    """The module. Raises ImportError where it is not installed."""
    return importlib.import_module("numpy")


@cache
def load(weights: Path = WEIGHTS) -> Meaning | None:
    """The model, or None where it cannot be had."""
    try:
        np = numpy()
        with np.load(weights) as arrays:
            return Meaning({name: arrays[name] for name in arrays.files})
    except (ImportError, OSError, ValueError, KeyError):
        return None


def unpack(packed: Any, scales: Any) -> Floats:
    """Weights from four bits: two to a byte along the last axis, a scale for every 32."""
    np = numpy()
    low = (packed & 15).astype(np.float32)
    high = (packed >> 4).astype(np.float32)
    values = np.stack([low, high], axis=-1).reshape(*packed.shape[:-1], -1) - np.float32(7.5)
    groups = values.reshape(*packed.shape[:-1], -1, 32) * scales[..., None].astype(np.float32)
    result: Floats = groups.reshape(values.shape)
    return result


class Meaning:
    """The model in memory: about 50 MB."""

    def __init__(self, arrays: dict[str, Any]) -> None:
        np = numpy()
        vocabulary = bytes(arrays["vocabulary"]).decode().split("\n")
        self._pieces = {piece: n for n, piece in enumerate(vocabulary)}
        self._words, self._word_scales = arrays["words"], arrays["words.scale"]
        self._places: Floats = arrays["places"].astype(np.float32)
        self._norm = (arrays["norm.w"].astype(np.float32), arrays["norm.b"].astype(np.float32))
        self._layers = [
            {
                name: np.ascontiguousarray(unpack(arrays[f"{n}.{name}"], arrays[f"{n}.{name}.scale"]).T)
                if f"{n}.{name}.scale" in arrays
                else arrays[f"{n}.{name}"].astype(np.float32)
                for name in (
                    "qkv",
                    "qkv.b",
                    "out",
                    "out.b",
                    "out.nw",
                    "out.nb",
                    "up",
                    "up.b",
                    "down",
                    "down.b",
                )
                + ("down.nw", "down.nb")
            }
            for n in range(LAYERS)
        ]

    def pieces(self, text: str) -> list[int]:
        """The word pieces of a text, with the marks that open and close it."""
        plain = unicodedata.normalize("NFD", text.lower())
        plain = "".join(c for c in plain if unicodedata.category(c) != "Mn")
        found: list[int] = []
        for word in _PIECE.findall(plain[: LONGEST * 12]):
            found += self._word(word)
            if len(found) >= LONGEST - 2:
                break
        return [self._pieces["[CLS]"], *found[: LONGEST - 2], self._pieces["[SEP]"]]

    def _word(self, word: str) -> list[int]:
        parts: list[int] = []
        start = 0
        while start < len(word):
            for end in range(min(len(word), start + 30), start, -1):
                piece = self._pieces.get(word[start:end] if start == 0 else "##" + word[start:end])
                if piece is not None:
                    parts.append(piece)
                    start = end
                    break
            else:
                return [self._pieces["[UNK]"]]
        return parts

    def embed(self, texts: Sequence[str]) -> Floats:
        """One vector of length 1 for each text."""
        np = numpy()
        pieces = [self.pieces(text) for text in texts]
        order = sorted(range(len(texts)), key=lambda n: len(pieces[n]))
        result = np.zeros((len(texts), SIZE), np.float32)
        for first in range(0, len(order), BATCH):
            some = order[first : first + BATCH]
            result[some] = self._forward([pieces[n] for n in some])
        return result

    def _forward(self, batch: list[list[int]]) -> Floats:
        np = numpy()
        count, length = len(batch), max(map(len, batch))
        ids = np.zeros((count, length), np.intp)
        mask = np.zeros((count, length), np.float32)
        for n, pieces in enumerate(batch):
            ids[n, : len(pieces)] = pieces
            mask[n, : len(pieces)] = 1
        used, where = np.unique(ids, return_inverse=True)
        table = unpack(self._words[used], self._word_scales[used])
        x = table[where.reshape(-1)] + np.tile(self._places[:length], (count, 1))
        x = _normal(x, *self._norm)
        hidden = ((1 - mask) * np.float32(-1e4))[:, None, None, :]
        for layer in self._layers:
            x = self._layer(x, layer, count, length, hidden)
        kept = x.reshape(count, length, SIZE) * mask[:, :, None]
        mean = kept.sum(1) / mask.sum(1, keepdims=True)
        result: Floats = mean / np.linalg.norm(mean, axis=1, keepdims=True)
        return result

    def _layer(self, x: Floats, w: dict[str, Floats], count: int, length: int, hidden: Floats) -> Floats:
        np = numpy()
        split = (x @ w["qkv"] + w["qkv.b"]).reshape(count, length, 3, HEADS, SIZE // HEADS)
        query, key, value = split.transpose(2, 0, 3, 1, 4)
        heed = query @ key.transpose(0, 1, 3, 2) * np.float32((SIZE // HEADS) ** -0.5) + hidden
        heed = np.exp(heed - heed.max(-1, keepdims=True))
        heed /= heed.sum(-1, keepdims=True)
        seen = (heed @ value).transpose(0, 2, 1, 3).reshape(count * length, SIZE)
        x = _normal(seen @ w["out"] + w["out.b"] + x, w["out.nw"], w["out.nb"])
        wide = x @ w["up"] + w["up.b"]
        curve = np.tanh(np.float32(0.79788456) * (wide + np.float32(0.044715) * wide * wide * wide))
        wide *= np.float32(0.5) * (1 + curve)
        return _normal(wide @ w["down"] + w["down.b"] + x, w["down.nw"], w["down.nb"])


def _normal(x: Floats, weight: Floats, bias: Floats) -> Floats:
    np = numpy()
    x = x - x.mean(-1, keepdims=True)
    result: Floats = x / np.sqrt((x * x).mean(-1, keepdims=True) + np.float32(1e-12)) * weight + bias
    return result
