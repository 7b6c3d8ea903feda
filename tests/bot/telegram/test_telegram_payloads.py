"""Every documented kind of update, and some that are not yet: what can be seen of it is kept and
answered, and what nobody sent opens nothing.
"""

from __future__ import annotations

import copy
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.telegram.reading.raw_message import ENVELOPE, SERVICE
from store.model.evidence import Evidence
from tests.asking import holder_of
from tests.bot.telegram.test_telegram_webhook import HEADER, SECRET, URL
from tests.doubles.telegram import TelegramDouble
from tests.doubles.telegram_updates import Waiting
from tests.fuzz.nasty import examples
from tests.talks.stage import TUESDAY, StillClock, TelegramStage

FOLDER = Path(__file__).parents[2] / "payloads" / "telegram"
#: Of the corpus, who sends it and where.
SENDER = 4242
APART = timedelta(minutes=15)
Update = dict[str, Any]
Send = Callable[[Update], Coroutine[Any, Any, None]]


@dataclass(frozen=True)
class Payload:
    name: str
    opens: bool
    visible: list[str]
    files: int
    update: Update


def corpus() -> list[Payload]:
    found = []
    for path in sorted(FOLDER.glob("*.json")):
        said = json.loads(path.read_text())
        found.append(
            Payload(path.stem, said["opens"], said["visible"], said["files"], said["update"])
        )
    return found


class Replay:
    """A whole bot, to which updates are sent as Telegram would."""

    def __init__(self, stage: TelegramStage, send: Send) -> None:
        self.stage = stage
        self._send = send
        self._numbers = iter(range(1_000, 1_000_000))

        # The group of the corpus.
        stage.telegram.group(-1001234567890, "Staff room")

    async def send(self, update: Update) -> str:
        """Send one as Asha, a quarter of an hour after the last. Gives its message's source key."""
        asha = self.stage.users["Asha"].id
        self.stage.clock._set(self.stage.clock.now() + APART)
        number = next(self._numbers)
        text = json.dumps(update).replace(str(SENDER), str(asha))
        fresh: Update = json.loads(text)
        fresh["update_id"] = 800_000_000 + number
        for key in ("message", "edited_message"):
            if key in fresh:
                fresh[key]["message_id"] = number
                fresh[key]["date"] = int(self.stage.clock.now().timestamp())
        await self._send(fresh)
        return f"telegram:{asha}:{number}"

    async def evidence(self, source: str) -> tuple[Evidence, ...] | None:
        store = self.stage.bot.desk.store
        reference = await holder_of(store, source)
        if reference is None:
            return None
        case = await store.case(reference)
        return tuple(item for item in case.evidence if item.source == source)

    def answers(self) -> int:
        return len(self.stage.telegram.shown(self.stage.users["Asha"]))

    async def is_answered(self, before: int) -> None:
        await self.stage.telegram.until(lambda: self.answers() > before)


@asynccontextmanager
async def by_polling(folder: Path) -> AsyncIterator[Replay]:
    async with TelegramDouble() as telegram:
        stage = TelegramStage(folder, StillClock(TUESDAY), telegram)
        async with stage.running():

            async def send(update: Update) -> None:
                telegram.updates.waiting.append(Waiting(update))
                telegram.updates._wake()
                await telegram.taken_in()

            yield Replay(stage, send)


@asynccontextmanager
async def by_webhook(folder: Path) -> AsyncIterator[Replay]:
    async with TelegramDouble() as telegram:
        hook = {"TELEGRAM_WEBHOOK_URL": URL, "TELEGRAM_WEBHOOK_SECRET": SECRET}
        stage = TelegramStage(folder, StillClock(TUESDAY), telegram, **hook)
        async with stage.running(), aiohttp.ClientSession(headers={HEADER: SECRET}) as client:
            await telegram.until(lambda: telegram.updates.webhook)
            app = web.Application()
            app.add_routes(stage.bot.front_ends["telegram"].routes(stage.bot.receive))
            runner = web.AppRunner(app)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            address = f"http://127.0.0.1:{runner.addresses[0][1]}/hooks/telegram"

            async def send(update: Update) -> None:
                async with client.post(address, json=update) as response:
                    assert response.status == 200, update

            yield Replay(stage, send)
            await runner.cleanup()


def all_words(evidence: tuple[Evidence, ...]) -> str:
    """Everything that is kept of a message, and of where it came from."""
    lines = []
    for item in evidence:
        lines += [item.text, item.name, *item.origin.values()]
    return "\n".join(lines)


