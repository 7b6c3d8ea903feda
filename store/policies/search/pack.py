"""Makes `minilm.npz` from the published weights: `python -m store.policies.search.pack FOLDER`.

FOLDER holds `model.safetensors` and `vocab.txt` of sentence-transformers/all-MiniLM-L6-v2 (Apache
2.0). Weights become four bits, with a scale for every 32 of them; word pieces outside ASCII are
left out. On the questions of `tests/store/policies` this changes no figure by more than the
chance of single questions.
"""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from store.policies.search.meaning import LAYERS, LONGEST, WEIGHTS, numpy

#: SHA-256 of the published `model.safetensors`.
PUBLISHED = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

#: Weights that share a scale.
GROUP = 32
#: How much of the range of a group is tried: what lies beyond is cut off, and the rest is told
#: apart more finely.
RANGES = (1.0, 0.95, 0.9, 0.85, 0.8, 0.75)

#: The parts of a layer: our name -> where it is published.
_DENSE = {
    "out": "attention.output.dense",
    "down": "output.dense",
    "up": "intermediate.dense",
}
_NORMS = {
    "out": "attention.output.LayerNorm",
    "down": "output.LayerNorm",
}
_Arrays = dict[str, Any]


def pack(folder: Path, to: Path = WEIGHTS) -> None:
    """Write the packed weights. Raises ValueError when the weights are not the published ones."""
    np = numpy()
    weights = _read_weights(folder / "model.safetensors")
    pieces = (folder / "vocab.txt").read_text(encoding="utf-8").split("\n")
    kept = [number for number, piece in enumerate(pieces) if _is_kept(piece)]
    vocabulary = "\n".join(pieces[number] for number in kept).encode()

    arrays: _Arrays = {"vocabulary": np.frombuffer(vocabulary, np.uint8)}
    arrays |= _pack_large(_large_arrays(weights, kept))
    # What is small needs no packing: half the bits are enough.
    for name, values in _small_arrays(weights).items():
        arrays[name] = values.astype(np.float16)
    np.savez_compressed(to, **arrays)


def _read_weights(file: Path) -> _Arrays:
    """The arrays of a safetensors file, by name.

    The file is a length of eight bytes, a table of that length in JSON, and the values.
    """
    np = numpy()
    data = file.read_bytes()
    if hashlib.sha256(data).hexdigest() != PUBLISHED:
        raise ValueError("these are not the published weights")
    size = int.from_bytes(data[:8], "little")
    table = json.loads(data[8 : 8 + size])
    values = memoryview(data)[8 + size :]

    weights = {}
    for name, about in table.items():
        # The numbers of the positions are integers, and the file's own notes have no type at all.
        if about.get("dtype") != "F32":
            continue
        first, end = about["data_offsets"]
        weights[name] = np.frombuffer(values[first:end], np.float32).reshape(about["shape"])
    return weights


def _is_kept(piece: str) -> bool:
    return bool(piece) and piece.isascii() and not piece.startswith("[unused")


def _large_arrays(weights: _Arrays, kept: list[int]) -> _Arrays:
    """The vectors of the word pieces that are kept, and the matrices of each layer."""
    np = numpy()
    large = {"words": weights["embeddings.word_embeddings.weight"][kept]}
    for number in range(LAYERS):
        layer = f"encoder.layer.{number}"
        # Query, key and value are worked out by one product.
        large[f"{number}.qkv"] = np.concatenate(_query_key_value(weights, layer, "weight"))
        for name, place in _DENSE.items():
            large[f"{number}.{name}"] = weights[f"{layer}.{place}.weight"]
    return large


def _small_arrays(weights: _Arrays) -> _Arrays:
    """What is added to or scales something: vectors of places, biases, norms."""
    np = numpy()
    places = weights["embeddings.position_embeddings.weight"][:LONGEST]
    # A text is always the first of a pair, so its vector can be added beforehand.
    small = {"places": places + weights["embeddings.token_type_embeddings.weight"][0]}
    small["norm.w"] = weights["embeddings.LayerNorm.weight"]
    small["norm.b"] = weights["embeddings.LayerNorm.bias"]
    for number in range(LAYERS):
        layer = f"encoder.layer.{number}"
        small[f"{number}.qkv.b"] = np.concatenate(_query_key_value(weights, layer, "bias"))
        for name, place in _DENSE.items():
            small[f"{number}.{name}.b"] = weights[f"{layer}.{place}.bias"]
            if name in _NORMS:
                norm = f"{layer}.{_NORMS[name]}"
                small[f"{number}.{name}.nw"] = weights[f"{norm}.weight"]
                small[f"{number}.{name}.nb"] = weights[f"{norm}.bias"]
    return small


def _query_key_value(weights: _Arrays, layer: str, kind: str) -> list[Any]:
    parts = ("query", "key", "value")
    return [weights[f"{layer}.attention.self.{part}.{kind}"] for part in parts]


def _pack_large(arrays: _Arrays) -> _Arrays:
    """Each array with two values to a byte, and its scales as `NAME.scale`."""
    packed = {}
    for name, values in arrays.items():
        four_bits = _find_four_bits(values)
        levels = four_bits.levels
        packed[name] = levels[..., 0::2] | (levels[..., 1::2] << 4)
        packed[f"{name}.scale"] = four_bits.scales
    return packed


@dataclass(frozen=True, slots=True)
class _FourBits:
    """Weights as `(level - 7.5) * scale`."""

    #: For each weight, 0 to 15.
    levels: Any
    #: For each group along the last axis.
    scales: Any


def _find_four_bits(values: Any) -> _FourBits:
    """The levels with those scales, one for each group, that lose least of what is tried."""
    np = numpy()
    groups = values.reshape(-1, GROUP)
    most = np.abs(groups).max(1, keepdims=True)
    least_lost = np.full((len(groups), 1), np.inf)
    levels = np.zeros(groups.shape, np.uint8)
    scales = np.zeros((len(groups), 1), np.float32)
    for share in RANGES:
        # Rounded as they will be kept, so that what is lost by that is counted.
        tried = (most * share / 7.5 + 1e-8).astype(np.float16).astype(np.float32)
        steps = np.clip(np.round(groups / tried + 7.5), 0, 15)
        lost = (((steps - 7.5) * tried - groups) ** 2).sum(1, keepdims=True)
        better = lost < least_lost
        levels = np.where(better, steps.astype(np.uint8), levels)
        scales = np.where(better, tried, scales)
        least_lost = np.where(better, lost, least_lost)
    return _FourBits(
        levels=levels.reshape(*values.shape[:-1], -1),
        scales=scales.reshape(*values.shape[:-1], -1).astype(np.float16),
    )


if __name__ == "__main__":
    pack(Path(sys.argv[1]))
