"""The whole bot behind its webhook is stopped while a disk is slow: 200 means kept, in every case."""

from __future__ import annotations

import asyncio
import os
import threading
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot import run
from bot.build import build
from bot.run import ProcessRole, Service, serve, stop
from bot.server import Servers
from bot.telegram import TelegramFrontEnd
from store.model.records import Person, Role
from store.tiny import TinyStore
from tests.asking import holder_of
from tests.bot.telegram.telegram_running import QUICK
from tests.bot.telegram.test_telegram_webhook import HEADER, SECRET, URL
from tests.crash.processes import free_port
from tests.doubles.telegram import TelegramDouble
from tests.store.made import NOW
from tests.talks.stage import settings

PEOPLE = 6


class SlowDisk:
    """Holds every write up until it is let go, or for a while."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, fails: bool) -> None:
        self.held = threading.Semaphore(0)
        self._gate = threading.Event()
        self._gate.set()
        self._fails = fails
        self._fsync = os.fsync
        monkeypatch.setattr(os, "fsync", self._slow)

    def slow_down(self) -> None:
        self._gate.clear()

    def let_go(self) -> None:
        self._gate.set()

    def _slow(self, descriptor: Any) -> None:
        if not self._gate.is_set():
            self.held.release()
            self._gate.wait(30)
            if self._fails:
                raise OSError(28, "No space left on device")
        self._fsync(descriptor)


@pytest.mark.parametrize("fails", [False, True])
async def test_what_was_answered_200_is_in_the_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    monkeypatch.setattr(run, "STOP", 0.3)
    disk = SlowDisk(monkeypatch, fails)
    port = free_port()
    async with TelegramDouble() as telegram:
        given = settings(
            tmp_path,
            PORT=str(port),
            TELEGRAM_WEBHOOK_URL=URL,
            TELEGRAM_WEBHOOK_SECRET=SECRET,
            **telegram.environment,
        )
        front_end = TelegramFrontEnd(given, pauses=QUICK)
        bot = await build(given, {"telegram": front_end})
        for number in range(1, PEOPLE + 1):
            telegram.user(number, f"Asha{number}", started=True)
            await bot.desk.store.add_person(_person(number))
        service, servers = Service(given, bot, ProcessRole.ALL), Servers()
        await serve(given, service, servers)
        service.start()
        await telegram.until(lambda: front_end.connected)
        telegram.updates.webhook = {}

        disk.slow_down()
        calls = [asyncio.create_task(_call(port, number)) for number in range(1, PEOPLE + 1)]
        await asyncio.to_thread(disk.held.acquire)
        stopping = asyncio.create_task(stop([service], servers))
        await asyncio.wait({stopping}, timeout=1)
        disk.let_go()
        await stopping
        answers = await asyncio.gather(*calls)

    store = TinyStore.open(tmp_path / "data")
    try:
        lost = [
            number
            for number, status in enumerate(answers, 1)
            if status == 200 and await holder_of(store, f"telegram:{number}:{100 + number}") is None
        ]
    finally:
        await store.close()
    assert lost == []
    assert set(answers) <= {0, 200, 503}


def _person(number: int) -> Person:
    account = f"telegram:{number}"
    return Person(f"p{number}", f"Asha{number}", (Role.STAFF,), (account,), NOW)


async def _call(port: int, number: int) -> int:
    """The status that Telegram gets for a report; 0 where the line goes dead."""
    who = {"id": number, "is_bot": False, "first_name": f"Asha{number}"}
    message = {
        "message_id": 100 + number,
        "date": 1_795_514_400,
        "chat": {"id": number, "type": "private"},
        "from": who,
        "text": "They call the kitchen filthy",
    }
    address = f"http://127.0.0.1:{port}/hooks/telegram"
    update = {"update_id": number, "message": message}
    try:
        async with (
            aiohttp.ClientSession(headers={HEADER: SECRET}) as client,
            client.post(address, json=update) as response,
        ):
            return response.status
    except aiohttp.ClientError:
        return 0