def missing(payload: Payload, evidence: tuple[Evidence, ...] | None) -> list[str]:
    """What is wrong with what was kept."""
    if not payload.opens:
        return [] if evidence is None else [f"{payload.name}: opened a case"]
    if evidence is None:
        return [f"{payload.name}: kept nothing"]
    words = all_words(evidence)
    wrong = [f"{payload.name}: {seen!r}" for seen in payload.visible if seen not in words]
    files = [item for item in evidence if item.pointer]
    if len(files) != payload.files:
        wrong.append(f"{payload.name}: {len(files)} files")
    return wrong


@pytest.mark.parametrize("way", [by_polling, by_webhook])
async def test_all_that_can_be_seen_is_kept_and_answered(
    tmp_path: Path, way: Callable[[Path], Any]
) -> None:
    wrong = []
    with capture_logs() as logs:
        async with way(tmp_path) as replay:
            for payload in corpus():
                before = replay.answers()
                source = await replay.send(copy.deepcopy(payload.update))
                wrong += missing(payload, await replay.evidence(source))
                if payload.opens:
                    await replay.is_answered(before)
    assert wrong == []
    assert [entry for entry in logs if entry["log_level"] in ("error", "warning")] == []


# --- any message ----------------------------------------------------------------------------------

WORDS = st.text(st.characters(categories=("L", "N", "Zs")), min_size=3, max_size=30).filter(
    lambda text: len(text.strip()) > 2
)
#: Names of keys that no version of the Bot API has.
UNKNOWN = st.from_regex(r"x[a-z]{3,9}_[a-z]{3,9}", fullmatch=True).filter(
    lambda key: not key.endswith(("_id", "_ids", "_type")) and key not in ENVELOPE | SERVICE
)
VALUES = st.recursive(
    WORDS | st.integers() | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(UNKNOWN, inner, max_size=3),
    max_leaves=8,
)
KNOWN: dict[str, st.SearchStrategy[Any]] = {
    "text": WORDS,
    "caption": WORDS,
    "dice": st.just({"emoji": "🎲", "value": 3}),
    "contact": st.builds(lambda w: {"phone_number": "+44", "first_name": w, "vcard": w}, WORDS),
    "poll": st.builds(
        lambda question, option, why: {
            "id": "1",
            "question": question,
            "options": [{"persistent_id": "1", "text": option, "voter_count": 0}],
            "total_voter_count": 0,
            "is_closed": False,
            "is_anonymous": True,
            "type": "quiz",
            "allows_multiple_answers": False,
            "allows_revoting": False,
            "members_only": False,
            "explanation": why,
        },
        WORDS,
        WORDS,
        WORDS,
    ),
    "story": st.builds(
        lambda title: {"chat": {"id": -1, "type": "channel", "title": title}, "id": 3}, WORDS
    ),
    "checklist": st.builds(
        lambda title, task: {"title": title, "tasks": [{"id": 1, "text": task}]}, WORDS, WORDS
    ),
    "game": st.builds(lambda w: {"title": w, "description": w, "photo": []}, WORDS),
    "rich_message": st.builds(
        lambda a, b: {"blocks": [{"type": "paragraph", "text": [a, {"type": "bold", "text": b}]}]},
        WORDS,
        WORDS,
    ),
    "reply_markup": st.builds(
        lambda w: {"inline_keyboard": [[{"text": w, "url": "https://x.example/1"}]]}, WORDS
    ),
}
MESSAGES = st.builds(
    lambda known, unknown: {**known, **unknown},
    st.fixed_dictionaries({}, optional=KNOWN),
    st.dictionaries(UNKNOWN, VALUES, max_size=3),
)
NOT_SHOWN = {"id", "type", "persistent_id", "emoji"}


def strings(value: object) -> list[str]:
    """Every text in a message that somebody sees, by the simplest rule that there is."""
    if isinstance(value, str):
        return [value.strip()] if value.strip() else []
    found: list[str] = []
    if isinstance(value, dict):
        for key, inner in value.items():
            found += [] if key in NOT_SHOWN else strings(inner)
    elif isinstance(value, list):
        for inner in value:
            found += strings(inner)
    return found


@examples(4)
@given(messages=st.lists(MESSAGES, min_size=12, max_size=12))
async def test_every_visible_string_of_any_message_is_kept(
    tmp_path_factory: pytest.TempPathFactory, messages: list[dict[str, Any]]
) -> None:
    lost = []
    async with by_polling(tmp_path_factory.mktemp("any")) as replay:
        for content in messages:
            who = {"id": SENDER, "is_bot": False, "first_name": "Asha"}
            chat = {"id": SENDER, "type": "private", "first_name": "Asha"}
            message = {"message_id": 1, "from": who, "chat": chat, "date": 1, **content}
            before = replay.answers()
            source = await replay.send({"update_id": 1, "message": message})
            await replay.is_answered(before)
            evidence = await replay.evidence(source)
            words = all_words(evidence or ())
            lost += [(content, seen) for seen in strings(content) if seen not in words]
            if evidence is None:
                lost.append((content, ""))
    assert lost == []
