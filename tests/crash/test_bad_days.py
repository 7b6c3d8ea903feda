"""Bad days of a real `headsup run`: a clear sentence, nothing acknowledged is lost, and it recovers by itself."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import socket
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from store.disk.durable import READ_ONLY
from store.disk.lock import IN_USE
from store.model.records import Person, Role, State
from store.tiny import TinyStore
from tests.crash.chats import PICTURE, Chat, InSlack, InTelegram, chat_named
from tests.crash.processes import ROOT, cold, environment
from tests.doubles.slack import SlackDouble
from tests.doubles.telegram import TelegramDouble
from tests.patience import PATIENCE
from tests.store.made import NOW, case

pytestmark = pytest.mark.usefixtures("texts_are_ready")

NOT_KEPT = "I could not keep that"
CASE = re.compile(r"[Cc]ase ([2-9B-Z]{4})")


@pytest.fixture(params=["slack", "telegram"])
async def chat(request: pytest.FixtureRequest, data: Path) -> AsyncIterator[Chat]:
    async with chat_named(request.param) as chat:
        await chat.furnish(data)
        yield chat


@pytest.fixture
async def slack(data: Path) -> AsyncIterator[InSlack]:
    async with chat_named("slack") as chat:
        assert isinstance(chat, InSlack)
        await chat.furnish(data)
        yield chat


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """The folder; whatever was forbidden there is allowed again in the end."""
    folder = tmp_path / "data"
    yield folder
    allow_writing(folder)


def reference_in(words: str) -> str:
    match = CASE.search(words)
    assert match, words
    return match[1]


def last_line(text: str) -> str:
    return text.strip().split("\n")[-1]


async def kept_texts(data: Path) -> list[str]:
    """What has been kept, each as often as it was."""
    store = TinyStore.open(data)
    assert store.damaged == {}
    cases = [await store.case(s.reference) for s in await store.summaries()]
    await store.close()
    return sorted(item.text for case in cases for item in case.evidence if item.kind == "text")


def allow_writing(data: Path) -> None:
    for folder in (data, data / "cases", *(data / "cases").glob("*")):
        if folder.exists():
            folder.chmod(0o700)


def evidence_in(data: Path, reference: str) -> list[dict[str, Any]]:
    path = data / "cases" / reference / "case.json"
    found: list[dict[str, Any]] = json.loads(path.read_bytes())["case"]["1"]["evidence"]
    return found


def wait_until_fetched(data: Path, reference: str, seconds: float = PATIENCE) -> None:
    until = time.monotonic() + seconds
    while any(item["state"] != State.KEPT for item in evidence_in(data, reference)):
        assert time.monotonic() < until, "the evidence was not fetched"
        time.sleep(0.02)


def forbid_writing(*folders: Path) -> None:
    for folder in folders:
        folder.chmod(0o500)


# --- the other side refuses, is away, or is busy -------------------------------------------------------


async def test_a_token_that_is_refused_ends_it_with_a_sentence(
    tmp_path: Path, data: Path, chat: Chat
) -> None:
    async with cold(tmp_path, environment(data, **{**chat.environment, **chat.wrong_token})) as bot:
        assert await bot.ends() == 1
    assert last_line(bot.text).startswith(f"headsup: {chat.refused}")


async def test_slacks_other_token_is_named_by_itself(
    tmp_path: Path, data: Path, slack: InSlack
) -> None:
    wrong = {**slack.environment, "SLACK_APP_TOKEN": "xapp-wrong"}
    async with cold(tmp_path, environment(data, **wrong)) as bot:
        assert await bot.ends() == 1
    assert last_line(bot.text).startswith("headsup: Slack refuses SLACK_APP_TOKEN (invalid_auth).")


async def test_one_chat_goes_on_when_the_others_token_is_refused(
    tmp_path: Path, data: Path
) -> None:
    async with SlackDouble() as in_slack, TelegramDouble() as in_telegram:
        slack, telegram = InSlack(in_slack), InTelegram(in_telegram)
        await telegram.furnish(data)
        both = {**telegram.environment, **slack.environment, **slack.wrong_token}
        async with cold(tmp_path, environment(data, **both)) as bot:
            await bot.says(slack.refused)
            await telegram.says("Have you seen this?")
            await telegram.sees("Case ")


async def test_a_chat_that_is_away_is_waited_for(tmp_path: Path, data: Path, chat: Chat) -> None:
    await chat.goes_down()
    async with cold(tmp_path, environment(data, **chat.environment)) as bot:
        await bot.says(chat.unreachable)
        await chat.comes_back()
        await chat.says("at last")
        await chat.sees("Case ")
        await chat.goes_down()
        await bot.says(chat.unreachable, times=2)
        await chat.comes_back()
        await chat.says("and again")
        await chat.sees("Case ", times=2)
        assert bot.text.count(chat.unreachable) == 2  # said once each time
    assert await kept_texts(data) == ["and again", "at last"]


async def test_an_answer_waits_as_long_as_it_is_told_to(
    tmp_path: Path, data: Path, chat: Chat
) -> None:
    chat.slows_down(seconds=1, times=2)
    async with cold(tmp_path, environment(data, **chat.environment)):
        await chat.says("Have you seen this?")
        await chat.sees("Case ")
    assert chat.seen("Case ") == 1
    assert await kept_texts(data) == ["Have you seen this?"]


# --- the disk ------------------------------------------------------------------------------------------


def give_up_soon(chat: Chat) -> None:
    """What is not kept is not acknowledged: Slack is to send it again at once, and give up then."""
    if isinstance(chat, InSlack):
        chat.slack.patience = 1.0


async def test_a_full_disk_is_said_and_forgotten_when_there_is_room(
    tmp_path: Path, data: Path, chat: Chat
) -> None:
    async with cold(tmp_path, environment(data, **chat.environment)) as bot:
        await chat.says("before")
        before = reference_in(await chat.sees("Case "))
        await chat.taps_school(before)
        bot.room(100)
        give_up_soon(chat)
        await chat.says("while it is full")
        assert "tell a leader in person" in await chat.sees(NOT_KEPT)
        await chat.says(f"/case note {before} a note while it is full", who="Ben")
        await chat.sees(NOT_KEPT, who="Ben")
        bot.room()
        await chat.says("after")
        # Telegram sends again what was not taken, for as long as it takes; Slack a few times.
        comes_again = ["while it is full"] if isinstance(chat, InTelegram) else []
        await chat.sees("Case ", times=2 + len(comes_again))
    assert await kept_texts(data) == ["after", "before", *comes_again]


async def test_evidence_that_did_not_fit_is_fetched_when_there_is_room(
    tmp_path: Path, data: Path, chat: Chat
) -> None:
    async with cold(tmp_path, environment(data, **chat.environment)) as bot:
        await chat.says("what he wrote", PICTURE)
        reference = reference_in(await chat.sees("Case "))
        bot.room(50_000)  # enough for words
        await chat.taps_threat(reference)
        await bot.says("evidence not kept")
        await chat.sees("Urgent", who="Ben")
        await chat.says(f"/case {reference}")
        await chat.sees("Not yet kept")
        bot.room()
        await chat.says("anything wakes it")
        await asyncio.to_thread(wait_until_fetched, data, reference)
    [picture] = [item for item in evidence_in(data, reference) if item["kind"] != "text"]
    assert (data / "cases" / reference / "evidence" / picture["sha256"]).read_bytes() == PICTURE


async def test_a_folder_that_may_not_be_written_to_is_said_at_start(
    tmp_path: Path, data: Path, slack: InSlack
) -> None:
    forbid_writing(data / "cases", data)
    async with cold(tmp_path, environment(data, **slack.environment), ordinary=True) as bot:
        assert await bot.ends() == 1
    assert last_line(bot.text) == f"headsup: {READ_ONLY.format(folder=data)}"


async def test_a_folder_that_cannot_be_made_is_said_at_start(
    tmp_path: Path, slack: InSlack
) -> None:
    place = tmp_path / "locked" / "data"
    place.parent.mkdir(mode=0o500)
    async with cold(tmp_path, environment(place, **slack.environment), ordinary=True) as bot:
        assert await bot.ends() == 1
    assert last_line(bot.text) == f"headsup: {READ_ONLY.format(folder=place)}"


async def test_a_folder_that_turns_read_only_is_said_and_forgotten(
    tmp_path: Path, data: Path, slack: InSlack
) -> None:
    async with cold(tmp_path, environment(data, **slack.environment), ordinary=True):
        await slack.says("before")
        await slack.sees("Case ")
        forbid_writing(data / "cases", *(data / "cases").iterdir())
        give_up_soon(slack)
        await slack.says("while it is read-only")
        await slack.sees(NOT_KEPT)
        allow_writing(data)
        await slack.says("after")
        await slack.sees("Case ", times=2)
    assert await kept_texts(data) == ["after", "before"]


async def test_a_damaged_case_is_named_to_the_lead_not_to_the_head_and_stops_nothing(
    tmp_path: Path, data: Path, slack: InSlack
) -> None:
    bad, good = case("slack:1", by="asha"), case("slack:2", by="asha")
    store = TinyStore.open(data)
    await store.add(bad)
    await store.add(good)
    slack.slack.user("UCLEO", "Cleo Martin")
    account = f"slack:{slack.slack.team}:UCLEO"
    await store.add_person(Person("cleo", "Cleo Martin", (Role.DSL,), (account,), NOW))
    await store.close()
    (data / "cases" / bad.reference / "case.json").write_bytes(b'{"case": {"1": {"reference": "')
    async with cold(tmp_path, environment(data, **slack.environment)) as bot:
        await bot.says(bad.reference)
        await slack.says(f"/case {bad.reference}", who="Ben")
        await slack.sees("I know no case", who="Ben")  # it may be about the head
        await slack.says(f"/case {bad.reference}")
        await slack.sees("I know no case")  # nobody else hears that there is such a case
        await slack.says(f"/case {good.reference}")
        await slack.sees(f"Case {good.reference}")
    assert (data / "cases" / bad.reference / "case.damaged1").exists()


# --- the technician ------------------------------------------------------------------------------------


async def test_a_second_process_on_the_same_folder_is_refused(
    tmp_path: Path, data: Path, slack: InSlack
) -> None:
    settings = environment(data, **slack.environment)
    async with cold(tmp_path, settings) as first:
        await first.says("slack connected")
        async with cold(tmp_path, settings) as second:
            assert await second.ends() == 1
        assert second.text == f"headsup: {IN_USE.format(folder=data)}\n"
        await slack.says("the first goes on")
        await slack.sees("Case ")


async def test_a_port_that_is_taken_is_said(tmp_path: Path, data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        settings = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s", "PORT": port}
        async with cold(tmp_path, environment(data, **settings)) as bot:
            assert await bot.ends() == 1
    sentence = (
        f"headsup: Port {port} cannot be used (Address already in use). Choose another with PORT."
    )
    assert last_line(bot.text) == sentence


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("urgent = true", "urgent = maybe", "procedure.toml, line {}: this line cannot be read"),
        (
            "governors = true",
            "goverors = true",
            "procedure.toml, line {}: category.goverors: nothing here",
        ),
    ],
)
async def test_a_mistake_in_the_procedure_is_named_by_its_line(
    tmp_path: Path, data: Path, right: str, wrong: str, said: str
) -> None:
    texts = tmp_path / "texts"
    shutil.copytree(ROOT / "policy_texts", texts)
    procedure = (texts / "procedure.toml").read_text("utf-8")
    number = procedure[: procedure.index(f"\n{right}") + 1].count("\n") + 1
    (texts / "procedure.toml").write_text(procedure.replace(f"\n{right}", f"\n{wrong}", 1), "utf-8")
    settings = environment(data, SLACK_BOT_TOKEN="xoxb-1", SLACK_APP_TOKEN="xapp-1")
    async with cold(tmp_path, {**settings, "POLICY_TEXTS": str(texts)}) as bot:
        assert await bot.ends() == 1
    assert bot.text.startswith(f"headsup: {texts}/{said.format(number)}")
    assert bot.text.count("\n") == 1
