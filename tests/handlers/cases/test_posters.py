"""Whom one counts as the same poster, and how it is counted."""

from __future__ import annotations

import pytest

from handlers.cases.concerned.posters import _ordinal, key_of
from store.model.records import About, Poster

SAME = [
    (About(Poster.ACCOUNT, name="@HillsideMum"), About(Poster.ACCOUNT, name="hillsidemum")),
    (About(Poster.PARENT, name="Mrs  Núñez"), About(Poster.PARENT, name="mrs nunez")),
    (About(Poster.STAFF, "p1", "Cleo"), About(Poster.STAFF, "p1", "Cleo Martin")),
]
OTHER = [
    (About(Poster.PARENT, name="Tom Small"), About(Poster.PUPIL, name="Tom Small")),
    (About(Poster.STAFF, "p1", "Cleo"), About(Poster.STAFF, "p2", "Cleo")),
]
NOBODY = [
    About(Poster.UNKNOWN),
    About(Poster.PARENT),
    About(Poster.PARENT, name="of Year 5"),
    About(Poster.ACCOUNT, name="@"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_poster_is_known_again(one: About, other: About) -> None:
    assert key_of(one) == key_of(other) is not None


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_others_are_not_taken_for_one(one: About, other: About) -> None:
    assert key_of(one) != key_of(other)


@pytest.mark.parametrize("poster", NOBODY)
def test_who_is_not_known_is_nobodys_second_case(poster: About) -> None:
    assert key_of(poster) is None


def test_numbers_are_words_as_far_as_people_write_them() -> None:
    assert [_ordinal(n) for n in (2, 3, 10, 11, 12, 21, 22, 23, 111)] == [
        *("second", "third", "tenth", "11th", "12th", "21st", "22nd", "23rd", "111th"),
    ]
