"""Whatever Telegram may send, by long polling: nothing that was confirmed is lost, and it goes on."""

from __future__ import annotations

import copy
import itertools
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.doubles.telegram import TelegramDouble
from tests.doubles.telegram_updates import Waiting
from tests.fuzz.nasty import DEEP, WORDS, examples, tampered
from tests.talks.stage import TUESDAY, StillClock, TelegramStage, screenshot

TOKEN = "They call the kitchen filthy"
NUMBERS = itertools.count(1)
Update = dict[str, Any]


@asynccontextmanager
async def in_telegram(folder: Path) -> AsyncIterator[TelegramStage]:
    async with TelegramDouble() as telegram:
        stage = TelegramStage(folder, StillClock(TUESDAY), telegram)
        async with stage.running():
            yield stage


async def everything(stage: TelegramStage, folder: Path) -> list[Update]:
    """One update of every kind that there is."""
    asha, telegram = stage.users["Asha"], stage.telegram
    shot = screenshot(folder / "shot.png").read_bytes()
    group = telegram.group(-100, "Staff")
    said = await asha.says(f"{TOKEN} https://example.org/1")
    await telegram.until(lambda: telegram.shown(asha))
    updates = [
        said,
        await asha.sends_photo(shot, caption=TOKEN),
        await asha.sends_document(shot, caption=TOKEN),
        *await asha.sends_album([shot, shot], caption=TOKEN),
        await asha.forwards(TOKEN, hidden="A parent"),
        await asha.forwards(TOKEN, user=stage.users["Gita"]),
        await asha.edits(said, f"{TOKEN}, they say"),
        await asha.says("/case"),
        await asha.says("/start"),
        await asha.taps("Urgent"),
        await asha.says(TOKEN, chat=group),
        await asha.sends("voice", b"voice"),
        await asha.sends_other(location={"latitude": 1.0, "longitude": 2.0}),
    ]
    await telegram.taken_in()
    return updates


def fresh(update: Update, token: str) -> Update:
    """The same thing, sent at another time and in other words, without its number."""
    again: Update = json.loads(json.dumps(update).replace(TOKEN, token))
    del again["update_id"]
    for content in again.values():
        if "message_id" in content and "edit_date" not in content:
            content["message_id"] = 50_000 + next(NUMBERS)
            content.pop("media_group_id", None)
    return again


def without_depth(value: Any) -> Any:
    """As deep as JSON may be that other programs write."""
    if value == DEEP:
        return json.loads('[{"a":' * 40 + "1" + "}]" * 40)
    if isinstance(value, dict):
        return {key: without_depth(item) for key, item in value.items()}
    return [without_depth(item) for item in value] if isinstance(value, list) else value


def is_sound(update: Update, before: Update) -> bool:
    """Whether it still is a message of Asha's, with her words."""
    now, was = update.get("message"), before.get("message")
    if (
        not isinstance(now, dict)
        or not was
        or was["chat"]["type"] != "private"
        or "text" not in was
    ):
        return False
    return all(
        now.get(key) == was.get(key) for key in ("message_id", "from", "chat", "text", "date")
    )


async def kept(stage: TelegramStage) -> str:
    """Every word of every case."""
    store = stage.bot.desk.store
    cases = [await store.case(s.reference) for s in await store.summaries()]
    return "\n".join(item.text for case in cases for item in case.evidence)


async def works(stage: TelegramStage) -> None:
    """The next message is kept and answered."""
    words, gita = f"And this works, number {next(NUMBERS)}", stage.users["Gita"]
    before = len(stage.seen("Gita"))
    await gita.says(words)
    await stage.telegram.until(lambda: len(stage.seen("Gita")) > before)
    await stage.telegram.taken_in()
    assert words in await kept(stage)
    everybody = [
        seen.words for name in ("Asha", "Ben", "Cleo", "Gita") for seen in stage.seen(name)
    ]
    assert not any("Traceback" in seen or "Error:" in seen for seen in everybody)


@examples(6)
@given(data=st.data())
async def test_updates_that_were_tampered_with(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("telegram")
    async with in_telegram(folder) as stage:
        templates = await everything(stage, folder)
        sound = []
        for _ in range(25):
            token = f"{TOKEN} {uuid.uuid4()}"
            before = fresh(data.draw(st.sampled_from(templates)), token)
            update = without_depth(data.draw(tampered(before)))
            if update:
                stage.telegram.updates.add(copy.deepcopy(update))
                # A command is obeyed, whatever stands beside it, and not kept.
                is_report = token in json.dumps(before)
                sound += [(token, update)] if is_report and is_sound(update, before) else []
        await works(stage)
        words = await kept(stage)
        lost = [update for token, update in sound if token not in words]
        assert not lost, f"confirmed and lost: {lost}"
        assert not any("something went wrong here" in seen.words for seen in stage.seen("Asha"))


STRANGE: tuple[Any, ...] = (
    {},
    {"message": None},
    {"message": []},
    {"message": {"chat": 7}},
    {"callback_query": {"from": None}},
    {"poll_answer": "x"},
    {"made_up_tomorrow": {"a": 1}},
)


async def test_updates_that_are_none(tmp_path: Path) -> None:
    async with in_telegram(tmp_path) as stage:
        for strange in STRANGE:
            update = {"update_id": next(stage.telegram.updates._numbers), **strange}
            stage.telegram.updates.waiting.append(Waiting(update))
        await works(stage)


async def test_messages_with_anything_in_them_are_kept_and_answered(tmp_path: Path) -> None:
    async with in_telegram(tmp_path) as stage:
        for number, words in enumerate(WORDS):
            said = (
                f"{TOKEN} {number} {words}"[:4_000]
                .encode("utf-16", "surrogatepass")
                .decode("utf-16", "replace")
            )
            await stage.users["Asha"].says(said)
        await works(stage)
        words = await kept(stage)
        assert [number for number in range(len(WORDS)) if f"{TOKEN} {number}" not in words] == []
