"""A case that cannot be read: the lead is told which, and the head that there is one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from handlers.desk import Desk
from handlers.messages import Incoming, Refused, Sender
from handlers.notices.wording import render_notice
from handlers.reception import receive
from handlers.rules.access import Act
from handlers.sweep import sweep
from handlers.workflow.telling.unreadable import unreadable_cases
from store.errors import DamagedCase
from store.model.kinds import NoticeKind
from store.model.records import About, Person, Role, Subject
from store.tiny import TinyStore
from tests.desks import Time, desk_in
from tests.store.made import case

TUESDAY = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("chairs", "told"),
    [
        ({}, ["cleo"]),
        ({"efua": (Role.CHAIR,)}, ["efua"]),
        ({"hugo": (Role.HEAD, Role.CHAIR)}, ["cleo"]),
    ],
)
async def test_the_chair_else_the_lead_is_told_which_and_the_head_is_not(
    tmp_path: Path, chairs: dict[str, tuple[Role, ...]], told: list[str]
) -> None:
    time = Time(TUESDAY)
    desk = desk_in(tmp_path, time)
    roles = {"ben": (Role.HEAD,), "cleo": (Role.DSL,), "hana": (Role.HEAD, Role.DSL), **chairs}
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
    assert sorted(notice.to for notice in owed) == sorted(roles)
    for notice in owed:
        reply = await render_notice("", notice, desk)
        assert reply
        assert "cannot be read" in str(reply.parts)
        assert (made.reference in str(reply.parts)) is (notice.to in told)
        person = await desk.store.person(notice.to)
        with pytest.raises(Refused) as refused:
            await desk.case_for(person, made.reference, Act.SEE)
        assert ("cannot be read" in str(refused.value)) is (notice.to in told)
        # No list says that all is well by leaving it out.
        below = str((await unreadable_cases(person, desk)).parts)
        assert "cannot be read" in below
        assert (made.reference in below) is (notice.to in told)
        listing = await says(f"slack:{notice.to}", "case list", desk)
        assert "No open cases." in listing
        assert "cannot be read" in listing
    await desk.store.close()

    path.write_bytes(good)
    desk = desk_in(tmp_path, time)
    assert [await render_notice("", notice, desk) for notice in owed] == [None] * len(owed)
    await desk.store.close()


async def says(account: str, command: str, desk: Desk) -> str:
    place = account
    sender = Sender(account, account)
    incoming = Incoming(f"{account}:1", sender, place, TUESDAY, command=command)
    reply = await receive(incoming, desk)
    return str(reply.parts) if reply else ""


@pytest.mark.parametrize("about", ["ben", "cleo"])
async def test_where_the_store_still_knows_whom_it_is_about_they_hear_nothing(
    tmp_path: Path, about: str
) -> None:
    desk = desk_in(tmp_path, Time(TUESDAY))
    for name, role in {"ben": Role.HEAD, "cleo": Role.DSL, "efua": Role.CHAIR}.items():
        await desk.store.add_person(Person(name, name, (role,), (f"slack:{name}",), TUESDAY))
    subject = Subject.HEAD if about == "ben" else Subject.STAFF
    made = case(about=About(subject, about, about))
    await desk.store.add(made)
    assert isinstance(desk.store, TinyStore)
    (desk.store.folder / "cases" / made.reference / "case.json").write_bytes(b"{")
    desk.store._remembered.clear()
    await sweep(desk)
    owed = [n for n in await desk.store.loose() if n.kind == NoticeKind.UNREADABLE]
    if not owed:
        # Nobody had asked for it yet.
        with pytest.raises(DamagedCase):
            await desk.store.case(made.reference)
        await sweep(desk)
        owed = [n for n in await desk.store.loose() if n.kind == NoticeKind.UNREADABLE]
    said = {n.to: await render_notice("", n, desk) for n in owed}
    assert said[about] is None
    named = {to for to, reply in said.items() if reply and made.reference in str(reply.parts)}
    assert named == ({"efua"} if about == "ben" else {"ben"})
    meant = await desk.store.person(about)
    assert (await unreadable_cases(meant, desk)).parts == ()
    await desk.store.close()
