"""Every day is of one term, and of one school year, whatever the school has said of its terms."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.rules.terms import Period, Terms
from store.school.school import School

SAID = School(terms=(date(2026, 9, 2), date(2027, 1, 5), date(2027, 4, 19)))
SIX = School(
    terms=(
        *(date(2026, 9, 2), date(2026, 11, 2), date(2027, 1, 4)),
        *(date(2027, 2, 22), date(2027, 4, 12), date(2027, 6, 7)),
    )
)
SCHOOLS = (School(), School(nation="Scotland"), SAID, SIX)
days = st.dates(date(2001, 1, 1), date(2099, 12, 31)) | st.dates(date(2025, 6, 1), date(2028, 1, 1))


@given(days, st.sampled_from(SCHOOLS))
def test_each_day_is_of_one_term_of_one_year(day: date, school: School) -> None:
    terms = Terms(school)
    term, year = terms.term_of(day), terms.year(terms.year_of(day))
    assert term.holds(day)
    assert year.holds(day)
    assert year.first <= term.first
    assert term.last <= year.last
    assert terms.term_of(term.last + timedelta(days=1)).first == term.last + timedelta(days=1)
    assert terms.before(term).last == term.first - timedelta(days=1)
    assert sum(each.holds(day) for each in terms.of_year(terms.year_of(day))) == 1


@pytest.mark.parametrize(
    ("day", "school", "name"),
    [
        (date(2026, 11, 24), School(), "Autumn term 2026"),
        (date(2027, 4, 15), School(), "Spring term 2027"),
        (date(2027, 4, 16), School(), "Summer term 2027"),
        (date(2026, 8, 20), School(), "Summer term 2026"),
        (date(2026, 8, 20), School(nation="Scotland"), "Autumn term 2026"),
        (date(2026, 9, 1), SAID, "Summer term 2026"),
        (date(2027, 1, 4), SAID, "Autumn term 2026"),
        (date(2028, 1, 4), SAID, "Spring term 2028"),
        (date(2027, 2, 28), SIX, "Term 4 of 6, 2026-27"),
    ],
)
def test_terms_are_called_as_people_call_them(day: date, school: School, name: str) -> None:
    assert Terms(school).term_of(day).name == name


def test_a_term_is_compared_with_the_one_before_and_that_of_a_year_before() -> None:
    terms = Terms(SAID)
    compared = terms.compared(Period("", date(2027, 1, 5), date(2027, 4, 18)))
    assert [each.name for each in compared.all] == [
        "Spring term 2027",
        "Autumn term 2026",
        "Spring term 2026",
    ]
    year = terms.compared(terms.year(2026))
    assert [each.name for each in year.all] == ["2026-27", "2025-26"]


def test_other_days_are_compared_with_as_many_before_them_and_the_same_a_year_before() -> None:
    compared = Terms(School()).compared(Period("", date(2028, 2, 20), date(2028, 2, 29)))
    before, year_before = compared.all[1:]
    assert (before.first, before.last) == (date(2028, 2, 10), date(2028, 2, 19))
    assert (year_before.first, year_before.last) == (date(2027, 2, 20), date(2027, 2, 28))


@given(days, st.integers(0, 800))
def test_of_a_month_the_15th_decides(first: date, length: int) -> None:
    period = Period("", first, first + timedelta(days=length))
    for month in period.months:
        assert period.holds_month(month) == period.holds(date.fromisoformat(f"{month}-15"))
    assert period.months[0] == f"{first:%Y-%m}"
    assert period.months[-1] == f"{period.last:%Y-%m}"
