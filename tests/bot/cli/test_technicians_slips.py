"""What a school's technician gets wrong, and what they read then: words to act on, that can be pasted."""

from __future__ import annotations

import ast
import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli.check.check import check
from bot.cli.people.invite import print_invitation
from bot.cli.people.list_people import list_people
from bot.server import Servers
from bot.settings import Settings, SettingsError, load, public_url
from store.errors import Trouble
from store.model.records import Person, Role
from store.tiny import TinyStore
from store.tiny.people import read_invitations
from tests.crash.processes import free_port
from tests.store.made import NOW
from tests.talks.stage import ROOT


def _sentences() -> Iterator[tuple[Path, str]]:
    for folder in ("bot", "handlers", "store"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield path, node.value


def test_no_command_to_be_typed_has_quotes_that_a_shell_does_not_know() -> None:
    """A curly quote opens nothing: the name falls apart, and the command is refused."""
    command = re.compile(r"headsup (?:--\S+ \S+ )?[a-z-]+[^.]*? “\{")
    wrong = [(path.name, said) for path, said in _sentences() if command.search(said)]
    assert wrong == []


# --- another folder than the bot's -----------------------------------------------------------------


async def test_nobody_is_invited_to_a_folder_that_no_bot_looks_into(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("HEADSUP_DATA", "DATABASE_URL", "TELEGRAM_BOT_TOKEN", "SLACK_BOT_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(Trouble, match=f"no Heads Up in {tmp_path}: .* --env-file"):
        await print_invitation("Ben Okafor", ["head"], load())
    with pytest.raises(Trouble, match="no Heads Up in"):
        await list_people(load(), None, NOW)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("way", ["file", "folder", "named", "token"])
async def test_before_the_first_start_somebody_is_invited(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    way: str,
) -> None:
    """Where anything says that this is the bot's folder."""
    monkeypatch.chdir(tmp_path)
    if way == "file":
        (tmp_path / ".env").write_text("TELEGRAM_API_URL=http://127.0.0.1:1\n")
    elif way == "folder":
        (tmp_path / "data").mkdir()
    elif way == "named":
        monkeypatch.setenv("HEADSUP_DATA", str(tmp_path / "elsewhere"))
    else:
        monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    await print_invitation("Ben Okafor", ["head"], load())
    assert "An invitation for Ben Okafor (headteacher)" in capsys.readouterr().out


# --- invitations -----------------------------------------------------------------------------------


def _settings(folder: Path, **more: str) -> Settings:
    return load({"HEADSUP_DATA": str(folder / "data"), **more})


async def test_an_invitation_names_the_chats_that_the_school_uses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    of_slack = _settings(tmp_path, SLACK_BOT_TOKEN="xoxb-1", SLACK_APP_TOKEN="xapp-1")
    await print_invitation("Ben Okafor", ["head"], of_slack)
    said = capsys.readouterr().out
    assert "In Slack:" in said
    assert "Telegram" not in said
    await print_invitation("Ben Okafor", ["head"], _settings(tmp_path))
    said = capsys.readouterr().out
    assert "In Slack:" in said
    assert "In Telegram:" in said


@pytest.mark.parametrize("number", [1, 2])
async def test_a_further_account_of_a_name_that_is_here_can_be_pasted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], number: int
) -> None:
    """Also where two are called so: then by their accounts, as the name alone is refused."""
    store = TinyStore.open(tmp_path / "data")
    for each in range(number):
        account = f"slack:T1:U{each}"
        await store.add_person(Person(f"p{each}", "Kate O'Neil", (Role.STAFF,), (account,), NOW))
    await store.close()
    await print_invitation("Kate O'Neil", ["staff"], _settings(tmp_path))
    said = capsys.readouterr().out
    command = said[said.index("headsup invite") :].strip()
    typed = shlex.split(command.replace(" or slack:T1:U1", ""))
    assert typed[:2] == ["headsup", "invite"]
    name, option, person = typed[2:]
    assert (name, option) == ("Kate O'Neil", "--for")
    await print_invitation(name, [], _settings(tmp_path), person)
    assert "For a further account of Kate O'Neil" in capsys.readouterr().out


async def test_a_code_that_is_lost_is_taken_back_with_the_next_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Typed three times, three codes would make a headteacher."""
    given = _settings(tmp_path)
    for earlier in (0, 1, 2):
        await print_invitation("Ben Okafor", ["head"], given)
        said = capsys.readouterr().out
        assert ("can still be used as well" in said) == (earlier > 0)
    await print_invitation("Cleo Martin", ["dsl"], given)
    capsys.readouterr()
    await print_invitation("ben okafor", ["head"], given, again=True)
    assert "earlier codes for ben okafor can be used no more." in capsys.readouterr().out
    names = [invitation.name for invitation in read_invitations(tmp_path / "data")]
    assert sorted(names) == ["Cleo Martin", "ben okafor"]


# --- settings and files ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["PORT", "ACTS_A_MINUTE", "REPORTS_AN_HOUR", "MAX_FILE_MB"])
@pytest.mark.parametrize("value", ["many", "-1", "1.5"])
def test_a_number_that_is_none_is_named_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(name, raising=False)
    (tmp_path / ".env").write_text(f"# settings\n{name}={value}\n")
    with pytest.raises(SettingsError) as raised:
        load()
    said = str(raised.value).splitlines()[-1]
    assert said.startswith(f"{name} (.env, line 2): ")
    assert re.search("whole number|at least", said)
    assert value not in said


def test_an_address_without_tls_is_not_called_missing() -> None:
    with pytest.raises(SettingsError, match="no address that begins with https://"):
        public_url(load({"PUBLIC_URL": "http://headsup.example.org"}))
    with pytest.raises(SettingsError, match="PUBLIC_URL is not set"):
        public_url(load({}))


async def test_the_setting_whose_port_is_taken_is_named() -> None:
    port = str(free_port())
    first, second = Servers(), Servers()
    try:
        await first.listen(load({"PORT": port}), [])
        with pytest.raises(SettingsError, match=f"Port {port} .* Choose another with METRICS"):
            await second.show_numbers(load({"METRICS": port}), [])
        with pytest.raises(SettingsError, match=f"Port {port} .* Choose another with PORT"):
            await second.listen(load({"PORT": port}), [])
    finally:
        await first.close()
        await second.close()


async def test_what_is_left_of_the_example_is_named(tmp_path: Path) -> None:
    """Its telephone numbers would be given to whoever reports a child in danger."""
    file = tmp_path / "school.toml"
    file.write_text((ROOT / "school.example.toml").read_text())
    given = _settings(tmp_path, SCHOOL_FILE=str(file))
    [said] = [
        finding.says
        for finding in (await check(given, lambda: NOW, offline=True)).found
        if "example" in finding.says
    ]
    for name in ("staff", "safeguarding_phone", "urgent_phone", "local_authority_phone"):
        assert name in said
