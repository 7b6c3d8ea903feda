"""Whatever people type and platforms say comes back from every store as it went in."""

import itertools

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.model.memos import Searched, Shown
from tests.asking import holder_of, summary_of
from tests.store import arbitrary
from tests.store.conftest import Opened
from tests.store.made import reference

anything = settings(
    max_examples=10,
    deadline=None,
    database=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
    ],
)
_numbers = itertools.count()


@anything
@given(data=st.data())
async def test_cases(all_opened: dict[str, Opened], data: st.DataObject) -> None:
    made = [data.draw(arbitrary.cases(reference())) for _ in range(4)]
    notes = [data.draw(arbitrary.texts) for _ in made]
    for name, opened in all_opened.items():
        for case in made:
            await opened.store.add(case)
        store = await opened.anew()
        for case in made:
            kept = await store.case(case.reference)
            assert kept == case, name
            assert await summary_of(store, case.reference) == case.summary, name
            assert all(entry.sound for entry in kept.chronology), name
            holders = {await holder_of(store, s) for s in case.summary.sources}
            assert holders == {case.reference}, name
        saved = [
            await store.save(case.note(note, by="ben", at=case.opened_at))
            for case, note in zip(made, notes, strict=True)
        ]
        store = await opened.anew()
        assert [await store.case(case.reference) for case in made] == saved, name


@anything
@given(data=st.data())
async def test_people_and_invitations(all_opened: dict[str, Opened], data: st.DataObject) -> None:
    numbers = [next(_numbers) for _ in range(4)]
    made = [data.draw(arbitrary.people(f"p{n}")) for n in numbers]
    invited = [data.draw(arbitrary.invitations(f"{n:064x}")) for n in numbers]
    for name, opened in all_opened.items():
        for person, invitation in zip(made, invited, strict=True):
            await opened.store.add_person(person)
            await opened.store.add_invitation(invitation)
        store = await opened.anew()
        for person, invitation in zip(made, invited, strict=True):
            assert await store.person(person.id) == person, name
            for account in person.accounts:
                assert await store.by_account(account) == person, name
            assert await store.invitation(invitation.digest) == invitation, name


@anything
@given(data=st.data())
async def test_who_was_shown_what(all_opened: dict[str, Opened], data: st.DataObject) -> None:
    made = [data.draw(arbitrary.shown(reference())) for _ in range(3)]
    for name, opened in all_opened.items():
        for memo in made:
            await opened.store.put(memo)
        store = await opened.anew()
        assert [await store.memo(Shown, memo.reference) for memo in made] == made, name


@anything
@given(data=st.data())
async def test_who_searched_for_what(all_opened: dict[str, Opened], data: st.DataObject) -> None:
    made = [data.draw(arbitrary.searched(f"s{next(_numbers)}")) for _ in range(3)]
    for name, opened in all_opened.items():
        for memo in made:
            await opened.store.put(memo)
        store = await opened.anew()
        assert [await store.memo(Searched, memo.id) for memo in made] == made, name
