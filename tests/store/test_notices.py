"""Notices, in every store: each due one is given to one worker, until it is settled."""

import asyncio
from dataclasses import replace

import pytest

from store.base import Store
from store.errors import Conflict
from store.model.records import Notice
from tests.store.conftest import Later
from tests.store.made import ASHA, BEN, CLEO, MINUTE, NOW, case, notice, wanted

LEASE = 60.0


def _keys(claimed: object) -> list[str]:
    return [n.key for _, n in claimed]  # type: ignore[attr-defined]


async def _settled(store: Store, reference: str, sent: Notice) -> None:
    await store.settle(reference, replace(sent, settled=NOW, result="sent", message="slack:D1 1.2"))


async def test_what_is_due_is_claimed_earliest_first(store: Store, later: Later) -> None:
    first = case().owe(notice("c", NOW - MINUTE), notice("later", NOW + MINUTE))
    second = case().owe(notice("a", NOW), notice("b", NOW - 2 * MINUTE))
    await store.add(first)
    await store.add(second)
    store = await later()
    claimed = await store.claim(NOW, 10, LEASE)
    assert [(reference, n.key) for reference, n in claimed] == [
        (second.reference, "b"),
        (first.reference, "c"),
        (second.reference, "a"),
    ]
    assert claimed[0][1] == second.notices[1]


async def test_no_more_than_asked_for(store: Store) -> None:
    await store.add(case().owe(*(notice(f"n{n}", NOW - n * MINUTE) for n in range(5))))
    assert _keys(await store.claim(NOW, 2, LEASE)) == ["n4", "n3"]
    assert _keys(await store.claim(NOW, 2, LEASE)) == ["n2", "n1"]
    assert _keys(await store.claim(NOW, 2, LEASE)) == ["n0"]
    assert await store.claim(NOW, 2, LEASE) == []


async def test_a_claimed_one_is_given_to_nobody_else_until_the_lease_has_passed(
    store: Store,
) -> None:
    await store.add(case().owe(notice("n")))
    assert _keys(await store.claim(NOW, 10, LEASE)) == ["n"]
    assert await store.claim(NOW + MINUTE * 0.99, 10, LEASE) == []
    assert _keys(await store.claim(NOW + MINUTE, 10, LEASE)) == ["n"]
    assert await store.claim(NOW + MINUTE, 10, LEASE) == []


async def test_a_change_of_the_case_does_not_let_go_of_a_claim(store: Store) -> None:
    made = case().owe(notice("n"))
    await store.add(made)
    await store.claim(NOW, 10, LEASE)
    await store.save(made.note("meanwhile", by=BEN, at=NOW).owe(notice("m")))
    assert _keys(await store.claim(NOW, 10, LEASE)) == ["m"]


async def test_workers_who_claim_at_once_share_them(store: Store) -> None:
    for n in range(20):
        await store.add(case().owe(notice(f"a{n}"), notice(f"b{n}", to=CLEO)))
    claimed = await asyncio.gather(*(store.claim(NOW, 7, LEASE) for _ in range(8)))
    keys = [key for part in claimed for key in _keys(part)]
    assert len(keys) == len(set(keys)) == 40


async def test_a_settled_one_is_done_with(store: Store, later: Later) -> None:
    made = case().owe(notice("n"), notice("m", to=CLEO))
    await store.add(made)
    for reference, claimed in await store.claim(NOW, 10, LEASE):
        if claimed.key == "n":
            await _settled(store, reference, claimed)
    store = await later()
    kept = await store.case(made.reference)
    assert [(n.key, n.result, n.message) for n in kept.notices] == [
        ("n", "sent", "slack:D1 1.2"),
        ("m", "", ""),
    ]
    assert kept.version == 1
    assert _keys(await store.claim(NOW + 2 * MINUTE, 10, LEASE)) == ["m"]


