"""People and invitations, in every store."""

import asyncio
from dataclasses import replace
from datetime import date

import pytest

from store.base import Store
from store.errors import Conflict, NotFound
from store.model.invitations import Invitation
from store.model.memos import DutyDone
from store.model.records import Awaiting, Person
from tests.asking import joined_to, reported_by, summary_of
from tests.store.conftest import Later
from tests.store.made import MINUTE, NOW, case, person

SLACK, TELEGRAM = "slack:T1:U7", "telegram:4242"


async def _took(attempt: object) -> bool:
    try:
        await attempt  # type: ignore[misc]
    except Conflict:
        return False
    return True


async def test_somebody_is_known_by_id_and_by_each_account(store: Store, later: Later) -> None:
    asha = person(
        "asha", SLACK, TELEGRAM, awaiting=Awaiting("report", "slack:D7", NOW, True), hints=("x",)
    )
    await store.add_person(asha)
    store = await later()
    assert await store.person("asha") == asha
    assert await store.by_account(SLACK) == asha
    assert await store.by_account(TELEGRAM) == asha
    assert list(await store.people()) == [asha]


async def test_nobody_is_known_who_was_not_added(store: Store) -> None:
    with pytest.raises(NotFound):
        await store.person("asha")
    assert await store.by_account(SLACK) is None
    assert list(await store.people()) == []
    with pytest.raises(Conflict):
        await store.save_person(person("asha"))
    with pytest.raises(NotFound):
        await store.remove_person("asha")


async def test_an_account_belongs_to_one_person(store: Store, later: Later) -> None:
    await store.add_person(person("asha", SLACK))
    store = await later()
    with pytest.raises(Conflict):
        await store.add_person(person("ben", TELEGRAM, SLACK))
    assert await store.by_account(TELEGRAM) is None
    with pytest.raises(Conflict):
        await store.add_person(person("asha", TELEGRAM))
    ben = person("ben", TELEGRAM)
    await store.add_person(ben)
    with pytest.raises(Conflict):
        await store.save_person(replace(ben, accounts=(TELEGRAM, SLACK)))
    store = await later()
    assert await store.person("ben") == ben
    assert (await store.by_account(SLACK) or ben).id == "asha"


async def test_of_those_who_take_one_account_at_once_one_wins(store: Store, later: Later) -> None:
    ben, cleo = person("ben"), person("cleo")
    await store.add_person(ben)
    await store.add_person(cleo)
    took = await asyncio.gather(
        _took(store.add_person(person("asha", SLACK))),
        _took(store.add_person(person("dev", SLACK))),
        _took(store.save_person(replace(ben, accounts=(*ben.accounts, SLACK)))),
        _took(store.save_person(replace(cleo, accounts=(*cleo.accounts, SLACK)))),
    )
    assert took.count(True) == 1
    store = await later()
    owners = [p for p in await store.people() if SLACK in p.accounts]
    assert owners == [await store.by_account(SLACK)]


async def test_a_person_changes_by_compare_and_swap(store: Store, later: Later) -> None:
    asha = person("asha", SLACK, roles=("staff",))
    await store.add_person(asha)
    saved = await store.save_person(replace(asha, roles=("staff", "dsl"), accounts=(TELEGRAM,)))
    assert saved.version == asha.version + 1
    store = await later()
    with pytest.raises(Conflict):
        await store.save_person(replace(asha, roles=()))
    assert await store.person("asha") == saved
    assert await store.by_account(SLACK) is None
    assert await store.by_account(TELEGRAM) == saved


async def test_of_those_who_change_a_person_at_once_one_wins(store: Store, later: Later) -> None:
    asha = person("asha", SLACK)
    await store.add_person(asha)
    saves = [store.save_person(replace(asha, name=f"Asha {n}")) for n in range(8)]
    took = await asyncio.gather(*map(_took, saves))
    assert took.count(True) == 1
    store = await later()
    assert (await store.person("asha")).name == f"Asha {took.index(True)}"


async def test_ids_that_a_person_had_before_still_work(store: Store, later: Later) -> None:
    await store.add_person(person("asha", SLACK, earlier=("asha-before", "long-before")))
    store = await later()
    assert (await store.person("long-before")).id == "asha"
    assert [p.id for p in await store.people()] == ["asha"]


async def test_who_is_removed_is_gone_and_the_account_is_free(store: Store, later: Later) -> None:
    await store.add_person(person("asha", SLACK))
    await store.remove_person("asha")
    store = await later()
    with pytest.raises(NotFound):
        await store.person("asha")
    assert await store.by_account(SLACK) is None
    await store.add_person(person("ben", SLACK))


