"""The numbers of what waits, of the last digest, of what failed and of the room on the disks, with the database there or away."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import structlog

from bot.digest_noted import EVERY, DigestNoted
from bot.monitoring import logs
from bot.monitoring.metrics import Metrics
from store.model.kinds import NoticeKind
from store.tiny import TinyStore
from tests.databases import migrated, stopped
from tests.desks import Time, desk_in
from tests.store.made import NOW, case, notice, wanted


def numbers(page: bytes) -> dict[str, float]:
    lines = [line.rpartition(" ") for line in page.decode().splitlines() if line[0] != "#"]
    return {name: float(value) for name, _, value in lines}


async def test_what_waits(tmp_path: Path) -> None:
    store = TinyStore.open(tmp_path)
    try:
        due = notice("one", due=NOW - timedelta(minutes=5))
        await store.add(case(notices=(due, replace(due, key="two"))))
        waiting = wanted(next_try=NOW + timedelta(hours=3))
        await store.add(case(evidence=(waiting,)))
        found = numbers(await Metrics().page([store], NOW))
        both = [found[f'headsup_notices_unsent{{urgent="{which}"}}'] for which in ("true", "false")]
        assert sum(both) == 2
        assert found["headsup_fetches_waiting"] == len(await store.wanted(NOW + timedelta(days=1)))
        assert found["headsup_fetches_waiting"] > 0
    finally:
        await store.close()


async def test_the_last_digest(tmp_path: Path) -> None:
    metrics, time = Metrics(), Time(NOW)
    desk = desk_in(tmp_path, time)
    try:
        noted = DigestNoted("oak", desk, metrics)
        await noted.minute()
        name = 'headsup_digest_timestamp_seconds{school="oak"}'
        assert numbers(await metrics.page([], NOW))[name] == 0
        sent = replace(
            notice("digest 2026-11-23 ben", due=NOW), kind=NoticeKind.DIGEST, result="sent"
        )
        await desk.store.owe(replace(sent, settled=NOW))
        time.now += EVERY
        await noted.minute()
        assert numbers(await metrics.page([], NOW))[name] == NOW.timestamp()
    finally:
        await desk.store.close()


def test_what_failed_is_counted_and_what_went_well_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = structlog.get_config()
    metrics = Metrics()
    try:
        logs.set_up()
        log = structlog.get_logger()
        metrics.logged(logs.errors_logged())
        counted = metrics.registry.get_sample_value("headsup_errors_logged_total") or 0
        log.info("well")
        log.warning("not so well")
        log.error("failed")
        metrics.logged(logs.errors_logged())
        now = metrics.registry.get_sample_value("headsup_errors_logged_total")
        assert now == counted + 1
    finally:
        structlog.configure(**before)


def test_a_disk_that_is_not_there_has_no_room(tmp_path: Path) -> None:
    metrics = Metrics()
    metrics.room("data", tmp_path)
    metrics.room("backups", tmp_path / "missing")
    value = metrics.registry.get_sample_value
    assert (value("headsup_disk_free_bytes", {"disk": "data"}) or 0) > 0
    assert value("headsup_disk_free_bytes", {"disk": "backups"}) == 0


async def test_the_page_is_there_while_the_database_is_away() -> None:
    from store.postgres import PostgresStore

    metrics = Metrics()
    store = await PostgresStore.open(migrated("numbers_while_away"))
    try:
        with stopped():
            found = numbers(await metrics.page([store], datetime.now(NOW.tzinfo)))
        assert found["headsup_stores_away"] == 1
        found = numbers(await metrics.page([store], datetime.now(NOW.tzinfo)))
        assert found["headsup_stores_away"] == 0
    finally:
        await store.close()
