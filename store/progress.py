"""How far something has come that takes its time, for whoever watches.

What is worked off one by one goes through `each`; a command says with `watching` that it watches,
and the bot, which does the same by itself at night, does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

T = TypeVar("T")

#: Hears how many are done, of how many.
Watcher = Callable[[int, int], None]

_watcher: ContextVar[Watcher | None] = ContextVar("_watcher", default=None)


def each(items: Sequence[T]) -> Iterator[T]:
    """The items, one by one; whoever watches hears of each that is done."""
    watcher = _watcher.get()
    for number, item in enumerate(items):
        if watcher:
            watcher(number, len(items))
        yield item
    if watcher:
        watcher(len(items), len(items))


@contextmanager
def watching(watcher: Watcher) -> Iterator[None]:
    """Tell this watcher, for as long as the context lasts, in it and in threads that it starts."""
    token = _watcher.set(watcher)
    try:
        yield
    finally:
        _watcher.reset(token)
