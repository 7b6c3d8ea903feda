"""Notes which messages show somebody a case, behind the answer's back: nobody waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import structlog

from handlers.desk import Desk
from handlers.messages import Reply
from handlers.workflow.shown import forget_shown, note_shown
from store.model.address import MessageRef

log = structlog.get_logger()


class ShownLog:
    """Which message showed which cases to whom, so that it can be taken back."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._tasks: set[asyncio.Task[None]] = set()

    def log_showing(self, reply: Reply, person: str, spared: frozenset[str] = frozenset()) -> Reply:
        """The reply, telling this log of each message that shows it to a person, by their id.

        `spared`: cases that note its first message themselves.
        """
        if not reply.shows and not reply.mentions:
            return reply
        left_out = spared

        def noted(address: str, message: str) -> None:
            nonlocal left_out
            shown, left_out = reply.shows - left_out, frozenset()
            ref = str(MessageRef(address, message))
            if shown:
                self._start(note_shown(shown, person, ref, self.desk))
            if reply.mentions:
                self._start(forget_shown(reply.mentions, ref, self.desk))

        return replace(reply, noted=noted)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(self._do(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _do(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as error:
            log.error("not noted who was shown a case", why=type(error).__name__)

    async def drain(self) -> None:
        """Wait for what is being noted."""
        while self._tasks:
            await asyncio.wait(self._tasks)
