"""Two small language models, run with onnxruntime: what a text means, and whether it answers.

`passages.onnx` (all-MiniLM-L6-v2) makes a vector of a text; `answers.onnx`
(ms-marco-MiniLM-L-12-v2) reads a question together with a passage. Both lie beside this file, made
by `pack.py`; nothing is downloaded. Where a file or onnxruntime is missing or broken, `load` and
`load_judge` give None, and passages are found without.
"""

from __future__ import annotations

import importlib
import os
import re
import threading
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from store.policies.search.beside import in_threads

#: A numpy array of 32-bit floats. numpy is imported when it is first needed, and its types with it.
Floats = Any

HERE = Path(__file__).parent
PASSAGES = HERE / "passages.onnx"
#: How the SHA-256 of its file begins. Vectors of another model are worth nothing beside its own.
PASSAGES_SHA = "2976f789154abcd1"
ANSWERS = HERE / "answers.onnx"
#: Word pieces, one a line: both models have the same.
VOCABULARY = HERE / "vocabulary.txt"
#: Numbers in a vector.
SIZE = 384
#: Word pieces of a text, or of a question with a passage; what follows is left out.
LONGEST = 96
LONGEST_PAIR = 160
#: Of these, the question's.
LONGEST_QUESTION = 48
#: Word pieces that go through a model at once, with what fills short texts up.
TOGETHER = 512
#: Characters of a word piece at most.
LONGEST_PIECE = 30
#: Processors that are used at once.
MOST_PROCESSORS = 2
#: Texts from which nobody waits for them: others go first.
MANY = 64

#: Held while a model is opened, so that none is twice.
_opening = threading.Lock()

_PIECE = re.compile(r"\w+|[^\w\s]")

#: The pieces of each text, and for each whether it belongs to the first or the second of a pair.
_Pieces = tuple[list[int], list[int]]


def numpy() -> Any:
    """The module, on one core. Raises ImportError where it is not installed.

    Its threads gain little at this size, and where other processes want the cores they wait for
    one another.
    """
    # Read when numpy is first imported, and never again.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    return importlib.import_module("numpy")


def load(weights: Path = PASSAGES) -> Meaning | None:
    """The model of what texts mean, opened once and kept, or None where it cannot be had."""
    with _opening:
        network = _open(weights)
    return Meaning(network) if network else None


def load_judge(weights: Path = ANSWERS) -> Judge | None:
    """The model of what answers a question, opened once and kept, or None."""
    with _opening:
        network = _open(weights)
    return Judge(network) if network else None


@cache
def _open(weights: Path) -> _Network | None:
    # Whatever is wrong with the file or the package, words are enough for an answer.
    try:
        return _Network(weights)
    except Exception:  # noqa: BLE001
        return None


