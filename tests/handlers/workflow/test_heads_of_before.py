"""A case of an earlier version knows the headteacher by id alone, who comes back by another."""

from __future__ import annotations

from pathlib import Path

import pytest

from handlers.rules.access import is_kept_from
from handlers.school.role_log import note_found
from handlers.workflow.changes import reconsider
from store.model.records import About, Person, Role, Subject
from tests.handlers.cases.test_pack import Office
from tests.store import made
from tests.store.made import NOW


@pytest.mark.parametrize(("name", "sees"), [("Ben Okafor", False), ("Kim Okonkwo", True)])
async def test_by_the_name_that_the_log_of_roles_has(
    tmp_path: Path, name: str, *, sees: bool
) -> None:
    office = Office(tmp_path)
    store = office.desk.store
    head = Person("ben", "Ben Okafor", (Role.HEAD,), ("slack:ben",), NOW, invited=True)
    await store.add_person(head)
    await note_found(head, store, NOW)
    about = About(Subject.HEAD, heads=("ben",))
    case = made.case(category="staff-complaint", about=about)
    await store.add(case)
    await store.remove_person("ben")

    newcomer = Person("new", name, (Role.CHAIR,), ("slack:new",), NOW, invited=True)
    await store.add_person(newcomer)
    await reconsider(office.desk, newcomer, None)
    matter = await store.related([case.reference])
    assert is_kept_from(newcomer, matter) != sees
    await store.close()
