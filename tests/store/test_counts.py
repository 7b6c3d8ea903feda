"""How often something happened lately, in every store."""

from datetime import timedelta

from store.base import Store
from store.tiny.counting import RateCounter
from tests.store.made import MINUTE, NOW


async def test_so_many_are_counted_and_no_more(store: Store) -> None:
    for n in range(3):
        assert await store.count("act asha", NOW + n * MINUTE, 10 * MINUTE, 3) is None
    assert await store.count("act asha", NOW + 3 * MINUTE, 10 * MINUTE, 3) == NOW + 10 * MINUTE
    assert await store.count("act ben", NOW + 3 * MINUTE, 10 * MINUTE, 3) is None


async def test_there_is_room_again_at_the_time_that_was_said(store: Store) -> None:
    for _ in range(3):
        assert await store.count("act asha", NOW, MINUTE, 3) is None
    assert await store.count("act asha", NOW + timedelta(seconds=59), MINUTE, 3) == NOW + MINUTE
    for _ in range(3):
        assert await store.count("act asha", NOW + MINUTE, MINUTE, 3) is None
    assert await store.count("act asha", NOW + MINUTE, MINUTE, 3) == NOW + 2 * MINUTE


async def test_what_was_refused_is_not_counted(store: Store) -> None:
    for _ in range(9):
        await store.count("act asha", NOW, MINUTE, 1)
    assert await store.count("act asha", NOW + MINUTE, MINUTE, 1) is None


def test_whoever_has_been_quiet_the_longest_is_forgotten_first() -> None:
    counter = RateCounter(remembered=2)
    for what in ("a", "b", "c"):
        assert counter.hit(what, NOW, MINUTE, 1) is None
    assert counter.hit("c", NOW, MINUTE, 1)
    assert counter.hit("a", NOW, MINUTE, 1) is None
