"""`headsup check`, `invite --mail` and `confirm`, as a technician meets them."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.cli.check.check import check
from bot.settings import Settings, load
from bot.unknown_settings import find_unknown
from store.model.records import Person, Role
from store.tiny import TinyStore, read_people
from tests.crash.nursery import command
from tests.doubles.mail import MailDouble, Stage
from tests.talks.stage import ROOT


def environment(mail: MailDouble, **more: str) -> dict[str, str]:
    return {
        "HEADSUP_DATA": str(mail.folder / "data"),
        "SCHOOL_FILE": str(mail.folder / "school.toml"),
        "POLICY_TEXTS": str(ROOT / "policy_texts"),
        **mail.environment,
        **more,
    }


async def said(given: Settings) -> list[str]:
    report = await check(given, lambda: datetime.now(UTC))
    return [finding.says for finding in report.found if finding.part == "mail"]


@pytest.fixture
async def given(mail: MailDouble) -> Settings:
    return load(environment(mail))


async def test_check_tries_the_server_and_sends_nothing(mail: MailDouble, given: Settings) -> None:
    assert await said(given) == []
    assert mail.connections == 1
    assert mail.attempts == 0


@pytest.mark.parametrize(
    ("stage", "reply", "words"),
    [
        ("login", "535 5.7.8 Authentication credentials invalid", "refuses the user or the passw"),
        ("login", "454 4.7.0 Temporary authentication failure", "asks to come back later (454)"),
        ("noop", "421 4.3.2 Closing", "(421)"),
    ],
)
async def test_check_says_what_the_server_refuses(
    mail: MailDouble, given: Settings, stage: Stage, reply: str, words: str
) -> None:
    mail.refuse(stage, reply)
    (line,) = await said(given)
    assert words in line
    assert line.startswith("MAIL_URL: ")
    assert "See MAIL_URL in .env." in line


async def test_check_says_that_nobody_is_there(mail: MailDouble, given: Settings) -> None:
    await mail.goes_down()
    (line,) = await said(given)
    assert "cannot be reached: there is no connection" in line
    assert "a firewall between?" in line


async def test_check_says_that_the_certificate_is_strange(
    mail: MailDouble, given: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "nobody.crt").write_bytes(b"")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "nobody.crt"))
    (line,) = await said(given)
    assert "its certificate is not accepted" in line


async def test_check_knows_who_is_reached_by_mail(mail: MailDouble) -> None:
    """By a chat and mail, while mail is set; without it, nobody reaches them."""
    given = environment(mail, TELEGRAM_BOT_TOKEN="1:x")
    store = TinyStore.open(mail.folder / "data")
    now = datetime.now(UTC)
    await store.add_person(
        Person("efua", "Efua Mensah", (Role.CHAIR,), ("mail:efua@g.example",), now)
    )
    await store.close()
    unreached = "Efua Mensah uses no chat that runs here"
    report = await check(load(given), lambda: now, offline=True)
    assert not any(unreached in finding.says for finding in report.found)
    without = {name: value for name, value in given.items() if not name.startswith("MAIL_")}
    report = await check(load(without), lambda: now, offline=True)
    assert any(unreached in finding.says for finding in report.found)


def test_a_misspelt_setting_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".env").write_text("MAIL_ULR=smtps://mail.example.org\nMAIL_SENDER=x@example.org\n")
    lines = list(find_unknown())
    assert "Did you mean MAIL_URL?" in lines[0]
    assert "MAIL_SENDER" in lines[1]


async def test_somebody_is_invited_and_confirmed_at_the_command_line(
    mail: MailDouble, tmp_path: Path
) -> None:
    given = {**environment(mail), "SSL_CERT_FILE": str(mail.trusted)}

    async def headsup(*words: str) -> tuple[str, int | None]:
        process = await asyncio.create_subprocess_exec(
            *command(*words),
            cwd=tmp_path,
            env={**os.environ, **given},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _ = await process.communicate()
        return out.decode(), process.returncode

    out, status = await headsup("invite", "Kofi", "--role", "chair", "--mail", "kofi@g.example")
    assert status == 0, out
    assert "on a number that you have from elsewhere, and have the code read out to you" in out
    (sent,) = mail.mails
    code = sent.words.split("    ")[1].split()[0]
    assert code not in out

    out, status = await headsup("confirm", code[:-1])
    assert (status, "no such code" in out) == (1, True)
    out, status = await headsup("confirm", code)
    assert (status, "Kofi is told by mail at kofi@g.example" in out) == (0, True)
    # The bot lets them in, and keeps that it did.
    assert read_people(tmp_path / "data") == []
