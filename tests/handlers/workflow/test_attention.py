"""How many messages each person is sent, in the scenes of `tests/bench/attention.py`."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from tests.bench.attention import FRIDAY, LONDON, Attention, neglected, on_a_saturday, untaken

LEADERS = ("ben", "cleo", "efua")


def days_of(chat: Attention, person: str) -> Counter[str]:
    """How many messages came on each day."""
    return Counter(str(message.at.astimezone(LONDON).date()) for message in chat.to(person))


async def test_a_threat_that_nobody_takes_over_a_weekend(tmp_path: Path) -> None:
    chat = await untaken(tmp_path)
    for person in LEADERS:
        assert len(chat.to(person)) <= 25
        # The last of the rounds, the week's digest, and one of each step that fell due on Friday.
        assert len(chat.left_with(person)) <= 4
    to_reporter = chat.to("asha")
    assert to_reporter[0].at <= FRIDAY + timedelta(hours=1)
    assert "nobody has taken it yet" in to_reporter[0].words
    rounds = sorted(m.at for m in chat.messages if "Nobody has taken it for" in m.words)
    pauses = [after - before for before, after in zip(rounds, rounds[1:], strict=False)]
    # Day and night somebody is told each hour.
    assert max(pauses) == timedelta(hours=1)


@pytest.mark.parametrize("cases", [1, 5])
async def test_cases_that_are_neglected_for_four_weeks(tmp_path: Path, cases: int) -> None:
    chat = await neglected(tmp_path, cases)
    first, *later = sorted(days_of(chat, "ben"))
    assert days_of(chat, "ben")[first] == cases
    assert {days_of(chat, "ben")[day] for day in later} == {1}
    assert len(later) <= 20
    # The chair: once on the fourth day, and on four Mondays.
    assert len(chat.to("efua")) == 1 + 4
    # Nobody reads that nothing is overdue where something is.
    assert not any("Nothing is overdue" in message.words for message in chat.to("efua")[2:])
    for person in LEADERS:
        of_the_day = [m for m in chat.left_with(person) if m.words.startswith(("Today", "Your"))]
        assert len(of_the_day) == 1


async def test_nothing_is_told_of_a_saturday_before_it_is_told_that_it_is_new(
    tmp_path: Path,
) -> None:
    chat = await on_a_saturday(tmp_path)
    assert chat.to("ben")[0].words.startswith("New case")
    assert not any("day 2" in message.words for message in chat.messages)
