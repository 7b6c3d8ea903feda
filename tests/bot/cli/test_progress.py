"""How far a command has come is shown on a terminal, and nowhere else."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pexpect
import pytest

from store.progress import each, watching
from tests.bot.cli.keeping.test_backup_commands import headsup
from tests.patience import PATIENCE
from tests.store.test_verifying import furnish
from tests.talks.stage import ROOT


def on_a_terminal(line: str, folder: Path) -> str:
    """What somebody sees who types this line in a shell."""
    given = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "TERM": "xterm"}
    child = pexpect.spawn(
        "sh",
        ["-c", line],
        cwd=str(folder),
        env={**given, "HEADSUP_DATA": str(folder / "data")},
        encoding="utf-8",
        timeout=PATIENCE,
        dimensions=(40, 120),
    )
    child.expect(pexpect.EOF)
    child.close()
    assert isinstance(child.before, str)
    return child.before


def typed(*words: str) -> str:
    return shlex.join([sys.executable, "-m", "bot", *words])


async def test_a_terminal_shows_it_and_a_file_holds_what_was_said_alone(tmp_path: Path) -> None:
    await furnish(tmp_path / "data")
    seen = on_a_terminal(f"{typed('backup', 'one')} > said", tmp_path)
    assert "Backing up" in seen
    assert "2/2" in seen
    said = (tmp_path / "said").read_text()
    assert said.startswith("Backed up 2 cases")
    assert "Backing" not in said
    assert "\x1b" not in said


async def test_what_is_found_meanwhile_is_a_whole_line(tmp_path: Path) -> None:
    await furnish(tmp_path / "data")
    [file, *_] = (tmp_path / "data" / "cases").glob("*/case.json")
    file.write_bytes(file.read_bytes()[:-5])
    code, said = headsup("verify", folder=tmp_path)
    assert code == 1
    seen = on_a_terminal(typed("verify"), tmp_path)
    assert "Looking through all that is kept" in seen
    for line in said.splitlines():
        # From its beginning, whatever stood there before.
        assert re.search(rf"(^|[\n\r]|\x1b\[[0-9;?]*[A-Za-z]){re.escape(line)}\r\n", seen)


@pytest.mark.parametrize("words", [("backup", "two"), ("verify",), ("check", "--offline")])
async def test_a_pipe_hears_nothing_of_it(tmp_path: Path, words: tuple[str, ...]) -> None:
    await furnish(tmp_path / "data")
    assert "\x1b" not in headsup(*words, folder=tmp_path)[1]


def test_whoever_watches_hears_of_each_and_nobody_else_does() -> None:
    heard: list[tuple[int, int]] = []
    with watching(lambda done, of: heard.append((done, of))):
        assert list(each("ab")) == ["a", "b"]
    assert heard == [(0, 2), (1, 2), (2, 2)]
    assert list(each("ab")) == ["a", "b"]
    assert len(heard) == 3
