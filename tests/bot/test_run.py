"""The whole bot as a process of its own, with Slack and Telegram at once over one folder."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg

from tests.crash.nursery import command
from tests.databases import migrated
from tests.doubles.slack import SlackDouble
from tests.doubles.telegram import TelegramDouble
from tests.patience import PATIENCE
from tests.talks.stage import ROOT, screenshot

CODE = re.compile(r"join ([a-z0-9]{20,})")


def environment(folder: Path, **settings: str) -> dict[str, str]:
    kept = {
        k: v for k, v in os.environ.items() if not k.startswith(("SLACK", "TELEGRAM", "HEADSUP"))
    }
    return {
        **kept,
        "HEADSUP_DATA": str(folder / "data"),
        "SCHOOL_FILE": str(folder / "school.toml"),
        "POLICY_TEXTS": str(ROOT / "policy_texts"),
        **settings,
    }


@asynccontextmanager
async def bot(settings: dict[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *command("run"), cwd=ROOT, env=settings, stderr=asyncio.subprocess.PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 0


async def headsup(*arguments: str, settings: dict[str, str]) -> str:
    process = await asyncio.create_subprocess_exec(
        *command(*arguments),
        cwd=ROOT,
        env=settings,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    return out.decode()


async def test_a_screenshot_in_slack_is_taken_in_telegram(tmp_path: Path) -> None:
    async with SlackDouble() as slack, TelegramDouble() as telegram:
        asha, ben = slack.user("UASHA", "Asha Patel"), slack.user("UBEN", "Ben Okafor")
        slack.channel("CLEADERS", "leaders", ben)
        group = telegram.group(-1007, "Leaders")
        phone = telegram.user(77, "Ben")
        settings = environment(
            tmp_path,
            LEADERSHIP_CHANNEL="CLEADERS,-1007",
            **slack.environment,
            **telegram.environment,
        )
        async with bot(settings):
            await slack.until(lambda: slack.sockets.open)

            code = CODE.search(
                await headsup("invite", "Ben Okafor", "--role", "head", settings=settings)
            )
            assert code
            await slack.slash(ben, "/headsup", f"join {code[1]}")
            assert "Welcome, Ben Okafor." in (await slack.next(ben)).words

            printed = await headsup("invite", "phone", "--for", "Ben Okafor", settings=settings)
            link = re.search(r"https://t\.me/\w+\?start=(\S+)", printed)
            assert link
            await phone.starts(link[1])
            await telegram.waits_for(phone, "Please wait.")
            asked = await slack.next(ben)
            assert "Is this you?" in asked.words
            await slack.tap(ben, asked, "Yes, that is me")
            assert "is yours now as well" in (await slack.next(ben)).words

            shot = screenshot(tmp_path / "shot.png").read_bytes()
            await slack.message(asha, files=[slack.file(asha, "shot.png", shot)])
            answer = await slack.next(asha)
            reference = re.search(r"Case (\w{4})", answer.words)
            assert reference
            await slack.tap(asha, answer, "The school")
            answer = await slack.next(asha)
            assert slack.downloads == []
            await slack.tap(asha, answer, "Threat of violence")

            assert f"Urgent: case {reference[1]}" in (await slack.next(ben)).words
            await slack.until(lambda: slack.posted("CLEADERS"))
            assert (
                slack.posted("CLEADERS")[0].words
                == f"Urgent. Case {reference[1]}: Threat of violence."
            )
            await telegram.waits_for(group, f"Urgent. Case {reference[1]}: Threat of violence.")

            await phone.says(f"/case take {reference[1]}")
            await telegram.waits_for(phone, "Ben Okafor is looking after it")
            taken = await slack.until(
                lambda: [s for s in slack.shown(asha) if "looking after it now" in s.words]
            )
            assert taken
            folder = tmp_path / "data" / "cases" / reference[1]
            await slack.until(lambda: slack.downloads)
        case = json.loads((folder / "case.json").read_text())["case"]["1"]
        assert [e["state"] for e in case["evidence"]] == ["kept"]
        kept = folder / "evidence" / case["evidence"][0]["sha256"]
        assert kept.read_bytes() == shot
        assert len(list((tmp_path / "data" / "people").glob("*.json"))) == 2
        assert slack.refusals == []


async def test_a_used_code_and_a_made_up_one_are_refused(tmp_path: Path) -> None:
    async with TelegramDouble() as telegram:
        settings = environment(tmp_path, **telegram.environment)
        asha, finn = telegram.user(1, "Asha"), telegram.user(2, "Finn")
        async with bot(settings):
            code = CODE.search(
                await headsup("invite", "Asha Patel", "--role", "staff", settings=settings)
            )
            assert code
            await asha.says(f"/join {code[1]}")
            await telegram.waits_for(asha, "Welcome, Asha Patel.")
            await finn.says(f"/join {code[1]}")
            await telegram.waits_for(finn, "That code is not valid")
            await finn.says("/join aaaaaaaaaaaaaaaaaaaaaaaaaa")
            await telegram.until(lambda: len(telegram.shown(finn)) == 2)
            assert "That code is not valid" in telegram.shown(finn)[-1].text


async def test_it_ends_with_a_sentence_where_the_database_is_migrated_meanwhile(
    tmp_path: Path,
) -> None:
    """So that the platform starts what may be the newer version by then."""
    url = migrated("migrated_meanwhile")
    async with TelegramDouble() as telegram:
        asha = telegram.user(1, "Asha", started=True)
        settings = environment(tmp_path, **telegram.environment, DATABASE_URL=url)
        process = await asyncio.create_subprocess_exec(
            *command("run"),
            cwd=ROOT,
            env=settings,
            stderr=asyncio.subprocess.PIPE,
        )
        await asha.says("/help")
        await telegram.until(lambda: telegram.texts(asha))
        with psycopg.connect(url) as connection:
            connection.execute("ALTER TABLE accounts RENAME TO addresses")
        await asha.says("/help")
        _, said = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 1
    assert said.decode().splitlines()[-1].startswith("headsup: The database was migrated")


async def test_help_imports_nothing_heavy() -> None:
    heavy = "{'pydantic', 'slack_bolt', 'telegram', 'PIL', 'aiohttp', 'numpy', 'apscheduler'}"
    script = f"import sys, bot.__main__; print(sorted({heavy} & set(sys.modules)))"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert (await process.communicate())[0].decode().strip() == "[]"
