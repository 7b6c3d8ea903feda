"""`headsup --env-file`: one way to run every command against a service's own folders, as its account."""

from __future__ import annotations

import os
import shlex
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner

from bot import account
from bot.__main__ import app
from bot.cli.check.machine import OTHERS_READ
from bot.settings import ENV_FILE, PACKAGED_TEXTS, Settings, load
from store.errors import Trouble
from store.tiny.people import read_invitations

#: They read no settings.
WITHOUT = {"version", "backup-key", "redact"}
#: An account that is nobody's.
SOMEBODY = 54321

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="root alone can give folders away")


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder with the settings of a service, somewhere else than where commands are typed."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / ".env").write_text("HEADSUP_DATA=/nowhere\n")
    monkeypatch.chdir(tmp_path / "elsewhere")
    # Whatever a command puts there is taken away again.
    monkeypatch.setenv(ENV_FILE, "")
    etc = tmp_path / "etc"
    etc.mkdir()
    (etc / ".env").write_text(f"HEADSUP_DATA={tmp_path}/var/data\nMAX_FILE_MB=7\n")
    (etc / ".env").chmod(0o600)
    return etc


def headsup(*words: str) -> Any:
    return CliRunner().invoke(app, words)


def test_a_command_finds_the_services_folders_from_anywhere(service: Path, tmp_path: Path) -> None:
    made = headsup("--env-file", str(service / ".env"), "invite", "Gita Rao", "--role", "staff")
    assert made.exit_code == 0, made.output
    assert [one.name for one in read_invitations(tmp_path / "var" / "data")] == ["Gita Rao"]


def test_paths_count_from_the_folder_of_the_file(
    service: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENV_FILE, str(service / ".env"))
    read = load()
    assert read.max_file_mb == 7
    assert read.school_file == service / "school.toml"
    assert read.policy_texts == PACKAGED_TEXTS
    assert read.backup_to == ""

    (service / "policy_texts").mkdir()
    (service / ".env").write_text("HEADSUP_DATA=data\nBACKUP_TO=../backup\nSCHOOL_FILE=/x.toml\n")
    read = load()
    assert (read.headsup_data, read.school_file) == (service / "data", Path("/x.toml"))
    assert read.policy_texts == service / "policy_texts"
    assert read.backup_to == str(service / "../backup")
    (service / ".env").write_text("BACKUP_TO=s3://bucket/path\n")
    assert load().backup_to == "s3://bucket/path"

    # What is typed, or in the environment, counts from where one is.
    monkeypatch.setenv("HEADSUP_DATA", "here")
    assert load().headsup_data == Path("here")


def test_a_file_that_is_not_there_is_said_to_be_missing(service: Path) -> None:
    made = headsup("--env-file", str(service / "env"), "people")
    assert isinstance(made.exception, Trouble)
    assert "There is no file" in str(made.exception)


def test_check_looks_at_that_file(service: Path) -> None:
    (service / ".env").chmod(0o644)
    with (service / ".env").open("a") as file:
        file.write("SLACK_BOT_TOKN=x\n")
    made = headsup("--env-file", str(service / ".env"), "check", "--offline")
    assert OTHERS_READ.format(path=service / ".env", mode="600") in made.output
    assert f"SLACK_BOT_TOKN ({service / '.env'}, line 3)" in made.output


def every_command(group: TyperGroup, *before: str) -> Iterator[list[str]]:
    """Each with as many words as it needs."""
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from every_command(command, *before, name)
            continue
        words = [*before, name]
        for parameter in command.params:
            value = "slack" if parameter.name == "chat" else "x"
            if parameter.required:
                is_option = parameter.param_type_name == "option"
                words += [parameter.opts[0], value] if is_option else [value]
        if name == "figures":
            words.append("--all")
        if name not in WITHOUT:
            yield words


@as_root
@pytest.mark.parametrize("words", list(every_command(get_command(app))), ids="-".join)  # type: ignore[arg-type]
def test_root_is_refused_at_the_folder_of_another_account(
    service: Path, tmp_path: Path, words: list[str]
) -> None:
    data = tmp_path / "var" / "data"
    data.mkdir(parents=True)
    os.chown(data, SOMEBODY, SOMEBODY)
    made = headsup("--env-file", str(service / ".env"), *words)
    said = f"{made.output}{made.exception}"
    assert f"The folder {data} belongs to #{SOMEBODY}, and you are root" in said
    assert made.exit_code == 1
    assert list(data.iterdir()) == []


@as_root
def test_the_right_command_is_named(
    service: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "var").mkdir()
    os.chown(tmp_path / "var", SOMEBODY, SOMEBODY)
    typed = ["/opt/headsup/.venv/bin/headsup", "--env-file", "a b/.env", "invite", "Gita Rao"]
    monkeypatch.setattr(account.sys, "argv", typed)
    monkeypatch.setenv(ENV_FILE, str(service / ".env"))
    # The folder is not there yet: as the nearest above it.
    with pytest.raises(Trouble) as raised:
        load()
    command = shlex.split(str(raised.value).splitlines()[-1])
    assert command[-5:] == typed
    assert command[:-5] in (
        ["sudo", "-u", f"#{SOMEBODY}"],
        ["runuser", "-u", f"#{SOMEBODY}", "--"],
    )


@as_root
def test_root_may_use_what_is_roots_and_try_it_in_a_folder_of_a_checkout(
    service: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENV_FILE, str(service / ".env"))
    (tmp_path / "var" / "data").mkdir(parents=True)
    load()
    # Without --env-file, a folder that is not there yet is made by whoever runs the bot.
    monkeypatch.setenv(ENV_FILE, "")
    (tmp_path / "elsewhere" / ".env").unlink()
    os.chown(tmp_path / "elsewhere", SOMEBODY, SOMEBODY)
    load()
    (tmp_path / "elsewhere" / "data").mkdir()
    os.chown(tmp_path / "elsewhere" / "data", SOMEBODY, SOMEBODY)
    with pytest.raises(Trouble, match="you are root"):
        load()


@as_root
@pytest.mark.parametrize("what", ["file", "folder"])
def test_who_may_not_read_the_settings_reads_the_line_to_type(service: Path, what: str) -> None:
    """As the technician's own account, at a service's file or its folder: who else, and how."""
    with tempfile.TemporaryDirectory() as folder:
        # pytest's own folders are shut to other accounts.
        Path(folder).chmod(0o755)
        etc = Path(folder, "etc")
        shutil.copytree(service, etc)
        os.chown(etc / ".env", SOMEBODY, SOMEBODY)
        os.chown(etc, SOMEBODY, SOMEBODY)
        if what == "folder":
            etc.chmod(0o700)
        _read_as_another(etc / ".env")


def _read_as_another(env_file: Path) -> None:
    """In a process of another account: a sentence with the owner, and the command."""
    child = os.fork()
    if not child:
        said = ""
        try:
            os.setgid(SOMEBODY + 1)
            os.setuid(SOMEBODY + 1)
            load(env_file=env_file)
        except Trouble as error:
            said = str(error)
        finally:
            is_said = f"It belongs to #{SOMEBODY}" in said and "sudo -u" in said
            os._exit(0 if is_said else 1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
