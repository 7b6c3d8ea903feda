"""Somebody who is called otherwise now is still whom a case named."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from handlers.rules import access
from store.model.case import Case
from store.model.records import About, Person, Poster, Report, Role, Subject

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "about",
    [
        About(Subject.STAFF, name="Mrs Bell"),
        About(Subject.STAFF, name="Anna Bell"),
        About(Subject.PARENT, name="Anna Bell"),
        About(Poster.ACCOUNT, name="@annabell"),
    ],
    ids=str,
)
def test_a_name_of_before_is_a_name(about: About) -> None:
    case = Case("7K4M", NOW, (Report("asha", NOW, ("s",), "slack:D1"),), about=about)
    anna = Person("anna", "Anna Bell", (Role.LEADER,), ("slack:U1",), NOW)
    smith = anna.renamed("Anna Smith")
    assert smith.names == ("Anna Smith", "Anna Bell")
    assert smith.renamed("Anna Jones").names == ("Anna Jones", "Anna Smith", "Anna Bell")
    assert smith.renamed("Anna Bell").names == ("Anna Bell", "Anna Smith")
    for person in (anna, smith, smith.renamed("Anna Jones"), smith.renamed("Anna Bell")):
        assert access.concerns(person, [case])
    other = Person("other", "Anna Smith", (Role.LEADER,), ("slack:U2",), NOW)
    assert not access.concerns(other, [case])
