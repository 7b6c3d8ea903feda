"""A case that can never be saved keeps no other from being reminded of."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psycopg

from handlers.sweep import sweep
from store.postgres import PostgresStore
from tests.databases import migrated, server
from tests.desks import Time, desk_in
from tests.store.made import NOW, case


async def test_a_row_that_always_conflicts_holds_up_nobody(tmp_path: Path) -> None:
    store = await PostgresStore.open(migrated("never_saved"), "here")
    damaged, sound = case(wake_at=NOW), case(wake_at=NOW)
    for made in (damaged, sound):
        await store.add(made)
    with psycopg.connect(server().get_uri("never_saved")) as everything:
        everything.execute(
            "UPDATE cases SET version = version + 5 WHERE reference = %s", (damaged.reference,)
        )
    later = NOW + timedelta(hours=1)
    desk = desk_in(tmp_path, Time(later))
    await desk.store.close()
    await sweep(replace(desk, store=store))
    assert await store.to_wake(later, 10) == [damaged.reference]
    await store.close()
