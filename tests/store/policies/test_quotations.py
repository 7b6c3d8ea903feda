"""A quotation is in the text, letter by letter, whatever the text and whatever the question."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from store.policies import Policies
from store.policies.citing import gather_sections
from store.policies.divide import divide
from store.policies.texts import parse

LONGEST = 800

_pieces = st.sampled_from(
    [
        "\n",
        "\r\n",
        "\r",
        "\n\n",
        "- ",
        "* ",
        "• ",
        "1. ",
        "(a) ",
        "iv) ",
        "# ",
        "## ",
        "**Who**",
        ": ",
        ". ",
        "? ",
        " ",
    ]
    + [
        "parents",
        "must not",
        "post",
        "the head",
        "photographs",
        "e.g.",
        "£5",
        "\t",
        "\u00a0",
        "\ufeff",
        "---",
        "===",
        "|a|b|",
    ]
    + ["title: x", "é", "😀", "\u2028", "\x0b", "\x00", "x" * 900]
)
_texts = st.lists(st.one_of(_pieces, st.text(max_size=12)), max_size=60).map("".join)
_questions = st.one_of(st.text(max_size=80), st.lists(_pieces, max_size=8).map("".join))


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    text=_texts,
    question=_questions,
    name=st.sampled_from(["a.md", "a.txt"]),
    by_meaning=st.sampled_from([False] * 4 + [True]),
)
# No word of it counts.
@example(text="(a) ", question="0", name="a.md", by_meaning=False)
def test_every_quotation_is_a_slice_of_the_file(tmp_path_factory, text, question, name, by_meaning):
    folder = tmp_path_factory.mktemp("texts")
    (folder / name).write_bytes(text.encode("utf-8", "surrogatepass"))
    policies = Policies(folder, by_meaning=by_meaning)
    answer = policies.ask(question)
    kept = policies.texts()[0].text
    if policies.texts()[0].readable and max(text, default="") < "\ud800":
        assert kept == (folder / name).open(encoding="utf-8", newline="").read()
    whole = [p for section in policies.whole(name) for p in section]
    whole += [p for heading in policies.sections(name) for p in policies.section(name, heading)]
    for passage in [*answer.ranked, *(other for p in answer.ranked for other in p.also), *whole]:
        assert passage.text == kept[passage.start : passage.end]
        assert 0 < len(passage.text) <= LONGEST
        start, end = passage.answer
        assert 0 <= start <= end <= len(passage.words)
        # Letter by letter, whatever line each stands on.
        seen = _letters(policies.texts()[0].plain.words)
        for shown in (passage.lead_in, passage.words, *passage.rest):
            assert all(_letters(line) in seen for line in shown.split("\n"))


def _letters(words: str) -> str:
    return "".join(words.split())


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.binary(max_size=400), question=_questions)
def test_no_file_is_too_odd(tmp_path_factory, data, question):
    folder = tmp_path_factory.mktemp("texts")
    (folder / "odd.txt").write_bytes(data)
    answer = Policies(folder, by_meaning=False).ask(question)
    assert all(p.text for p in answer.ranked)


@pytest.mark.parametrize(
    "question",
    ["", " ", "?", "\x00\x01\x02" * 50, "a" * 10_000, "can i " * 2_000, "\ud800", "of the"],
)
def test_what_is_no_question_is_refused(shipped, question):
    assert shipped.ask(question).refused


def test_the_same_question_gives_the_same_answer(shipped):
    first, second = (shipped.ask("who checks the filter") for _ in range(2))
    assert [(p.doc, p.start, p.end) for p in first.ranked] == [
        (p.doc, p.start, p.end) for p in second.ranked
    ]
    assert first.refused == second.refused
    assert first.confidence == pytest.approx(second.confidence, abs=0.001)


@pytest.mark.parametrize(
    "question", ["who checks the filter", "where do the dogs sleep", "what does a lawyer cost"]
)
def test_how_many_passages_are_wanted_changes_nothing_else(shipped, question):
    few, many = shipped.ask(question, top=2), shipped.ask(question, top=20)
    assert len(few.ranked) <= 2
    assert [(p.doc, p.start) for p in few.ranked] == [(p.doc, p.start) for p in many.ranked[:2]]
    assert few.refused == many.refused
    assert few.confidence == pytest.approx(many.confidence, abs=0.001)


def test_a_changed_folder_is_noticed(tmp_path):
    text = tmp_path / "phones.md"
    text.write_text("# Phones\n\nPhones stay in the locker.\n")
    policies = Policies(tmp_path, by_meaning=False)
    assert policies.ask("where do phones go").ranked[0].text == "Phones stay in the locker."
    text.write_text("# Phones\n\nPhones are handed in at the office every morning.\n")
    assert (
        policies.ask("where do phones go").ranked[0].text
        == "Phones are handed in at the office every morning."
    )
    text.unlink()
    assert policies.ask("where do phones go").ranked == ()
    assert policies.texts() == ()


def test_a_missing_folder_is_an_empty_one(tmp_path):
    policies = Policies(tmp_path / "nowhere")
    assert policies.ask("anything at all").refused
    assert policies.texts() == ()


def test_near_identical_passages_are_one_answer_with_two_places(tmp_path):
    for name in ("one", "two"):
        (tmp_path / f"{name}.md").write_text(
            f"# Text {name}\n\n## Phones\n\nPhones stay switched off in the locker.\n"
        )
    answer = Policies(tmp_path, by_meaning=False).ask("do phones stay switched off")
    assert len(answer.ranked) == 1
    assert [p.doc for p in (answer.ranked[0], *answer.ranked[0].also)] == ["one.md", "two.md"]


def test_the_review_day_comes_with_the_quotation(shipped):
    assert shipped.ask("who edits the school website").ranked[0].review_by == date(2027, 9, 6)


_sentences = st.lists(
    st.one_of(
        st.integers(0, 700).map(lambda n: f"See [the form](https://a.b/{'c' * n}) first.\n\n"),
        st.integers(1, 150).map(lambda n: f"- {'word ' * n}end.\n"),
        st.sampled_from(
            ["# Heading\n\n", "Staff must:\n\n", "1. **Ring** the head.\n", "Ring.\n\n"]
        ),
    ),
    max_size=30,
).map("".join)


@given(written=_sentences)
def test_everything_of_a_text_is_shown_of_the_whole(written):
    text = parse("a.md", written.encode())
    units = divide(text)
    shown = [p for section in gather_sections(text, units) for p in section]
    for unit in units:
        start, end = text.plain.find_start(unit.start), text.plain.find_end(unit.end)
        assert any(p.start <= start and end <= p.end for p in shown)
