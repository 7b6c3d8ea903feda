"""Cases, in every store: written once, by the first who comes; found again by all that they hold."""

import asyncio
from dataclasses import replace

import pytest

from store.base import Store
from store.errors import Conflict, NotFound
from store.model.case import Case
from store.model.evidence import Picture
from store.model.records import Report
from tests.asking import holder_of, joined_to, reported_by, summary_of
from tests.store.conftest import Later
from tests.store.made import ASHA, BEN, CLEO, MINUTE, NOW, case, item, reference, wanted


async def _refused(attempt: object) -> bool:
    try:
        await attempt  # type: ignore[misc]
    except Conflict:
        return True
    return False


async def test_what_was_added_is_there(store: Store, later: Later) -> None:
    made = case("slack:1", evidence=(item(text="Have you seen this?"),))
    await store.add(made)
    store = await later()
    assert await store.case(made.reference) == made
    assert await summary_of(store, made.reference) == made.summary
    assert list(await store.summaries()) == [made.summary]


async def test_what_was_never_added_is_not(store: Store) -> None:
    with pytest.raises(NotFound):
        await store.case("7K4M")
    assert await summary_of(store, "7K4M") is None
    assert await holder_of(store, "slack:1") is None
    assert list(await store.summaries()) == []


async def test_a_reference_is_given_once(store: Store, later: Later) -> None:
    first = case("slack:1")
    await store.add(first)
    store = await later()
    with pytest.raises(Conflict):
        await store.add(case("slack:2", reference=first.reference))
    assert await store.case(first.reference) == first
    assert await holder_of(store, "slack:2") is None


async def test_a_source_key_is_kept_once(store: Store, later: Later) -> None:
    first, second = case("slack:1", "album:1"), case("slack:2", "album:1")
    await store.add(first)
    store = await later()
    with pytest.raises(Conflict):
        await store.add(second)
    assert await holder_of(store, "album:1") == first.reference
    assert await holder_of(store, "slack:2") is None
    with pytest.raises(NotFound):
        await store.case(second.reference)
    await store.add(replace(second, reports=(replace(second.reports[0], sources=("slack:2",)),)))


async def test_of_those_who_add_one_source_key_at_once_one_wins(store: Store, later: Later) -> None:
    seen: list[Case] = []

    async def add() -> bool:
        try:
            await store.add(case("slack:1", "album:1"))
        except Conflict:
            winner = await holder_of(store, "slack:1")
            assert winner
            seen.append(await store.case(winner))
            return False
        return True

    assert sum(await asyncio.gather(*(add() for _ in range(10)))) == 1
    store = await later()
    winner = await holder_of(store, "album:1")
    assert {c.reference for c in seen} == {winner}
    assert [s.reference for s in await store.summaries()] == [winner]


async def test_of_those_who_add_one_reference_at_once_one_wins(store: Store) -> None:
    ref = reference()
    cases = [case(f"slack:{n}", reference=ref) for n in range(5)]
    refused = await asyncio.gather(*(_refused(store.add(made)) for made in cases))
    assert refused.count(False) == 1
    winner = cases[refused.index(False)]
    assert await store.case(ref) == winner
    assert [await holder_of(store, f"slack:{n}") for n in range(5)].count(ref) == 1


async def test_a_change_is_saved_with_the_next_version(store: Store, later: Later) -> None:
    made = case("slack:1")
    await store.add(made)
    saved = await store.save(made.note("a note", by=BEN, at=NOW))
    assert saved.version == made.version + 1
    store = await later()
    assert await store.case(made.reference) == saved
    assert await summary_of(store, made.reference) == saved.summary


async def test_a_change_of_what_has_changed_since_is_refused(store: Store, later: Later) -> None:
    made = case("slack:1")
    await store.add(made)
    saved = await store.save(made.note("the first", by=BEN, at=NOW))
    store = await later()
    with pytest.raises(Conflict):
        await store.save(made.note("the second", by=ASHA, at=NOW))
    assert await store.case(made.reference) == saved


async def test_a_case_that_was_never_added_is_not_saved(store: Store) -> None:
    with pytest.raises(Conflict):
        await store.save(case("slack:1"))
    assert list(await store.summaries()) == []


async def test_of_those_who_save_at_once_one_wins(store: Store, later: Later) -> None:
    made = case("slack:1")
    await store.add(made)
    attempts = [made.note(f"note {n}", by=BEN, at=NOW) for n in range(10)]
    refused = await asyncio.gather(*(_refused(store.save(attempt)) for attempt in attempts))
    assert refused.count(False) == 1
    store = await later()
    kept = await store.case(made.reference)
    assert kept.chronology == attempts[refused.index(False)].chronology


