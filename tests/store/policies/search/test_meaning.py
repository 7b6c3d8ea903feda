"""The language model that is shipped, and what it costs to have it there."""

from __future__ import annotations

import asyncio
import hashlib
import math
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
import structlog

from store.policies import Policies, library
from store.policies.search import meaning, vectors
from store.policies.search.beside import Ending, begin
from store.policies.search.meaning import ANSWERS, PASSAGES, SIZE, Judge, Meaning, numpy
from store.policies.search.refuse import DECOYS
from store.policies.search.vectors import Vectors

np = numpy()

#: Cosine of two vectors that are the same but for rounding.
NEARLY_ONE = 0.95
TEXTS = Path(__file__).parents[4] / "policy_texts"


@pytest.fixture(scope="module")
def model() -> Meaning:
    loaded = meaning.load()
    assert loaded is not None
    return loaded


@pytest.fixture(scope="module")
def judge() -> Judge:
    loaded = meaning.load_judge()
    assert loaded is not None
    return loaded


@pytest.mark.parametrize(("weights", "most"), [(PASSAGES, 24_000_000), (ANSWERS, 36_000_000)])
def test_the_weights_are_shipped_with_their_licence(weights, most):
    assert weights.stat().st_size < most
    assert weights.name in weights.with_name("models.NOTICE.txt").read_text()
    licence = weights.with_name("models.LICENCE.txt").read_text()
    assert "Apache License" in licence
    assert "END OF TERMS AND CONDITIONS" in licence


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
    # The steps between whole numbers are as wide as what lies beside it needs: hardly different.
    assert together[1] @ model.embed(texts[1:2])[0] > NEARLY_ONE
    alone = model.embed(texts, alone=True)
    assert np.array_equal(alone[1], model.embed(texts[1:2])[0])


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
    assert (np.einsum("ts,ts->t", shipped, model.embed(DECOYS)) > NEARLY_ONE).all()


def test_the_judge_knows_what_answers_from_what_is_about_the_same(judge):
    passages = [
        "Only pupils in Years 5 and 6 who walk home alone may bring a phone.",
        "Visitors leave their phones at reception.",
        "The school library opens at noon.",
    ]
    points = judge.score("who can bring a phone in", passages)
    assert points[0] > points[1] + 3 > points[2] + 3
    # What else is read changes nothing.
    assert judge.score("who can bring a phone in", passages[:1]) == points[:1]


@pytest.mark.parametrize("question", ["", "a" * 100_000, "\ud800 ☃", "(" * 5_000, "word " * 20_000])
def test_the_judge_takes_any_question_and_any_passage(judge, question):
    points = judge.score(question, ["Phones are put away.", question, ""])
    assert len(points) == 3
    assert all(map(math.isfinite, points))
    assert judge.score(question, []) == []


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


@pytest.mark.parametrize("broken", ["missing", "unreadable"])
def test_without_the_weights_words_alone_are_used(tmp_path, monkeypatch, broken):
    weights = tmp_path / "model.onnx"
    if broken == "unreadable":
        weights.write_bytes(b"no model at all")
    load, load_judge = meaning.load, meaning.load_judge
    monkeypatch.setattr(meaning, "load", lambda: load(weights))
    monkeypatch.setattr(meaning, "load_judge", lambda: load_judge(weights))
    (tmp_path / "code.md").write_text("# Code\n\nAlcohol is not allowed on the site.\n")
    policies = Policies(tmp_path)
    assert not policies.prepare()
    assert policies.ask("is alcohol allowed").ranked


def test_without_the_judge_vectors_are_used(tmp_path, monkeypatch):
    monkeypatch.setattr(meaning, "load_judge", lambda: None)
    (tmp_path / "code.md").write_text("# Code\n\nAlcohol is not allowed.\n\nDress is smart.\n")
    policies = Policies(tmp_path)
    assert policies.prepare()
    assert policies.ask("wine at the leaving do").ranked[0].text.startswith("Alcohol")


def _write_many(folder: Path, passages: int) -> None:
    """Passages that no other test has had made into vectors."""
    lines = [f"Rule {n}: item {n * 7} is kept in cupboard {n * 3}." for n in range(passages)]
    (folder / "rules.md").write_text("# Rules\n\n" + "\n\n".join(lines))


