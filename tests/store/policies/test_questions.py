"""Every provision is found in other words, and what the texts do not say is refused.

The questions were written before any figure was looked at. Whoever adds a provision adds three of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from store.policies import Answer, Passage, Policies
from store.policies.files.add import TextDetails, add
from tests.store.policies.conftest import HERE, SHIPPED, asked_in

FOUND_IN_THREE = 0.95
FOUND_IN_THREE_BY_WORDS = 0.90
REFUSED = 0.90
ANSWERED = 0.90
BY_WORDS_ALONE = 0.70  # of the unanswerable, without the language model


def _texts(policies: Policies) -> dict[str, str]:
    return {text.doc: text.text for text in policies.texts()}


def _answers(passage: Passage, pieces: list[str]) -> bool:
    """One of the pieces stands in the passage, as it is in the file or as people read it."""
    said: list[str] = []
    for one in (passage, *passage.also):
        said += (one.text, " ".join(one.words.split()))
    return any(piece in words for piece in pieces for words in said)


@cache
def _ask(policies: Policies, question: str) -> Answer:
    """Asked once for all tests."""
    return policies.ask(question)


@cache
def _weigh(policies: Policies, question: str) -> Answer:
    """Whether it is refused, and no more: the second model, which takes longest, has no say in that."""
    return policies.ask(question, rereads=False)


def _share_found(policies: Policies, asked: list[dict[str, list[str]]]) -> float:
    found = [
        any(_answers(p, group["answers"]) for p in _ask(policies, question).ranked[:3])
        for group in asked
        for question in group["questions"]
    ]
    return sum(found) / len(found)


def _share_refused(answers: list[Answer]) -> float:
    return sum(answer.refused for answer in answers) / len(answers)


def test_there_are_three_questions_for_each_of_the_50_provisions(answered, unanswered):
    assert len(answered) == 50
    assert all(len(group["questions"]) >= 3 for group in answered)
    assert len(unanswered) >= 60


def test_what_counts_as_an_answer_stands_in_the_texts(shipped, answered):
    texts = _texts(shipped).values()
    missing = [
        piece
        for group in answered
        for piece in group["answers"]
        if not any(piece in t for t in texts)
    ]
    assert missing == []


def test_the_passage_is_among_the_first_three_and_what_can_be_answered_is(shipped, answered):
    """Both at once: in processes of their own, each would ask all questions."""
    wanted = FOUND_IN_THREE if shipped.by_meaning else FOUND_IN_THREE_BY_WORDS
    assert _share_found(shipped, answered) >= wanted
    questions = [question for group in answered for question in group["questions"]]
    answers = [_ask(shipped, question) for question in questions]
    assert 1 - _share_refused(answers) >= ANSWERED


def test_words_alone_still_find_most(by_words, answered):
    assert _share_found(by_words, answered) >= FOUND_IN_THREE_BY_WORDS


def test_what_the_texts_do_not_say_is_refused(shipped, unanswered):
    wanted = REFUSED if shipped.by_meaning else BY_WORDS_ALONE
    assert _share_refused([_weigh(shipped, question) for question in unanswered]) >= wanted


def test_what_is_not_read_once_more_is_as_surely_answered_or_refused(shipped, answered, unanswered):
    for question in [answered[n]["questions"][0] for n in (0, 20, 40)] + unanswered[::20]:
        told, weighed = _ask(shipped, question), _weigh(shipped, question)
        assert (weighed.refused, weighed.confidence) == (told.refused, told.confidence)


def test_a_teacher_who_has_just_seen_a_post_is_told_not_to_reply(shipped):
    answer = shipped.ask("can I reply to a parent on facebook?")
    assert not answer.refused
    assert answer.ranked[0].section == "What you never do"
    assert answer.ranked[0].text.startswith(("Do not reply", "Never discuss"))


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory) -> Policies:
    """Four texts of other schools, in other shapes and on other things."""
    # With vectors of its own: what other tests have left would change its company in the model.
    vectors = tmp_path_factory.mktemp("elsewhere") / "vectors.npz"
    policies = Policies(HERE / "elsewhere", vectors)
    policies.prepare()
    return policies


@pytest.fixture(scope="module")
def eight(tmp_path_factory) -> Policies:
    """Eight texts of eight schools, each of another manner."""
    policies = Policies(HERE / "eight", tmp_path_factory.mktemp("eight") / "vectors.npz")
    policies.prepare()
    return policies


@pytest.fixture(scope="module")
def six(tmp_path_factory) -> Policies:
    """Six texts of six schools, each of another manner, that nothing was chosen by."""
    policies = Policies(HERE / "six", tmp_path_factory.mktemp("six") / "vectors.npz")
    policies.prepare()
    return policies


@pytest.fixture(scope="module")
def ten(tmp_path_factory) -> Policies:
    """Ten texts, each of another manner, put among the texts as a school does."""
    folder = tmp_path_factory.mktemp("ten")
    for file in sorted((HERE / "ten").iterdir()):
        add(file, folder, TextDetails(), today=date(2026, 11, 21))
    policies = Policies(folder, tmp_path_factory.mktemp("vectors") / "ten.npz")
    policies.prepare()
    return policies


def test_every_piece_that_answers_stands_in_the_ten_texts(ten):
    plain = [" ".join(text.plain.words.split()) for text in ten.texts()]
    pieces = [piece for _, of_question in asked_in("ten.txt") for piece in of_question]
    assert len(ten.texts()) == 10
    assert [piece for piece in pieces if not any(piece in words for words in plain)] == []


@pytest.mark.parametrize(
    "file", ["afresh.txt", "elsewhere.txt", "taught.txt", "eight.txt", "six.txt"]
)
def test_every_piece_that_answers_stands_in_the_texts(file):
    folder = SHIPPED if file == "afresh.txt" else HERE / Path(file).stem
    texts = "".join(text.text for text in Policies(folder, by_meaning=False).texts())
    assert [piece for _, pieces in asked_in(file) for piece in pieces if piece not in texts] == []


@dataclass(frozen=True)
class Least:
    """Parts of the questions that have to be found first, among three, answered, and rightly refused."""

    first: float
    in_three: float
    answered: float
    refused: float


@pytest.mark.parametrize(
    ("file", "least"),
    [
        ("afresh.txt", Least(first=0.70, in_three=0.84, answered=0.85, refused=0.66)),
        ("elsewhere.txt", Least(first=0.75, in_three=0.86, answered=0.88, refused=0.76)),
        ("ten.txt", Least(first=0.60, in_three=0.77, answered=0.80, refused=0.75)),
        # It has taught what refuses since: .807 and .667 while nothing was chosen by it.
        ("eight.txt", Least(first=0.60, in_three=0.75, answered=0.78, refused=0.62)),
        # Nothing was chosen by this one: .904 and .846 when it was asked, once.
        ("six.txt", Least(first=0.72, in_three=0.84, answered=0.87, refused=0.80)),
    ],
)
def test_questions_that_did_not_teach_the_ranking(request, file, least):
    """What the ranking never saw: less is found than among the questions that it was taught with."""
    # The others are not made ready for this one.
    folder = "shipped" if file == "afresh.txt" else Path(file).stem
    policies: Policies = request.getfixturevalue(folder)
    asked = asked_in(file)
    said = [(_ask(policies, question), pieces) for question, pieces in asked if pieces]
    unsaid = [_weigh(policies, question) for question, pieces in asked if not pieces]
    found = [[_answers(p, pieces) for p in answer.ranked[:3]] for answer, pieces in said]
    assert sum(hits[0] for hits in found) >= least.first * len(said)
    assert sum(any(hits) for hits in found) >= least.in_three * len(said)
    assert sum(not answer.refused for answer, _ in said) >= least.answered * len(said)
    assert sum(answer.refused for answer in unsaid) >= least.refused * len(unsaid)


@pytest.mark.parametrize(
    ("question", "piece"),
    [
        ("may I use my own phone", "You may use your own phone when no pupils are with you"),
        ("can i use my own phone at lunch", "You may use your own phone when no pupils are with"),
        ("can i be freinds with a parent on facebook", "do not become friends with parents"),
        ("who owns the online safety policy", "The headteacher owns the school's policies"),
        ("can parents post photos of sports day", "Post only what shows no other child"),
    ],
)
def test_what_a_teacher_asks_first_is_answered_first(shipped, question, piece):
    answer = shipped.ask(question)
    assert not answer.refused
    assert piece in answer.ranked[0].words


@pytest.mark.parametrize(
    "question",
    [
        "how do i report a concern",
        "what is the complaints procedure",
        "what are the rules on social media",
        "how do parents complain",
        "can I tag colleages",
        "can i be freinds with parants",
    ],
)
def test_a_plain_or_misspelt_question_is_answered(shipped, question):
    assert not _weigh(shipped, question).refused


@pytest.mark.parametrize(
    "question",
    [
        "what if the head shouts in the boiler house",
        "how many complaints were there last year",
        "what is the clerk called",
        "which company makes the filter",
        "what is the wifi password",
    ],
)
def test_what_no_policy_says_is_refused(shipped, question):
    assert _weigh(shipped, question).refused


def _ask_text(folder: Path, words: str, question: str) -> Answer:
    folder.mkdir()
    (folder / "text.md").write_text(words, encoding="utf-8")
    return Policies(folder, by_meaning=False).ask(question)


def test_a_number_in_another_sentence_is_less_of_an_answer(tmp_path):
    """“How long is it kept” is not answered by some other length of time near the word."""
    question = "how long are lesson recordings kept"
    beside = "# Lessons\n\nLesson recordings are kept. The lead is trained for two days."
    given = "# Lessons\n\nLesson recordings are kept for two days. The lead is trained."
    without = _ask_text(tmp_path / "beside", beside, question)
    with_it = _ask_text(tmp_path / "given", given, question)
    assert without.confidence < with_it.confidence - 0.2


@pytest.mark.parametrize("line", ["Signed (parent): __________", "What to sign ........ 4"])
def test_a_line_to_fill_in_answers_nothing(tmp_path, line):
    words = f"# Signing\n\n{line}\n\nWhat parents sign is kept in the office."
    answer = _ask_text(tmp_path / "texts", words, "what do parents sign")
    assert [p.words for p in answer.ranked] == ["What parents sign is kept in the office."]
