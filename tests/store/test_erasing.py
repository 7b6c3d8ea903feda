"""Erasing, in every store: nothing of a case is left but what was to stay, and nothing of another is touched."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from store.base import ERASED, Store
from store.errors import Conflict, NotFound
from store.model.case import Case
from store.model.evidence import Picture
from store.model.memos import Counted, Erased, Searched, Showing, Shown, trace_of
from store.model.records import Awaiting, Notice
from tests.asking import holder_of, joined_to, reported_by, summary_of
from tests.store.conftest import Later
from tests.store.made import ASHA, BEN, MINUTE, NOW, case, item, notice, person, wanted
from tests.store.test_evidence import BYTES, DIGEST, pieces

LINK = "example.org/post"
LIKENESS = "00000000ffffffff"


def leaving(*cases: Case) -> Erased:
    counted = tuple(Counted("bullying", "2026-11") for _ in cases)
    return Erased(tuple(c.reference for c in cases), counted, BEN, NOW, ("digest",))


def full(**more: object) -> Case:
    """One that every index knows."""
    evidence = (
        item(1, sha256=DIGEST, picture=Picture(1, 1, LIKENESS)),
        item(2, "link", text=LINK, normal=LINK),
        wanted(3),
    )
    return case(evidence=evidence, wake_at=NOW, **more).owe(notice("n"))  # type: ignore[arg-type]


async def _erased(store: Store, *cases: Case) -> None:
    await store.erase(cases, leaving(*cases))


async def test_nothing_of_it_is_left(store: Store, later: Later) -> None:
    made = full()
    await store.add(made)
    await store.keep(made.reference, pieces(BYTES), len(BYTES))
    await _erased(store, made)
    store = await later()
    with pytest.raises(NotFound):
        await store.case(made.reference)
    assert await summary_of(store, made.reference) is None
    assert await holder_of(store, made.summary.sources[0]) is None
    for found in (
        await store.summaries(),
        await reported_by(store, ASHA),
        await store.alike((LINK,), (DIGEST,), (int(LIKENESS, 16),)),
        await store.wanted(NOW),
        await store.claim(NOW, 9, 60),
        await store.to_wake(NOW, 9),
    ):
        assert list(found) == []
    assert await store.next_due() is None
    with pytest.raises(NotFound):
        async with store.kept(made.reference, DIGEST):
            pass
    assert await store.memo(Erased, made.reference) == leaving(made)


async def test_another_that_is_alike_keeps_everything(store: Store, later: Later) -> None:
    gone, stays = full(), full()
    for made in (gone, stays):
        await store.add(made)
        await store.keep(made.reference, pieces(BYTES), len(BYTES))
    await _erased(store, gone)
    store = await later()
    assert await store.case(stays.reference) == stays
    assert list(await reported_by(store, ASHA)) == [stays.summary]
    assert list(await store.alike((LINK,), (), ())) == [stays.summary]
    assert list(await store.alike((), (), (int(LIKENESS, 16),))) == [stays.summary]
    assert [reference for reference, _ in await store.claim(NOW, 9, 60)] == [stays.reference]
    assert list(await store.to_wake(NOW, 9)) == [stays.reference]
    async with store.kept(stays.reference, DIGEST) as path:
        assert path.read_bytes() == BYTES


async def test_a_source_key_of_what_is_gone_is_known_while_it_may_come_again(
    store: Store, later: Later
) -> None:
    made, other = case("slack:1", "album:1"), case("slack:2")
    await store.add(made)
    await store.add(other)
    traces = tuple(trace_of(source) for source in made.summary.sources)
    erased = replace(leaving(made), sources=traces)
    await store.erase([made], erased)
    store = await later()
    keys = ("slack:1", "album:1", "slack:2", "slack:3")
    known = {"slack:1": ERASED, "album:1": ERASED, "slack:2": other.reference}
    assert await store.by_source(*keys) == known
    # Sent anew by hand.
    again = case("slack:1")
    await store.add(again)
    store = await later()
    assert await store.by_source("slack:1") == {"slack:1": again.reference}
    await store.put(replace(erased, sources=()))
    assert await store.by_source("album:1") == {}


async def test_a_matter_goes_as_one(store: Store, later: Later) -> None:
    root = full()
    part = full(joined_to=root.reference)
    await store.add(root)
    await store.add(part)
    with pytest.raises(Conflict):
        await _erased(store, root)  # and the part would belong to nothing
    assert await store.case(root.reference) == root
    await _erased(store, root, part)
    store = await later()
    assert list(await store.summaries()) == []
    assert list(await joined_to(store, root.reference)) == []


async def test_a_part_leaves_its_root_behind(store: Store, later: Later) -> None:
    root = full()
    part = full(joined_to=root.reference)
    await store.add(root)
    await store.add(part)
    await _erased(store, part)
    store = await later()
    assert list(await store.summaries()) == [root.summary]
    assert list(await joined_to(store, root.reference)) == []


async def test_what_has_changed_is_left_whole(store: Store, later: Later) -> None:
    made, other = full(), full()
    await store.add(made)
    await store.add(other)
    saved = await store.save(made.note("wait", by=BEN, at=NOW))
    with pytest.raises(Conflict):
        await _erased(store, other, made)
    with pytest.raises(Conflict):
        await _erased(store, other, case())
    store = await later()
    assert await store.case(made.reference) == saved
    assert await store.case(other.reference) == other
    assert await store.memos(Erased) == []


async def test_of_two_at_once_one_erases(store: Store) -> None:
    made = full()
    await store.add(made)
    said = await asyncio.gather(*(_erased(store, made) for _ in range(4)), return_exceptions=True)
    assert sorted(map(repr, said)) == sorted(["None", *[repr(Conflict(made.reference))] * 3])


async def test_whoever_saves_meanwhile_finds_a_conflict_or_is_first(
    store: Store, later: Later
) -> None:
    made = full()
    await store.add(made)
    noted = made.note("too late?", by=BEN, at=NOW)
    erased, saved = await asyncio.gather(
        _erased(store, made), store.save(noted), return_exceptions=True
    )
    store = await later()
    assert {type(erased), type(saved)} in ({type(None), Conflict}, {Conflict, Case})
    assert (await summary_of(store, made.reference) is None) is (erased is None)


async def test_nothing_can_be_added_to_it_any_more(store: Store, later: Later) -> None:
    made = full()
    await store.add(made)
    [(reference, claimed)] = await store.claim(NOW, 9, 60)
    await _erased(store, made)
    store = await later()
    with pytest.raises(Conflict):
        await store.save(made)
    with pytest.raises(NotFound):
        await store.settle(reference, replace(claimed, settled=NOW))
    with pytest.raises(Conflict):  # an old message's button would act on somebody else's case
        await store.add(case(reference=made.reference))
    await store.add(
        case(*made.summary.sources)
    )  # what was sent may be sent anew: whether, others decide


async def test_what_people_were_asked_about_it_is_asked_no_more(store: Store, later: Later) -> None:
    made, other = full(), full()
    await store.add(made)
    asked = Awaiting(f"case note {made.reference}", "slack:D1", NOW)
    asha = person("asha", awaiting=asked)
    ben = person("ben", awaiting=replace(asked, used=("slack:1",)))
    cleo = person("cleo", awaiting=replace(asked, command=f"case note {other.reference}"))
    for someone in (asha, ben, cleo):
        await store.add_person(someone)
    await _erased(store, made)
    store = await later()
    assert (await store.person("asha")).awaiting is None
    assert (await store.person("ben")).awaiting == Awaiting("", "slack:D1", NOW, used=("slack:1",))
    assert await store.person("cleo") == cleo
    with pytest.raises(Conflict):  # written from what was read before
        await store.save_person(asha)


async def test_notices_of_no_case_that_name_it_are_owed_no_more(store: Store, later: Later) -> None:
    made = full()
    await store.add(made)
    about = Notice("list p1", "list", "p1", NOW + MINUTE, step=made.reference)
    by_key = notice(f"list {made.reference} p1", NOW + MINUTE)
    other = notice("digest 2026-W48 p1", NOW + MINUTE)
    for loose in (about, by_key, other):
        await store.owe(loose)
    await _erased(store, made)
    store = await later()
    assert [n for _, n in await store.claim(NOW + MINUTE, 9, 60)] == [other]


async def test_who_was_shown_it_is_forgotten(store: Store, later: Later) -> None:
    gone, stays = full(), full()
    for made in (gone, stays):
        await store.add(made)
        await store.put(Shown(made.reference, (Showing(BEN, "slack: D1:1.5", NOW),)))
    await _erased(store, gone)
    store = await later()
    assert [shown.reference for shown in await store.memos(Shown)] == [stays.reference]


async def test_searches_that_found_it_or_named_it_are_forgotten(store: Store, later: Later) -> None:
    gone, stays = full(), full()
    for made in (gone, stays):
        await store.add(made)
    for id, words, found in (
        ("s1", "shouted", (gone.reference, stays.reference)),
        ("s2", f"what of {gone.reference.lower()}?", ()),
        ("s3", "shouted", (stays.reference,)),
        ("s4", f"x{gone.reference}", ()),
    ):
        await store.put(Searched(id, BEN, words, NOW, found))
    await _erased(store, gone)
    store = await later()
    assert sorted(search.id for search in await store.memos(Searched)) == ["s3", "s4"]
