"""Answers on their way out: in order within a chat, tried again, and never in the way of what comes in."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field

import structlog

from bot.telegram.api import Pauses
from bot.telegram.render import Page, render
from bot.telegram.send import Chat, Shower, id_of
from handlers.messages import DeliveryFailed, File, Noted, Overtaken, Reply

log = structlog.get_logger()


@dataclass(slots=True)
class Answer:
    """What is still to be shown of one reply."""

    chat: Chat
    items: deque[Page | File]
    tapped: int | None = None  # the message to replace
    quoted: int | None = None  # the message that it answers, where others read along
    noted: Noted | None = None  # told of each message that shows it
    overtaken: Overtaken | None = None


@dataclass(slots=True)
class _Held:
    """The last reply to an album that may not be complete yet."""

    chat: Chat
    reply: Reply
    timer: asyncio.TimerHandle = field(repr=False)


async def _is_overtaken(answer: Answer) -> bool:
    """Where that cannot be known, it is shown."""
    try:
        return bool(answer.overtaken and await answer.overtaken())
    except Exception as error:
        log.error("an answer may be shown twice", error=type(error).__name__)
        return False


class Answers:
    """One queue for each chat that is owed something."""

    def __init__(self, shower: Shower, pauses: Pauses) -> None:
        self._shower = shower
        self._pauses = pauses
        self._queues: dict[Chat, deque[Answer]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._albums: dict[str, _Held] = {}
        self._closed = False

    def put(
        self, chat: Chat, reply: Reply, *, tapped: int | None = None, quoted: int | None = None
    ) -> None:
        """Show a reply after what this chat is owed already."""
        self._release(chat)
        self._put(chat, reply, tapped, quoted)

    def hold(self, album: str, chat: Chat, reply: Reply | None) -> None:
        """Show the last reply to the parts of an album, when no more of them come."""
        held = self._albums.get(album)
        if held:
            held.timer.cancel()
            reply = reply or held.reply
        if reply:
            timer = asyncio.get_running_loop().call_later(self._pauses.album, self._let_go, album)
            self._albums[album] = _Held(chat, reply, timer)

    def put_rest(self, chat: Chat, items: list[Page | File], noted: Noted | None = None) -> None:
        """Show what is left of a message that has begun."""
        if items:
            self._append(Answer(chat, deque(items), noted=noted))

    async def finish(self, seconds: float) -> None:
        """Show what is owed, for so long, and give up on the rest."""
        for held in list(self._albums.values()):
            self._release(held.chat)
        self._closed = True
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _put(self, chat: Chat, reply: Reply, tapped: int | None, quoted: int | None) -> None:
        try:
            items = render(reply)
        except Exception as error:  # what it says is kept all the same
            log.error("an answer could not be drawn", error=type(error).__name__)
            return
        replaced = tapped if reply.replaces else None
        self._append(Answer(chat, deque(items), replaced, quoted, reply.noted, reply.overtaken))

    def _append(self, answer: Answer) -> None:
        if self._closed:
            log.warning("an answer came too late to be shown")
            return
        queue = self._queues.get(answer.chat)
        if queue is not None:
            queue.append(answer)
            return
        self._queues[answer.chat] = deque([answer])
        task = asyncio.create_task(self._work(answer.chat))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _release(self, chat: Chat) -> None:
        """An album is over when something else is answered in its chat."""
        for album in [album for album, held in self._albums.items() if held.chat == chat]:
            self._let_go(album)

    def _let_go(self, album: str) -> None:
        held = self._albums.pop(album)
        held.timer.cancel()
        self._put(held.chat, held.reply, None, None)

    async def _work(self, chat: Chat) -> None:
        queue = self._queues[chat]
        try:
            while queue:
                await self._show_all(queue[0])
                queue.popleft()
        finally:
            del self._queues[chat]

    async def _show_all(self, answer: Answer) -> None:
        if await _is_overtaken(answer):
            return
        now = asyncio.get_running_loop().time
        begun, pause = now(), self._pauses.first
        while answer.items:
            try:
                await self._show_next(answer)
                continue
            except DeliveryFailed as error:
                failed = error
            except Exception as error:
                log.error("an answer could not be shown", error=type(error).__name__)
                return
            if failed.permanent or now() - begun > self._pauses.patience:
                log.warning("an answer could not be shown", reason=str(failed))
                return
            if failed.retry_after is None:
                pause = min(2 * pause, self._pauses.longest)
            await asyncio.sleep(failed.retry_after if failed.retry_after is not None else pause / 2)

    async def _show_next(self, answer: Answer) -> None:
        item = answer.items[0]
        if answer.tapped is not None and isinstance(item, Page) and item.replaceable:
            number = answer.tapped
            try:
                await self._shower.replace(answer.chat, number, item)
            except DeliveryFailed as error:
                if not error.permanent:
                    raise
                number = await self._shower.show(answer.chat, item)  # too old, or gone: say it anew
        else:
            number = await self._shower.show(answer.chat, item, answer.quoted)
        if answer.noted:
            answer.noted(f"telegram:{answer.chat}", id_of(item, number))
        answer.items.popleft()
        answer.tapped = answer.quoted = None