async def test_one_whose_worker_died_is_claimed_again(store: Store, later: Later) -> None:
    await store.add(case().owe(notice("n")))
    await store.claim(NOW, 10, LEASE)
    store = await later()
    assert _keys(await store.claim(NOW + MINUTE, 10, LEASE)) == ["n"]


async def test_one_that_was_settled_stays_settled_when_it_is_owed_again(
    store: Store, later: Later
) -> None:
    made = case().owe(notice("n"))
    await store.add(made)
    [(reference, claimed)] = await store.claim(NOW, 10, LEASE)
    await _settled(store, reference, claimed)
    store = await later()
    await store.save((await store.case(reference)).owe(notice("n")))
    assert await store.claim(NOW + 2 * MINUTE, 10, LEASE) == []


async def test_a_postponed_one_is_due_at_its_new_time_without_waiting_for_the_lease(
    store: Store, later: Later
) -> None:
    await store.add(case().owe(notice("n")))
    [(reference, claimed)] = await store.claim(NOW, 10, 3600.0)
    await store.settle(reference, replace(claimed, due=NOW + MINUTE, tries=1))
    store = await later()
    assert await store.next_due() == NOW + MINUTE
    assert await store.claim(NOW + MINUTE * 0.99, 10, LEASE) == []
    [(_, again)] = await store.claim(NOW + MINUTE, 10, LEASE)
    assert (again.key, again.tries) == ("n", 1)


async def test_settling_finds_the_freshest_case(store: Store, later: Later) -> None:
    made = case().owe(*(notice(f"n{n}") for n in range(6)))
    await store.add(made)
    claimed = await store.claim(NOW, 10, LEASE)
    await store.save(made.note("meanwhile", by=BEN, at=NOW))
    await asyncio.gather(*(_settled(store, reference, one) for reference, one in claimed))
    store = await later()
    kept = await store.case(made.reference)
    assert kept.chronology[-1].details == {"text": "meanwhile"}
    assert all(n.result == "sent" for n in kept.notices)
    assert await store.claim(NOW + 2 * MINUTE, 10, LEASE) == []


async def test_notices_of_a_write_that_was_refused_are_not_owed(store: Store) -> None:
    made = case("slack:1")
    await store.add(made)
    await store.save(made.note("first", by=BEN, at=NOW))
    with pytest.raises(Conflict):
        await store.save(made.owe(notice("n")))
    with pytest.raises(Conflict):
        await store.add(case("slack:1").owe(notice("m")))
    assert await store.claim(NOW, 10, LEASE) == []


async def test_unsent_is_what_was_due_however_often_it_was_put_off(
    store: Store, later: Later
) -> None:
    made = case(notices=(notice("now"), notice("put off"), notice("to come", NOW + MINUTE)))
    await store.add(made)
    await store.owe(notice("loose", NOW - MINUTE))
    put_off = replace(notice("put off"), due=NOW + 9 * MINUTE, first_due=NOW)
    await store.settle(made.reference, put_off)
    store = await later()
    found = {each.key: each.unsent_since for each in await store.unsent(NOW)}
    assert found == {"now": NOW, "put off": NOW, "loose": NOW - MINUTE}
    await store.settle(made.reference, replace(put_off, settled=NOW, result="sent"))
    assert {each.key for each in await store.unsent(NOW)} == {"now", "loose"}


async def test_next_due_is_the_earliest_of_notices_and_evidence(store: Store, later: Later) -> None:
    assert await store.next_due() is None
    made = case().owe(notice("n", NOW + 2 * MINUTE))
    await store.add(made)
    store = await later()
    assert await store.next_due() == NOW + 2 * MINUTE
    await store.add(case(by=ASHA, evidence=(wanted(next_try=NOW + MINUTE),)))
    store = await later()
    assert await store.next_due() == NOW + MINUTE
    await store.add(case().owe(notice("overdue", NOW - MINUTE)))
    store = await later()
    assert await store.next_due() == NOW - MINUTE
    for reference, claimed in await store.claim(NOW, 10, LEASE):
        await _settled(store, reference, claimed)
    assert await store.next_due() == NOW + MINUTE


