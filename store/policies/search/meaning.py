"""Sentences as vectors: a small language model (all-MiniLM-L6-v2, Apache 2.0) run with numpy alone.

The weights lie beside this file in four bits each (`minilm.npz`, made by `pack.py`); nothing is
downloaded. Where numpy or the weights are missing, `load` gives None, and passages are found by
words alone.
"""

from __future__ import annotations

import importlib
import os
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

#: A numpy array of 32-bit floats. numpy is imported when it is first needed, and its types with it.
Floats = Any

WEIGHTS = Path(__file__).with_name("minilm.npz")
#: Numbers in a vector.
SIZE = 384
#: Parts of a vector that are attended to apart.
HEADS = 12
LAYERS = 6
#: Word pieces; what follows is left out.
LONGEST = 96
#: Word pieces that go through a layer at once.
TOGETHER = 128
#: Batches of those that go through the model one layer after the other: 12 MB.
BATCHES = 64
#: Weights that share a scale.
GROUP = 32
#: Characters of a word piece at most.
LONGEST_PIECE = 30
#: The arrays of a layer, as the file names them: `w` and `b` are weight and bias, `n…` those of
#: the norm that follows.
LAYER_ARRAYS = (
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
    "down.nw",
    "down.nb",
)

_PIECE = re.compile(r"\w+|[^\w\s]")


def numpy() -> Any:
    """The module, on one core. Raises ImportError where it is not installed.

    Its threads gain little at this size, and where other processes want the cores they wait for
    one another.
    """
    # Read when numpy is first imported, and never again.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    return importlib.import_module("numpy")


@cache
def load(weights: Path = WEIGHTS) -> Meaning | None:
    """The model, made once and kept, or None where it cannot be had."""
    try:
        np = numpy()
        with np.load(weights) as arrays:
            return Meaning(arrays)
    except (ImportError, OSError, ValueError, KeyError):
        return None


def unpack(packed: Any, scales: Any) -> Floats:
    """Weights from four bits: two to a byte along the last axis, a scale for every GROUP."""
    np = numpy()
    values = _levels(packed).astype(np.float32) - np.float32(7.5)
    groups = values.reshape(*scales.shape, GROUP) * scales[..., None].astype(np.float32)
    result: Floats = groups.reshape(values.shape)
    return result


def _levels(packed: Any) -> Any:
    """What four bits each hold, 0 to 15, with a byte for each."""
    np = numpy()
    pairs = np.stack([packed & 15, packed >> 4], axis=-1)
    return pairs.reshape(*packed.shape[:-1], -1)


@dataclass(frozen=True, slots=True)
class Matrix:
    """The weights of a product in a byte each, a quarter of what they take as floats.

    They lie as the product reads them, with rows for what goes in, which makes it faster.
    """

    #: Twice the weight over its scale, which is whole: groups, GROUP rows, columns.
    levels: Any
    #: Half the scale: groups, 1, columns.
    scales: Floats

    @classmethod
    def of(cls, packed: Any, scales: Any) -> Matrix:
        """`packed`, `scales`: as in the file, with rows for what comes out."""
        np = numpy()
        levels = 2 * _levels(packed).astype(np.int8) - 15
        columns, groups = scales.shape
        return cls(
            np.ascontiguousarray(levels.T).reshape(groups, GROUP, columns),
            np.ascontiguousarray(scales.T).astype(np.float32)[:, None] / 2,
        )

    def unpack(self, into: Floats | None) -> Floats:
        """The weights: two dimensions, in the place of those of another matrix of this size.

        New memory for each would take longer than all the rest.
        """
        np = numpy()
        result: Floats = np.empty(self.levels.shape, np.float32) if into is None else into
        np.multiply(self.levels, self.scales, out=result.reshape(self.levels.shape))
        return result.reshape(-1, result.shape[-1])


@dataclass(slots=True)
class _Batch:
    """A few texts on their way through the model."""

    #: Which of all texts they are.
    numbers: list[int]
    #: How many pieces each has.
    lengths: list[int]
    #: A row for each piece, of all the texts one after the other.
    x: Floats
    #: See `_mask_other_texts`.
    mask: Floats | None


