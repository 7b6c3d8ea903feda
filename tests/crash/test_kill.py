"""Killed with -9 at any moment, two hundred times: what was acknowledged is there, once, and whole.

A Slack and a Telegram on loopback send reports, and send again what the bot did not acknowledge, as the real
ones do. The bot is `headsup run`, a real process; most start from a fork that has imported everything
(`tests/crash/nursery.py`), some from nothing.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from pathlib import Path

import pytest

from store.base import Store
from store.model.case import Case
from store.model.records import State
from store.tiny import TinyStore
from store.tiny.verifying import verify
from store.verifying import Walk
from tests.crash.lanes import BEN, CLEO, GITA, LEAST, SENDERS, Lane, lane_of
from tests.crash.processes import nursery

KILLS = 50
PATIENCE = 0.1  # seconds that Slack waits: it asks again while the bot is dead


@pytest.mark.usefixtures("texts_are_ready")
@pytest.mark.parametrize(
    ("way", "seed", "cold"),
    [("slack", 1, 2), ("slack", 2, 0), ("slack-http", 3, 1), ("telegram", 4, 1)],
)
async def test_what_was_acknowledged_outlives_any_kill(
    tmp_path: Path, way: str, seed: int, cold: int
) -> None:
    """`cold`: so many of the bots start from nothing, which takes three times as long as all that they do."""
    async with lane_of(way, tmp_path, seed, PATIENCE) as lane, nursery() as bots:
        await lane.furnish()
        reporting = [asyncio.create_task(lane.report(n)) for n in range(SENDERS)]
        await lane.live(bots, KILLS, cold)
        await lane.rest(bots, reporting)
        await asyncio.gather(*reporting)
        assert lane.kills == KILLS
        assert "Traceback" not in lane.log.read_text()
        store = TinyStore.open(lane.data)
        try:
            assert store.damaged == {}
            await _check(lane, store)
        finally:
            await store.close()
        assert [f for f in verify(lane.data, Walk()) if "listed nowhere" not in f.what] == []


async def _check(lane: Lane, store: Store) -> None:
    cases = {s.reference: await store.case(s.reference) for s in await store.summaries()}
    assert len(cases) == len(list((lane.data / "cases").glob("*/case.json")))
    _every_report_is_there_once(lane, cases)
    await _evidence_is_whole(lane, cases, store)
    _leaders_were_told(lane, cases)
    accounts = Counter(account for person in await store.people() for account in person.accounts)
    assert set(accounts.values()) == {1}


def _every_report_is_there_once(lane: Lane, cases: dict[str, Case]) -> None:
    assert len(lane.sent) >= LEAST
    sources = (source for case in cases.values() for source in case.summary.sources)
    holders = Counter(source for source in sources if not source.startswith("after:"))
    assert holders == Counter(sent.source for sent in lane.sent)  # each once, and nothing else
    named = 0
    for sent in lane.sent:
        if sent.user == GITA:
            continue
        references = lane.named(sent.user)
        assert len(references) <= 1, f"{sent.user} was told of {references}"
        for reference in references:
            named += 1
            assert sent.source in cases[reference].summary.sources
    assert named >= LEAST
    for case in cases.values():
        texts = Counter(item.text for item in case.evidence if item.kind == "text")
        assert set(texts.values()) == {1}  # nothing was taken in twice
        assert [e.before for e in case.chronology] == ["", *(e.hash for e in case.chronology[:-1])]
        assert all(entry.sound for entry in case.chronology)


async def _evidence_is_whole(lane: Lane, cases: dict[str, Case], store: Store) -> None:
    by_source = {sent.source: sent for sent in lane.sent}
    fetched = 0
    for reference, case in cases.items():
        for item in case.evidence:
            if item.kind in ("text", "link"):
                assert item.text in by_source[item.source].text
                continue
            assert item.state in (State.WAITING, State.KEPT)
            assert (item.state == State.KEPT) is (case.category is not None)
            if item.state == State.KEPT:
                async with store.kept(reference, item.sha256) as path:
                    kept = path.read_bytes()
                assert kept == by_source[item.source].content
                assert (hashlib.sha256(kept).hexdigest(), len(kept)) == (item.sha256, item.size)
                fetched += 1
    assert fetched >= LEAST / 5
    for path in lane.data.glob("cases/*/evidence/*"):
        assert hashlib.sha256(path.read_bytes()).hexdigest() == path.name


def _leaders_were_told(lane: Lane, cases: dict[str, Case]) -> None:
    urgent = {reference for reference, case in cases.items() if case.category}
    assert len(urgent) >= LEAST / 2
    for leader in (BEN, CLEO):
        told, repeated = set[str](), 0
        for message in lane.alerts(leader):
            repeated += not told.isdisjoint(message)
            told.update(message)
        assert told == urgent
        assert (
            repeated <= 2 * lane.kills
        )  # a kill repeats what was in one message, with others perhaps in two
    for reference in urgent:
        assert {n.result for n in cases[reference].notices if n.kind == "urgent"} == {"sent"}