async def test_a_notice_of_no_case_is_owed_once_and_for_all(store: Store, later: Later) -> None:
    digest = notice("digest 2026-W48 ben", kind="digest")
    await asyncio.gather(*(store.owe(digest) for _ in range(5)))
    store = await later()
    await store.owe(replace(digest, due=NOW - MINUTE))
    assert await store.next_due() == NOW
    assert list(await store.claim(NOW, 10, LEASE)) == [("", digest)]
    assert await store.claim(NOW, 10, LEASE) == []
    await store.settle("", replace(digest, due=NOW + MINUTE, tries=1))
    store = await later()
    [(reference, again)] = await store.claim(NOW + MINUTE, 10, LEASE)
    assert (reference, again.tries) == ("", 1)
    await _settled(store, "", again)
    store = await later()
    await store.owe(digest)
    assert await store.claim(NOW + 9 * MINUTE, 10, LEASE) == []
    assert await store.next_due() is None


async def test_notices_of_cases_and_of_none_come_in_one_order(store: Store) -> None:
    made = case().owe(notice("b", NOW - 2 * MINUTE))
    await store.add(made)
    await store.owe(notice("a", NOW - 3 * MINUTE))
    await store.owe(notice("b", NOW - MINUTE))  # the same key, but of no case
    claimed = await store.claim(NOW, 10, LEASE)
    assert [(r, n.key) for r, n in claimed] == [("", "a"), (made.reference, "b"), ("", "b")]


async def test_a_case_is_looked_at_when_it_asked_to_be(store: Store, later: Later) -> None:
    soon, sooner = case(wake_at=NOW), case(wake_at=NOW - MINUTE)
    for made in (soon, sooner, case(wake_at=NOW + MINUTE), case()):
        await store.add(made)
    store = await later()
    assert list(await store.to_wake(NOW, 10)) == [sooner.reference, soon.reference]
    assert list(await store.to_wake(NOW, 1)) == [sooner.reference]
    assert list(await store.to_wake(NOW, 10)) == [
        sooner.reference,
        soon.reference,
    ]  # until it asks otherwise
    saved = await store.save(replace(sooner, wake_at=NOW + 2 * MINUTE))
    await store.save(replace(soon, wake_at=None))
    store = await later()
    assert list(await store.to_wake(NOW, 10)) == []
    assert await store.next_due() == NOW + MINUTE
    await store.save(replace(saved, wake_at=NOW - MINUTE))
    store = await later()
    assert list(await store.to_wake(NOW, 10)) == [sooner.reference]
    assert await store.next_due() == NOW - MINUTE


async def test_notices_of_no_case_are_found_by_the_first_word_of_their_keys(
    store: Store, later: Later
) -> None:
    for key in ("today 2026-11-24 ben", "today", "todays 1", "digest 1", "duty audit"):
        await store.owe(notice(key))
    store = await later()
    assert {n.key for n in await store.loose("today", "digest")} == {
        "today 2026-11-24 ben",
        "today",
        "digest 1",
    }
    assert len(await store.loose()) == 5
    assert await store.loose("none") == []


async def test_what_is_settled_can_be_forgotten_and_nothing_else(
    store: Store, later: Later
) -> None:
    await store.add(case().owe(notice("kept")))
    for key in ("old", "owed", "kept"):
        await store.owe(notice(key))
    await _settled(store, "", notice("old"))
    await _settled(store, "", notice("kept"))
    await store.forget("old", "owed", "unknown")
    store = await later()
    assert {n.key for n in await store.loose()} == {"owed", "kept"}
    assert sorted(_keys(await store.claim(NOW, 10, LEASE))) == ["kept", "owed"]
    # What was forgotten may be owed once more.
    await store.owe(notice("old"))
    assert _keys(await store.claim(NOW, 10, LEASE)) == ["old"]
