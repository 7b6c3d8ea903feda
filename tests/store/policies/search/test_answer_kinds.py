"""What a question asks for precisely, and which passage has it."""

from __future__ import annotations

import pytest

from store.policies.search.answer_kinds import find_precise_patterns


def _gives(question: str, passage: str) -> bool:
    return any(pattern.search(passage) for pattern in find_precise_patterns(question))


@pytest.mark.parametrize(
    ("question", "given", "lacking"),
    [
        ("how much does the filter cost", "It costs £40 a year.", "The filter is reviewed."),
        ("what does the photographer charge", "A print is £5.", "A photographer visits in May."),
        ("how long is the log kept", "It is kept for two years.", "The lead keeps the log."),
        (
            "how many laptops can a family borrow",
            "A family may borrow 2.",
            "Laptops belong to the academy.",
        ),
        ("what is the helpdesk number", "Ring 0800 030 5182.", "Ask the helpdesk."),
        (
            "which platform do we use",
            "The platform is called Cloudroom.",
            "Lessons are on our own platform.",
        ),
        ("what make is the safe", "Mr Lund bought it.", "Phones are locked in the safe."),
        ("who is the headteacher", "Mrs Abara runs the school.", "Tell the headteacher."),
        ("what time does school start", "It starts at 8.45.", "It starts early."),
        ("who chairs the trustees", "Mr Lund is in the chair.", "The trustees agree it."),
        ("how much is a new badge", "A badge costs £5.", "Parents pay for a lost badge."),
        ("how long must a password be", "It has twelve characters.", "It is kept secret."),
        ("how quickly does it come off", "It comes off within the hour.", "It comes off."),
        ("deadline for receipts", "They go in by the 10th of the month.", "Hand them in."),
        ("how many phones were taken", "Twelve phones were taken.", "Year 6 may bring phones."),
        ("how warm must a classroom be", "It has at least 18 degrees.", "Classrooms are heated."),
        ("when was it last reviewed", "It was reviewed in May 2024 or in June.", "It is reviewed."),
    ],
)
def test_a_passage_gives_it_or_lacks_it(question, given, lacking):
    assert _gives(question, given)
    assert not _gives(question, lacking)


@pytest.mark.parametrize(
    "question",
    [
        "who is in charge of the filter",
        "what posts make us look bad",
        "can i post this",
        "which laws apply",
    ],
)
def test_nothing_precise_is_asked(question):
    assert find_precise_patterns(question) == ()
