"""A school year of 300 cases: what was told is what was due, also where the process is killed or down for a while.

The model in `year_model.py` is independent of what it is held against.
The chat is an object that records; what real chats do to messages is tested in tests/talks and tests/bot.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

import store.tiny.files
from store.disk.durable import replace_file
from tests.crash.year import BEGIN, END, PEOPLE, Fate, Message, Year
from tests.crash.year_model import DAY, Down, Expected, Told

CASES = 300
KILLS = 200
MOMENTS = 20_000  # fewer than there are in the year: see `Fate`
SOON = timedelta(minutes=10)  # a few messages a minute to one person: the last of many is later
STRETCHES = [timedelta(minutes=n) for n in (1, 7, 60, 300, 840, 1440, 3600, 8640, 20160)]


def dying(fate: Fate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Writes are moments at which the process can die: before the file is in its place, and after."""

    def replaced(path: Path, content: bytes) -> None:
        fate.moment("before writing")
        replace_file(path, content)
        fate.moment("after writing")

    monkeypatch.setattr(store.tiny.files, "replace_file", replaced)


def nine_stretches(seed: int) -> Down:
    """A minute to two weeks, spread over the year, and not beginning while the morning's messages go out."""
    chance = random.Random(seed)
    month = (END - BEGIN) / 10
    found = []
    for n, length in enumerate(chance.sample(STRETCHES, len(STRETCHES))):
        day = BEGIN + n * month + chance.random() * month / 3
        hour, minute = chance.choice([(6, 58), (6, 59), (7, 40), (12, 7), (21, 30)])
        begin = day.replace(hour=hour, minute=minute, second=0, microsecond=0)
        found.append((begin, begin + length))
    return found


class Comparison:
    """What was sent, against what was due: each within minutes, once."""

    def __init__(self, year: Year) -> None:
        self.year = year
        self.sent: defaultdict[Told, list[datetime]] = defaultdict(list)
        for message in year.chat.messages:
            for told in message.told:
                self.sent[told].append(message.at)
        self.due: defaultdict[Told, list[Expected]] = defaultdict(list)
        for expected in year.model.expected(END, year.down):
            if expected.told.kind in ("step", "above") and expected.told in self.due:
                continue  # opened again with the same due time: what was told of it stays told
            self.due[expected.told].append(expected)
        self.missing: list[Expected] = []
        self.twice: list[tuple[Told, datetime]] = []
        self.uncalled: list[tuple[Told, datetime]] = []
        self.spared = 0  # dealt with in the very minutes in which it was to be told
        for told in {**self.due, **self.sent}:
            self._compare(told)

    def _compare(self, told: Told) -> None:
        left = sorted(self.sent[told])
        for expected in self.due[told]:
            is_pressing = told.kind == "step" and told.stage == 1
            at_once = told.kind == "ladder" or is_pressing
            latest = expected.at if at_once else expected.at + SOON
            found = [at for at in left if expected.at <= at <= latest]
            if not found and expected.until and expected.until < latest:
                self.spared += 1
            elif not found:
                self.missing.append(expected)
            for at in found[1:]:
                self.twice.append((told, at))
            left = [at for at in left if at not in found]
        self.uncalled += [(told, at) for at in left]

    def left(self, person: str) -> list[Message]:
        """The messages of the day that somebody's chat holds."""
        found = []
        for message in self.year.chat.messages:
            is_of_the_day = any(told.kind in ("day", "digest") for told in message.told)
            if message.person == person and is_of_the_day and not message.is_gone:
                found.append(message)
        return found

    def outside_school(self) -> list[tuple[Told, datetime]]:
        waits = {e.told: e.waits for rows in self.due.values() for e in rows}
        in_school = self.year.days.in_school
        return [
            (told, at)
            for told, times in self.sent.items()
            for at in times
            if waits.get(told) and not in_school(at)
        ]


async def test_what_is_told_in_a_year_is_what_is_due(tmp_path: Path) -> None:
    year = Year(tmp_path, seed=1, cases=CASES, fate=Fate())
    await year.live()
    found = Comparison(year)
    _enough_happened(found)
    assert found.missing == []
    assert found.uncalled == []
    assert found.twice == []
    assert found.outside_school() == []
    news = _news_of_steps(year)
    assert [n for n in news if n.heard != 1] == []
    kinds = Counter(n.kind for n in news)
    for kind in ("given", "lost", "moved", "settled", "new"):
        assert kinds[kind] > 10, kinds
    assert _told_of_their_own(year) == []
    # The one before is taken away, also where nothing is due any more on the next day.
    left = [len(found.left(person)) for person in PEOPLE.values()]
    assert max(left) == 1
    assert sum(left) > len(left) / 2


