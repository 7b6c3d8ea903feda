"""Packing a published model: a small one of the same make, with and without rounding."""

from __future__ import annotations

import numpy as np
import pytest

onnx = pytest.importorskip("onnx", reason="the package onnx is needed only to pack the models anew")

import onnxruntime  # noqa: E402
from onnx import TensorProto, helper, numpy_helper  # noqa: E402

from store.policies.search import pack  # noqa: E402

#: Numbers in a vector: a few for each head of the models.
SIZE = 4 * pack.HEADS
WIDE = 2 * SIZE
WORDS = 30
PLACES = 200
LAYERS = 2


def _weights(chance: np.random.Generator) -> dict[str, np.ndarray]:
    def some(*shape: int) -> np.ndarray:
        return chance.normal(0, 0.3, shape).astype(np.float32)

    made = {
        "embeddings.word_embeddings.weight": some(WORDS, SIZE),
        "embeddings.position_embeddings.weight": some(PLACES, SIZE),
        "embeddings.token_type_embeddings.weight": some(2, SIZE),
    }
    norms = ["embeddings.LayerNorm"]
    dense = []
    for number in range(LAYERS):
        layer = f"encoder.layer.{number}."
        norms += [f"{layer}attention.output.LayerNorm", f"{layer}output.LayerNorm"]
        for part in ("query", "key", "value"):
            dense.append((f"{layer}attention.self.{part}", SIZE, SIZE))
        dense.append((f"{layer}attention.output.dense", SIZE, SIZE))
        dense.append((f"{layer}intermediate.dense", SIZE, WIDE))
        dense.append((f"{layer}output.dense", WIDE, SIZE))
    for name in norms:
        made[f"{name}.weight"] = 1 + some(SIZE)
        made[f"{name}.bias"] = some(SIZE)
    for name, rows, columns in dense:
        made[f"{name}.matrix"] = some(rows, columns)
        made[f"{name}.bias"] = some(columns)
    return made


def _publish(weights: dict[str, np.ndarray], to) -> None:
    """As models are published: matrices have numbers for names, and stand beside their bias."""
    stored, nodes = [], []
    for number, (name, values) in enumerate(weights.items()):
        if not name.endswith(".matrix"):
            stored.append(numpy_helper.from_array(values, f"bert.{name}"))
            continue
        matrix, bias = f"MatMul_{number}", "bert." + name.replace(".matrix", ".bias")
        levels = np.clip(np.round(values / 0.01), -127, 127).astype(np.int8)
        stored.append(numpy_helper.from_array(levels, f"{matrix}_quantized"))
        stored.append(numpy_helper.from_array(np.float32(0.01), f"{matrix}_scale"))
        product = f"product_{number}"
        nodes.append(helper.make_node("MatMulInteger", ["x", f"{matrix}_quantized"], [product]))
        nodes.append(helper.make_node("Cast", [product], [f"{product}_f"], to=TensorProto.FLOAT))
        nodes.append(helper.make_node("Add", [f"{product}_f", bias], [f"sum_{number}"]))
    graph = helper.make_graph(nodes, "published", [], [], stored)
    onnx.save(helper.make_model(graph), to)


def _norm(x: np.ndarray, weights: dict[str, np.ndarray], name: str) -> np.ndarray:
    x = x - x.mean(-1, keepdims=True)
    x = x / np.sqrt((x**2).mean(-1, keepdims=True) + pack.EPSILON)
    return x * weights[f"{name}.weight"] + weights[f"{name}.bias"]


def _dense(x: np.ndarray, weights: dict[str, np.ndarray], name: str) -> np.ndarray:
    return x @ weights[f"{name}.matrix"] + weights[f"{name}.bias"]


def _attend(x: np.ndarray, weights: dict[str, np.ndarray], layer: str) -> np.ndarray:
    parts = []
    for part in ("query", "key", "value"):
        all_heads = _dense(x, weights, f"{layer}attention.self.{part}")
        parts.append(all_heads.reshape(len(x), pack.HEADS, -1).transpose(1, 0, 2))
    query, key, value = parts
    scores = query @ key.transpose(0, 2, 1) / np.sqrt(query.shape[-1])
    shares = np.exp(scores - scores.max(-1, keepdims=True))
    shares /= shares.sum(-1, keepdims=True)
    return (shares @ value).transpose(1, 0, 2).reshape(x.shape)


def _gelu(x: np.ndarray) -> np.ndarray:
    import math

    return x * 0.5 * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))


def _plainly(pieces: list[int], weights: dict[str, np.ndarray]) -> np.ndarray:
    """What the model says of one text, step by step and without rounding."""
    x = weights["embeddings.word_embeddings.weight"][pieces]
    x = x + weights["embeddings.position_embeddings.weight"][: len(pieces)]
    x = x + weights["embeddings.token_type_embeddings.weight"][0]
    x = _norm(x, weights, "embeddings.LayerNorm")
    for number in range(LAYERS):
        layer = f"encoder.layer.{number}."
        attended = _dense(_attend(x, weights, layer), weights, f"{layer}attention.output.dense")
        x = _norm(attended + x, weights, f"{layer}attention.output.LayerNorm")
        wide = _gelu(_dense(x, weights, f"{layer}intermediate.dense"))
        x = _norm(
            _dense(wide, weights, f"{layer}output.dense") + x, weights, f"{layer}output.LayerNorm"
        )
    return x


def test_a_packed_model_says_what_the_published_one_said(tmp_path):
    weights = _weights(np.random.default_rng(3))
    _publish(weights, tmp_path / "published.onnx")
    pack.pack(tmp_path / "published.onnx", tmp_path / "packed.onnx")

    session = onnxruntime.InferenceSession(
        tmp_path / "packed.onnx", providers=["CPUExecutionProvider"]
    )
    pieces = [1, 7, 3, 22, 9]
    shape = (1, len(pieces))
    [given] = session.run(
        None,
        {
            "pieces": np.array([pieces], np.int64),
            "place": np.arange(len(pieces), dtype=np.int64).reshape(shape),
            "text": np.zeros(shape, np.int64),
            "mask": np.ones(shape, np.int32),
        },
    )
    wanted = _plainly(pieces, weights)
    cosines = (given[0] * wanted).sum(1)
    cosines /= np.linalg.norm(given[0], axis=1) * np.linalg.norm(wanted, axis=1)
    assert (cosines > 0.98).all()