async def test_everybody_gets_in_who_tries_again(store: Store, later: Later) -> None:
    made = case("slack:1")
    await store.add(made)

    async def note(text: str) -> None:
        while await _refused(
            store.save((await store.case(made.reference)).note(text, by=BEN, at=NOW))
        ):
            pass

    await asyncio.gather(*(note(f"note {n}") for n in range(10)))
    store = await later()
    kept = await store.case(made.reference)
    assert sorted(e.details["text"] for e in kept.chronology[1:]) == sorted(
        f"note {n}" for n in range(10)
    )
    assert all(e.sound for e in kept.chronology)


def _more(made: Case, *sources: str, by: str = ASHA) -> Case:
    return made.receive(Report(by, NOW + MINUTE, sources, "slack:D1"), (item(),), "received")


async def test_a_source_key_that_came_later_is_found(store: Store, later: Later) -> None:
    made = case("slack:1")
    await store.add(made)
    await store.save(_more(made, "slack:2"))
    store = await later()
    assert [await holder_of(store, f"slack:{n}") for n in (1, 2)] == [made.reference] * 2
    with pytest.raises(Conflict):
        await store.add(case("slack:2"))


async def test_a_source_key_of_another_case_is_refused(store: Store, later: Later) -> None:
    first, second = case("slack:1"), case("slack:2")
    await store.add(first)
    await store.add(second)
    store = await later()
    with pytest.raises(Conflict):
        await store.save(_more(second, "slack:1"))
    assert await store.case(second.reference) == second
    assert await holder_of(store, "slack:1") == first.reference


async def test_of_two_cases_that_take_one_source_key_at_once_one_wins(
    store: Store, later: Later
) -> None:
    cases = [case(f"slack:{n}") for n in range(5)]
    for made in cases:
        await store.add(made)
    saves = [store.save(_more(made, "slack:new")) for made in cases]
    refused = await asyncio.gather(_refused(store.add(case("slack:new"))), *map(_refused, saves))
    assert refused.count(False) == 1
    store = await later()
    holders = [s.reference for s in await store.summaries() if "slack:new" in s.sources]
    assert holders == [await holder_of(store, "slack:new")]


async def test_what_one_person_reported_comes_oldest_first(store: Store, later: Later) -> None:
    old, new = case(at=NOW), case(at=NOW + 2 * MINUTE)
    between, others = case(by="asha-before", at=NOW + MINUTE), case(by=BEN)
    for made in (new, old, others, between):
        await store.add(made)
    store = await later()
    assert list(await reported_by(store, ASHA, "asha-before")) == [
        old.summary,
        between.summary,
        new.summary,
    ]
    assert list(await reported_by(store, BEN)) == [others.summary]
    assert list(await reported_by(store, CLEO)) == []
    assert list(await reported_by(store)) == []


async def test_a_second_reporter_is_one_too(store: Store, later: Later) -> None:
    made = case(by=ASHA)
    await store.add(made)
    saved = await store.save(_more(made, "slack:of-ben", by=BEN))
    store = await later()
    assert list(await reported_by(store, BEN)) == [saved.summary]
    assert list(await reported_by(store, ASHA, BEN)) == [saved.summary]


async def test_what_was_joined_is_found_until_it_parts(store: Store, later: Later) -> None:
    root, part, other = case(), case(), case()
    for made in (root, part, other):
        await store.add(made)
    joined = await store.save(part.join(root.reference, by=BEN, at=NOW))
    store = await later()
    assert list(await joined_to(store, root.reference)) == [joined.summary]
    assert list(await joined_to(store, part.reference)) == []
    moved = await store.save(joined.join(other.reference, by=BEN, at=NOW))
    assert list(await joined_to(store, root.reference)) == []
    assert list(await joined_to(store, other.reference)) == [moved.summary]
    await store.save(moved.separate(by=BEN, at=NOW))
    store = await later()
    assert list(await joined_to(store, other.reference)) == []


LINK = "https://example.com/post/1"
LOOK = 0x0F0F_F0F0_1234_8001


def _flip(bits: int) -> int:
    """LOOK with so many other bits, spread over the 64."""
    return LOOK ^ sum(1 << (n * 5 % 64) for n in range(bits))


async def test_open_cases_with_the_same_link_or_bytes_are_alike(store: Store, later: Later) -> None:
    by_link = case(evidence=(item(kind="link", text=LINK + "?fbclid=1", normal=LINK),))
    by_bytes = case(evidence=(item(sha256="a" * 64),))
    for made in (by_link, by_bytes, case(evidence=(item(sha256="b" * 64),))):
        await store.add(made)
    store = await later()
    assert list(await store.alike([LINK], [], [])) == [by_link.summary]
    assert list(await store.alike([], ["a" * 64], [])) == [by_bytes.summary]
    both = await store.alike([LINK, LINK], ["a" * 64], [])
    assert sorted(s.reference for s in both) == sorted((by_link.reference, by_bytes.reference))
    assert list(await store.alike([LINK + "?fbclid=1"], ["c" * 64], [])) == []
    assert list(await store.alike([], [], [])) == []