class Meaning:
    """The model in memory: about 20 MB, and 7 more while a layer is at work."""

    def __init__(self, arrays: Mapping[str, Any]) -> None:
        """`arrays`: the packed file, which reads each by its name when it is asked for.

        Raises KeyError when one is missing.
        """
        vocabulary = bytes(arrays["vocabulary"]).decode().split("\n")
        self._pieces = {piece: number for number, piece in enumerate(vocabulary)}
        # The vectors of words stay packed: a text needs few of them.
        self._words = arrays["words"]
        self._word_scales = arrays["words.scale"]
        self._places = _as_floats(arrays["places"])
        self._norm_weight = _as_floats(arrays["norm.w"])
        self._norm_bias = _as_floats(arrays["norm.b"])
        self._layers = [_read_layer(arrays, number) for number in range(LAYERS)]

    def pieces(self, text: str) -> list[int]:
        """The word pieces of a text, with the marks that open and close it."""
        decomposed = unicodedata.normalize("NFD", text.lower())
        # The model has learnt from words without accents.
        plain = "".join(c for c in decomposed if unicodedata.category(c) != "Mn")
        room = LONGEST - 2
        found: list[int] = []
        for word in _PIECE.findall(plain[: LONGEST * 12]):
            found += self._split_word(word)
            if len(found) >= room:
                break
        return [self._pieces["[CLS]"], *found[:room], self._pieces["[SEP]"]]

    def _split_word(self, word: str) -> list[int]:
        """The longest piece that a word begins with, then that of the rest, and so on."""
        parts: list[int] = []
        start = 0
        while start < len(word):
            end = self._end_of_piece(word, start)
            if end is None:
                return [self._pieces["[UNK]"]]
            parts.append(self._pieces[_piece(word, start, end)])
            start = end
        return parts

    def _end_of_piece(self, word: str, start: int) -> int | None:
        for end in range(min(len(word), start + LONGEST_PIECE), start, -1):
            if _piece(word, start, end) in self._pieces:
                return end
        return None

    def embed(self, texts: Sequence[str]) -> Floats:
        """One vector of length 1 for each text: an array of len(texts) rows and SIZE columns."""
        np = numpy()
        pieces = [self.pieces(text) for text in texts]
        result = np.zeros((len(texts), SIZE), np.float32)
        together = _make_batches(pieces)
        for first in range(0, len(together), BATCHES):
            batches = [self._begin(b, pieces) for b in together[first : first + BATCHES]]
            self._forward(batches)
            for batch in batches:
                result[batch.numbers] = _mean_of_each(batch)
        return result

    def _begin(self, numbers: list[int], pieces: list[list[int]]) -> _Batch:
        """Some of the texts, as what the first layer is given.

        They go through the model as one row of pieces, of which each attends only to those of its
        own text: so nothing is padded.
        """
        np = numpy()
        of_batch = [pieces[number] for number in numbers]
        lengths = [len(of_text) for of_text in of_batch]
        used, where = np.unique(np.concatenate(of_batch), return_inverse=True)
        x = unpack(self._words[used], self._word_scales[used])[where]
        x += self._places[np.concatenate([np.arange(length) for length in lengths])]
        x = _normalise(x, self._norm_weight, self._norm_bias)
        return _Batch(numbers, lengths, x, _mask_other_texts(lengths))

    def _forward(self, batches: list[_Batch]) -> None:
        """Bring all batches through one layer, then through the next: each is unpacked once."""
        layer: dict[str, Floats] = {}
        for packed in self._layers:
            for name, weights in packed.items():
                if isinstance(weights, Matrix):
                    layer[name] = weights.unpack(into=layer.get(name))
                else:
                    layer[name] = weights
            for batch in batches:
                batch.x = _run_layer(batch.x, layer, batch.mask)


def _as_floats(values: Any) -> Floats:
    result: Floats = values.astype(numpy().float32)
    return result