class StepNews(NamedTuple):
    """That somebody was told of a step that another did something with."""

    kind: str
    person: str
    reference: str
    heard: int  # how many messages said so
    deaths: int  # how often the process died in the minutes in which they were to be told


def _heard(
    year: Year, person: str, reference: str, words: str, begin: datetime, end: datetime
) -> int:
    """How many messages said so of this case to somebody in this time."""
    found = 0
    for message in year.chat.messages:
        if message.person == person and begin <= message.at <= end:
            found += any(reference in text and words in text for text in message.texts)
    return found


def _news_of_steps(year: Year) -> list[StepNews]:
    """What each was told of a step that was given, moved, settled, or that fell to them.

    Only where nobody did anything else with the case before they were told: what they are told is as of then.
    """
    found = []
    for news in year.model.news:
        told = year.days.looked_at(news.told, news.waits, year.down)
        end = told + SOON
        # What is told at once waits for no minute.
        begin = news.at if news.told == news.at else told
        if any(news.at < touched <= end for touched in year.touched[news.reference]):
            continue
        if end > END:
            continue
        heard = _heard(year, news.person, news.reference, news.words, begin, end)
        deaths = sum(begin <= at <= end for at in year.deaths)
        found.append(StepNews(news.kind, news.person, news.reference, heard, deaths))
    return found


OF_STEPS = (
    "Yours now:",
    "No longer yours:",
    "gave you a step:",
    "put off your step",
    "marked your",
)


def _told_of_their_own(year: Year) -> list[tuple[str, str, datetime]]:
    """Deeds of which whoever did them was told, though nobody else did anything with the case lately."""
    found = []
    for reference, who, at in year.deeds:
        around = [t for t in year.touched[reference] if at - 5 * DAY <= t <= at + 5 * DAY]
        if around != [at]:
            continue
        for message in year.chat.messages:
            if message.person == who and at <= message.at <= at + 5 * DAY:
                texts = [text for text in message.texts if reference in text]
                found += [
                    (reference, who, at) for text in texts if any(w in text for w in OF_STEPS)
                ]
    return found


def _enough_happened(found: Comparison) -> None:
    kinds = {kind: sum(len(found.sent[t]) for t in found.sent if t.kind == kind) for kind in KINDS}
    stages = {t.stage for t in found.sent if t.kind == "today"}
    assert len(found.year.model.cases) == CASES
    assert kinds["step"] > CASES / 5, kinds
    assert kinds["above"] > CASES / 20, kinds
    assert kinds["today"] > 3 * CASES, kinds
    assert kinds["day"] > 150, kinds
    # It depends on when a kill falls.
    assert kinds["ladder"] > 30, kinds
    assert kinds["untaken"] > 5, kinds
    assert kinds["digest"] > 150, kinds
    assert kinds["duty"] > 10, kinds
    assert stages >= {0, 1, 2, 3, 4, 5, 6}
    assert len(found.year.model.silences) > 10
    after_silence = [told for told in found.sent if "tell Report Harmful Content" in told.what]
    assert len(after_silence) > 5
    assert found.spared < 0.02 * kinds["today"]


KINDS = ("step", "above", "ladder", "untaken", "day", "today", "digest", "duty")


async def test_no_kill_and_no_stretch_of_being_down_loses_a_reminder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(7)
    fate = Fate(chance.sample(range(200, MOMENTS), KILLS))
    dying(fate, monkeypatch)
    year = Year(tmp_path, seed=2, cases=CASES, fate=fate, down=nine_stretches(seed=3))
    await year.live()
    found = Comparison(year)
    _enough_happened(found)
    assert sum(fate.died.values()) == KILLS
    assert len(fate.died) == 4  # before and after writing, before and after sending
    assert year.lives == 1 + KILLS + len(STRETCHES)
    assert found.missing == []
    assert found.uncalled == []
    assert found.outside_school() == []
    again = Counter(told for told, _ in found.twice)
    assert {
        told: n for told, n in again.items() if n > year.unnoted[told]
    } == {}  # once for each such kill
    news = _news_of_steps(year)
    # Once, and once more for each time that it was killed before that was noted.
    assert [n for n in news if not 1 <= n.heard <= 1 + n.deaths] == []
    assert sum(n.heard > 1 for n in news) <= KILLS / 5, news
    assert max(year.unnoted_messages) <= len(PEOPLE)  # each receiver's last message
    assert len(year.unnoted_messages) > KILLS / 20
