"""`headsup check` names what is wrong, and how to mend it."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import json
import os
import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.cli.check import machine, printed
from bot.cli.check.check import check
from bot.cli.check.finding import Facts
from bot.open_store import open_store
from bot.settings import Settings, load
from handlers.workflow.pictures.words import program
from store.model.case import Case, Classification
from store.model.invitations import Invitation
from store.model.records import About, Notice, Person, Report, Role, Subject
from store.tiny import TinyStore
from tests import buckets, databases
from tests.crash.nursery import command
from tests.doubles.slack import SlackDouble
from tests.doubles.telegram import TelegramDouble
from tests.store.made import case
from tests.talks.stage import ROOT

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
SCHOOL = """\
safeguarding_phone = "01632 960111"
urgent_phone = "01632 960222"
local_authority_phone = "01632 960333"
closed = ["2026-12-21/2027-01-01"]
"""


async def problems(settings: Settings, at: datetime = NOW) -> list[str]:
    return [finding.says for finding in (await check(settings, lambda: at, offline=True)).found]


def settings(folder: Path, **more: str) -> Settings:
    """With Telegram, where no chat is given."""
    (folder / "school.toml").write_text(SCHOOL)
    chat = {} if "SLACK_BOT_TOKEN" in more else {"TELEGRAM_BOT_TOKEN": "1:x"}
    return load(
        {
            "HEADSUP_DATA": str(folder / "data"),
            "SCHOOL_FILE": str(folder / "school.toml"),
            "POLICY_TEXTS": str(ROOT / "policy_texts"),
            **chat,
            **more,
        }
    )


async def furnished(folder: Path, *, failed: bool = True) -> None:
    store = TinyStore.open(folder / "data")
    for n, role in enumerate((Role.HEAD, Role.DSL, Role.CHAIR, Role.ICT)):
        await store.add_person(Person(f"p{n}", f"Person {n}", (role,), (f"telegram:{n}",), NOW))
    result = "failed" if failed else "sent"
    told = Notice("7K4M alert p0", "alert", "p0", NOW, settled=NOW, result=result)
    case = Case("7K4M", NOW, (Report("p1", NOW, ("s",), "telegram:1"),), notices=(told,))
    await store.add(case.enter(NOW, "p1", "opened"))
    await store.add(
        Case("2222", NOW, (Report("p1", NOW, ("t",), "telegram:1"),)).enter(NOW, "p1", "opened")
    )
    await store.close()


async def test_undelivered_notices_and_damaged_files_are_named(tmp_path: Path) -> None:
    await furnished(tmp_path)
    (tmp_path / "data" / "cases" / "2222" / "case.json").write_text("{")
    found = await problems(settings(tmp_path))
    assert len(found) == 3
    assert found[0].startswith("case 2222: its file cannot be read")
    assert found[1].startswith("no message reaches Person 0, and nobody else is headteacher")
    assert found[2].startswith("case 7K4M: a message could not be delivered to Person 0")


async def test_missing_people_and_halves_of_settings_are_named(tmp_path: Path) -> None:
    found = "\n".join(await problems(settings(tmp_path, SLACK_APP_TOKEN="xapp-1")))
    for words in (
        "SLACK_BOT_TOKEN is not",
        "headteacher",
        "safeguarding lead",
        "chair of governors",
    ):
        assert words in found


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "Slack needs SLACK_APP_TOKEN"),
        (
            {"SLACK_BOT_TOKEN": "xapp-1", "SLACK_APP_TOKEN": "xoxb-1"},
            "the two tokens of Slack are swapped",
        ),
        (
            {"TELEGRAM_BOT_TOKEN": "", "TELEGRAM_WEBHOOK_URL": "https://x.example"},
            "TELEGRAM_BOT_TOKEN is not",
        ),
        ({"TELEGRAM_BOT_TOKEN": ""}, "/.env, so nobody can reach the bot"),
        (
            {"TELEGRAM_BOT_TOKEN": "1:x", "TELEGRAM_WEBHOOK_URL": "https://x.example"},
            "TELEGRAM_WEBHOOK_URL needs TELEGRAM_WEBHOOK_SECRET",
        ),
        (
            {"TELEGRAM_BOT_TOKEN": "1:x", "LEADERSHIP_CHANNEL": "C0123,-1001"},
            "LEADERSHIP_CHANNEL names C0123, which is in Slack, but the bot is not connected to that. Connect it, or take LEADERSHIP_CHANNEL out: headsup setup",
        ),
    ],
)
async def test_settings_that_do_not_fit_together_are_named(
    tmp_path: Path, given: dict[str, str], words: str
) -> None:
    [said] = await only("settings", settings(tmp_path, **given))
    assert words in said


async def test_an_outcome_that_is_none_is_named(tmp_path: Path) -> None:
    await furnished(tmp_path)
    given = settings(tmp_path)
    with (tmp_path / "school.toml").open("a") as file:
        file.write("[retention.outcome]\nunfounded = 1\nunfuonded = 1\n")
    [said] = [line for line in await problems(given) if "outcome" in line]
    assert "“unfuonded”" in said


async def test_a_broken_reference_of_the_procedure_is_named_by_line(tmp_path: Path) -> None:
    await furnished(tmp_path)
    texts = tmp_path / "texts"
    shutil.copytree(ROOT / "policy_texts", texts)
    procedure = texts / "procedure.toml"
    lines = procedure.read_text().split("\n")
    number = next(n for n, line in enumerate(lines, 1) if line == 'after = "talk"')
    procedure.write_text("\n".join(lines).replace('after = "talk"', 'after = "tolk"', 1))
    found = await problems(settings(tmp_path, POLICY_TEXTS=str(texts)))
    assert f"line {number}: procedure.step.after: “tolk”" in found[0]


async def test_a_case_that_nobody_may_see_is_named(tmp_path: Path) -> None:
    await furnished(tmp_path)
    store = TinyStore.open(tmp_path / "data")
    await store.remove_person("p2")
    about = About(Subject.HEAD, heads=("p0",))
    case = Case("3333", NOW, (Report("p1", NOW, ("u",), "telegram:1"),), about=about)
    await store.add(case.enter(NOW, "p1", "opened"))
    part = Case("4444", NOW, (Report("p1", NOW, ("v",), "telegram:1"),), joined_to="3333")
    await store.add(part.enter(NOW, "p1", "opened"))
    await store.close()
    found = [line for line in await problems(settings(tmp_path)) if "nobody who could" in line]
    assert len(found) == 1
    assert found[0].startswith("case 3333")
    assert found[0].endswith("--role chair")


async def test_nothing_is_said_where_all_is_well(tmp_path: Path) -> None:
    await furnished(tmp_path, failed=False)
    assert await problems(settings(tmp_path)) == []


async def only(part: str, given: Settings, at: datetime = NOW) -> list[str]:
    report = await check(given, lambda: at, offline=True)
    return [finding.says for finding in report.found if finding.part == part]


async def test_a_setting_that_nothing_reads_is_named_with_the_likely_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await furnished(tmp_path)
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text(
        "# tokens\nSLACK_BOT_TOKN=xoxb-1\nslack_bot_token=xoxb-1\n\nTELEGRAM_CHANNEL=x\nMETRIC=9100\n"
        "POSTGRES_PASSWORD=x\nAWS_REGION=x\n"
    )
    (tmp_path / ".env").chmod(0o600)
    monkeypatch.setenv("HEADSUP_DATE", "/data")
    monkeypatch.setenv("SLACK_CHANNEL_OF_ANOTHER_PROGRAM", "x")
    assert await only("settings", settings(tmp_path)) == [
        "SLACK_BOT_TOKN (.env, line 2) is no setting of Heads Up. Did you mean SLACK_BOT_TOKEN?",
        "TELEGRAM_CHANNEL (.env, line 5) is no setting of Heads Up. "
        "Take it out, or look up its name in docs/technician.md.",
        "METRIC (.env, line 6) is no setting of Heads Up. Did you mean METRICS?",
        "HEADSUP_DATE (in the environment) is no setting of Heads Up. Did you mean HEADSUP_DATA?",
    ]


async def test_whoever_is_invited_and_has_not_joined_is_named(tmp_path: Path) -> None:
    given = settings(tmp_path)
    store = TinyStore.open(tmp_path / "data")
    for name, role, days in (("Ben Okafor", Role.HEAD, 5), ("Cleo Martin", Role.DSL, -1)):
        digest = name.encode().hex().ljust(64, "0")
        await store.add_invitation(
            Invitation(digest, name, (role,), NOW + timedelta(days=days), by="technician")
        )
    await store.close()
    found = await only("people", given)
    assert (
        "nobody is headteacher yet: Ben Okafor is invited, and has until 29 November 2026 to join."
        in found
    )
    assert "nobody is safeguarding lead. Invite one: headsup invite NAME --role dsl" in found


async def test_what_the_school_file_lacks_is_named(tmp_path: Path) -> None:
    await furnished(tmp_path)
    given = settings(tmp_path)
    (tmp_path / "school.toml").write_text("closed = [2026-10-26]\n")
    phone, urgent, authority, holidays = await only("school", given)
    assert "safeguarding_phone" in phone
    assert "urgent_phone" in urgent
    assert "“Ring the school now, and ask for the headteacher or the safeguarding lead.”" in urgent
    assert "local_authority_phone" in authority
    assert "no holidays after today" in holidays
    (tmp_path / "school.toml").unlink()
    [missing] = await only("school", given)
    assert missing.endswith("mend SCHOOL_FILE; to make it, run: headsup setup")


async def test_a_mistake_in_the_school_file_is_named_by_its_line(tmp_path: Path) -> None:
    await furnished(tmp_path)
    given = settings(tmp_path)
    (tmp_path / "school.toml").write_text(
        SCHOOL + 'timezone = "Europe/Londn"\ncalender = "x.ics"\n'
    )
    zone, calendar = await only("school", given)
    assert (
        "line 5: timezone: there is no time zone “Europe/Londn”; write it as Europe/London" in zone
    )
    assert "line 6: calender: nothing here is called “calender”" in calendar


async def test_texts_that_want_looking_after_are_named(tmp_path: Path) -> None:
    await furnished(tmp_path)
    texts = tmp_path / "texts"
    shutil.copytree(ROOT / "policy_texts", texts)
    statement = texts / "responsible-internet-use.md"
    statement.write_text(statement.read_text().replace("kind: statement", "kind: policy"))
    (texts / "scan.txt").write_bytes(bytes(range(256)) * 8)
    given = settings(tmp_path, POLICY_TEXTS=str(texts))
    unreadable, nobody_accepts = await only("texts", given)
    assert unreadable.startswith("scan.txt cannot be read as text")
    assert "is a statement" in nobody_accepts
    after = datetime(2027, 9, 7, 10, tzinfo=UTC)
    past = [
        line for line in await only("texts", given, after) if "should have been reviewed" in line
    ]
    assert len(past) == 7
    assert past[1].startswith("internet-filtering.md: “")
    assert "by 6 September 2027. Ask its owner, the " in past[1]


async def test_a_folder_without_texts_is_named(tmp_path: Path) -> None:
    await furnished(tmp_path)
    (tmp_path / "texts").mkdir()
    given = settings(tmp_path, POLICY_TEXTS=str(tmp_path / "texts"))
    assert await only("texts", given) == [
        f"{tmp_path / 'texts'} holds no policy texts (.md or .txt), so no question can be answered. Add one: headsup policy add FILE"
    ]
    (tmp_path / "texts" / "phones.md").write_text("# Phones\n\nPhones are off in class.\n")
    procedure, statement = await only("texts", given)
    assert procedure.startswith(f"{tmp_path / 'texts'} holds no procedure.toml, so the one that")
    assert procedure.endswith(f"procedure.toml {tmp_path / 'texts'}")
    assert "no text" in statement


async def test_a_kind_of_case_that_alerts_nobody_is_named(tmp_path: Path) -> None:
    await furnished(tmp_path)
    store = TinyStore.open(tmp_path / "data")
    await store.remove_person("p3")
    await store.close()
    [said] = await only("people", settings(tmp_path))
    assert said.startswith(
        "nobody has the role of ICT manager, which procedure.toml alerts of “Unsuitable website"
    )
    assert said.endswith("headsup invite NAME --role ict")


async def test_nobody_to_escalate_to_is_named(tmp_path: Path) -> None:
    await furnished(tmp_path)
    texts = tmp_path / "texts"
    shutil.copytree(ROOT / "policy_texts", texts)
    procedure = texts / "procedure.toml"
    procedure.write_text(procedure.read_text().replace('to = "chair"', 'to = "leader"'))
    [said] = await only("people", settings(tmp_path, POLICY_TEXTS=str(texts)))
    assert said.startswith(
        "nobody has the role of leadership, which hears of what is overdue from its day 4 on."
    )


async def test_people_whom_no_chat_reaches_are_named(tmp_path: Path) -> None:
    await furnished(tmp_path)
    given = settings(tmp_path, SLACK_BOT_TOKEN="xoxb-1", SLACK_APP_TOKEN="xapp-1")
    said = await only("people", given)
    assert len(said) == 4
    assert (
        said[0]
        == "Person 0 uses no chat that runs here. Invite them again: headsup invite 'Person 0' --role head"
    )


async def test_the_made_up_people_of_the_terminal_are_named(tmp_path: Path) -> None:
    await furnished(tmp_path)
    store = TinyStore.open(tmp_path / "data")
    await store.add_person(Person("asha", "Asha Patel", (Role.STAFF,), ("terminal:asha",), NOW))
    await store.close()
    said = await only("people", settings(tmp_path, TELEGRAM_BOT_TOKEN="1:x"))
    assert len(said) == 1
    assert said[0].startswith("the made-up people")


async def test_notices_that_are_late_or_of_no_case_are_named(tmp_path: Path) -> None:
    await furnished(tmp_path, failed=False)
    store = TinyStore.open(tmp_path / "data")
    hour = NOW - timedelta(hours=1)
    await store.owe(Notice("digest 1 p0", "digest", "p0", hour, waits=True))
    await store.owe(Notice("digest 1 p1", "digest", "p1", hour, settled=hour, result="failed"))
    await store.owe(Notice("duty 1 p2", "duty", "p2", hour))
    await store.close()
    undelivered, late = await only("notices", settings(tmp_path))
    assert undelivered.startswith(
        "a message about no case (such as a digest) could not be delivered to Person 1"
    )
    assert late.startswith("a message should have been sent, the oldest an hour ago.")


async def test_a_damaged_person_is_named(tmp_path: Path) -> None:
    await furnished(tmp_path)
    (tmp_path / "data" / "people" / "p3.json").write_text("{")
    [said] = await only("store", settings(tmp_path))
    assert (
        said
        == "people/p3.json cannot be read. Put it back from a backup: `headsup verify` says more."
    )


async def test_a_disk_with_little_room_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await furnished(tmp_path)
    monkeypatch.setattr(
        machine.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**10, 10**10, 10**7)
    )
    [said] = await only("machine", settings(tmp_path))
    assert said.startswith("only 10 MB are left on the disk")


async def test_a_folder_that_others_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await furnished(tmp_path)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").chmod(0o755)
    (tmp_path / ".env").write_text("PORT=3000\n")
    (tmp_path / ".env").chmod(0o644)
    given = settings(tmp_path)
    assert await only("machine", given) == [
        f"{tmp_path}/data can be read by other accounts of this machine. Run: chmod 700 {tmp_path}/data"
    ]
    assert await only("settings", given) == [
        ".env can be read by other accounts of this machine. Run: chmod 600 .env"
    ]


async def test_a_folder_that_cannot_be_written_to_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await furnished(tmp_path)
    monkeypatch.setattr(machine.os, "access", lambda *_: False)  # root may write anywhere
    [said] = await only("machine", settings(tmp_path))
    assert said.startswith(f"the folder {tmp_path}/data cannot be written to.")


async def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    given = settings(tmp_path, HEADSUP_DATA=str(tmp_path / "file" / "data"))
    [said] = await only("machine", given)
    assert said.startswith(
        f"the folder {tmp_path}/file/data cannot be made, as nothing can be written in {tmp_path}/file."
    )


async def test_a_disk_without_locks_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await furnished(tmp_path)

    def no_locks(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    [said] = await only("machine", settings(tmp_path))
    assert "does not let the bot lock it" in said


async def test_whether_a_bot_runs_is_told(tmp_path: Path) -> None:
    await furnished(tmp_path)
    given = settings(tmp_path)
    assert (await check(given, lambda: NOW, offline=True)).facts == Facts(
        False, 4, reads_pictures=bool(program())
    )
    store = TinyStore.open(tmp_path / "data")
    assert (await check(given, lambda: NOW, offline=True)).facts == Facts(
        True, 4, reads_pictures=bool(program())
    )
    await store.close()


async def test_when_the_last_digest_was_sent_is_told(tmp_path: Path) -> None:
    await furnished(tmp_path)
    store = TinyStore.open(tmp_path / "data")
    for week in (2, 1):
        at = NOW - timedelta(weeks=week)
        await store.owe(Notice(f"digest {week} p0", "digest", "p0", at, settled=at, result="sent"))
    await store.close()
    facts = (await check(settings(tmp_path), lambda: NOW, offline=True)).facts
    assert facts
    assert facts.last_digest == NOW - timedelta(weeks=1)
    assert "on 17 November 2026 at 10:00" in printed.LAST_DIGEST.format(at=facts.last_digest)


async def test_a_database_that_does_not_answer_is_named(tmp_path: Path) -> None:
    given = settings(tmp_path, DATABASE_URL="postgresql://nobody@127.0.0.1:9/none")
    [said] = await only("store", given)
    assert "database" in said.lower()
    assert await only("people", given) == []
    assert await only("machine", given) == []


async def test_a_database_is_looked_into_as_well(tmp_path: Path) -> None:
    given = settings(tmp_path, DATABASE_URL=databases.database(), HEADSUP_SCHOOL="checked")
    store = await open_store(given)
    for n, role in enumerate((Role.HEAD, Role.DSL, Role.CHAIR)):
        await store.add_person(Person(f"c{n}", f"Person {n}", (role,), (f"telegram:c{n}",), NOW))
    await store.owe(Notice("digest c0", "digest", "c0", NOW, settled=NOW, result="sent"))
    failed = Notice("7K4M alert c0", "alert", "c0", NOW, settled=NOW, result="failed")
    case = Case("7K4M", NOW, (Report("c1", NOW, ("s",), "telegram:c1"),), notices=(failed,))
    await store.add(case.enter(NOW, "c1", "opened"))
    await store.close()
    report = await check(given, lambda: NOW, offline=True)
    nobody_alerted, undelivered = [finding.says for finding in report.found]
    assert nobody_alerted.startswith("nobody has the role of ICT manager")
    assert undelivered.startswith("case 7K4M: a message could not be delivered to Person 0")
    assert report.facts == Facts(False, 3, NOW, reads_pictures=bool(program()))


async def test_it_makes_no_school_of_a_key_that_is_mistyped(tmp_path: Path) -> None:
    given = settings(tmp_path, DATABASE_URL=databases.database(), HEADSUP_SCHOOL="mistyped")
    await check(given, lambda: NOW, offline=True)
    assert databases.contents("mistyped")["schools"] == []
    store = await open_store(given)
    await store.owe(Notice("digest c0", "digest", "c0", NOW))
    await store.close()
    assert len(databases.contents("mistyped")["schools"]) == 1


async def test_a_role_that_row_level_security_does_not_bind_is_named(tmp_path: Path) -> None:
    databases.database()
    server = databases.server()
    server.psql("CREATE ROLE passes LOGIN BYPASSRLS IN ROLE headsup")
    for role in ("postgres", "passes"):
        url = f"postgresql://{role}@/headsup?host={server.pgdata}"
        [said] = await only("store", settings(tmp_path, DATABASE_URL=url, HEADSUP_SCHOOL="bound"))
        assert f"role {role} is a superuser, or has BYPASSRLS" in said
    bound = settings(tmp_path, DATABASE_URL=databases.database(), HEADSUP_SCHOOL="bound")
    assert await only("store", bound) == []


async def test_a_bucket_that_takes_no_evidence_is_named_and_one_that_does_is_not(
    tmp_path: Path,
) -> None:
    given = {"DATABASE_URL": databases.database(), "HEADSUP_SCHOOL": "in-a-bucket"}
    bucket = buckets.new_bucket()
    assert (
        await only("evidence", settings(tmp_path, **given, EVIDENCE_URL=f"s3://{bucket}/x")) == []
    )
    assert buckets.keys(bucket) == []
    [said] = await only(
        "evidence", settings(tmp_path, **given, EVIDENCE_URL="s3://there-is-none/x")
    )
    assert said.startswith(
        "EVIDENCE_URL: s3://there-is-none/x cannot be used: The specified bucket does not exist."
    )
    with buckets.away():
        [said] = await only(
            "evidence", settings(tmp_path, **given, EVIDENCE_URL=f"s3://{bucket}/x")
        )
    assert "Evidence waits until" in said


async def test_a_bucket_without_a_database_is_named(tmp_path: Path) -> None:
    [said] = await only("store", settings(tmp_path, EVIDENCE_URL="s3://b"))
    assert said.startswith("EVIDENCE_URL needs DATABASE_URL")


# --- against the platforms ------------------------------------------------------------------------------


async def tokens(folder: Path, *, skew: timedelta = timedelta(0), **given: str) -> list[str]:
    report = await check(settings(folder, **given), lambda: datetime.now(UTC) + skew)
    return [finding.says for finding in report.found if finding.part == "tokens"]


async def test_tokens_that_the_platforms_take(tmp_path: Path) -> None:
    async with SlackDouble() as slack, TelegramDouble() as telegram:
        assert await tokens(tmp_path, **slack.environment, **telegram.environment) == []
        assert {name for name, _ in slack.calls} == {"auth.test", "apps.connections.open"}
        assert telegram.methods == {"getMe", "getWebhookInfo"}


async def groups(folder: Path, telegram: TelegramDouble, channel: str) -> list[str]:
    given = settings(folder, **telegram.environment, LEADERSHIP_CHANNEL=channel)
    report = await check(given, lambda: datetime.now(UTC))
    return [finding.says for finding in report.found if "LEADERSHIP_CHANNEL: " in finding.says]


@pytest.mark.parametrize(
    ("kind", "standing", "mute"),
    [
        ("supergroup", {"status": "member"}, False),
        ("supergroup", {"status": "administrator"}, False),
        (
            "supergroup",
            {"status": "restricted", "is_member": True, "can_send_messages": True},
            False,
        ),
        (
            "supergroup",
            {"status": "restricted", "is_member": True, "can_send_messages": False},
            True,
        ),
        ("supergroup", {"status": "left"}, True),
        ("channel", {"status": "administrator", "can_post_messages": True}, False),
        ("channel", {"status": "administrator", "can_post_messages": False}, True),
        ("channel", {"status": "member"}, True),
    ],
)
async def test_groups_in_which_the_bot_may_not_write(
    tmp_path: Path, kind: str, standing: dict[str, Any], mute: bool
) -> None:
    async with TelegramDouble() as telegram:
        group = telegram.group(-1001, "Leaders", kind=kind)
        group.makes_bot(**standing)
        said = await groups(tmp_path, telegram, "-1001")
        assert [
            line.startswith("LEADERSHIP_CHANNEL: The bot may not write in -1001.") for line in said
        ] == [True] * mute


async def test_groups_that_only_administrators_write_in(tmp_path: Path) -> None:
    async with TelegramDouble() as telegram:
        group = telegram.group(-1001, "Leaders")
        group.lets_members_write(False)
        [said] = await groups(tmp_path, telegram, "-1001")
        assert "make the bot an administrator" in said
        group.lets_members_write(True)
        assert await groups(tmp_path, telegram, "-1001") == []


async def test_groups_in_which_the_bot_is_not(tmp_path: Path) -> None:
    async with TelegramDouble() as telegram:
        [said] = await groups(tmp_path, telegram, "-1007")
        assert said.startswith(
            "LEADERSHIP_CHANNEL: The bot is in no group -1007. Add it to the group"
        )
        telegram.group(-55, "Leaders", kind="group").becomes_supergroup(-10055)
        [said] = await groups(tmp_path, telegram, "-55")
        assert said.startswith("LEADERSHIP_CHANNEL: Group -55 has the number -10055 now.")
        telegram.group(-1001, "Leaders").removes_bot()
        assert len(await groups(tmp_path, telegram, "-1001")) == 1
        telegram.api.revoked = True
        assert await groups(tmp_path, telegram, "-1007") == []  # the token is to be mended first


async def test_a_channel_that_did_not_take_the_last_alert_is_named(tmp_path: Path) -> None:
    await furnished(tmp_path, failed=False)
    given = settings(tmp_path, LEADERSHIP_CHANNEL="C0123")
    store = TinyStore.open(tmp_path / "data")
    case = await store.case("7K4M")
    for hours, result, named in ((3, "sent", False), (2, "failed", True), (1, "sent", False)):
        at = NOW - timedelta(hours=hours)
        told = Notice(f"7K4M {hours}", "channel", "slack:C0123", at, settled=at, result=result)
        case = await store.save(replace(case, notices=(*case.notices, told)))
        said = await only("notices", given)
        assert [
            line.startswith("the last new case could not be told in C0123") for line in said
        ] == [True] * named
    await store.close()


async def test_offline_asks_nobody(tmp_path: Path) -> None:
    async with SlackDouble() as slack, TelegramDouble() as telegram:
        await problems(settings(tmp_path, **slack.environment, **telegram.environment))
        assert slack.calls == telegram.calls == []


@pytest.mark.parametrize(
    ("method", "error", "words"),
    [
        (
            "auth.test",
            "invalid_auth",
            "SLACK_BOT_TOKEN: Slack does not know this token. Copy it again",
        ),
        ("auth.test", "token_revoked", "SLACK_BOT_TOKEN: Slack says that this token was revoked"),
        ("auth.test", "account_inactive", "Install the app again"),
        ("auth.test", "token_expired", "SLACK_BOT_TOKEN: Slack says that this token has expired"),
        (
            "auth.test",
            "ekm_access_denied",
            "SLACK_BOT_TOKEN: Slack refuses this token: ekm_access_denied.",
        ),
        (
            "apps.connections.open",
            "missing_scope",
            "SLACK_APP_TOKEN: This app token lacks connections:write",
        ),
        (
            "apps.connections.open",
            "invalid_auth",
            "SLACK_APP_TOKEN: Slack does not know this token",
        ),
    ],
)
async def test_tokens_that_slack_refuses(
    tmp_path: Path, method: str, error: str, words: str
) -> None:
    async with SlackDouble() as slack:
        slack.fail(method, error)
        [said] = await tokens(tmp_path, **slack.environment)
    assert words in said


async def test_scopes_that_slack_did_not_give(tmp_path: Path) -> None:
    async with SlackDouble() as slack:
        slack.scopes -= {"files:read", "im:history"}
        [said] = await tokens(tmp_path, **slack.environment)
    assert "missing: files:read, im:history. Paste `headsup manifest`" in said


@pytest.mark.parametrize(
    ("token", "words"),
    [
        (
            "xoxp-1",
            "This is a user's token, and the bot token is needed here: it begins with xoxb-",
        ),
        ("xoxe.xoxb-1", "This is a token that expires"),
        ("abc", "This is no token of Slack's: the bot token begins with xoxb-"),
    ],
)
async def test_tokens_of_the_wrong_kind(tmp_path: Path, token: str, words: str) -> None:
    [said] = await tokens(tmp_path, SLACK_BOT_TOKEN=token, SLACK_SIGNING_SECRET="s")
    assert words in said


async def test_tokens_that_telegram_refuses(tmp_path: Path) -> None:
    async with TelegramDouble() as telegram:
        telegram.api.revoked = True
        [said] = await tokens(tmp_path, **telegram.environment)
        assert said.startswith(
            "TELEGRAM_BOT_TOKEN: Telegram does not know this token: it was revoked"
        )
        [said] = await tokens(tmp_path, **{**telegram.environment, "TELEGRAM_BOT_TOKEN": "123"})
        assert said.startswith("TELEGRAM_BOT_TOKEN: This is no token of Telegram's.")


async def test_a_platform_out_of_reach(tmp_path: Path) -> None:
    async with SlackDouble() as slack, TelegramDouble() as telegram:
        away = {**slack.environment, **telegram.environment}
    in_slack, in_telegram = await tokens(tmp_path, **away)
    assert in_slack.startswith("SLACK_BOT_TOKEN: Slack could not be reached at 127.0.0.1:")
    assert in_telegram.startswith("TELEGRAM_BOT_TOKEN: Telegram could not be reached at 127.0.0.1:")
    assert telegram.token not in in_telegram


async def test_an_address_where_something_else_answers(tmp_path: Path) -> None:
    async with SlackDouble() as slack, TelegramDouble() as telegram:
        given = {**slack.environment, "SLACK_API_URL": f"{slack.url}/login?"}
        said = await tokens(tmp_path, **given)
        assert "is not Slack. Take SLACK_API_URL out of .env" in said[0]
        [said_so] = await tokens(
            tmp_path, **{**telegram.environment, "TELEGRAM_API_URL": "nowhere"}
        )
        assert "nowhere is no address" in said_so
        assert telegram.token not in said_so


@pytest.mark.parametrize(("skew", "way"), [(600, "ahead of"), (-600, "behind")])
async def test_a_clock_that_is_wrong(tmp_path: Path, skew: int, way: str) -> None:
    async with SlackDouble() as slack, TelegramDouble() as telegram:
        for given in ({**slack.environment, **telegram.environment}, telegram.environment):
            [said] = await tokens(tmp_path, skew=timedelta(seconds=skew), **given)
            assert re.match(rf"this machine's clock is (59|60)\d seconds {way}", said)


# --- as it is printed -----------------------------------------------------------------------------------


async def test_the_command_says_it_and_ends_with_its_status(tmp_path: Path) -> None:
    given = settings(tmp_path)
    variables = {
        name.upper(): str(value) for name, value in given.model_dump(exclude_defaults=True).items()
    }

    async def run(*words: str) -> tuple[str, int | None]:
        process = await asyncio.create_subprocess_exec(
            *command("check", *words),
            cwd=ROOT,
            env={**os.environ, **variables},
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await process.communicate()
        return out.decode(), process.returncode

    out, status = await run("--offline")
    assert "nobody is headteacher" in out
    assert "The bot is not running.\nNo weekly digest has been sent yet.\n" in out
    assert status == 1
    out, status = await run("--offline", "--json")
    found = json.loads(out)
    assert (found["well"], found["running"], found["last_digest"], status) == (
        False,
        False,
        None,
        1,
    )
    assert {
        "part": "people",
        "says": "nobody is headteacher. Invite one: headsup invite NAME --role head",
        "school": "",
    } in found["found"]
    await furnished(tmp_path, failed=False)
    out, status = await run("--offline")
    assert out.startswith("All is well.\nHeads Up ")
    assert status == 0
    variables["PORT"] = "many"
    out, status = await run("--json")
    assert json.loads(out)["found"][1]["says"].startswith("PORT (")
    assert status == 1


async def test_one_name_in_two_chats_is_named(tmp_path: Path) -> None:
    await furnished(tmp_path)
    store = TinyStore.open(tmp_path / "data")
    await store.add_person(Person("p8", "Mr Person 1", (Role.STAFF,), ("slack:T1:U8",), NOW))
    await store.add_person(Person("p9", "Person 2", (Role.STAFF,), ("telegram:9",), NOW))
    await store.close()
    chats = {"TELEGRAM_BOT_TOKEN": "1:x", "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
    [said] = await only("people", settings(tmp_path, **chats))
    assert said.startswith("Person 1 has 2 records, in telegram and slack.")
    assert said.endswith(
        "when it is used in slack and they have said Yes in telegram: "
        "headsup invite 'Person 1' --for telegram:1"
    )


async def test_cases_of_a_category_that_the_procedure_lost_are_named(tmp_path: Path) -> None:
    await furnished(tmp_path, failed=False)
    given = settings(tmp_path)
    before = await only("cases", given)
    store = TinyStore.open(tmp_path / "data")
    gone = Classification("gone", urgent=False, withhold=False)
    lost = case(reference="GGGG").categorise(gone, by="p0", at=NOW)
    await store.add(lost)
    await store.close()
    [says] = [line for line in await only("cases", given) if line not in before]
    assert says.startswith(f"case {lost.reference}: “gone” is no category of procedure.toml")
    assert says.endswith(f"/case category {lost.reference}")