def _read_layer(arrays: Mapping[str, Any], number: int) -> dict[str, Any]:
    """The arrays of a layer by name: matrices as Matrix, what is small as floats."""
    layer: dict[str, Any] = {}
    for name in LAYER_ARRAYS:
        stored = f"{number}.{name}"
        if f"{stored}.scale" in arrays:
            layer[name] = Matrix.of(arrays[stored], arrays[f"{stored}.scale"])
        else:
            layer[name] = _as_floats(arrays[stored])
    return layer


def _piece(word: str, start: int, end: int) -> str:
    """A part of a word as the vocabulary has it: one that does not begin the word is marked."""
    if start == 0:
        return word[:end]
    return "##" + word[start:end]


def _make_batches(pieces: list[list[int]]) -> list[list[int]]:
    """Which texts go through the model together: shorter ones first, so that many do."""
    batches: list[list[int]] = []
    length = 0
    for number in sorted(range(len(pieces)), key=lambda number: len(pieces[number])):
        if not batches or length + len(pieces[number]) > TOGETHER:
            batches.append([])
            length = 0
        batches[-1].append(number)
        length += len(pieces[number])
    return batches


def _mean_of_each(batch: _Batch) -> Floats:
    """The mean of the rows of each text, of length 1."""
    np = numpy()
    starts = np.cumsum([0, *batch.lengths[:-1]])
    mean: Floats = np.add.reduceat(batch.x, starts, axis=0)
    mean /= np.linalg.norm(mean, axis=1, keepdims=True)
    return mean


def _mask_other_texts(lengths: list[int]) -> Floats | None:
    """What is added so that no piece attends to those of another text; None for one text alone."""
    if len(lengths) == 1:
        return None
    np = numpy()
    text_of_piece = np.repeat(np.arange(len(lengths)), lengths)
    is_same_text = text_of_piece[:, None] == text_of_piece
    mask: Floats = np.where(is_same_text, 0, -1e4).astype(np.float32)
    return mask


def _run_layer(x: Floats, layer: dict[str, Floats], mask: Floats | None) -> Floats:
    """One layer: attention, then a network, each with what it was given added, and a norm.

    In place wherever that can be: at this size, making new arrays would take much of the time.
    """
    attended = _attend(x, layer, mask)
    attended += x
    x = _normalise(attended, layer["out.nw"], layer["out.nb"])

    wide = x @ layer["up"]
    wide += layer["up.b"]
    deep = _gelu(wide) @ layer["down"]
    deep += layer["down.b"]
    deep += x
    return _normalise(deep, layer["down.nw"], layer["down.nb"])


def _attend(x: Floats, layer: dict[str, Floats], mask: Floats | None) -> Floats:
    """What each piece takes from the others, by how well its query fits their keys."""
    np = numpy()
    head_size = SIZE // HEADS
    split = x @ layer["qkv"]
    split += layer["qkv.b"]
    query, key, value = split.reshape(len(x), 3, HEADS, head_size).transpose(1, 2, 0, 3)

    attention = query @ key.transpose(0, 2, 1)
    attention *= np.float32(head_size**-0.5)
    if mask is not None:
        attention += mask
    # Less the greatest, so that `exp` cannot overflow; the shares stay the same.
    attention -= attention.max(-1, keepdims=True)
    np.exp(attention, out=attention)
    attention /= attention.sum(-1, keepdims=True)

    taken = (attention @ value).transpose(1, 0, 2).reshape(len(x), SIZE)
    result: Floats = taken @ layer["out"]
    result += layer["out.b"]
    return result


def _gelu(x: Floats) -> Floats:
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


def _normalise(x: Floats, weight: Floats, bias: Floats) -> Floats:
    """Each row brought to mean 0 and deviation 1, then scaled; in place."""
    np = numpy()
    x -= x.mean(-1, keepdims=True)
    variance = np.einsum("ij,ij->i", x, x)[:, None] / np.float32(SIZE)
    x /= np.sqrt(variance + np.float32(1e-12))
    x *= weight
    x += bias
    return x
