"""`headsup invite --from` and `headsup people`, beside a bot that owns the folder."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader
from rich.console import Console

from bot.cli.people.invite_many.invite_many import Order, invite_from
from bot.cli.people.list_people import let_leave, list_people
from bot.settings import Settings
from handlers.desk import Desk
from handlers.messages import Refused, Sender
from handlers.school.joining import join
from handlers.sweep import sweep
from store.errors import Trouble
from store.model.records import TECHNICIAN, Person, Role
from tests.databases import database
from tests.desks import Time, desk_in
from tests.doubles.telegram import USERNAME, TelegramDouble
from tests.talks.stage import settings

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
LIST = (
    "Name,Role,Mail\nGita Rao,staff,gita@oak.sch.uk\n*Finn* #Fox,ICT manager,\nBen Okafor,head,\n"
)
CODE = re.compile(r"/headsup join ([a-z0-9]{26})")


@pytest.fixture
def given(tmp_path: Path) -> Settings:
    (tmp_path / "staff.csv").write_text(LIST, "utf-8-sig")
    return settings(tmp_path)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    made = desk_in(tmp_path, Time(NOW))
    person = Person("ben", "Mr Ben Okafor", (Role.HEAD,), ("slack:T1:ben",), NOW, invited=True)
    await made.store.add_person(person)
    yield made
    await made.store.close()


async def invited(
    folder: Path, given: Settings, to: str = "slips.pdf", *, again: bool = False, dry: bool = False
) -> str:
    out = io.StringIO()
    order = Order(folder / "staff.csv", folder / to, again=again, dry_run=dry)
    await invite_from(order, given, Console(file=out, width=120), NOW)
    return out.getvalue()


def words_in(pdf: Path) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(pdf).pages)


async def test_a_dry_run_shows_what_was_understood_and_makes_nothing(
    tmp_path: Path, given: Settings, desk: Desk
) -> None:
    said = await invited(tmp_path, given, dry=True)
    assert re.search(r"2 +Gita Rao +staff +gita@oak.sch.uk +is invited +\n", said)
    assert re.search(r"3 +\*Finn\* #Fox +ICT manager +is invited +\n", said)
    assert re.search(
        r"4 +Ben Okafor +headteacher +is here already, as headteacher: no slip *\n", said
    )
    assert "The addresses are printed on the slips" in said
    assert "No mail goes to them" in said
    assert "Nothing was made" in said
    assert not (tmp_path / "slips.pdf").exists()
    assert list(await desk.store.invitations()) == []


async def test_of_mail_nothing_is_said_where_the_list_has_none(
    tmp_path: Path, given: Settings, desk: Desk
) -> None:
    (tmp_path / "staff.csv").write_text("Name,Role\nGita Rao,staff\n")
    assert "mail" not in (await invited(tmp_path, given, dry=True)).lower().replace("mail ", "", 1)


async def test_each_person_joins_by_their_own_slip_once(
    tmp_path: Path, given: Settings, desk: Desk
) -> None:
    said = await invited(tmp_path, given)
    assert "2 slips for 2 people" in said.lower()
    pdf = tmp_path / "slips.pdf"
    assert pdf.stat().st_mode & 0o077 == 0
    words = words_in(pdf)
    assert "*Finn* #Fox" in words
    assert "gita@oak.sch.uk" in words
    assert all(made.by == TECHNICIAN for made in await desk.store.invitations())

    first, second = CODE.findall(words)
    lines = await list_people(given, None, NOW)
    assert "Not joined yet: 2 people." in lines
    await join(first, Sender("slack:T1:gita", "gita"), desk)
    assert (await desk.store.by_account("slack:T1:gita")).name == "Gita Rao"
    lines = await list_people(given, None, NOW)
    assert "  Gita Rao (Slack gita): staff" in lines
    assert "Not joined yet: 1 person." in lines
    assert "  *Finn* #Fox: ICT manager, invited until Mon 30 Nov, 09:00" in lines
    await join(second, Sender("slack:T1:finn", "finn"), desk)
    assert "No invitation is waiting to be used." in await list_people(given, None, NOW)
    assert list(await desk.store.invitations()) == []


async def test_a_second_time_makes_slips_for_those_alone_who_have_none(
    tmp_path: Path, given: Settings, desk: Desk
) -> None:
    await invited(tmp_path, given)
    [old, _] = CODE.findall(words_in(tmp_path / "slips.pdf"))
    before = {made.digest for made in await desk.store.invitations()}
    said = await invited(tmp_path, given, "more.pdf")
    assert "is invited already, until Mon 30 Nov, 09:00: no slip" in said
    assert not (tmp_path / "more.pdf").exists()
    assert {made.digest for made in await desk.store.invitations()} == before

    said = await invited(tmp_path, given, "more.pdf", again=True)
    assert "is invited again; the earlier slip no longer works" in said
    now = {made.digest for made in await desk.store.invitations()}
    assert len(now) == 2
    assert now.isdisjoint(before)
    with pytest.raises(Refused, match="not valid"):
        await join(old, Sender("slack:T1:gita", "gita"), desk)
    assert await desk.store.by_account("slack:T1:gita") is None


async def test_an_invitation_whose_time_is_over_does_not_wait(
    tmp_path: Path, given: Settings, desk: Desk
) -> None:
    await invited(tmp_path, given)
    for made in await desk.store.invitations():
        await desk.store.add_invitation(replace(made, until=NOW - timedelta(seconds=1)))
    assert "2 slips" in await invited(tmp_path, given, "more.pdf")


async def test_no_invitation_is_kept_whose_slip_cannot_be_written(
    tmp_path: Path, given: Settings, desk: Desk
) -> None:
    (tmp_path / "there.pdf").write_bytes(b"another")
    with pytest.raises(Trouble, match="is there already"):
        await invited(tmp_path, given, "there.pdf")
    assert (tmp_path / "there.pdf").read_bytes() == b"another"
    with pytest.raises(Trouble, match="cannot be used"):
        await invited(tmp_path, given, "no folder/slips.pdf")
    with pytest.raises(Trouble, match="cannot be used"):
        # A name that no file can have.
        await invited(tmp_path, given, "x" * 300)
    assert list(await desk.store.invitations()) == []


async def test_slips_whose_invitation_is_not_kept_are_named(
    tmp_path: Path, given: Settings
) -> None:
    (tmp_path / "data").mkdir()
    # No folder for them can be made.
    (tmp_path / "data" / "invitations").write_bytes(b"")
    with pytest.raises(Trouble, match=r"slips of Gita Rao, \*Finn\* #Fox and Ben Okafor in "):
        await invited(tmp_path, given)


async def test_the_square_opens_the_bot_in_telegram(tmp_path: Path) -> None:
    (tmp_path / "staff.csv").write_text(LIST)
    async with TelegramDouble() as telegram:
        given = settings(tmp_path, **telegram.environment)
        await invited(tmp_path, given)
        assert len(telegram.called("getMe")) == 1
        words = words_in(tmp_path / "slips.pdf")
        assert f"t.me/{USERNAME}" in words
        assert "/headsup join" not in words
    with pytest.raises(Trouble, match="Telegram does not say what the bot is called"):
        await invited(tmp_path, given, "more.pdf", again=True)
    assert not (tmp_path / "more.pdf").exists()


async def test_a_database_is_asked_as_a_folder_is(tmp_path: Path) -> None:
    (tmp_path / "staff.csv").write_text(LIST)
    given = settings(tmp_path, DATABASE_URL=database(), HEADSUP_SCHOOL="many-at-once")
    assert "3 slips for 3 people" in await invited(tmp_path, given)
    assert "Not joined yet: 3 people." in await list_people(given, None, NOW)
    assert "3 slips" in await invited(tmp_path, given, "more.pdf", again=True)
    assert await let_leave("gita  rao", given, NOW) == [
        "The invitation for Gita Rao no longer works."
    ]
    assert "Not joined yet: 2 people." in await list_people(given, None, NOW)


# --- people ---------------------------------------------------------------------------------------


async def test_a_list_says_who_is_missing_and_who_has_left(
    tmp_path: Path, given: Settings, desk: Desk
) -> None:
    await desk.store.add_person(Person("dev", "Dev Shah", (Role.ICT,), ("slack:T1:dev",), NOW))
    lines = await list_people(given, tmp_path / "staff.csv", NOW)
    assert lines[lines.index("On the list, but neither here nor invited: 2 people.") :] == [
        "On the list, but neither here nor invited: 2 people.",
        "  Gita Rao: staff",
        "  *Finn* #Fox: ICT manager",
        "Here, but not on the list: 1 person.",
        "  Dev Shah (Slack dev): ICT manager",
        "For each who has left the school: headsup people --left NAME",
    ]


async def test_whoever_leaves_loses_every_role_and_what_is_theirs_is_handed_on(
    tmp_path: Path, given: Settings, desk: Desk
) -> None:
    roles = (Role.LEADER, Role.CHAIR)
    await desk.store.add_person(Person("efua", "Efua Mensah", roles, ("slack:T1:efua",), NOW))
    said = await let_leave("efua mensah", given, NOW)
    assert (
        said[0]
        == "Efua Mensah (Slack efua) leaves, and loses the role leadership and chair of governors."
    )
    assert "After that nobody is chair of governors" in said[-1]
    await sweep(desk)
    assert (await desk.store.person("efua")).roles == ()
    assert "  Efua Mensah (Slack efua)" in await list_people(given, None, NOW)
    assert "no role here any more" in (await let_leave("Efua Mensah", given, NOW))[0]
    with pytest.raises(Trouble, match="only headteacher"):
        await let_leave("slack:T1:ben", given, NOW)
    with pytest.raises(Trouble, match="nobody here is called"):
        await let_leave("Nobody", given, NOW)


async def test_somebody_new_of_the_same_name_keeps_their_invitation(
    tmp_path: Path, given: Settings, desk: Desk
) -> None:
    await invited(tmp_path, given)
    await desk.store.add_person(Person("g", "Gita Rao", (Role.STAFF,), ("slack:T1:g",), NOW))
    await let_leave("Gita Rao", given, NOW)
    assert len(await desk.store.invitations()) == 2
