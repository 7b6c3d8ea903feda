"""A bot whose database goes away: it says so, loses nothing, and goes on by itself."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web

from bot.app import Bot
from bot.build import build
from bot.settings import load
from handlers.messages import Incoming, Receive, Reply, Sender, Text
from handlers.reception import NOT_KEPT
from store.errors import StoreUnavailable
from store.model.memos import Shown
from store.model.records import Person, Role
from tests.databases import cut_every_connection, database, stopped
from tests.patience import PATIENCE
from tests.store.postgres.test_outages import Network
from tests.talks.stage import ROOT

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
_numbers = itertools.count()


class Board:
    """A chat that shows everything to everybody."""

    platform = "board"
    connected = True

    def __init__(self) -> None:
        self.shown: list[tuple[str, str]] = []

    async def send(self, address: str, reply: Reply) -> str:
        self.shown.append((address, words_of(reply)))
        return str(len(self.shown))

    async def edit(self, address: str, message: str, reply: Reply) -> None: ...
    async def take_back(self, address: str, message: str, instead: Reply) -> None: ...
    async def run(self, receive: Receive) -> None: ...
    async def fetch(self, pointer: Mapping[str, str]) -> AsyncIterator[bytes]:
        yield b""

    def routes(self, receive: Receive) -> list[web.RouteDef]:
        return []

    def join_link(self, code: str) -> str | None:
        return None


@pytest.fixture
def board() -> Board:
    return Board()


@pytest.fixture
async def bot(board: Board, tmp_path: Path) -> AsyncIterator[Bot]:
    bot = await over(database(), board, tmp_path)
    yield bot
    await bot.close()


async def over(url: str, board: Board, tmp_path: Path) -> Bot:
    """A bot for Asha, and for Ben, who is the head."""
    given = {
        "DATABASE_URL": url,
        "HEADSUP_SCHOOL": f"away-{next(_numbers)}",
        "SCHOOL_FILE": str(tmp_path / "school.toml"),
        "POLICY_TEXTS": str(ROOT / "policy_texts"),
    }
    bot = await build(load(given), {"board": board}, lambda: NOW)  # type: ignore[dict-item]
    for name, role in (("asha", Role.STAFF), ("ben", Role.HEAD)):
        await bot.desk.store.add_person(
            Person(name, name.title(), (role,), (f"board:{name}",), NOW)
        )
    return bot


async def says(who: str, words: str, bot: Bot, command: str | None = None) -> str:
    source = f"board:{next(_numbers)}"
    incoming = Incoming(
        source, Sender(f"board:{who}", who), f"board:{who}", NOW, text=words, command=command
    )
    return words_of(await bot.answer(incoming) or Reply())


async def the_clock_strikes(bot: Bot) -> None:
    for job in (bot.minute, bot.fetcher.tick):
        await bot.shielded(job)()


def words_of(reply: Reply) -> str:
    return "\n".join(part.text for part in reply.parts if isinstance(part, Text))


async def test_while_it_is_away_people_are_told_and_then_all_goes_on(
    bot: Bot, board: Board
) -> None:
    await says("asha", "He hit her.", bot)
    with ExitStack() as until:
        await asyncio.to_thread(until.enter_context, stopped())
        for _ in range(3):
            assert await says("asha", "And then he ran.", bot) == NOT_KEPT
            await the_clock_strikes(bot)
        await asyncio.to_thread(until.close)
    assert "Please do not reply to it" in await says("asha", "And then he ran.", bot)
    await the_clock_strikes(bot)
    [summary] = await bot.desk.store.summaries()
    kept = await bot.desk.store.case(summary.reference)
    assert [item.text for item in kept.evidence] == ["He hit her.", "And then he ran."]
    assert [address for address, _ in board.shown].count("board:ben") == 1


async def test_what_was_kept_is_answered_though_it_goes_away_just_then(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.metrics, "received", lambda *_: cut_every_connection())
    assert "Please do not reply to it" in await says("asha", "He hit her.", bot)
    monkeypatch.undo()
    with pytest.raises(StoreUnavailable):
        await bot.desk.store.summaries()
    [summary] = await bot.desk.store.summaries()
    # Leaders see it when it is known whom it is about.
    await says("asha", f"/case about {summary.reference} school", bot)
    asked = Incoming(
        "board:look",
        Sender("board:ben", "ben"),
        "board:ben",
        NOW,
        command=f"case {summary.reference}",
    )
    reply = await bot.answer(asked)
    assert reply is not None
    assert reply.noted is not None
    cut_every_connection()
    reply.noted("board:ben", "1")
    await bot.delivery.shown_log.drain()
    # Nothing is shown of which nobody would know that it was.
    shown = await bot.desk.store.memo(Shown, summary.reference)
    assert shown is not None
    assert [showing.person for showing in shown.showings] == ["ben"]


async def test_told_to_stop_it_waits_for_no_database_that_hangs(
    board: Board, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.postgres.connection.bounded.ANSWERED_WITHIN", 3600.0)
    network = Network()
    async with network.between() as url, asyncio.timeout(PATIENCE):
        bot = await over(url, board, tmp_path)
        await says("asha", "He hit her.", bot)
        await bot.work()
        noted = bot.delivery.shown_log.log_showing(Reply(shows=frozenset({"7K4M"})), "ben").noted
        assert noted
        noted("board:ben", "1")
        await bot.delivery.shown_log.drain()
        network.hangs()
        noted("board:ben", "2")
        asking = asyncio.create_task(bot.desk.store.people())
        await bot.close()
        with pytest.raises(StoreUnavailable):
            await asking
        network.flows()
