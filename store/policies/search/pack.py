"""Makes `minilm.npz` from the published weights: `python -m store.policies.search.pack FOLDER`.

FOLDER holds `model.safetensors` and `vocab.txt` of sentence-transformers/all-MiniLM-L6-v2 (Apache 2.0). Weights
become four bits, with a scale for every 32 of them; word pieces outside ASCII are left out. On the questions of
`tests/store/policies` this changes no figure by more than the chance of single questions.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from store.policies.search.meaning import LAYERS, LONGEST, WEIGHTS, numpy

PUBLISHED = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""SHA-256 of the published `model.safetensors`."""


def pack(folder: Path, to: Path = WEIGHTS) -> None:
    """Write the packed weights. Raises ValueError when the weights are not the published ones."""
    np = numpy()
    data = (folder / "model.safetensors").read_bytes()
    if hashlib.sha256(data).hexdigest() != PUBLISHED:
        raise ValueError("these are not the published weights")
    size = int.from_bytes(data[:8], "little")
    about = {k: v for k, v in json.loads(data[8 : 8 + size]).items() if v.get("dtype") == "F32"}

    def weight(name: str) -> Any:
        first, end = about[name]["data_offsets"]
        return np.frombuffer(data[8 + size + first : 8 + size + end], np.float32).reshape(
            about[name]["shape"]
        )

    pieces = (folder / "vocab.txt").read_text(encoding="utf-8").split("\n")
    kept = [n for n, p in enumerate(pieces) if p and p.isascii() and not p.startswith("[unused")]
    arrays: dict[str, Any] = {
        "vocabulary": np.frombuffer("\n".join(pieces[n] for n in kept).encode(), np.uint8)
    }

    def four_bits(name: str, values: Any) -> None:
        arrays[name], arrays[f"{name}.scale"] = _four_bits(values)

    four_bits("words", weight("embeddings.word_embeddings.weight")[kept])
    places = weight("embeddings.position_embeddings.weight")[:LONGEST]
    small = {"places": places + weight("embeddings.token_type_embeddings.weight")[0]}
    small |= {f"norm.{k[0]}": weight(f"embeddings.LayerNorm.{k}") for k in ("weight", "bias")}
    for n in range(LAYERS):
        at = f"encoder.layer.{n}."
        parts = [f"{at}attention.self.{part}" for part in ("query", "key", "value")]
        four_bits(f"{n}.qkv", np.concatenate([weight(f"{p}.weight") for p in parts]))
        small[f"{n}.qkv.b"] = np.concatenate([weight(f"{p}.bias") for p in parts])
        for name, there in (
            ("out", "attention.output."),
            ("down", "output."),
            ("up", "intermediate."),
        ):
            four_bits(f"{n}.{name}", weight(f"{at}{there}dense.weight"))
            small[f"{n}.{name}.b"] = weight(f"{at}{there}dense.bias")
            if name != "up":
                small[f"{n}.{name}.nw"] = weight(f"{at}{there}LayerNorm.weight")
                small[f"{n}.{name}.nb"] = weight(f"{at}{there}LayerNorm.bias")
    arrays |= {name: values.astype(np.float16) for name, values in small.items()}
    np.savez_compressed(to, **arrays)


def _four_bits(values: Any) -> tuple[Any, Any]:
    """(two values to a byte, scales): of a few scales for each 32 values, the one that loses least."""
    np = numpy()
    groups = values.reshape(-1, 32)
    most = np.abs(groups).max(1, keepdims=True)
    best = np.full((len(groups), 1), np.inf)
    level = np.zeros(groups.shape, np.uint8)
    scale = np.zeros((len(groups), 1), np.float32)
    for share in (1.0, 0.95, 0.9, 0.85, 0.8, 0.75):
        tried = (most * share / 7.5 + 1e-8).astype(np.float16).astype(np.float32)
        step = np.clip(np.round(groups / tried + 7.5), 0, 15)
        lost = (((step - 7.5) * tried - groups) ** 2).sum(1, keepdims=True)
        better = lost < best
        level = np.where(better, step.astype(np.uint8), level)
        scale, best = np.where(better, tried, scale), np.where(better, lost, best)
    level = level.reshape(*values.shape[:-1], -1)
    packed = level[..., 0::2] | (level[..., 1::2] << 4)
    return packed, scale.reshape(*values.shape[:-1], -1).astype(np.float16)


if __name__ == "__main__":
    pack(Path(sys.argv[1]))
