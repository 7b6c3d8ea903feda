"""What is worked out of texts is remembered, and long texts do not fill the memory."""

from __future__ import annotations

import gc
import tracemalloc

from handlers.rules.names.in_words import may_speak_of
from store.model.remembered import LONG, MOST_LONG, remembered
from store.model.words import words_of
from tests.store.made import person


def test_short_texts_are_worked_out_once_and_of_long_ones_the_last_few() -> None:
    seen = []

    @remembered(1_000)
    def work(text: str) -> int:
        seen.append(text)
        return len(text)

    short = [f"short {n}" for n in range(500)]
    long = [f"{n} ".ljust(LONG) for n in range(MOST_LONG + 1)]
    for text in [*short, *long, *short, *long[1:], long[0]]:
        assert work(text) == len(text)
    assert seen == [*short, *long, long[0]]


def test_what_many_long_messages_leave_behind_is_bounded() -> None:
    """As Slack lets them be: 40,000 characters each."""
    who = person("p1")
    tracemalloc.start()
    try:
        taken = []
        for number in range(3 * MOST_LONG):
            words = " ".join(f"word{number}x{n}" for n in range(3_500))
            may_speak_of(words_of([words]), who)
            gc.collect()
            taken.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    full, after = taken[MOST_LONG + 1], taken[-1]
    assert after < 1.2 * full
