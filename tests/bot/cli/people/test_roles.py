"""`headsup roles`, and `headsup invite --for`, beside a bot that owns the folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli.people.invite import print_invitation
from bot.cli.people.roles import change_roles
from bot.settings import Settings
from handlers.sweep import sweep
from store.errors import Trouble
from store.model.memos import COMMAND_LINE, RoleChange, RoleWish
from store.model.records import SYSTEM, TECHNICIAN, Person, Role
from tests.desks import Time, desk_in
from tests.store.made import NOW
from tests.talks.stage import settings


@pytest.fixture
def given(tmp_path: Path) -> Settings:
    return settings(tmp_path)


async def test_the_first_chair_is_given_while_the_bot_runs(
    tmp_path: Path, given: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = desk_in(tmp_path, Time(NOW))
    for id, role in (("ben", Role.HEAD), ("cleo", Role.DSL), ("dev", Role.ICT)):
        await desk.store.add_person(Person(id, id.title(), (role,), (f"slack:T1:{id}",), NOW))
    await change_roles("Dev", ["chair"], ["ict"], given)
    assert "Dev (Slack dev) gets the role chair of governors." in capsys.readouterr().out
    assert (await desk.store.person("dev")).roles == (Role.ICT,)

    for _ in range(2):
        await sweep(desk)
        assert (await desk.store.person("dev")).roles == (Role.CHAIR,)
        kept = await desk.store.memos(RoleChange)
        assert sorted((change.what, change.by, change.way) for change in kept) == [
            # The log begins with the first sweep, before any wish is carried out.
            ("began", SYSTEM, ""),
            *[("found", SYSTEM, "")] * 3,
            ("given", TECHNICIAN, COMMAND_LINE),
            ("taken", TECHNICIAN, COMMAND_LINE),
        ]
        assert list(await desk.store.memos(RoleWish)) == []
        owed = [notice for notice in await desk.store.loose() if notice.kind == "roles"]
        assert {notice.to for notice in owed} == {"ben", "cleo", "dev"}
    await desk.store.close()


async def test_a_wish_is_carried_out_after_a_crash_and_once(tmp_path: Path) -> None:
    """Killed after any of the steps, the next minute does the rest."""
    desk = desk_in(tmp_path, Time(NOW))
    for id, role in (("ben", Role.HEAD), ("dev", Role.ICT)):
        await desk.store.add_person(Person(id, id.title(), (role,), (f"slack:T1:{id}",), NOW))
    wish = RoleWish("w1", "given", "dev", (Role.LEADER,), "ben", NOW, "slack")
    for _ in range(2):
        # As it was before the last step of the first time.
        await desk.store.put(wish)
        await sweep(desk)
        assert (await desk.store.person("dev")).roles == (Role.ICT, Role.LEADER)
        kept = await desk.store.memos(RoleChange)
        assert sorted(change.what for change in kept) == ["began", "found", "found", "given"]
    await desk.store.close()


async def test_what_cannot_be_is_said(tmp_path: Path, given: Settings) -> None:
    desk = desk_in(tmp_path, Time(NOW))
    for id, name in (("ben", "Ben Okafor"), ("g1", "Gita Rao"), ("g2", "Gita  RAO")):
        role = Role.HEAD if id == "ben" else Role.STAFF
        await desk.store.add_person(Person(id, name, (role,), (f"slack:T1:{id}",), NOW))
    with pytest.raises(Trouble, match="nobody here is called “Gita”"):
        await change_roles("Gita", ["dsl"], [], given)
    with pytest.raises(Trouble, match="slack:T1:g1, slack:T1:g2"):
        await change_roles("Gita Rao", ["dsl"], [], given)
    with pytest.raises(Trouble, match="only headteacher"):
        await change_roles("Ben Okafor", [], ["head"], given)
    with pytest.raises(Trouble, match="Leave --role out"):
        await print_invitation("Gita", ["staff"], given, "Ben Okafor")
    with pytest.raises(Trouble, match="Give the role"):
        await print_invitation("Gita", [], given)
    await change_roles("slack:T1:g2", ["leader"], [], given)
    await sweep(desk)
    assert (await desk.store.person("g2")).roles == (Role.STAFF, Role.LEADER)
    assert (await desk.store.person("g1")).roles == (Role.STAFF,)
    await desk.store.close()


async def test_a_further_account_is_of_the_person_and_has_no_roles(
    tmp_path: Path, given: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = desk_in(tmp_path, Time(NOW))
    await desk.store.add_person(
        Person("ben", "Ben Okafor", (Role.HEAD,), ("slack:T1:ben",), NOW, invited=True)
    )
    await print_invitation("his phone", [], given, "ben okafor")
    assert "It works once Ben Okafor (Slack ben) has said Yes" in capsys.readouterr().out
    [made] = await desk.store.invitations()
    assert (made.person, made.roles, made.by) == ("ben", (), TECHNICIAN)
    await print_invitation("Ben Okafor", ["staff"], given)
    assert "This code is for somebody else of the same name" in capsys.readouterr().out
    assert [one.person for one in await desk.store.invitations() if one.roles] == [None]
    await desk.store.close()
