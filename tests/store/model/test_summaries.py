"""A case hands its summary on to what is made of it; that is as if it were worked out anew."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest
from hypothesis import given

from store.model.case import Case
from store.model.case_parts.record import IN_SUMMARY, NOT_IN_SUMMARY
from store.model.kinds import EntryKind
from store.model.proofs import with_proofs
from store.model.records import Summary
from tests.store.arbitrary import cases

NOW = datetime(2026, 11, 10, 9, tzinfo=UTC)


def worked_out(case: Case) -> Summary:
    """Of an equal case that knows no summary yet."""
    return replace(case).summary


@pytest.mark.parametrize("name", [field.name for field in fields(Case)])
@given(case=cases("7K4M"), other=cases("7K4M"))
def test_a_changed_field_is_in_the_summary(name: str, case: Case, other: Case) -> None:
    assert case.summary == worked_out(case)
    later = case.changed(**{name: getattr(other, name)})
    assert later == replace(case, **{name: getattr(other, name)})
    assert later.summary == worked_out(later)


@given(case=cases("7K4M"), other=cases("7K4M"))
def test_several_fields_are_in_the_summary(case: Case, other: Case) -> None:
    assert case.summary
    new = {name: getattr(other, name) for name in IN_SUMMARY | NOT_IN_SUMMARY}
    later = case.changed(**new)
    assert later.summary == worked_out(later)


@pytest.mark.parametrize("what", EntryKind)
@given(case=cases("7K4M"))
def test_an_entry_is_in_the_summary(what: EntryKind, case: Case) -> None:
    assert case.summary
    by = case.reports[0].by
    later = case.enter(NOW, by, what, text="Mr Okafor", category="threat", to="ben")
    assert later.summary == worked_out(later)


@given(case=cases("7K4M"))
def test_proofs_change_no_summary(case: Case) -> None:
    entered = case.enter(NOW, case.reports[0].by, EntryKind.NOTE, text="Mr Okafor")
    assert entered.summary
    proved = with_proofs(entered, None, NOW)
    assert proved != entered
    assert proved.summary == worked_out(proved)


def test_what_goes_with_a_case_is_named_once() -> None:
    assert not IN_SUMMARY & NOT_IN_SUMMARY
    in_summary = {field.name for field in fields(Summary)}
    assert in_summary >= IN_SUMMARY
    assert not in_summary & NOT_IN_SUMMARY
