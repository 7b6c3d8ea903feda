"""The bot as one object: what comes in, what goes out, and how it winds down."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import structlog

from bot.front_end import FrontEnd
from bot.monitoring.logs import request
from bot.monitoring.metrics import Metrics, chat_of, kind_of
from bot.outbox.delivery import Delivery
from bot.outbox.fetcher import Fetcher
from bot.outbox.homes import Homes
from bot.outbox.menus import offer_menu, own_menu
from handlers import reception
from handlers.desk import Desk
from handlers.messages import Incoming, Reply
from handlers.sweep import sweep
from handlers.workflow.telling.outages import note_heard

#: Seconds for what is being sent and fetched when the bot stops.
AFTER = 2.0

log = structlog.get_logger()


@dataclass(slots=True)
class Bot:
    """Everything, wired: what comes in goes through `receive`, what is owed goes out by itself."""

    desk: Desk
    delivery: Delivery
    fetcher: Fetcher
    front_ends: dict[str, FrontEnd]
    homes: Homes
    metrics: Metrics = field(default_factory=Metrics)
    _work: set[asyncio.Task[object]] = field(default_factory=set)

    async def receive(self, incoming: Incoming) -> Reply | None:
        """Answer what came in, and then send what is owed for it. Logs how long the answer took."""
        with request():
            begun = time.perf_counter()
            reply = await self.answer(incoming)
            milliseconds = round(1000 * (time.perf_counter() - begun), 1)
            log.info(
                "answered",
                chat=chat_of(incoming.sender.account),
                kind=kind_of(incoming),
                ms=milliseconds,
            )
        if incoming.opens:
            self._in_background(self.homes.show_opened(incoming.sender.account))
        self.wake()
        return reply

    async def answer(self, incoming: Incoming) -> Reply | None:
        """Answer what came in; what is owed for it goes out at the next `work`."""
        begun = time.perf_counter()
        reply = await reception.receive(incoming, self.desk)
        self.metrics.received(incoming, time.perf_counter() - begun)

        if reply and reply.reader:
            return self.delivery.shown_log.log_showing(reply, reply.reader)
        return reply

    def wake(self) -> None:
        """Deliver, fetch and put right what is shown soon, without waiting for the minute."""
        for job in (self.delivery.tick, self.fetcher.tick):
            self._in_background(job())
        self.homes.wake()

    def prepare(self) -> None:
        """Make the policy texts ready in a thread: until then they answer by words alone."""
        self.desk.policies.begin()

    def offer_menus(self) -> None:
        """Show each person the commands that they may use."""
        self._in_background(self._offer_menus())

    async def _offer_menus(self) -> None:
        for person in await self.desk.store.people():
            if own_menu(person):
                offer_menu(person, self.front_ends)

    async def work(self) -> None:
        """Fetch, remind and deliver what is due, and return when that is done."""
        await self.fetcher.tick()
        await self.minute()

    async def minute(self) -> None:
        """What the clock does: owe what has come due, and deliver it. It never raises."""
        try:
            await sweep(self.desk)
        except Exception as error:
            log.error("reminders not written", why=type(error).__name__)
        await self.delivery.tick()
        self.homes.wake()
        self.metrics.ticked(self.desk.now())

    async def note_heard(self) -> None:
        """Note which chats are in reach, and owe what follows where one was not. Never raises."""
        for platform, front_end in self.front_ends.items():
            try:
                if front_end.connected:
                    await note_heard(platform, self.desk)
            except Exception as error:
                log.error("not noted that a chat is in reach", why=type(error).__name__)

    def shielded(
        self, job: Callable[[], Coroutine[Any, Any, None]]
    ) -> Callable[[], Coroutine[Any, Any, None]]:
        """A job for the clock that the clock's end does not break off.

        What it has begun by then is finished by `wind_down` and `close`.
        """

        async def run() -> None:
            with suppress(asyncio.CancelledError):
                await asyncio.shield(self._in_background(job()))

        return run

    def _in_background(self, job: Coroutine[Any, Any, object]) -> asyncio.Task[object]:
        task = asyncio.create_task(_logging_failure(job))
        self._work.add(task)
        task.add_done_callback(self._work.discard)
        return task

    async def wait_until_idle(self, seconds: float = 5) -> None:
        """Wait, at most so long, for what was begun in the background."""
        if self._work:
            await asyncio.wait(self._work, timeout=seconds)

    async def wind_down(self) -> None:
        """Begin nothing more, finish what is being sent and fetched, and leave the rest."""
        self.delivery.stop()
        self.fetcher.stop()
        self.homes.stop()
        await self.wait_until_idle(AFTER)
        self.fetcher.give_up()

    async def close(self) -> None:
        """Finish what is under way, but wait for no database that hangs."""
        with suppress(TimeoutError):
            async with asyncio.timeout(AFTER):
                await self.wait_until_idle()
                await self.delivery.shown_log.drain()
                await self.delivery.alarm.drain()
                await self.homes.drain()
        await self.desk.store.close()


async def _logging_failure(job: Coroutine[Any, Any, object]) -> None:
    """Do a job whose failure is only logged: within a minute it is tried again."""
    try:
        await job
    except Exception as error:
        log.error("not done in the background", why=type(error).__name__)
