"""The real Telegram front-end, running against the double, with a scripted `receive`."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.settings import load
from bot.telegram import TelegramFrontEnd
from bot.telegram.api import TelegramPauses
from handlers.messages import Incoming, Reply, say
from tests.doubles.telegram import TelegramDouble
from tests.patience import PATIENCE

QUICK = TelegramPauses(
    album=0.05, poll=1, first=0.01, longest=0.05, patience=PATIENCE, finish=PATIENCE
)
COMMANDS = (("case", "What has become of a case"), ("report", "Pass something on"))

Answer = Callable[[Incoming], Reply | None]


def kept(incoming: Incoming) -> Reply:
    """Says the source of what came in."""
    return say(f"Kept {incoming.source.rpartition(':')[2]}.")


@dataclass
class Script:
    """Notes everything that comes in, and answers."""

    answer: Answer = kept
    received: list[Incoming] = field(default_factory=list)
    gate: asyncio.Event | None = None

    async def receive(self, incoming: Incoming) -> Reply | None:
        self.received.append(incoming)
        if self.gate:
            await self.gate.wait()
        return self.answer(incoming)


@dataclass
class Running:
    """A bot that is running."""

    telegram: TelegramDouble
    front_end: TelegramFrontEnd
    script: Script
    task: asyncio.Task[None]

    async def got(self, number: int = 1) -> list[Incoming]:
        """Wait for so many things to come in."""
        await self.telegram.until(lambda: len(self.script.received) >= number)
        await self.telegram.taken_in()
        return self.script.received

    async def stop(self) -> None:
        """Stop it as the process does."""
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.task


def front_end(
    telegram: TelegramDouble, pauses: TelegramPauses = QUICK, **environment: str
) -> TelegramFrontEnd:
    """A front-end that points to the double."""
    return TelegramFrontEnd(
        load({**telegram.environment, **environment}), commands=COMMANDS, pauses=pauses
    )


@asynccontextmanager
async def running(
    telegram: TelegramDouble, script: Script | None = None, pauses: TelegramPauses = QUICK
) -> AsyncIterator[Running]:
    """The bot by long polling."""
    script = script or Script()
    bot = front_end(telegram, pauses)
    one = Running(telegram, bot, script, asyncio.create_task(bot.run(script.receive)))
    try:
        yield one
    finally:
        await one.stop()
