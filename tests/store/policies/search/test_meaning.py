"""The language model that is shipped, and what it costs to have it there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from store.policies import Policies
from store.policies.search import meaning
from store.policies.search.meaning import SIZE, WEIGHTS, Matrix, Meaning, numpy, unpack
from store.policies.search.refuse import DECOYS
from store.policies.search.vectors import Vectors

np = numpy()

TEXTS = Path(__file__).parents[4] / "policy_texts"


@pytest.fixture(scope="module")
def model() -> Meaning:
    loaded = meaning.load()
    assert loaded is not None
    return loaded


def test_the_weights_are_shipped_with_their_licence():
    assert WEIGHTS.stat().st_size < 12_000_000
    assert "Apache License, Version 2.0" in WEIGHTS.with_name("minilm.LICENCE.txt").read_text()


@pytest.mark.parametrize(
    ("one", "near", "far"),
    [
        ("wine", "alcohol", "homework"),
        ("She was sacked.", "The company dismissed her.", "Dogs like long walks."),
        ("pics of the kids", "photographs of children", "the fire drill"),
    ],
)
def test_what_means_the_same_is_near(model, one, near, far):
    first, second, third = model.embed([one, near, far])
    assert first @ second > first @ third + 0.2


def test_a_vector_does_not_depend_on_what_goes_through_the_model_beside_it(model):
    texts = [
        "phones",
        "Parents must not post pictures of pupils.",
        "",
        "\ud800 ☃",
        "word " * 500,
    ] * 9
    together = model.embed(texts)
    assert together.shape == (45, SIZE)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-4)
    assert np.allclose(together[1], model.embed(texts[1:2])[0], atol=1e-4)


def test_vectors_are_worked_out_once_for_each_text(model, tmp_path):
    file = tmp_path / "cache" / "vectors.npz"
    made = Vectors(model, file).of(["uno", "due"])

    class Broken(Meaning):
        def __init__(self) -> None:
            pass

        def embed(self, texts):
            raise AssertionError(texts)

    assert np.array_equal(Vectors(Broken(), file).of(["due", "uno"]), made[::-1])
    assert Vectors(Broken(), file).of(["tre"], at_most=0) is None
    file.write_bytes(b"no cache at all")
    assert np.array_equal(Vectors(model, file).of(["uno", "due"]), made)


def test_the_vectors_of_the_shipped_texts_are_shipped(tmp_path):
    file = tmp_path / "vectors.npz"
    assert Policies(TEXTS, file).prepare()
    # What had to be worked out would be kept there: `python -m store.policies.search.ship`.
    assert not file.exists()


def test_what_is_shipped_is_what_the_model_makes(model):
    shipped = Vectors(model).of(DECOYS, at_most=0)
    assert shipped is not None
    # They are kept in half the bits.
    assert np.allclose(shipped, model.embed(DECOYS), atol=1e-3)


def test_weights_are_unpacked_as_they_were_packed():
    with np.load(WEIGHTS) as arrays:
        packed, scales = arrays["0.out"], arrays["0.out.scale"]
    weights = unpack(packed, scales)
    assert np.array_equal(Matrix.of(packed, scales).unpack(into=None), weights.T)


def test_texts_are_asked_by_meaning_without_being_told_to(tmp_path):
    (tmp_path / "code.md").write_text(
        "# Code\n\nAlcohol is not allowed on the site.\n\nSmart dress is worn.\n"
    )
    policies = Policies(tmp_path)
    assert policies.ask("wine at the leaving do").ranked[0].text.startswith("Alcohol")
    assert policies.by_meaning
    (tmp_path / "code.md").write_text(
        "# Code\n\nBeer is kept in the cellar.\n\nSmart dress is worn.\n"
    )
    assert policies.ask("wine at the leaving do").ranked[0].text.startswith("Beer")


def test_without_the_weights_words_alone_are_used(tmp_path, monkeypatch):
    monkeypatch.setattr(meaning, "load", lambda: None)
    (tmp_path / "code.md").write_text("# Code\n\nAlcohol is not allowed on the site.\n")
    policies = Policies(tmp_path)
    assert not policies.prepare()
    assert policies.ask("is alcohol allowed").ranked


def test_numpy_is_not_read_before_a_question_is_asked():
    code = "import sys, bot.__main__, bot.build, handlers.policies.ask; sys.exit('numpy' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
