"""Memos of every kind: kept under their key, one in place of another, and gone when they are dropped."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Any, get_type_hints

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.base import Store
from store.model.memos import FOLDERS, Memo, Question
from tests.store import arbitrary
from tests.store.conftest import Later, Opened
from tests.store.made import NOW

KINDS = list(FOLDERS)


def memos(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Memos of a kind, with every field drawn by its type."""
    hints = {
        name: hint
        for name, hint in get_type_hints(kind).items()
        if name in kind.__dataclass_fields__
    }
    return st.builds(kind, **{name: _drawn(hint) for name, hint in hints.items()})


def _drawn(hint: Any) -> st.SearchStrategy[Any]:
    known = {
        str: arbitrary.texts,
        int: st.integers(0, 2**40),
        datetime: arbitrary.times,
        datetime | None: st.none() | arbitrary.times,
    }
    return known[hint] if hint in known else st.from_type(hint)


@settings(
    max_examples=10,
    deadline=None,
    database=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.large_base_example,
        HealthCheck.data_too_large,
    ],
)
@given(data=st.data())
async def test_whatever_is_in_one_comes_back(
    all_opened: dict[str, Opened], data: st.DataObject
) -> None:
    # All kinds at once, for to open a store anew takes longer than all that is done with it.
    made = {kind: data.draw(_some(kind), label=kind.__name__) for kind in KINDS}
    for name, opened in all_opened.items():
        for of_kind in made.values():
            for memo in of_kind.values():
                await opened.store.put(memo)
        store = await opened.anew()
        for kind, of_kind in made.items():
            kept = {memo.memo_key: memo for memo in await store.memos(kind)}
            assert kept.items() >= of_kind.items(), name
            for under, memo in of_kind.items():
                assert await store.memo(kind, under) == memo, name
                assert await store.drop(kind, under), name
        store = await opened.anew()
        for kind, of_kind in made.items():
            left = {memo.memo_key for memo in await store.memos(kind)}
            assert not of_kind.keys() & left, (name, kind)


def _some(kind: type[Any]) -> st.SearchStrategy[dict[str, Memo]]:
    """A few memos of a kind, by the key that each is kept under."""

    def by_key(made: list[Memo]) -> dict[str, Memo]:
        return {memo.memo_key: memo for memo in made}

    return st.lists(memos(kind), min_size=1, max_size=4).map(by_key)


async def test_a_newer_one_takes_the_place_of_the_older(store: Store, later: Later) -> None:
    older, newer = Question("d1", "may I?", NOW), Question("d1", "May I?", NOW, times=2)
    await store.put(older)
    await store.put(newer)
    store = await later()
    assert list(await store.memos(Question)) == [newer]
    assert await store.memo(Question, "d2") is None


async def test_kinds_keep_out_of_each_others_way(store: Store, later: Later) -> None:
    await store.put(Question("same", "may I?", NOW))
    for kind in KINDS:
        assert (await store.memo(kind, "same") is None) == (kind is not Question)
        assert await store.drop(kind, "same") == (kind is Question)


async def test_of_two_who_drop_one_at_once_one_has_dropped_it(store: Store) -> None:
    await store.put(Question("d1", "may I?", NOW))
    dropped = await asyncio.gather(*(store.drop(Question, "d1") for _ in range(4)))
    assert sorted(dropped) == [False, False, False, True]


async def test_what_is_renewed_by_many_at_once_is_renewed_by_each(
    store: Store, later: Later
) -> None:
    def asked(before: Question | None) -> Question:
        if before is None:
            return Question("d1", "May I?", NOW)
        return replace(before, times=before.times + 1)

    made = await asyncio.gather(*(store.renew(Question, "d1", asked) for _ in range(8)))
    assert sorted(question.times for question in made) == list(range(1, 9))
    store = await later()
    kept = await store.memo(Question, "d1")
    assert kept is not None
    assert kept.times == 8
