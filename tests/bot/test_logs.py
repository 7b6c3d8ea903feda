"""Logs hold ids and kinds, never names or what people wrote."""

from __future__ import annotations

import asyncio
import gc
import io
import json
import logging
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from bot.monitoring import logs
from bot.monitoring.logs import request
from store.tiny import TinyStore
from tests.bot.test_run import CODE, bot, environment, headsup
from tests.doubles.slack import SlackDouble
from tests.doubles.telegram import TelegramDouble
from tests.talks.stage import screenshot

WORDS = (
    "Noor Malik plans to hurt Mr Ahmed",
    "https://example.org/group/17",
    "ring her aunt Samira",
)

NAMES = (
    "Asha",
    "Patel",
    "Ben",
    "Okafor",
    "Cleo",
    "Marsh",
    "Noor",
    "Malik",
    "Ahmed",
    "Samira",
    "year4",
)
TYPED = ("aunt", "hurt", "photograph", "statsu")


async def test_a_talk_leaves_no_name_and_no_word_of_it(tmp_path: Path) -> None:
    async with SlackDouble() as slack, TelegramDouble() as telegram:
        asha, ben = slack.user("UASHA", "Asha Patel"), slack.user("UBEN", "Ben Okafor")
        phone = telegram.user(77, "Cleo Marsh")
        given = environment(tmp_path, **slack.environment, **telegram.environment)
        async with bot(given) as process:
            await slack.until(lambda: slack.sockets.open)
            code = CODE.search(
                await headsup("invite", "Ben Okafor", "--role", "head", settings=given)
            )
            cleos = CODE.search(
                await headsup("invite", "Cleo Marsh", "--role", "dsl", settings=given)
            )
            assert code
            assert cleos
            await slack.slash(ben, "/headsup", f"join {code[1]}")
            await slack.next(ben)
            await phone.says(f"/join {cleos[1]}")
            await telegram.waits_for(phone, "Welcome, Cleo Marsh.")
            shot = screenshot(tmp_path / "year4-photo.png").read_bytes()
            await slack.message(
                asha, f"{WORDS[0]} {WORDS[1]}", files=[slack.file(asha, "year4-photo.png", shot)]
            )
            answer = await slack.next(asha)
            reference = re.search(r"Case (\w{4})", answer.words)
            assert reference
            await slack.tap(asha, answer, "The school")
            await slack.tap(asha, await slack.next(asha), "Threat of violence")
            await slack.next(ben)
            await slack.slash(ben, "/case", f"note {reference[1]} {WORDS[2]}")
            await slack.slash(ben, "/case", "statsu of Noor Malik")
            await slack.slash(ben, "/policy", "may I photograph Samira")
            await phone.says("/case take")
            await telegram.waits_for(phone, "Which case?")
            process.send_signal(signal.SIGTERM)
            assert process.stderr
            said = (await process.stderr.read()).decode()
            await process.wait()
        lines = [json.loads(line) for line in said.splitlines()]
        assert [line["kind"] for line in lines if line["event"] == "answered"].count("command") >= 5
        assert {line["chat"] for line in lines if "ms" in line} == {"slack", "telegram"}
        assert len({line["request"] for line in lines if "ms" in line}) >= 7
        secrets = [code[1], cleos[1], *slack.environment.values(), *telegram.environment.values()]
        for word in [
            *NAMES,
            *TYPED,
            "example.org",
            *(s for s in secrets if not s.startswith("http")),
        ]:
            assert word.lower() not in said.lower()


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is written to standard error, as it is set up for a process; all is as it was afterwards."""
    out = io.StringIO()
    monkeypatch.setattr(sys, "stderr", out)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(logging.root, "handlers", [])
    before = structlog.get_config()
    logs.set_up()
    structlog.configure(cache_logger_on_first_use=False)
    yield out
    structlog.configure(**before)


def secret() -> None:
    raise ValueError("Noor Malik is in danger")


def only(out: io.StringIO) -> dict[str, str]:
    [line] = out.getvalue().splitlines()
    assert "Noor" not in line
    found: dict[str, str] = json.loads(line)
    return found


def test_an_exception_is_its_kind_and_its_places(written: io.StringIO) -> None:
    try:
        secret()
    except ValueError:
        structlog.get_logger().exception("it failed")
    line = only(written)
    assert (line["event"], line["why"], line["level"]) == ("it failed", "ValueError", "error")
    assert line["trace"].startswith("Traceback: tests/bot/test_logs.py:")
    assert line["trace"].endswith(" secret")


def test_so_is_one_that_ends_the_process(written: io.StringIO) -> None:
    try:
        secret()
    except ValueError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    assert only(written)["why"] == "ValueError"


async def test_so_is_one_that_nobody_waits_for(written: io.StringIO) -> None:
    async def fails() -> None:
        secret()

    task = asyncio.create_task(fails())
    await asyncio.sleep(0)
    del task
    gc.collect()
    line = only(written)
    assert (line["library"], line["why"]) == ("asyncio", "ValueError")


def test_a_library_says_no_words(written: io.StringIO) -> None:
    logging.getLogger("slack_bolt").error("could not read %s", "Noor Malik")
    assert only(written)["library"] == "slack_bolt"


async def test_a_request_has_one_id_down_to_the_store(written: io.StringIO, tmp_path: Path) -> None:
    store = TinyStore.open(tmp_path)
    (tmp_path / "people" / "x.json").touch()
    with request():
        structlog.get_logger().info("in front")
        await store._in_thread(store._leave_out, "x", tmp_path / "people" / "x.json", ValueError())
    structlog.get_logger().info("after")
    await store.close()
    front, below, after = (json.loads(line) for line in written.getvalue().splitlines())
    assert front["request"] == below["request"]
    assert below["event"] == "damaged file put aside"
    assert "request" not in after
