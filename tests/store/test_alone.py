"""Turns, in every store: one holder of the same words at a time, also between two processes."""

from __future__ import annotations

import asyncio

import pytest

from store.base import Store
from store.postgres import PostgresStore
from tests.patience import PATIENCE
from tests.store.conftest import Opened
from tests.store.made import MINUTE, NOW, case


async def _hold(store: Store, what: str, inside: list[str], most: list[int]) -> None:
    async with store.alone(what):
        inside.append(what)
        most.append(len(inside))
        await store.summaries()
        await asyncio.sleep(0.005)
        inside.remove(what)


async def _machines(opened: Opened) -> tuple[Store, Store]:
    """Two processes where the store is for several; the same one twice where a folder has one owner."""
    if isinstance(opened.store, PostgresStore):
        return opened.store, await opened.backend.open()
    return opened.store, opened.store


async def test_there_is_one_holder_at_a_time(opened: Opened) -> None:
    one, other = await _machines(opened)
    inside: list[str] = []
    most: list[int] = []
    await asyncio.gather(*(_hold(store, "joining", inside, most) for store in (one, other) * 12))
    assert most == [1] * 24
    if other is not one:
        await other.close()


async def test_other_words_wait_for_nobody(store: Store) -> None:
    async with asyncio.timeout(PATIENCE), store.alone("joining"):
        await asyncio.gather(*(_hold(store, f"shown {n}", [], []) for n in range(20)))


async def test_a_turn_ends_with_whatever_happens_in_it(opened: Opened) -> None:
    one, other = await _machines(opened)

    async def waits(inside: asyncio.Event) -> None:
        async with one.alone("joining"):
            inside.set()
            await asyncio.Event().wait()

    for _ in range(9):
        with pytest.raises(ZeroDivisionError):
            async with one.alone("joining"):
                raise ZeroDivisionError
        inside = asyncio.Event()
        waiting = asyncio.create_task(waits(inside))
        await inside.wait()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    async with asyncio.timeout(PATIENCE), other.alone("joining"):
        await other.add(case(at=NOW + MINUTE))
    if other is not one:
        await other.close()
