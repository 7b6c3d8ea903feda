"""Fetching evidence: never what nobody may have, never for ever, and nothing left lying about."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.outbox.fetcher import ITS_TURN, Fetcher
from handlers.desk import Desk
from handlers.messages import DeliveryFailed, TooLarge
from handlers.workflow.fetching import GIVE_UP
from store.model.case import Case, Classification
from store.model.evidence import Evidence
from store.model.records import Report, State
from store.postgres import PostgresStore
from store.postgres.bucket import EvidenceBucket, PostgresWithBucket
from tests.buckets import away, new_bucket
from tests.databases import database
from tests.desks import Time, desk_in
from tests.patience import PATIENCE

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
BYTES = b"\x89PNG not really a picture" * 999
DIGEST = hashlib.sha256(BYTES).hexdigest()


@pytest.fixture
def time() -> Time:
    return Time(NOW)


@pytest.fixture
async def desk(tmp_path: Path, time: Time) -> AsyncIterator[Desk]:
    desk = desk_in(tmp_path, time)
    yield desk
    await desk.store.close()


class Chat:
    """The part of a front-end that hands over bytes."""

    def __init__(self, *failures: Exception, content: bytes = BYTES) -> None:
        self.failures = list(failures)
        self.content = content
        self.asked = 0
        self.begun = asyncio.Event()
        self.may_end = asyncio.Event()
        self.may_end.set()

    async def fetch(self, pointer: Mapping[str, str]) -> AsyncIterator[bytes]:
        self.asked += 1
        if self.failures:
            raise self.failures.pop(0)
        yield self.content[:9999]
        self.begun.set()
        await self.may_end.wait()
        yield self.content[9999:]


def _fetcher(desk: Desk, chat: Chat) -> Fetcher:
    return Fetcher(desk, {"slack": chat})  # type: ignore[dict-item]


async def _wanted(desk: Desk, reference: str = "7K4M", pictures: int = 1, **more: object) -> Case:
    items = tuple(
        Evidence(n, "picture", f"slack:{reference}", "asha", NOW, State.WANTED, next_try=NOW)
        for n in range(1, pictures + 1)
    )
    report = Report("asha", NOW, (f"slack:{reference}",), "slack:D1")
    made = Case(reference, NOW, (report,), items, **more).enter(NOW, "asha", "opened")  # type: ignore[arg-type]
    await desk.store.add(made)
    return made


async def _is_undressed(desk: Desk, reference: str) -> None:
    case = await desk.store.case(reference)
    await desk.store.save(
        case.categorise(Classification("undressed", urgent=True, withhold=True), by="asha", at=NOW)
    )


def _files(folder: Path) -> list[Path]:
    return list(folder.glob("data/cases/*/*/*"))


async def test_a_failure_that_nobody_foresaw_is_paused_and_given_up(desk: Desk, time: Time) -> None:
    await _wanted(desk)
    chat = Chat(*(KeyError("file") for _ in range(99)))
    fetcher = _fetcher(desk, chat)
    await fetcher.tick()
    await fetcher.tick()
    assert chat.asked == 1
    while time.now < NOW + GIVE_UP + timedelta(hours=3):
        time.now += timedelta(minutes=10)
        await fetcher.tick()
    case = await desk.store.case("7K4M")
    assert (case.evidence[0].state, chat.asked < 30) == (State.LOST, True)
    assert [(n.kind, n.to) for n in case.notices] == [("lost", "asha")]


async def test_what_fails_once_is_kept_later(desk: Desk, time: Time, tmp_path: Path) -> None:
    await _wanted(desk)
    fetcher = _fetcher(desk, Chat(ValueError("a page in place of a file"), DeliveryFailed("slow")))
    for _ in range(3):
        await fetcher.tick()
        time.now += timedelta(minutes=10)
    assert (await desk.store.case("7K4M")).evidence[0].sha256 == DIGEST


async def test_it_waits_for_a_bucket_that_is_away_as_long_as_that_takes(
    desk: Desk, time: Time
) -> None:
    bucket = EvidenceBucket(f"s3://{new_bucket()}", "waiting")
    store = await PostgresWithBucket.open_with(bucket, database(), "waiting")
    waiting = replace(desk, store=store)
    fetcher = _fetcher(waiting, Chat())
    await fetcher.tick()
    made = await _wanted(waiting)
    with away():
        for _ in range(2):
            await fetcher.tick()
            time.now += GIVE_UP
    assert await store.case(made.reference) == made
    await fetcher.tick()
    assert (await store.case(made.reference)).evidence[0].state == State.KEPT
    async with store.kept(made.reference, DIGEST) as path:
        assert path.read_bytes() == BYTES
    await store.close()


@pytest.mark.parametrize(
    ("failure", "problem"),
    [
        (
            TooLarge("Telegram hands over at most 20 MB to a bot."),
            "Telegram hands over at most 20 MB to a bot",
        ),
        (None, "over 0 MB"),
    ],
)
async def test_too_large_names_the_limit_that_it_was(
    desk: Desk, failure: Exception | None, problem: str
) -> None:
    await _wanted(desk)
    small = replace(desk, max_file_bytes=1000)
    await _fetcher(small, Chat(*[failure] if failure else [])).tick()
    item = (await desk.store.case("7K4M")).evidence[0]
    assert (item.state, item.problem) == (State.TOO_LARGE, problem)


async def test_a_picture_on_its_way_is_stopped_when_it_may_not_be_had(
    desk: Desk, tmp_path: Path
) -> None:
    await _wanted(desk, pictures=2)
    chat = Chat()
    chat.may_end.clear()
    fetcher = _fetcher(desk, chat)
    fetching = asyncio.create_task(fetcher.tick())
    await chat.begun.wait()
    await _is_undressed(desk, "7K4M")
    await fetcher.tick()
    await asyncio.wait_for(fetching, PATIENCE)
    assert _files(tmp_path) == []
    case = await desk.store.case("7K4M")
    assert {(e.state, e.sha256) for e in case.evidence} == {(State.WITHHELD, "")}


async def test_a_picture_that_has_just_come_is_neither_looked_at_nor_left(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _wanted(desk)
    keep = desk.store.keep

    async def then_tapped(*arguments: object) -> object:
        kept = await keep(*arguments)  # type: ignore[arg-type]
        await _is_undressed(desk, "7K4M")
        return kept

    monkeypatch.setattr(desk.store, "keep", then_tapped)
    monkeypatch.setattr(
        "handlers.workflow.fetching.look", lambda path: pytest.fail("it was looked at")
    )
    await _fetcher(desk, Chat()).tick()
    assert _files(tmp_path) == []


async def test_what_a_dead_process_left_is_gone_after_a_start(tmp_path: Path, time: Time) -> None:
    desk = desk_in(tmp_path, time)
    await _wanted(desk)
    await _wanted(desk, "KEPT".replace("E", "3"))
    await _fetcher(desk, Chat()).tick()
    case = await desk.store.case("7K4M")
    lost = replace(case.evidence[0], state=State.WITHHELD, sha256="", picture=None)
    await desk.store.save(replace(case, evidence=(lost,)))
    assert {path.parent.parent.name for path in _files(tmp_path)} == {"7K4M", "K3PT"}
    await desk.store.close()
    desk = desk_in(tmp_path, time)
    await _fetcher(desk, Chat()).tick()
    assert [path.parent.parent.name for path in _files(tmp_path)] == ["K3PT"]
    async with desk.store.kept("K3PT", DIGEST) as path:
        assert path.read_bytes() == BYTES
    await desk.store.close()


@pytest.mark.parametrize("undressed", ["2222", "3333"])
async def test_what_is_withheld_in_one_case_of_a_matter_is_fetched_for_none(
    desk: Desk, tmp_path: Path, undressed: str
) -> None:
    await _wanted(desk, "2222", pictures=0)
    await _wanted(desk, "3333", pictures=0, joined_to="2222")
    await _wanted(desk, "4444", joined_to="2222")
    await _is_undressed(desk, undressed)
    chat = Chat()
    await _fetcher(desk, chat).tick()
    case = await desk.store.case("4444")
    assert (chat.asked, case.evidence[0].state) == (0, State.WITHHELD)
    assert case.chronology[-1].what == "withheld"
    assert case.notices == ()


async def test_of_two_processes_one_fetches_and_the_other_when_that_one_has_died(
    desk: Desk, time: Time
) -> None:
    stores = [await PostgresStore.open(database(), "fetching") for _ in range(2)]
    try:
        first, second = (replace(desk, store=store) for store in stores)
        made = await _wanted(first)
        slow, chat = Chat(), Chat()
        slow.may_end.clear()
        dying = _fetcher(first, slow)
        fetching = asyncio.create_task(dying.tick())
        await slow.begun.wait()
        other = _fetcher(second, chat)
        await other.tick()
        assert chat.asked == 0
        dying.give_up()
        await fetching
        await other.tick()
        assert chat.asked == 0
        time.now += ITS_TURN
        await other.tick()
        case = await second.store.case(made.reference)
        assert (chat.asked, case.evidence[0].state) == (1, State.KEPT)
        async with second.store.kept(made.reference, DIGEST) as path:
            assert path.read_bytes() == BYTES
    finally:
        for store in stores:
            await store.close()
