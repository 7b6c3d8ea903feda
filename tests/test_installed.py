"""What is built runs away from here, with its texts; the unit and the image call what there is."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from bot.settings import Settings
from store.extras import OF_CLONE, PINNED, how_to_install
from tests.conftest import one_worker_at_a_time
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[1]
UNIT = (ROOT / "deploy" / "headsup.service").read_text()
IMAGE = (ROOT / "deploy" / "Dockerfile").read_text().replace("\\\n", " ")


@pytest.fixture(scope="session")
def installed(shared: Path, texts_are_ready: None) -> Path:
    """A fresh environment with the wheel; what it depends on is lent from here."""
    folder = shared / "installed"
    with one_worker_at_a_time(shared, "installed"):
        if not folder.exists():
            _install(folder)
    return folder / "env"


def _install(folder: Path) -> None:
    copy_source(folder / "source")
    install_wheel(build_wheel(folder / "source", folder / "dist"), folder / "env")


def copy_source(into: Path) -> None:
    """What a wheel is built from."""
    for name in ("bot", "handlers", "store", "policy_texts"):
        shutil.copytree(ROOT / name, into / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "Makefile"):
        shutil.copy(ROOT / name, into)


def build_wheel(source: Path, dist: Path) -> Path:
    """As the page says, with what is installed here."""
    here = f"BIN={Path(sys.executable).parent}"
    built = ["make", "-o", ".venv/installed", "UV=", here, "wheel"]
    subprocess.run(built, check=True, capture_output=True, cwd=source)
    [wheel] = (source / "dist").glob("*.whl")
    dist.mkdir(parents=True, exist_ok=True)
    return Path(shutil.move(wheel, dist / wheel.name))


def install_wheel(wheel: Path, env: Path) -> None:
    """Into a new environment, to which this one lends the rest."""
    venv.create(env)
    into = ("--python", str(env))
    pip = [sys.executable, "-m", "pip", *into, "install", "-q", "--no-deps", "--no-index", wheel]
    subprocess.run(pip, check=True, capture_output=True)
    [packages] = (env / "lib").glob("python*/site-packages")
    lent = Path(pytest.__file__).parents[1]
    (packages / "lent.pth").write_text(str(lent))


def run(installed: Path, folder: Path, *arguments: str, said: str = "") -> str:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "HEADSUP_DATA": str(folder / "data"),
        "XDG_CACHE_HOME": os.environ["XDG_CACHE_HOME"],
    }
    done = subprocess.run(
        [installed / "bin" / "headsup", *arguments],
        cwd=folder,
        env=environment,
        input=said,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_runs_with_its_texts(installed: Path, tmp_path: Path) -> None:
    where = subprocess.run(
        [installed / "bin" / "python", "-c", "import bot; print(bot.__file__)"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert where.startswith(str(installed))
    assert "0.2.0" in run(installed, tmp_path, "version")
    answer = json.loads(run(installed, tmp_path, "ask", "may I use my own phone", "--json"))
    assert answer
    shown = run(
        installed,
        tmp_path,
        "run",
        said="forward look https://example.org/1\ntap The school\ntap Threat of violence\n",
    )
    assert "Threat of violence" in shown
    assert list((tmp_path / "data" / "cases").glob("*/case.json"))


def test_a_folder_of_the_schools_own_comes_first(installed: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "policy_texts", tmp_path / "policy_texts")
    (tmp_path / "policy_texts" / "procedure.toml").write_text("x = 1")
    with pytest.raises(AssertionError, match="procedure.toml"):
        run(installed, tmp_path, "run")


def test_the_page_says_how_the_wheel_is_installed(installed: Path) -> None:
    """The file that is built, with an extra that it has."""
    page = (ROOT / "docs" / "technician.md").read_text()
    blocks = re.findall(r"^```sh\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    [block] = [each for each in blocks if "make wheel" in each]
    build, install, check = block.splitlines()
    assert build == "make wheel"
    named, extra = re.findall(r"dist/(.+)\[(\w+)\]'", install)[0]
    [wheel] = (installed.parent / "dist").glob("*.whl")
    assert named == wheel.name
    with zipfile.ZipFile(wheel) as opened:
        [name] = [each for each in opened.namelist() if each.endswith("/METADATA")]
        metadata = opened.read(name).decode()
        # What a clone is told to install from is not in it: a wheel says something else.
        assert not [each for each in opened.namelist() if "requirements" in each]
    assert f"Provides-Extra: {extra}\n" in metadata
    assert "psycopg" in "".join(re.findall(r"Requires-Dist: .*extra == .postgres.", metadata))
    assert check == "headsup version"


def test_what_is_missing_is_named_as_it_can_be_installed(tmp_path: Path) -> None:
    assert PINNED.exists()
    assert how_to_install() == OF_CLONE
    assert "[postgres]" in how_to_install(tmp_path / PINNED.name)


def test_the_unit_is_one_and_is_shut_in(tmp_path: Path) -> None:
    settings = dict(re.findall(r"^(\w+)=(.*)$", UNIT, re.MULTILINE))
    assert settings["ExecStart"].split()[1:] == ["--env-file", "/etc/headsup/.env", "run"]
    assert settings["NoNewPrivileges"] == "yes"
    assert settings["ProtectSystem"] == "strict"
    # An account of its own, as which people run the other commands.
    assert settings["User"] == settings["StateDirectory"] == settings["CacheDirectory"]
    # Nothing that a command by hand would not see.
    known = {name.upper() for name in Settings.model_fields}
    assert known.isdisjoint(re.findall(r"\b([A-Z_]+)=", settings["Environment"]))
    assert "EnvironmentFile" not in settings
    assert int(settings["TimeoutStopSec"]) > 10
    analyse = shutil.which("systemd-analyze")
    if analyse:
        unit = tmp_path / "headsup.service"
        unit.write_text(UNIT.replace("/opt/headsup/.venv/bin/headsup", sys.executable))
        done = subprocess.run(
            [analyse, "verify", unit], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")


def test_the_other_units_are_as_shut_in_and_run_what_there_is(tmp_path: Path) -> None:
    """Web and worker, and a timer for backups."""
    shut_in = set(
        re.findall(r"^(?:Protect|Private|Restrict|No|Lock|System|Cap)\w+=.*$", UNIT, re.M)
    )
    assert len(shut_in) > 15
    started = {"headsup@.service": "run --only %i", "headsup-backup.service": "backup"}
    for name, command in started.items():
        text = (ROOT / "deploy" / name).read_text()
        assert shut_in <= set(text.splitlines())
        settings = dict(re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE))
        assert settings["ExecStart"].partition(" ")[2] == f"--env-file /etc/headsup/.env {command}"
        # All of them are one account, as the first unit is, and read the same settings: systemd
        # would move the folder away from under a bot for an account that it makes up.
        assert "DynamicUser" not in settings
        assert settings["User"] == "headsup"
        assert settings["StateDirectory"] == "headsup"
    analyse = shutil.which("systemd-analyze")
    if not analyse:
        return
    for name in (*started, "headsup-backup.timer"):
        text = (ROOT / "deploy" / name).read_text()
        (tmp_path / name).write_text(text.replace("/opt/headsup/.venv/bin/headsup", sys.executable))
    for name in ("headsup@web.service", "headsup@worker.service", "headsup-backup.timer"):
        verify = [analyse, "verify", tmp_path / name.replace("@web", "@").replace("@worker", "@")]
        done = subprocess.run(verify, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")


def test_the_image_runs_what_there_is_and_not_as_root(installed: Path, tmp_path: Path) -> None:
    lines = re.findall(r"^([A-Z]+) +(.*)$", IMAGE, re.MULTILINE)
    for _, words in [line for line in lines if line[0] == "COPY" and "--from" not in line[1]]:
        for name in words.split()[:-1]:
            assert (ROOT / name).exists(), name
    last = dict(lines)
    # Every base by its digest, and nothing from a registry that has no hash.
    bases = [words.split()[0] for name, words in lines if name == "FROM"]
    assert bases == ["${PYTHON}", "${PYTHON}"]
    assert re.fullmatch(r"PYTHON=python:3\.11-slim@sha256:[0-9a-f]{64}", last["ARG"])
    for _, words in [line for line in lines if " pip install " in line[1]]:
        assert "--require-hashes" in words or "--no-index" in words
    assert last["USER"] == "headsup"
    program, command = json.loads(last["CMD"])
    assert (installed / "bin" / program).exists()
    assert command == "run"
    asked = json.loads(last["HEALTHCHECK"].split("CMD ", 1)[1])
    assert asked == ["headsup", "alive"]
    assert "alive" in run(installed, tmp_path, "--help")
    given = dict(pair.split("=", 1) for pair in last["ENV"].split())
    known = {name.upper() for name in Settings.model_fields}
    ours = {
        name for name in given if name not in ("PATH", "XDG_CACHE_HOME") and "PYTHON" not in name
    }
    assert ours <= known
    for _, words in [line for line in lines if line[0] == "RUN"]:
        for command in words.split(" && "):
            assert command.split()[0] in (
                *("python", "/app/bin/python", "useradd", "install"),
                *("apt-get", "rm"),
            )