async def test_many_new_texts_answer_by_words_while_they_are_made_ready(tmp_path, monkeypatch):
    may_go_on = threading.Event()
    embed = Meaning.embed

    def embed_later(model, texts, **how):
        if len(texts) > library.AT_ONCE:
            assert may_go_on.wait(60)
        return embed(model, texts, **how)

    monkeypatch.setattr(Meaning, "embed", embed_later)
    _write_many(tmp_path, 1_100)
    policies = Policies(tmp_path, tmp_path / "vectors.npz")
    policies.begin()
    answer = await asyncio.to_thread(policies.ask, "which cupboard is item 77 kept in")
    assert answer.ranked
    assert not policies.by_meaning
    may_go_on.set()
    while not policies.by_meaning:  # noqa: ASYNC110
        await asyncio.sleep(0.01)


def test_what_was_worked_out_before_the_end_is_not_worked_out_again(model, tmp_path, monkeypatch):
    monkeypatch.setattr(vectors, "KEPT_AFTER", 20)
    file = tmp_path / "vectors.npz"
    texts = [f"rule number {n}" for n in range(50)]

    class CutOff(Meaning):
        def __init__(self) -> None:
            self.done = 0

        def embed(self, some):
            if self.done >= 40:
                raise Ending
            self.done += len(some)
            return model.embed(some)

    with pytest.raises(Ending):
        Vectors(CutOff(), file).of(texts)
    assert Vectors(model, file).of(texts, at_most=10) is not None


def test_texts_of_many_schools_are_made_ready_one_after_another():
    all_have_begun = threading.Event()
    all_done = threading.Event()
    at_work = threading.Semaphore(1)
    done = []

    def make_ready(school):
        assert at_work.acquire(blocking=False), "two at a time"
        assert all_have_begun.wait(60)
        at_work.release()
        if school == 1:
            raise OSError("the folder of this school")
        done.append(school)

    for school in range(4):
        begin(partial(make_ready, school))
    begin(all_done.set)
    assert done == []
    all_have_begun.set()
    assert all_done.wait(60)
    assert done == [0, 2, 3]


def test_a_process_ends_though_texts_are_being_made_ready(tmp_path):
    _write_many(tmp_path, 3_000)
    code = (
        "import sys, pathlib; from store.policies import Policies;"
        "Policies(pathlib.Path(sys.argv[1])).begin(); import time; time.sleep(1.5)"
    )
    run = [sys.executable, "-c", code, str(tmp_path)]
    subprocess.run(run, check=True, timeout=60)


def test_numpy_is_not_read_before_a_question_is_asked():
    code = "import sys, bot.__main__, bot.build, handlers.policies.ask; sys.exit(not sys.modules.keys().isdisjoint({'numpy', 'onnxruntime'}))"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_vectors_of_another_model_are_not_taken_for_its_own(model, tmp_path, monkeypatch):
    file = tmp_path / "vectors.npz"
    Vectors(model, file).of(["uno"])
    assert Vectors(model, file).of(["uno"], at_most=0) is not None
    monkeypatch.setattr(vectors, "PASSAGES_SHA", "of another")
    assert Vectors(model, file).of(["uno"], at_most=0) is None
    # Whoever packs the model anew writes this down, and makes what is shipped anew.
    assert hashlib.sha256(PASSAGES.read_bytes()).hexdigest().startswith(meaning.PASSAGES_SHA)


def _fail(*_: object, **__: object) -> None:
    raise RuntimeError


@pytest.mark.parametrize("failing", [(Meaning, "embed"), (Judge, "score")])
def test_an_answer_comes_though_a_model_fails(tmp_path, monkeypatch, failing):
    (tmp_path / "code.md").write_text("# Code\n\nAlcohol is never allowed on the site.\n")
    policies = Policies(tmp_path)
    monkeypatch.setattr(*failing, _fail)
    with structlog.testing.capture_logs() as logged:
        for _ in range(2):
            assert policies.ask("is alcohol allowed").ranked
    assert len(logged) == 1


def test_what_failed_beside_is_tried_again(tmp_path, monkeypatch):
    _write_many(tmp_path, 200)
    policies = Policies(tmp_path, tmp_path / "vectors.npz")
    monkeypatch.setattr(library, "begin", lambda work: work())
    with monkeypatch.context() as broken:
        broken.setattr(Meaning, "embed", _fail)
        assert policies.ask("which cupboard is item 77 kept in").ranked
    assert not policies.by_meaning
    policies.ask("which cupboard is item 77 kept in")
    assert policies.by_meaning


def test_a_model_is_opened_once_however_many_want_it(monkeypatch):
    opened = []

    def open_slowly(weights):
        time.sleep(0.05)
        opened.append(weights)

    monkeypatch.setattr(meaning, "_Network", open_slowly)
    with ThreadPoolExecutor() as threads:
        list(threads.map(meaning.load, [Path("other.onnx")] * 4))
    assert len(opened) == 1