class WordPieces:
    """Words as the models know them: numbers of whole words or of parts."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._numbers = {piece: number for number, piece in enumerate(vocabulary)}
        self.opens = self._numbers["[CLS]"]
        self.ends = self._numbers["[SEP]"]
        self._unknown = self._numbers["[UNK]"]

    def of(self, text: str, most: int) -> list[int]:
        """The first pieces of a text, at most so many."""
        decomposed = unicodedata.normalize("NFD", text[: most * LONGEST_PIECE].lower())
        # The models have learnt from words without accents.
        plain = "".join(c for c in decomposed if unicodedata.category(c) != "Mn")
        found: list[int] = []
        for word in _PIECE.findall(plain):
            found += self._split_word(word)
            if len(found) >= most:
                break
        return found[:most]

    def _split_word(self, word: str) -> list[int]:
        """The longest piece that a word begins with, then that of the rest, and so on."""
        parts: list[int] = []
        start = 0
        while start < len(word):
            end = self._end_of_piece(word, start)
            if end is None:
                return [self._unknown]
            parts.append(self._numbers[_piece(word, start, end)])
            start = end
        return parts

    def _end_of_piece(self, word: str, start: int) -> int | None:
        for end in range(min(len(word), start + LONGEST_PIECE), start, -1):
            if _piece(word, start, end) in self._numbers:
                return end
        return None


def _piece(word: str, start: int, end: int) -> str:
    """A part of a word as the vocabulary has it: one that does not begin the word is marked."""
    if start == 0:
        return word[:end]
    return "##" + word[start:end]


class Meaning:
    """Vectors of texts. In memory it takes about 40 MB."""

    def __init__(self, network: _Network) -> None:
        self._network = network

    def embed(self, texts: Sequence[str], *, alone: bool = False) -> Floats:
        """One vector of length 1 for each text: an array of len(texts) rows and SIZE columns.

        `alone`: it is not to differ with the other texts, not even slightly; takes longer.
        """
        np = numpy()
        words = self._network.words
        pieces = []
        for text in texts:
            found = [words.opens, *words.of(text, LONGEST - 2), words.ends]
            pieces.append((found, [0] * len(found)))

        result = np.zeros((len(texts), SIZE), np.float32)

        def keep(numbers: list[int], rows: Floats, mask: Any) -> None:
            mean = np.einsum("tps,tp->ts", rows, mask.astype(np.float32))
            mean /= np.linalg.norm(mean, axis=1, keepdims=True)
            result[numbers] = mean

        self._network.run(pieces, keep, 0 if alone else TOGETHER)
        return result


class Judge:
    """How well passages answer a question. In memory it takes about 45 MB."""

    def __init__(self, network: _Network) -> None:
        self._network = network

    def score(self, question: str, passages: Sequence[str]) -> list[float]:
        """For each passage about -11 (nothing of the sort) to 11 (the very answer)."""
        words = self._network.words
        asked = [words.opens, *words.of(question, LONGEST_QUESTION), words.ends]
        pairs = []
        for passage in passages:
            found = [*words.of(passage, LONGEST_PAIR - len(asked) - 1), words.ends]
            pairs.append((asked + found, [0] * len(asked) + [1] * len(found)))

        result = [0.0] * len(passages)

        def keep(numbers: list[int], rows: Floats, mask: Any) -> None:
            for number, score in zip(numbers, rows[:, 0].tolist(), strict=True):
                result[number] = score

        self._network.run(pairs, keep, 0)
        return result


class _Network:
    """A model's file, opened."""

    def __init__(self, weights: Path) -> None:
        """Raises ImportError, OSError, KeyError and whatever onnxruntime has for a broken file."""
        numpy()
        runtime = importlib.import_module("onnxruntime")
        options = runtime.SessionOptions()
        # Texts go through in several threads of our own instead: each keeps a processor busy.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        # Else it keeps for good what the longest texts needed.
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 4
        self.words = WordPieces(VOCABULARY.read_text(encoding="utf-8").split("\n"))
        self._session = runtime.InferenceSession(
            weights, options, providers=["CPUExecutionProvider"]
        )

    def run(
        self,
        pieces: Sequence[_Pieces],
        keep: Callable[[list[int], Floats, Any], None],
        together: int,
    ) -> None:
        """Bring all through the model; `keep` is given which they are, what came out, the mask.

        `together`: pieces that go through at once at most. What is in eight bits shares a scale
        with whatever goes through beside it, so with 0, each text alone, its company is nothing to
        it.
        """
        batches = list(_make_batches([len(found) for found, _ in pieces], together))

        def run_one(numbers: list[int]) -> None:
            given = _fill_up([pieces[number] for number in numbers])
            keep(numbers, self._session.run(None, given)[0], given["mask"])

        if len(batches) == 1:
            run_one(batches[0])
            return
        threads = min(MOST_PROCESSORS, os.cpu_count() or 1)
        in_threads(run_one, batches, threads, stand_back=len(pieces) >= MANY)


def _make_batches(lengths: Sequence[int], together: int) -> Iterator[list[int]]:
    """Which texts go through a model together: those of nearly one length."""
    batch: list[int] = []
    for number in sorted(range(len(lengths)), key=lambda number: lengths[number]):
        # This one is the longest so far, to which the others are filled up.
        if batch and (len(batch) + 1) * lengths[number] > together:
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch


def _fill_up(texts: Sequence[_Pieces]) -> dict[str, Any]:
    """Texts as the model is given them: a row for each, of the length of the longest."""
    np = numpy()
    shape = len(texts), max(len(found) for found, _ in texts)
    pieces, parts = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    mask = np.zeros(shape, np.int32)
    for row, (found, part) in enumerate(texts):
        pieces[row, : len(found)] = found
        parts[row, : len(found)] = part
        mask[row, : len(found)] = 1
    places = np.broadcast_to(np.arange(shape[1], dtype=np.int64), shape)
    return {"pieces": pieces, "place": np.ascontiguousarray(places), "text": parts, "mask": mask}