def _invitation(digest: str = "d" * 64) -> Invitation:
    return Invitation(digest, "Ben Okafor", ("head",), NOW + MINUTE, person=None)


async def test_an_invitation_is_used_once(store: Store, later: Later) -> None:
    await store.add_invitation(_invitation())
    store = await later()
    assert await store.invitation("d" * 64) == _invitation()
    assert await store.invitation("e" * 64) is None
    assert not await store.use_invitation("e" * 64)
    assert await store.use_invitation("d" * 64)
    store = await later()
    assert not await store.use_invitation("d" * 64)
    assert await store.invitation("d" * 64) is None


async def test_of_those_who_use_an_invitation_at_once_one_is_in(store: Store) -> None:
    await store.add_invitation(_invitation())
    used = await asyncio.gather(*(store.use_invitation("d" * 64) for _ in range(8)))
    assert used.count(True) == 1


async def test_an_invitation_can_be_given_back(store: Store, later: Later) -> None:
    await store.add_invitation(_invitation())
    await store.use_invitation("d" * 64)
    await store.add_invitation(_invitation())
    store = await later()
    assert await store.use_invitation("d" * 64)


async def test_a_person_without_accounts_or_roles_is_kept(store: Store, later: Later) -> None:
    nobody = Person("ghost", "", (), (), NOW)
    await store.add_person(nobody)
    store = await later()
    assert await store.person("ghost") == nobody


async def test_people_are_found_by_role_in_the_order_in_which_they_joined(
    store: Store, later: Later
) -> None:
    ben = person("ben", roles=("head", "leader"))
    cleo = replace(person("cleo", roles=("dsl", "leader")), since=NOW - MINUTE)
    for one in (ben, cleo, person("asha", roles=("staff",))):
        await store.add_person(one)
    store = await later()
    assert list(await store.having(["leader"])) == [cleo, ben]
    assert list(await store.having(["head", "dsl", "leader"])) == [cleo, ben]
    assert list(await store.having(["chair"])) == list(await store.having([])) == []
    saved = await store.save_person(replace(ben, roles=("chair",)))
    await store.remove_person("cleo")
    store = await later()
    assert list(await store.having(["head", "leader", "dsl"])) == []
    assert list(await store.having(["chair"])) == [saved]


async def test_people_are_found_by_role_or_by_an_id_of_theirs(store: Store, later: Later) -> None:
    head = person("ben", roles=("head",))
    asha, gone = person("asha", earlier=("asha-before",)), person("gita")
    for one in (head, asha, gone):
        await store.add_person(one)
    store = await later()
    found = await store.having(["head", "chair"], ["asha-before", "ben", "nobody"])
    assert sorted(one.id for one in found) == ["asha", "ben"]
    assert [one.id for one in await store.having([], ["gita"])] == ["gita"]
    assert list(await store.having([], [])) == []
    merged = replace((await store.person("gita")), earlier=("asha-before",))
    await store.save_person(merged)
    store = await later()
    found = await store.having([], ["asha-before"])
    assert sorted(one.id for one in found) == ["asha", "gita"]


async def test_a_duty_is_done_once_for_each_of_its_days(store: Store, later: Later) -> None:
    done = DutyDone("policies-read", date(2026, 9, 30), "ben", NOW)
    other = replace(done, due=date(2027, 9, 30))
    await asyncio.gather(store.put(done), store.put(done), store.put(other))
    store = await later()
    assert sorted(await store.memos(DutyDone), key=lambda d: d.due) == [done, other]
    corrected = replace(done, by="cleo")
    await store.put(corrected)
    store = await later()
    assert sorted(await store.memos(DutyDone), key=lambda d: d.due) == [corrected, other]


async def test_an_id_may_hold_anything_at_all(store: Store) -> None:
    odd = "a\0b\ue0000"
    for looking in (store.person(odd), store.remove_person(odd), store.case(odd)):
        with pytest.raises(NotFound):
            await looking
    assert list(await reported_by(store, odd)) == []
    assert list(await store.having([odd])) == []
    assert list(await joined_to(store, odd)) == []
    assert await summary_of(store, odd) is None
    assert await store.by_account(odd) is None
    assert await store.invitation("0" * 64) is None
    made = case(by=odd)
    await store.add(made)
    assert [s.reference for s in await reported_by(store, odd)] == [made.reference]
