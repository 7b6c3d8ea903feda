"""Two processes behind one address, over one database: what a chat tells them is answered as if they were one."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from bot.telegram import TelegramFrontEnd
from bot.telegram.api import TelegramPauses
from handlers import reception
from handlers.desk import Desk, Memory
from store.model.records import Person, Role
from store.postgres import PostgresStore
from tests.bot.telegram.telegram_running import QUICK, front_end
from tests.databases import database
from tests.desks import Time, desk_in
from tests.doubles.telegram import TelegramDouble
from tests.patience import PATIENCE, until

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
SECRET = "s3cret_of-our-own"
PATIENT = replace(QUICK, album=PATIENCE)  # until it is said that an album is complete
STAFF = {4242 + n: f"staff{n}" for n in range(4)}


@asynccontextmanager
async def served(routes: list[web.RouteDef]) -> AsyncIterator[str]:
    app = web.Application()
    app.add_routes(routes)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@asynccontextmanager
async def balanced(machines: list[str], taken: list[str]) -> AsyncIterator[str]:
    """One address; what comes in goes on to any of the machines, at the same moment and in any order.

    `taken` grows by the machine that has taken something, whenever one has.
    """
    chance = random.Random(7)
    async with aiohttp.ClientSession() as client, asyncio.TaskGroup() as work:

        async def hand_on(body: bytes, headers: dict[str, str], machine: str, after: float) -> None:
            await asyncio.sleep(after)
            async with client.post(f"{machine}/telegram", data=body, headers=headers) as answer:
                assert answer.status == 200
            taken.append(machine)

        async def take(request: web.Request) -> web.Response:
            headers = {
                name: value
                for name, value in request.headers.items()
                if name.startswith("X-Telegram")
            }
            after = chance.choice((0, 0, 0.002, 0.01))
            work.create_task(hand_on(await request.read(), headers, chance.choice(machines), after))
            return web.Response()

        async with served([web.post("/telegram", take)]) as url:
            yield url


@dataclass
class Machine:
    """A bot of its own by webhook."""

    bot: TelegramFrontEnd
    url: str

    def has_all_parts(self) -> None:
        """No album that it has seen a part of is to be waited for any longer."""
        for album in list(self.bot._answers._albums):
            self.bot._answers._release_album(album)


@asynccontextmanager
async def machine(
    desk: Desk, telegram: TelegramDouble, pauses: TelegramPauses
) -> AsyncIterator[Machine]:
    hook = {
        "TELEGRAM_WEBHOOK_URL": "https://school.example/telegram",
        "TELEGRAM_WEBHOOK_SECRET": SECRET,
    }
    bot = front_end(telegram, pauses, **hook)
    receive = partial(reception.receive, desk=desk)
    async with served(bot.routes(receive)) as url:
        running = asyncio.create_task(bot.run(receive))
        await telegram.until(lambda: bot.connected)
        yield Machine(bot, url)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


@pytest.fixture
async def desks(tmp_path: Path) -> AsyncIterator[list[Desk]]:
    bare = desk_in(tmp_path, Time(NOW))
    await bare.store.close()
    stores = [await PostgresStore.open(database(), "balanced") for _ in range(2)]
    for number, name in STAFF.items():
        await stores[0].add_person(Person(name, name, (Role.STAFF,), (f"telegram:{number}",), NOW))
    yield [replace(bare, store=store, memory=Memory()) for store in stores]
    for store in stores:
        await store.close()


async def test_an_album_is_one_report_with_one_answer_whichever_process_took_its_parts(
    desks: list[Desk],
) -> None:
    taken: list[str] = []
    async with AsyncExitStack() as opened:
        telegram = await opened.enter_async_context(TelegramDouble())
        machines = [
            await opened.enter_async_context(machine(desk, telegram, PATIENT)) for desk in desks
        ]
        telegram.updates.webhook_via = await opened.enter_async_context(
            balanced([machine.url for machine in machines], taken)
        )
        users = [telegram.user(number, name, started=True) for number, name in STAFF.items()]
        for user in users:
            await user.sends_album([b"1", b"2", b"3", b"4", b"5"], date=int(NOW.timestamp()))
        await until(lambda: len(taken) == 5 * len(users))
        for each in machines:
            each.has_all_parts()
        await telegram.until(lambda: all(telegram.shown(user) for user in users))
    for user in users:
        [answer] = telegram.texts(user)
        assert "5 pictures" in answer
    cases = [await desks[0].store.case(each.reference) for each in await desks[0].store.summaries()]
    assert [len(each.evidence) for each in cases] == [5] * len(users)
