"""Notes which messages show somebody a case, behind the answer's back: nobody waits for it.

So it does of a reporter's card that will have to be put right.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import Any

import structlog

from bot.outbox.alarm import Alarm
from handlers.desk import Desk
from handlers.messages import Reply
from handlers.workflow.reporter_cards import owe_correction
from handlers.workflow.shown import forget_shown, note_shown
from store.errors import StoreUnavailable
from store.model.address import MessageRef

#: Seconds after each try, while the store is away.
PAUSES = (0.1, 0.2, 0.4, 0.8, 0.0)

Work = Callable[[], Coroutine[Any, Any, None]]

log = structlog.get_logger()


class ShownLog:
    """Which message showed which cases to whom, so that it can be taken back."""

    def __init__(self, desk: Desk, delivery: Alarm) -> None:
        self.desk = desk
        self._delivery = delivery
        self._tasks: set[asyncio.Task[None]] = set()

    def log_showing(self, reply: Reply, person: str, spared: frozenset[str] = frozenset()) -> Reply:
        """The reply, telling this log of each message that shows it to a person, by their id.

        `spared`: cases that note its first message themselves.
        """
        if not reply.shows and not reply.mentions:
            return reply
        left_out, unfinished = spared, reply.unfinished

        def noted(address: str, message: str) -> None:
            nonlocal left_out
            nonlocal unfinished
            shown, left_out = reply.shows - left_out, frozenset()
            ref = str(MessageRef(address, message))
            if unfinished:
                self._start(partial(self._owe_correction, unfinished, person, ref))
                # The first message is the card; what did not fit into it stays as it is.
                unfinished = ""
            if shown:
                self._start(partial(note_shown, shown, person, ref, self.desk))
            if reply.mentions:
                self._start(partial(forget_shown, reply.mentions, ref, self.desk))

        return replace(reply, noted=noted)

    async def _owe_correction(self, reference: str, person: str, message: str) -> None:
        await owe_correction(reference, person, message, self.desk)
        self._delivery.set()

    def _start(self, work: Work) -> None:
        task = asyncio.create_task(self._do(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _do(self, work: Work) -> None:
        """Do it, again and again where the store is away for a moment."""
        why = ""
        for pause in PAUSES:
            try:
                await work()
                return
            except StoreUnavailable as error:
                why = type(error).__name__
            except Exception as error:
                why = type(error).__name__
                break
            await asyncio.sleep(pause)
        log.error("not noted who was shown a case", why=why)

    async def drain(self) -> None:
        """Wait for what is being noted."""
        while self._tasks:
            await asyncio.wait(self._tasks)
