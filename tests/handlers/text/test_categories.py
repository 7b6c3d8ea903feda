"""What a case is about, in words."""

from __future__ import annotations

from handlers.text.categories import category_name
from store.school.procedure import load_procedure
from tests.desks import TEXTS


def test_a_category_that_the_procedure_lost_is_not_one_that_nobody_has_said() -> None:
    procedure = load_procedure(TEXTS)
    assert category_name("threat", procedure, "not said yet") == "Threat of violence"
    assert category_name(None, procedure, "not said yet") == "not said yet"
    lost = category_name("gone", procedure, "not said yet")
    assert lost == "“gone”, which is no category any more"
