"""The chat in the terminal, as somebody sees it who pipes lines into it: a child process each time."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

from handlers.messages import Incoming, Reply
from tests.crash.nursery import command
from tests.patience import PATIENCE
from tests.talks.stage import ROOT, TUESDAY, StillClock, TerminalStage, screenshot

ESCAPE = "\x1b"


def environment(folder: Path) -> dict[str, str]:
    without = {name: value for name, value in os.environ.items() if "TOKEN" not in name}
    return without | {
        "HEADSUP_DATA": str(folder / "data"),
        "SCHOOL_FILE": str(folder / "school.toml"),
        "POLICY_TEXTS": str(ROOT / "policy_texts"),
        "PYTHONPATH": str(ROOT),
    }


def run(folder: Path, *lines: str | bytes, encoding: str = "utf-8") -> tuple[str, int]:
    """What is printed, and the exit status."""
    piped = b"".join((line.encode() if isinstance(line, str) else line) + b"\n" for line in lines)
    done = subprocess.run(
        command("run"),
        input=piped,
        capture_output=True,
        cwd=folder,
        env=environment(folder) | {"PYTHONIOENCODING": encoding},
        timeout=PATIENCE,
        check=False,
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return done.stdout.decode("utf-8", "replace"), done.returncode


def test_a_post_from_a_parent_to_the_end(tmp_path: Path) -> None:
    screenshot(tmp_path / "shot.png")
    screenshot(tmp_path / "Asha's other shot.png", seed=2)
    out, status = run(
        tmp_path,
        'forward "Don\'t send your children to this school!"',
        "send shot.png",
        "send Asha's other shot.png",
        "tap a mem",
        "tap not sure",
        "tap threat of v",
        "tap 1",
        "clock +90m",
        "as ben",
        "/case list",
        "as Asha",
        "/case status",
        "quit",
        "this is not read",
    )
    assert status == 0
    assert (
        "Don't send your children to this school!" not in out.split("bot>", 1)[1].split("as ben")[0]
    )
    assert "a message and 2 pictures" in out
    assert "Who is it about?" in out
    assert "Urgent: case" in out
    assert "You are Ben Okafor now." in out
    assert "You are Asha Patel now." in out
    assert "this is not read" not in out


NOT_UNDERSTOOD = {
    "/case statsu": "Did you mean",
    "tap Whatever": "There is no button “Whatever” here.",
    "tap": "tap LABEL|NUMBER",
    "send nothing.png": "There is no file nothing.png.",
    "send .": "There is no file ..",
    "send /" + "x" * 5000 + ".png": "There is no file /xxx",
    "send ~nobody-of-this-name/shot.png": "There is no file ~nobody",
    "forward": 'forward PATH|URL|"text"',
    "forward gone.png": "There is no file gone.png.",
    "clock +999999w": "at most ten years",
    "clock 0001-01-01T00:00:00+14:00": "I cannot follow",
    "clock -2h": "I cannot follow",
    "clock 2001-01-01": "can only be moved on",
}


def test_a_line_that_is_not_understood_is_answered(tmp_path: Path) -> None:
    out, status = run(tmp_path, *NOT_UNDERSTOOD, "They laugh at the cook")
    for line, said in NOT_UNDERSTOOD.items():
        assert said in out.split(f"Asha> {line}\n", 1)[1].split("Asha> ")[0]
    assert "Case" in out
    assert status == 1


async def test_each_line_that_is_not_understood_counts(tmp_path: Path) -> None:
    stage = TerminalStage(tmp_path, StillClock(TUESDAY))
    async with stage.running():
        for line in ("They laugh at the cook", *NOT_UNDERSTOOD, "/case status"):
            await stage.says("Asha", line)
    assert stage.front_end.not_understood == len(NOT_UNDERSTOOD)


async def test_a_fault_ends_one_line_and_not_the_chat(tmp_path: Path) -> None:
    async def fails(incoming: Incoming) -> Reply | None:
        raise RuntimeError(incoming.text)

    stage = TerminalStage(tmp_path, StillClock(TUESDAY))
    async with stage.running():
        await stage.front_end.obey("They laugh at the cook", fails)
        await stage.says("Asha", "They laugh at the cook")
    assert "Sorry, something went wrong" in stage.out.getvalue()
    assert "Case" in stage.out.getvalue()


def test_clumsy_lines_are_something_to_report(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    out, status = run(
        tmp_path,
        'She said "you are all liars',
        "forward don't look at C:\\shots",
        "as far as I know she wrote it",
        "as if!",
        "send help please",
        "clock off time is too late, he writes",
        "send empty.txt",
        "x" * 200_000,
        b"\xff\xfe bytes that are no text",
        "nul \0 in it",
        "as ben",
        "/case list",
    )
    assert status == 0
    assert "8 messages" in out.replace("9 messages", "8 messages")
    assert "You are Asha" not in out


def test_the_latest_button_with_that_beginning_is_pressed_if_there_is_but_one(
    tmp_path: Path,
) -> None:
    out, status = run(
        tmp_path, "They laugh at the cook", "tap a", "tap .", "tap 99", "tap chool", "tap The sch"
    )
    assert "Several buttons begin with “a”" in out
    assert "There is no button “.” here." in out
    assert "There is no button “99” here." in out
    assert "There is no button “chool” here." in out  # in the middle of a label
    assert out.count("What is it mostly about?") == 1
    assert status == 1


def test_nothing_that_is_typed_or_shown_moves_the_cursor(tmp_path: Path) -> None:
    name = f"{ESCAPE}[2Jshot.png"
    screenshot(tmp_path / name)
    out, _ = run(
        tmp_path,
        f"{ESCAPE}[31mred \u202e backwards \x9b2J \a",
        f"send {name}",
        f"tap {ESCAPE}[31m",
        f"as {ESCAPE}[31m",
        f"clock +{ESCAPE}[31m",
        f"/{ESCAPE}]0;title\a",
        "tap The school",
        "tap Threat of violence",
        "tap later",
        "as ben",
        "/case list",
    )
    assert not {ESCAPE, "\u202e", "\x9b", "\a"} & set(out)


def test_any_encoding_of_the_terminal_will_do(tmp_path: Path) -> None:
    out, status = run(tmp_path, "They laugh at the cook – “ha”", "/help", encoding="ascii")
    assert "Seen a worrying post" in out
    assert status == 0


def test_ctrl_c_ends_the_chat_at_once(tmp_path: Path) -> None:
    import pty

    controller, terminal = pty.openpty()
    child = subprocess.Popen(
        command("run"),
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        cwd=tmp_path,
        env=environment(tmp_path),
        start_new_session=True,
    )
    os.close(terminal)
    try:
        shown = b""
        while b"Asha> " not in shown:
            shown += os.read(controller, 4096)
        child.send_signal(signal.SIGINT)
        # `make run` would call anything else an error.
        assert child.wait(timeout=PATIENCE) == 0
    finally:
        child.kill()
        child.wait()
        os.close(controller)


def test_a_file_of_commands_may_be_longer_than_a_minutes_typing(tmp_path: Path) -> None:
    out, _ = run(tmp_path, "as Ben", *["/case list"] * 60)
    assert out.count("No open cases.") == 60