@pytest.mark.parametrize(
    ("bits", "is_alike"), [(0, True), (1, True), (12, True), (13, False), (32, False)]
)
async def test_pictures_are_alike_up_to_twelve_bits(
    store: Store, later: Later, bits: int, is_alike: bool
) -> None:
    made = case(
        evidence=(
            item(1, picture=Picture(1080, 2400, f"{LOOK:016x}")),
            item(2, picture=Picture(1080, 2400, "")),  # a plain surface is like nothing
        )
    )
    await store.add(made)
    store = await later()
    assert bool(await store.alike([], [], [_flip(bits)])) is is_alike
    assert list(await store.alike([], [], [LOOK ^ (2**64 - 1), _flip(13)])) == []


@pytest.mark.parametrize("look", [0, 2**63, 2**64 - 1])
async def test_the_highest_bit_of_a_picture_counts_like_the_others(
    store: Store, later: Later, look: int
) -> None:
    made = case(evidence=(item(picture=Picture(9, 9, f"{look:016x}")),))
    await store.add(made)
    store = await later()
    assert list(await store.alike([], [], [look ^ 2**63])) == [made.summary]
    assert list(await store.alike([], [], [look ^ 2**63 ^ (2**12 - 1)])) == []


async def test_closed_cases_are_like_nothing(store: Store, later: Later) -> None:
    made = case(
        evidence=(item(normal=LINK, sha256="a" * 64, picture=Picture(9, 9, f"{LOOK:016x}")),)
    )
    await store.add(made)
    closed = await store.save(made.close("dealt with", by=BEN, at=NOW))
    store = await later()
    assert list(await store.alike([LINK], ["a" * 64], [LOOK])) == []
    reopened = await store.save(closed.reopen("again", by=BEN, at=NOW))
    assert list(await store.alike([LINK], ["a" * 64], [LOOK])) == [reopened.summary]


async def test_what_becomes_known_of_evidence_later_is_alike(store: Store, later: Later) -> None:
    made = case(evidence=(wanted(),))
    await store.add(made)
    await store.save(
        made.with_evidence(item(sha256="a" * 64, picture=Picture(9, 9, f"{LOOK:016x}")))
    )
    store = await later()
    assert len(await store.alike([], ["a" * 64], [])) == 1
    assert len(await store.alike([], [], [LOOK])) == 1


async def test_evidence_is_wanted_from_its_next_try_on(store: Store, later: Later) -> None:
    now, soon = wanted(1), wanted(2, next_try=NOW + MINUTE)
    at_once, kept = wanted(3, next_try=None), item(4)
    made = case(evidence=(now, soon, at_once, kept, replace(kept, number=5, state="waiting")))
    await store.add(made)
    store = await later()
    assert {e.number for _, e in await store.wanted(NOW)} == {1, 3}
    found = await store.wanted(NOW + MINUTE)
    assert sorted(found, key=lambda f: f[1].number) == [
        (made.reference, e) for e in (now, soon, at_once)
    ]
    await store.save(
        made.with_evidence(item(1)).with_evidence(replace(at_once, next_try=NOW + 2 * MINUTE))
    )
    store = await later()
    assert await store.wanted(NOW) == []
    assert [e.number for _, e in await store.wanted(NOW + MINUTE)] == [2]


async def test_a_matter_is_found_from_any_of_its_cases(store: Store, later: Later) -> None:
    root, other = case(), case(by=BEN)
    part = case(joined_to=root.reference)
    deep = case(by=CLEO, joined_to=part.reference)
    deeper = case(joined_to=deep.reference)
    for made in (root, part, deep, deeper, other):
        await store.add(made)
    store = await later()
    whole = {made.reference: made for made in (root, part, deep, deeper)}
    for ref in whole:
        found = {p.summary.reference: p for p in await store.matter(ref)}
        assert {name: p.read() for name, p in found.items()} == whole
        assert {name: p.summary for name, p in found.items()} == {
            name: made.summary for name, made in whole.items()
        }
    assert list(await store.matter("2222")) == []
    of_cleo = await store.related(reporters=[CLEO])
    assert {summary.reference for summary in of_cleo} == set(whole)
    both = await store.related([deep.reference], [BEN])
    assert sorted(summary.reference for summary in both) == sorted({*whole, other.reference})
    assert list(await store.related()) == []


async def test_a_ring_of_joined_cases_ends_where_it_began(store: Store, later: Later) -> None:
    one, two, three = "2222", "3333", "4444"
    for ref, joined in ((one, two), (two, three), (three, one)):
        await store.add(case(reference=ref, joined_to=joined))
    store = await later()
    found = await store.related([two])
    assert sorted(summary.reference for summary in found) == [one, two, three]


async def test_several_source_keys_are_asked_for_at_once(store: Store, later: Later) -> None:
    one, two = case("slack:1", "album:1"), case("slack:\0")
    await store.add(one)
    await store.add(two)
    store = await later()
    assert await store.by_source("slack:1", "slack:\0", "slack:9", "album:1") == {
        "slack:1": one.reference,
        "album:1": one.reference,
        "slack:\0": two.reference,
    }
    assert await store.by_source() == {}
