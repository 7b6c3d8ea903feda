"""A case that cannot be read: the lead is told which, and the head that there is one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from handlers.notices.wording import render_notice
from handlers.sweep import sweep
from store.model.kinds import NoticeKind
from store.model.records import Person, Role
from store.tiny import TinyStore
from tests.desks import Time, desk_in
from tests.store.made import case

TUESDAY = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)


async def test_the_lead_is_told_which_and_the_head_is_not(tmp_path: Path) -> None:
    time = Time(TUESDAY)
    desk = desk_in(tmp_path, time)
    roles = {"ben": (Role.HEAD,), "cleo": (Role.DSL,), "hana": (Role.HEAD, Role.DSL)}
    for name, has in roles.items():
        await desk.store.add_person(Person(name, name, has, (f"slack:{name}",), TUESDAY))
    made = case()
    await desk.store.add(made)
    assert isinstance(desk.store, TinyStore)
    folder = desk.store.folder
    await desk.store.close()
    path = folder / "cases" / made.reference / "case.json"
    good = path.read_bytes()
    path.write_bytes(b"{")

    desk = desk_in(tmp_path, time)
    await sweep(desk)
    await sweep(desk)
    owed = [n for n in await desk.store.loose() if n.kind == NoticeKind.UNREADABLE]
    assert sorted(notice.to for notice in owed) == ["ben", "cleo", "hana"]
    for notice in owed:
        reply = await render_notice("", notice, desk)
        assert reply
        assert "cannot be read" in str(reply.parts)
        assert (made.reference in str(reply.parts)) is (notice.to == "cleo")
    await desk.store.close()

    path.write_bytes(good)
    desk = desk_in(tmp_path, time)
    assert [await render_notice("", notice, desk) for notice in owed] == [None] * 3
    await desk.store.close()
