"""Texts that contradict each other are found out, and those that do not are left in peace."""

from __future__ import annotations

import pytest

from store.policies import Policies
from store.policies.search.differ import contradict, read_claim


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Reply to a parent within 2 school days.", "We answer parents within 5 working days."),
        (
            "The school replies to every written complaint within two school days of receiving it.",
            "A written complaint is answered by the school within 5 working days.",
        ),
        (
            "Use it from at least 13 years old.",
            "Pupils under 16 may not use it: use is for older pupils.",
        ),
        ("Children in Year 5 may bring a phone.", "Only children in Year 6 may bring a phone."),
        ("School starts at 8.45am for all pupils.", "Pupils start school at 8.35."),
        (
            "Gifts worth more than £25 are reported to the head.",
            "Report a gift over £50 to the headteacher.",
        ),
        ("The filter is reviewed annually.", "The filter is reviewed every two years."),
        ("Staff are trained once a year.", "Staff are trained twice a year."),
        (
            "Parents may take photographs at concerts.",
            "Parents must not take photographs at school concerts.",
        ),
        ("You can reply to a parent on Facebook.", "Do not reply to a parent on Facebook."),
        (
            "Parents are welcome to film the nativity.",
            "Parents are not allowed to film the nativity.",
        ),
        ("Smart watches may be worn.", "Smart watches are not allowed."),
        ("Personal phones are forbidden in class.", "Personal phones may be used in class."),
    ],
)
def test_they_contradict_each_other(one, other):
    assert contradict(read_claim(one), read_claim(other))
    assert contradict(read_claim(other), read_claim(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The filter is reviewed once a year.", "The filter is reviewed annually."),
        ("Phones are locked away until 3.15pm.", "Phones are locked away until 3.15."),
        ("Recordings are kept for 30 days.", "Recordings are kept for one month."),
        ("Staff never reply to comments online.", "Staff should not reply to comments online."),
        ("Staff must not reply to comments online.", "Staff must report comments online."),
        (
            "Reply to a parent within 2 school days.",
            "The filter is reviewed within 5 working days.",
        ),
        ("Explain what is fine to post and what is not.", "Parents may post what is fine."),
        (
            "You are not allowed to take pictures of pupils.",
            "You are allowed to show pupils pictures.",
        ),
    ],
)
def test_both_can_hold(one, other):
    assert not contradict(read_claim(one), read_claim(other))


@pytest.fixture
def two_texts(tmp_path):
    (tmp_path / "handbook.md").write_text(
        "# Handbook\n\n## Complaints\n\nA complaint by a parent is answered within 2 school days.\n"
    )
    (tmp_path / "policy.md").write_text(
        "# Complaints policy\n\n## How soon\n\nA complaint by a parent is answered within 5 working days.\n"
    )
    return Policies(tmp_path, by_meaning=False)


def test_texts_that_disagree_stand_side_by_side_and_are_not_taken_for_the_same(two_texts):
    answer = two_texts.ask("how soon do we answer a complaint")
    assert answer.disagree == ((0, 1),)
    assert [[p.doc for p in group] for group in answer.shown] in (
        [["handbook.md", "policy.md"]],
        [["policy.md", "handbook.md"]],
    )
    assert answer.ranked[0].also == ()


def test_a_list_contradicts_with_its_lead_in(tmp_path):
    (tmp_path / "one.md").write_text(
        "# One\n\nParents must not:\n\n- take photographs at concerts;\n- smoke.\n"
    )
    (tmp_path / "two.md").write_text("# Two\n\nAt concerts parents may take photographs.\n")
    answer = Policies(tmp_path, by_meaning=False).ask("can parents take photographs at concerts")
    assert answer.disagree == ((0, 1),)


def test_what_agrees_is_shown_by_itself(shipped):
    answer = shipped.ask("can I reply to a parent on facebook?")
    assert answer.disagree == ()
    assert answer.shown == tuple((passage,) for passage in answer.ranked)
