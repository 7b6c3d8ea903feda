"""A case hands its summary on to what is made of it; that is as if it were worked out anew."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime

from hypothesis import given, settings

from store.model.case import Case
from store.model.case_parts.record import IN_SUMMARY, NOT_IN_SUMMARY
from store.model.kinds import EntryKind
from store.model.proofs import with_proofs
from store.model.records import Summary
from tests.store.arbitrary import cases

NOW = datetime(2026, 11, 10, 9, tzinfo=UTC)
#: Each checks every field.
FEW = settings(max_examples=20, deadline=None)


def worked_out(case: Case) -> Summary:
    """Of an equal case that knows no summary yet."""
    return replace(case).summary


@FEW
@given(case=cases("7K4M"), other=cases("7K4M"))
def test_whatever_changes_is_in_the_summary(case: Case, other: Case) -> None:
    assert case.summary == worked_out(case)
    new = {field.name: getattr(other, field.name) for field in fields(Case)}
    for name, value in new.items():
        later = case.changed(**{name: value})
        assert later == replace(case, **{name: value})
        assert later.summary == worked_out(later), name
    together = case.changed(**{name: new[name] for name in IN_SUMMARY | NOT_IN_SUMMARY})
    assert together.summary == worked_out(together)


@FEW
@given(case=cases("7K4M"))
def test_an_entry_is_in_the_summary_and_its_proofs_change_nothing(case: Case) -> None:
    assert case.summary
    by = case.reports[0].by
    for what in EntryKind:
        later = case.enter(NOW, by, what, text="Mr Okafor", category="threat", to="ben")
        assert later.summary == worked_out(later), what
        proved = with_proofs(later, None, NOW)
        assert proved != later
        assert proved.summary == worked_out(proved), what


def test_what_goes_with_a_case_is_named_once() -> None:
    assert not IN_SUMMARY & NOT_IN_SUMMARY
    in_summary = {field.name for field in fields(Summary)}
    assert in_summary >= IN_SUMMARY
    assert not in_summary & NOT_IN_SUMMARY
