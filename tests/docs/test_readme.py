"""The README, word for word, in an empty folder: what it says to type is typed, and one sees what it says."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from tests.bot.cli.test_setup import HEAD, SCHOOL, Answers
from tests.doubles.slack import SlackDouble
from tests.doubles.telegram import TelegramDouble
from tests.patience import PATIENCE
from tests.talks.stage import ROOT

README = (ROOT / "README.md").read_text("utf-8")
BLOCK = re.compile(r"^ *```(\w+)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
IN_PASSING = re.compile(
    r"`(\.venv/bin/headsup [^`]+)`|^ {4,}(\.venv/bin/headsup .*?)(?: {2,}#.*)?$", re.MULTILINE
)
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "data", "school-data", ".env", "school.toml", "__pycache__", ".*_cache"
)


def commands() -> list[str]:
    """Every line to type into a shell, in its order."""
    lines = [
        line for kind, text in BLOCK.findall(README) if kind == "sh" for line in text.splitlines()
    ]
    return [line.partition("  #")[0].strip() for line in lines if line.strip()]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A fresh copy, with everything installed already: nothing here needs the network."""
    there = tmp_path / "heads-up"
    shutil.copytree(ROOT, there, ignore=LEFT_OUT)
    (there / ".venv").mkdir()
    (there / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    for marker in ("installed", "installed-dev"):
        (there / ".venv" / marker).touch()
    return there


def environment(checkout: Path, **settings: str) -> dict[str, str]:
    without = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith(("SLACK", "TELEGRAM", "HEADSUP", "MAKE"))
    }
    return {
        **without,
        "PYTHONPATH": str(checkout),
        "PYTHONUNBUFFERED": "1",
        "TERM": "dumb",
        **settings,
    }


def shell(
    command: str, checkout: Path, env: dict[str, str], *, status: int = 0, typed: str = ""
) -> str:
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=checkout,
        env=env,
        input=typed,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


def answered(command: str, answers: Answers, checkout: Path, env: dict[str, str]) -> str:
    child = pexpect.spawn(
        "/bin/sh",
        ["-c", command],
        cwd=str(checkout),
        env=env,
        encoding="utf-8",
        timeout=PATIENCE,
        dimensions=(50, 200),
    )
    for question, typed in answers:
        child.expect_exact(question)
        child.expect([r": $", r"\]: $", r"\]$"])
        child.sendline(typed)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0, child.before
    return str(child.before)


async def test_what_it_says_to_type_does_what_it_says(checkout: Path) -> None:
    """From the first chat in the terminal to a forwarded message in Slack and in Telegram."""
    [talk] = [text for kind, text in BLOCK.findall(README) if kind == "text"]
    done: list[str] = []
    async with SlackDouble() as slack, TelegramDouble() as telegram:
        env = environment(checkout, SLACK_API_URL=slack.api_url, TELEGRAM_API_URL=telegram.api_url)

        async def run(command: str, **how: object) -> str:
            assert commands()[len(done)] == command
            done.append(command)
            return await asyncio.to_thread(shell, command, checkout, env, **how)  # type: ignore[arg-type]

        out = await run("make run", typed=talk)
        assert "→ Ben>" in out
        assert "Nothing is overdue." in out
        assert commands()[1] == "make test"
        done.append("make test")  # this is it
        assert "pytest" in await asyncio.to_thread(shell, "make --dry-run test", checkout, env)
        shutil.rmtree(checkout / "data")
        (checkout / "talk.txt").write_text(talk)
        out = await run(".venv/bin/headsup run < talk.txt")
        assert "Threat of violence, urgent" in out

        await run(".venv/bin/headsup manifest > manifest.json")
        assert (
            json.loads((checkout / "manifest.json").read_text())["display_information"]["name"]
            == "Heads Up"
        )

        assert commands()[len(done)] == ".venv/bin/headsup setup"
        done.append(".venv/bin/headsup setup")
        answers = [
            *SCHOOL,
            ("use Slack", "y"),
            ("bot token", slack.bot_token),
            ("reach the bot", ""),
            ("app token", slack.app_token),
            ("use Telegram", "y"),
            ("Telegram's token", telegram.token),
            ("hear by mail", ""),
            ("holds the made-up people", ""),
            *HEAD,
            ("Write this?", "y"),
        ]
        said = await asyncio.to_thread(answered, done[-1], answers, checkout, env)
        code = re.search(r"/headsup join ([a-z0-9]{26})", said)
        assert code

        assert commands()[len(done)] == "make run"
        done.append("make run")
        with (checkout / "log").open("wb") as log:
            bot = await asyncio.create_subprocess_exec(
                "make", "run", cwd=checkout, env=env, stderr=log, start_new_session=True
            )
        try:
            await slack.until(lambda: slack.sockets.open)
            ben, asha = slack.user("UBEN", "Ben Okafor"), slack.user("UASHA", "Asha Patel")
            await slack.slash(ben, "/headsup", f"join {code[1]}")
            assert "Welcome, Ben Okafor." in (await slack.next(ben)).words
            await slack.slash(ben, "/headsup", "people invite Cleo Martin as leader")
            assert "An invitation for Cleo Martin (leadership)" in (await slack.next(ben)).words
            await slack.message(asha, "Look what they write: https://example.com/post")
            assert re.search(r"Case \w{4}", (await slack.next(asha)).words)

            out = await run('.venv/bin/headsup invite "Asha Patel" --role staff')
            link = re.search(r"https://t\.me/\w+\?start=(\S+)", out)
            assert link
            phone = telegram.user(77, "Asha")
            await phone.starts(link[1])
            await telegram.waits_for(phone, "Welcome, Asha Patel.")

            out = await run(".venv/bin/headsup check", status=1)
            assert "nobody is safeguarding lead" in out
            assert "nobody is headteacher" not in out
            assert "The bot is running." in out
        finally:
            os.killpg(bot.pid, signal.SIGTERM)
            await bot.wait()
        log_text = (checkout / "log").read_text()
        assert "slack connected" in log_text
        assert "running" in log_text
    assert done == commands()


def test_what_it_names_in_passing_runs_as_well(checkout: Path) -> None:
    env = environment(checkout)
    shell("make run", checkout, env, typed="quit\n")
    shutil.copytree(checkout / "data", checkout / "older")
    (checkout / "notes.md").write_text("# Trips\n\nTake the register with you.\n")
    ours = {
        " setup": " setup --help",
        "FILE": "notes.md",
        "FOLDER": "policy_texts",
        "/backup/data": "older",
    }
    blocks = BLOCK.sub("", README)
    named = dict.fromkeys("".join(found).strip() for found in IN_PASSING.findall(blocks))
    assert len(named) >= 6
    for command in named:
        for words, instead in ours.items():
            command = command.replace(words, instead)
        assert shell(command, checkout, env), command


def test_its_links_lead_somewhere() -> None:
    for link in re.findall(r"\]\((?!https?:)([^)#]+)", README):
        assert (ROOT / link).exists(), link
