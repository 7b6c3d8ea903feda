"""A slip of the thumb does not cost an answer."""

from __future__ import annotations

import pytest

from store.policies.search.spelling import is_one_slip, mend_spelling
from store.policies.search.words import stem

TEXTS = ("photographs", "parents", "smartwatch", "staff", "permission", "privately", "okoro")


def _mend(question: str) -> str:
    return mend_spelling(question, TEXTS, {stem(word) for word in TEXTS})


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("can I tag colleages", "can I tag colleague"),
        ("freinds with a Parnet?", "friends with a parent?"),
        ("safegaurding lead", "safeguarding lead"),
        ("am i alowed", "am i allowed"),
        ("permision for photogaphs", "permission for photographs"),
        ("a mesage on facbook", "a message on facebook"),
    ],
)
def test_a_slip_is_mended(typed, meant):
    assert _mend(typed) == meant


@pytest.mark.parametrize(
    "question",
    [
        "",
        "???",
        "who is Mr Okoros Line manager",
        "are smartwatches ok",
        "whats a deepfake",
        "can houseparents text boarders",
        "is snuff or gore blocked",
        "can she wear her garmin",
        "sum1 sed smth abt me on insta",
        "teh fone",
        "¿dónde está?",
        "x" * 10_000,
    ],
)
def test_what_is_no_slip_stays(question):
    assert _mend(question) == question


@pytest.mark.parametrize(
    ("typed", "meant", "expected"),
    [
        ("alowed", "allowed", True),
        ("alllowed", "allowed", True),
        ("aloowed", "allowed", True),
        ("alolwed", "allowed", True),
        ("phtoo", "photo", True),
        ("phto", "photo", True),
        ("hpoto", "photo", False),
        ("phot", "photos", False),
        ("prnt", "print", True),
        ("paernts", "parents", True),
        ("photos", "photos", False),
        ("", "a", False),
    ],
)
def test_one_slip(typed, meant, expected):
    assert is_one_slip(typed, meant) is expected
