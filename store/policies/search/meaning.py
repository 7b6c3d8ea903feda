"""Sentences as vectors: a small language model (all-MiniLM-L6-v2, Apache 2.0) run with numpy alone.

The weights lie beside this file in four bits each (`minilm.npz`, made by `pack.py`); nothing is downloaded.
Where numpy or the weights are missing, `load` gives None, and passages are found by words alone.
"""

from __future__ import annotations

import importlib
import os
import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

Floats = Any
"""A numpy array of 32-bit floats. numpy is imported when it is first needed, and its types with it."""

WEIGHTS = Path(__file__).with_name("minilm.npz")
SIZE = 384  # numbers in a vector
HEADS = 12
LAYERS = 6
LONGEST = 96  # word pieces; what follows is left out
TOGETHER = 128  # word pieces that go through the model at once

_PIECE = re.compile(r"\w+|[^\w\s]")


def numpy() -> Any:
    """The module, on one core. Raises ImportError where it is not installed.

    Its threads gain little at this size, and where other processes want the cores they wait for one another.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when numpy is first imported
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
                name: np.ascontiguousarray(
                    unpack(arrays[f"{n}.{name}"], arrays[f"{n}.{name}.scale"]).T
                )
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
        """One vector of length 1 for each text: an array of len(texts) rows and SIZE columns."""
        np = numpy()
        pieces = [self.pieces(text) for text in texts]
        result = np.zeros((len(texts), SIZE), np.float32)
        some: list[int] = []
        for n in sorted(range(len(texts)), key=lambda n: len(pieces[n])):
            if some and sum(len(pieces[i]) for i in some) + len(pieces[n]) > TOGETHER:
                result[some] = self._forward([pieces[i] for i in some])
                some = []
            some.append(n)
        if some:
            result[some] = self._forward([pieces[i] for i in some])
        return result

    def _forward(self, batch: list[list[int]]) -> Floats:
        """All texts as one row of pieces, of which each heeds only those of its own text: nothing is padded."""
        np = numpy()
        lengths = [len(pieces) for pieces in batch]
        whose = np.repeat(np.arange(len(batch)), lengths)
        used, where = np.unique(np.concatenate(batch), return_inverse=True)
        x = unpack(self._words[used], self._word_scales[used])[where]
        x += self._places[np.concatenate([np.arange(n) for n in lengths])]
        x = _normal(x, *self._norm)
        hidden = (
            None
            if len(batch) == 1
            else np.where(whose[:, None] == whose, 0, -1e4).astype(np.float32)
        )
        for layer in self._layers:
            x = self._layer(x, layer, hidden)
        mean = np.add.reduceat(x, np.cumsum([0, *lengths[:-1]]), axis=0)
        mean /= np.linalg.norm(mean, axis=1, keepdims=True)
        result: Floats = mean
        return result

    def _layer(self, x: Floats, w: dict[str, Floats], hidden: Floats | None) -> Floats:
        np = numpy()
        split = x @ w["qkv"]
        split += w["qkv.b"]
        query, key, value = split.reshape(len(x), 3, HEADS, SIZE // HEADS).transpose(1, 2, 0, 3)
        heed = query @ key.transpose(0, 2, 1)
        heed *= np.float32((SIZE // HEADS) ** -0.5)
        if hidden is not None:
            heed += hidden
        heed -= heed.max(-1, keepdims=True)
        np.exp(heed, out=heed)
        heed /= heed.sum(-1, keepdims=True)
        seen = (heed @ value).transpose(1, 0, 2).reshape(len(x), SIZE) @ w["out"]
        seen += w["out.b"]
        seen += x
        x = _normal(seen, w["out.nw"], w["out.nb"])
        wide = x @ w["up"]
        wide += w["up.b"]
        deep = _bent(wide) @ w["down"]
        deep += w["down.b"]
        deep += x
        return _normal(deep, w["down.nw"], w["down.nb"])


def _bent(x: Floats) -> Floats:
    """GELU by its usual approximation with tanh, in place."""
    np = numpy()
    curve = x * x
    curve *= np.float32(0.044715 * 0.79788456)
    curve += np.float32(0.79788456)
    curve *= x
    np.tanh(curve, out=curve)
    curve += 1
    curve *= np.float32(0.5)
    x *= curve
    return x


def _normal(x: Floats, weight: Floats, bias: Floats) -> Floats:
    """Each row brought to mean 0 and deviation 1, then scaled; in place."""
    np = numpy()
    x -= x.mean(-1, keepdims=True)
    x /= np.sqrt(np.einsum("ij,ij->i", x, x)[:, None] / np.float32(SIZE) + np.float32(1e-12))
    x *= weight
    x += bias
    return x
