"""What was shown to the subject of a case is owed to be taken back, whatever happens in between."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from handlers.desk import Desk
from handlers.workflow.changes import apply
from handlers.workflow.shown import MOST, REMEMBERED, note_shown
from store.model.kinds import NoticeKind
from store.model.memos import Showing, Shown
from store.model.records import About, Notice, Role
from store.tiny import TinyStore
from tests.desks import Time, desk_in
from tests.store import made
from tests.store.made import MINUTE, NOW

MESSAGE = "slack: D1:17.5"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    desk = desk_in(tmp_path, Time(NOW))
    for id, role in (("asha", Role.STAFF), ("ben", Role.HEAD), ("cleo", Role.DSL)):
        await desk.store.add_person(made.person(id, roles=(role,)))
    yield desk
    await desk.store.close()


async def withdrawals(desk: Desk, reference: str) -> list[Notice]:
    return [n for n in (await desk.store.case(reference)).notices if n.kind == NoticeKind.WITHDRAW]


async def test_a_kill_in_between_forgets_nothing(desk: Desk, tmp_path: Path) -> None:
    case = made.case()
    await desk.store.add(case)
    await note_shown([case.reference], "cleo", MESSAGE, desk)
    about = About("staff", "cleo", "Cleo")
    await apply(desk, case.reference, lambda c: c.concern(about, by="asha", at=NOW))
    await desk.store.close()
    store = TinyStore.open(tmp_path / "data")
    claimed = [
        n for _, n in await store.claim(NOW + MINUTE, 100, 60) if n.kind == NoticeKind.WITHDRAW
    ]
    await store.close()
    assert [(n.to, n.message) for n in claimed] == [("cleo", MESSAGE)]


async def test_what_is_shown_too_late_is_taken_back_at_once(desk: Desk) -> None:
    case = made.case(about=About("staff", "cleo", "Cleo"))
    await desk.store.add(case)
    await note_shown([case.reference], "cleo", MESSAGE, desk)
    await note_shown([case.reference], "ben", "slack: D2:17.5", desk)
    assert [n.to for n in await withdrawals(desk, case.reference)] == ["cleo"]


async def test_a_file_that_was_on_its_way_when_its_case_was_locked_away_is_deleted(
    desk: Desk,
) -> None:
    case = made.case(withheld=True, category="child-undressed")
    await desk.store.add(case)
    for message in ("slack: file:F1", "slack: D2:17.5"):
        await note_shown([case.reference], "ben", message, desk)
    assert [n.message for n in await withdrawals(desk, case.reference)] == ["slack: file:F1"]


async def test_a_message_is_taken_back_once_for_each_time_that_it_showed_the_case(
    desk: Desk,
) -> None:
    case = made.case()
    await desk.store.add(case)
    sent = Notice("k", "alert", "cleo", NOW, settled=NOW, result="sent", message=MESSAGE)
    await desk.store.save(case.owe(sent, replace(sent, key="l")))
    await note_shown([case.reference], "cleo", MESSAGE, desk)
    about = About("staff", "cleo", "Cleo")
    await apply(desk, case.reference, lambda c: c.concern(about, by="asha", at=NOW))
    assert len(await withdrawals(desk, case.reference)) == 1
    await apply(desk, case.reference, lambda c: c.note("more", by="asha", at=NOW))
    assert len(await withdrawals(desk, case.reference)) == 1


async def test_reporters_and_others_keep_their_messages(desk: Desk) -> None:
    case = made.case(by="cleo")
    told = Notice("k", "taken", "cleo", NOW, settled=NOW, result="sent", message=MESSAGE)
    other = Notice("l", "alert", "ben", NOW, settled=NOW, result="sent", message="slack: D2:17.5")
    await desk.store.add(case.owe(told, other))
    about = About("me", "cleo", "Cleo")
    await apply(desk, case.reference, lambda c: c.concern(about, by="cleo", at=NOW))
    assert await withdrawals(desk, case.reference) == []


async def test_what_is_old_or_too_much_is_forgotten(desk: Desk) -> None:
    case = made.case()
    await desk.store.add(case)
    old = tuple(Showing("ben", f"slack: D2:{n}", NOW - REMEMBERED) for n in range(3))
    recent = tuple(Showing("ben", f"slack: D3:{n}", NOW) for n in range(MOST))
    await desk.store.put(Shown(case.reference, old + recent))
    await note_shown([case.reference], "cleo", MESSAGE, desk)
    shown = await desk.store.memo(Shown, case.reference)
    assert shown
    assert len(shown.showings) == MOST
    assert shown.showings[-1].person == "cleo"
    assert not set(old) & set(shown.showings)
