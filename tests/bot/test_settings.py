"""Settings that somebody has saved in a way of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import load
from store.errors import Trouble


def refused(saved: bytes, folder: Path) -> str:
    """What is said of such a `.env`."""
    file = folder / ".env"
    file.write_bytes(saved)
    with pytest.raises(Trouble) as caught:
        load(env_file=file)
    return str(caught.value).replace(str(file), ".env")


@pytest.mark.parametrize(
    ("saved", "line"),
    [
        ("PORT=80\n".encode("utf-16"), 1),
        ("PORT=80\n".encode("utf-16-be"), 1),
        (b"\xff\xfe\x00", 1),
        (b"\xfe\xff\x00P", 1),
        (b"PORT=80\nSLACK_BOT\xb4_TOKEN=1\n", 2),
    ],
)
def test_a_file_in_another_encoding_is_named(saved: bytes, line: int, tmp_path: Path) -> None:
    said = refused(saved, tmp_path)
    assert said.startswith(f".env, line {line}: ")
    assert said.endswith("encoded as UTF-8.")


@pytest.mark.parametrize(
    ("saved", "said"),
    [
        ("# tokens\n\nSLACK_BOT_TOKEN xoxb-1\n", "line 3: no setting. Write NAME=value"),
        ("PORT=1\n\n\nSLACK_BOT_TOKEN\n", "line 4: SLACK_BOT_TOKEN has no “=” after it"),
        ("PORT=1\nSLACK_BOT_TOKEN=“xoxb-1”\n", "line 2: the value of SLACK_BOT_TOKEN is in curly"),
        ("SLACK_BOT_TOKEN=‘xoxb-1’\n", "line 1: the value of SLACK_BOT_TOKEN is in curly"),
        ("=3\n", "line 1: no setting"),
        ("PORT='80\n", "line 1: no setting"),
    ],
)
def test_a_line_that_is_no_setting_is_named(saved: str, said: str, tmp_path: Path) -> None:
    assert f".env, {said}" in refused(saved.encode(), tmp_path)


def test_each_mistake_has_its_line_and_no_value_is_shown(tmp_path: Path) -> None:
    said = refused("one\nSLACK_BOT_TOKEN=“xoxb-secret”\n\nthree\n".encode(), tmp_path)
    assert [line.split(":")[0] for line in said.split("\n")] == [
        ".env, line 1",
        ".env, line 2",
        ".env, line 4",
    ]
    assert "secret" not in said


def test_a_file_with_a_mark_before_it_is_read(tmp_path: Path) -> None:
    """Windows' Notepad writes it."""
    file = tmp_path / ".env"
    file.write_bytes(b"\xef\xbb\xbfMAX_FILE_MB=7\r\nREPORTS_AN_HOUR=8\r\n")
    read = load(env_file=file)
    assert (read.max_file_mb, read.reports_an_hour) == (7, 8)


def test_the_environment_comes_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / ".env"
    file.write_text("MAX_FILE_MB=7\nREPORTS_AN_HOUR=8\nHERE=x\nHEADSUP_DATA=${HERE}/data\n")
    monkeypatch.setenv("MAX_FILE_MB", "9")
    monkeypatch.setenv("REPORTS_AN_HOUR", "")
    read = load(env_file=file)
    assert (read.max_file_mb, read.reports_an_hour) == (9, 8)
    assert read.headsup_data == tmp_path / "x/data"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="cannot be read"):
        load(env_file=tmp_path)
