"""Killed with -9 at any moment, two hundred times: what was acknowledged is there, once, and whole.

A Slack on loopback sends reports from ever new people, and sends again what the bot did not acknowledge, as
Slack does. The bot is `headsup run`, a real process; most start from a fork that has imported everything
(`nursery.py`), some from nothing.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from store.base import Store
from store.records import Case, Person, Role, State
from store.tiny import TinyStore
from tests.crash.processes import Nursery, Running, environment, free_port, nursery, start_cold
from tests.doubles.slack import SlackDouble
from tests.doubles.slack_world import Shown
from tests.store.made import NOW

KILLS = 50
COLD = 2  # of them, from nothing
SENDERS = 8
LEAST = 10  # of each thing that is looked for; else nothing was tried
THREAT = "Threat of violence"  # urgent: Ben and Cleo are told at once
LATE = "acknowledged what was not sent"  # to this Slack, which waits a tenth of a second
BEN, CLEO = "UBEN", "UCLEO"


@dataclass
class Sent:
    """One report, as its sender knows it."""

    user: str
    text: str
    source: str
    content: bytes = b""
    acknowledged: bool = False
    categorised: bool = False
    references: set[str] = field(default_factory=set)  # that the bot named to the sender


class Lane:
    """One Slack, one folder, and the bots that live and die there."""

    def __init__(self, slack: SlackDouble, folder: Path, seed: int) -> None:
        self.slack = slack
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "log"
        self.chance = random.Random(seed)
        self.sent: list[Sent] = []
        self.kills = 0
        self.stop = asyncio.Event()
        port = str(free_port())
        if slack.events_url:
            slack.events_url = f"http://127.0.0.1:{port}/slack/events"
        self.environment = environment(self.data, PORT=port, **slack.environment)

    # --- what people do -----------------------------------------------------------------------------------

    async def send(self, sender: int) -> None:
        """Reports, one after another, each by somebody new; but one person in five goes on and on."""
        number = 0
        while not self.stop.is_set():
            number += 1
            user = f"U{sender}X{number}" if sender else "UGITA"
            self.slack.user(user, f"Asha {user}")
            report = await self._report(user, f"{user} saw https://example.com/{sender}/{number}")
            if sender and not self.stop.is_set():
                await self._say_what_it_is(report)

    async def _report(self, user: str, text: str) -> Sent:
        content = (
            self.chance.randbytes(self.chance.randrange(1, 200_000)) if self.chance.random() < 0.5 else b""
        )
        kind = self.chance.choice(["image/png", "application/pdf"])
        files = [self.slack.file(user, "shot.png", content, kind)] if content else []
        channel, ts = self.slack.world.direct(user), self.slack.world.ts()
        report = Sent(user, text, f"slack:{self.slack.team}:{channel}:{ts}", content)
        self.sent.append(report)
        while not report.acknowledged:
            said = await self.slack.message(user, text, files=files, ts=ts, client_msg_id=ts)
            report.acknowledged = said["answer"].acknowledged
            if not report.acknowledged:
                await asyncio.sleep(0.02)  # nobody is there; Slack waits longer
        return report

    async def _say_what_it_is(self, report: Sent) -> None:
        with suppress(TimeoutError):
            await self.slack.until(lambda: self._answers(report.user), 1.0)
        for shown in self._answers(report.user)[:1]:  # the answer may have died with the bot
            while not report.categorised:
                answer = await self.slack.choose(report.user, shown, THREAT)
                report.categorised = answer.acknowledged
                if not report.categorised:
                    await asyncio.sleep(0.02)

    def _answers(self, user: str) -> list[Shown]:
        return [s for s in self.slack.world.history if s.user == user and THREAT in s.labels]

    # --- what the bot suffers -----------------------------------------------------------------------------

    async def live(self, bots: Nursery) -> None:
        """Bots, each killed at some moment between its start and two dozen of its calls of Slack."""
        for number in range(KILLS):
            if number < COLD:
                cold = await start_cold(self.folder, self.environment, self.log)
                bot = Running(cold.pid)
            else:
                bot = await bots.start(self.folder, self.environment, self.log)
            calls = len(self.slack.calls) + self.chance.randrange(24)
            with suppress(TimeoutError):
                await self.slack.until(lambda least=calls: len(self.slack.calls) >= least, 10)  # type: ignore[misc]
            await asyncio.sleep(self.chance.random() * 0.012)
            await bot.kill()
            self.kills += 1
            if number < COLD:
                await cold.wait()

    async def rest(self, bots: Nursery) -> None:
        """A bot that lives until everything that was sent is acknowledged, fetched and told, and ends well."""
        bot = await bots.start(self.folder, self.environment, self.log)
        self.stop.set()
        with suppress(TimeoutError):  # what is missing then is named by the checks
            await self.slack.until(lambda: all(s.acknowledged for s in self.sent), 20)
            await self.slack.until(lambda: not self.untold(), 10)
            await asyncio.to_thread(self._wait_until_fetched, 10.0)
        await bot.end()

    def untold(self) -> list[str]:
        """Urgent cases of which Ben or Cleo has not heard."""
        cases = {r for sent in self.sent if sent.categorised for r in sent.references or self._named(sent)}
        return [r for r in cases for leader in (BEN, CLEO) if not self.alerts(leader)[r]]

    def alerts(self, leader: str) -> Counter[str]:
        heads = [s.words.split("\n")[0] for s in self.slack.world.history if s.user == leader]
        return Counter(
            head.removeprefix("Urgent: case ").strip() for head in heads if head.startswith("Urgent: case")
        )

    def _wait_until_fetched(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        for path in self.data.glob("cases/*/case.json"):
            while any(item["state"] == State.WANTED for item in _document(path)["evidence"]):
                if time.monotonic() > until:
                    return
                time.sleep(0.02)

    def _named(self, sent: Sent) -> set[str]:
        """The references that the bot has named to somebody."""
        words = [s.words for s in self.slack.world.history if s.user == sent.user]
        return {line.split()[1] for w in words for line in w.split("\n")[:1] if line.startswith("Case ")}

    def look(self) -> None:
        """Note what each sender was told."""
        for sent in self.sent:
            sent.references = self._named(sent)


def _document(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_bytes())["case"]["1"]
    return found


async def _leaders(data: Path, team: str) -> None:
    store = TinyStore.open(data)
    for user, role in ((BEN, Role.HEAD), (CLEO, Role.DSL)):
        await store.add_person(Person(user.lower(), user.title(), (role,), (f"slack:{team}:{user}",), NOW))
    await store.close()


@pytest.mark.parametrize(("way", "seed"), [("sockets", 1), ("sockets", 2), ("sockets", 3), ("http", 4)])
async def test_what_was_acknowledged_outlives_any_kill(tmp_path: Path, way: str, seed: int) -> None:
    async with (
        SlackDouble(events_url="set later" if way == "http" else "", patience=0.1) as slack,
        nursery() as bots,
    ):
        slack.user(BEN, "Ben Okafor")
        slack.user(CLEO, "Cleo Marsh")
        lane = Lane(slack, tmp_path, seed)
        await _leaders(lane.data, slack.team)
        senders = [asyncio.create_task(lane.send(n)) for n in range(SENDERS)]
        await lane.live(bots)
        await lane.rest(bots)
        await asyncio.gather(*senders)
        lane.look()
        assert lane.kills == KILLS
        assert set(slack.refusals) <= {LATE}
    assert "Traceback" not in lane.log.read_text()
    store = TinyStore.open(lane.data)
    try:
        assert store.damaged == {}
        await _check(lane, store)
    finally:
        await store.close()


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
    holders = Counter(source for case in cases.values() for source in case.summary.sources)
    assert holders == Counter(sent.source for sent in lane.sent)  # each once, and nothing else
    named = 0
    for sent in lane.sent:
        if sent.user == "UGITA":
            continue
        assert len(sent.references) <= 1, f"{sent.user} was told of {sent.references}"
        for reference in sent.references:
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
        told = lane.alerts(leader)
        assert set(told) == urgent
        assert sum(told.values()) - len(told) <= lane.kills  # one may be sent twice for each kill
    for reference in urgent:
        assert {n.result for n in cases[reference].notices if n.kind == "urgent"} == {"sent"}
