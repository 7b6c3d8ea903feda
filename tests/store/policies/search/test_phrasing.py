"""How a question is put tells something, whatever it is about."""

from __future__ import annotations

import math

import pytest

from store.policies.search.phrasing import LEARNT, find_parts, weigh_phrasing


@pytest.mark.parametrize(
    ("said", "unsaid"),
    [
        ("can a parent film the play", "which parent filmed the play"),
        ("what do i do when a phone is taken", "how many phones were taken last year"),
        ("who do i tell about a lost laptop", "what make is the lost laptop"),
        ("do parents have to sign the form", "what colour is the form"),
        ("can i give a parent my number", "what is the clerks phone number"),
    ],
)
def test_what_policies_answer_is_told_from_what_they_seldom_do(said, unsaid):
    assert weigh_phrasing(said) > weigh_phrasing(unsaid) + 0.2


def test_what_it_is_about_counts_nothing():
    assert find_parts("can pupils bring phones") == find_parts("can governors read complaints")


@pytest.mark.parametrize("question", ["", "???", "¿qué?", "how many " * 60, "x" * 600, "2 4 6"])
def test_it_is_between_minus_one_and_one_whatever_is_typed(question):
    assert -1 <= weigh_phrasing(question) <= 1


def test_every_line_that_was_learnt_is_a_part_and_a_weight():
    for line in LEARNT.read_text(encoding="utf-8").splitlines():
        part, _, weight = line.rpartition(" ")
        assert 1 <= len(part.split(" ")) <= 2
        assert math.isfinite(float(weight))
