"""Replies on their way out: in order within a chat, and never in the way of what comes in."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from dataclasses import dataclass, field, replace

import structlog

from bot.telegram.api import TelegramPauses
from bot.telegram.render import Page, render
from bot.telegram.send import AT_THE_END, Chat, TelegramPoster, Whereabouts, id_of
from handlers.messages import DeliveryFailed, File, Noted, Overtaken, Reply
from store.model.address import Address, Platform

#: Albums of which it is known which message answered them.
ALBUMS = 200

log = structlog.get_logger()


@dataclass(slots=True)
class QueuedReply:
    """What is still to be shown of one reply."""

    chat: Chat
    items: deque[Page | File]
    where: Whereabouts = AT_THE_END
    #: The album that it answers, with one page.
    album: str = ""
    #: Told of each message that shows it.
    noted: Noted | None = None
    #: Asked before it is shown: something later may have said all of it.
    overtaken: Overtaken | None = None


@dataclass(slots=True)
class _HeldReply:
    """The last reply to an album that may not be complete yet."""

    chat: Chat
    reply: Reply
    timer: asyncio.TimerHandle = field(repr=False)


class ReplyQueue:
    """One queue for each chat that is owed something."""

    def __init__(self, poster: TelegramPoster, pauses: TelegramPauses) -> None:
        self._poster = poster
        self._pauses = pauses
        self._queues: dict[Chat, deque[QueuedReply]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._albums: dict[str, _HeldReply] = {}
        #: The message that answered each of the last albums.
        self._cards: OrderedDict[str, int] = OrderedDict()
        self._closed = False
        #: How a link to the bot begins, once its name is known.
        self.own_link = ""

    @property
    def typing(self) -> float:
        """Seconds without an answer, until its sender sees that it is worked on."""
        return self._pauses.typing

    @property
    def closed(self) -> bool:
        """Tells that nothing more can be shown."""
        return self._closed

    def put(self, chat: Chat, reply: Reply, where: Whereabouts = AT_THE_END) -> None:
        """Show a reply after what this chat is owed already.

        Some replies replace the message whose button was tapped.
        """
        self._release_albums(chat)
        self._put(chat, reply, where)

    def hold(self, album: str, chat: Chat, reply: Reply | None) -> None:
        """Show the last reply to the parts of an album, when no more of them come.

        None, for a part that was not answered, only puts the earlier reply off.
        """
        held = self._albums.get(album)
        if held:
            held.timer.cancel()
            reply = reply or held.reply
        if reply:
            loop = asyncio.get_running_loop()
            timer = loop.call_later(self._pauses.album, self._release_album, album)
            self._albums[album] = _HeldReply(chat, reply, timer)

    def put_rest(self, chat: Chat, items: list[Page | File], noted: Noted | None = None) -> None:
        """Show what is left of a message that has begun."""
        if items:
            self._append(QueuedReply(chat, deque(items), noted=noted))

    async def finish(self, seconds: float) -> None:
        """Show what is owed, for so long, and give up on the rest."""
        for held in list(self._albums.values()):
            self._release_albums(held.chat)
        self._closed = True
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    # --- into the queue ---------------------------------------------------------------------------

    def _put(self, chat: Chat, reply: Reply, where: Whereabouts, album: str = "") -> None:
        try:
            items = render(reply, self.own_link)
        except Exception as error:
            # What the reply tells of is kept all the same.
            log.error("an answer could not be drawn", error=type(error).__name__)
            return
        queued = QueuedReply(
            chat,
            deque(items),
            where=where if reply.replaces else replace(where, tapped=None),
            album=album if len(items) == 1 else "",
            noted=reply.noted,
            overtaken=reply.overtaken,
        )
        self._append(queued)

    def _append(self, queued: QueuedReply) -> None:
        if self._closed:
            log.warning("an answer came too late to be shown")
            return
        queue = self._queues.get(queued.chat)
        if queue is not None:
            queue.append(queued)
            return
        self._queues[queued.chat] = deque([queued])
        task = asyncio.create_task(self._work_off(queued.chat))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _release_albums(self, chat: Chat) -> None:
        """An album is over when something else is answered in its chat."""
        albums = [album for album, held in self._albums.items() if held.chat == chat]
        for album in albums:
            self._release_album(album)

    def _release_album(self, album: str) -> None:
        held = self._albums.pop(album)
        held.timer.cancel()
        self._put(held.chat, held.reply, AT_THE_END, album)

    # --- out of the queue -------------------------------------------------------------------------

    async def _work_off(self, chat: Chat) -> None:
        queue = self._queues[chat]
        try:
            while queue:
                # It stays in the queue until it is shown: what comes meanwhile stands behind it.
                await self._show_all(queue[0])
                queue.popleft()
        finally:
            del self._queues[chat]

    async def _show_all(self, queued: QueuedReply) -> None:
        """Show all parts of a reply, trying each again for as long as the pauses allow."""
        now = asyncio.get_running_loop().time
        begun = now()
        pause = self._pauses.first
        while queued.items:
            # Before each attempt: much may have come in since the last.
            if await _is_overtaken(queued):
                return
            try:
                await self._show_next(queued)
                continue
            except DeliveryFailed as error:
                failed = error
            except Exception as error:
                log.error("an answer could not be shown", error=type(error).__name__)
                return

            if failed.permanent or now() - begun > self._pauses.patience:
                log.warning("an answer could not be shown", reason=str(failed))
                return
            wait = failed.retry_after
            if wait is None:
                pause = min(2 * pause, self._pauses.longest)
                wait = pause / 2
            await asyncio.sleep(wait)

    async def _show_next(self, queued: QueuedReply) -> None:
        item = queued.items[0]
        number = await self._show(queued, item)
        if queued.album and isinstance(item, Page):
            self._remember_card(queued, number)
        if queued.noted:
            address = Address(Platform.TELEGRAM, str(queued.chat))
            queued.noted(str(address), id_of(item, number))
        queued.items.popleft()
        # Further parts stand below the first one.
        queued.where = replace(queued.where, tapped=None, quoted=None)
        # What has begun is shown to its end.
        queued.overtaken = None

    async def _show(self, queued: QueuedReply, item: Page | File) -> int:
        """Show one part, in place of an earlier message where it can be. Gives its number."""
        # What answers an album takes the place of what answered an earlier part of it.
        earlier = queued.where.tapped or self._cards.get(queued.album)
        if earlier is None or not isinstance(item, Page) or not item.replaceable:
            return await self._poster.post(queued.chat, item, queued.where)
        try:
            await self._poster.update(queued.chat, earlier, item)
        except DeliveryFailed as error:
            if not error.permanent:
                raise
            # The message is too old, or gone: say it anew.
            return await self._poster.post(queued.chat, item)
        return earlier

    def _remember_card(self, queued: QueuedReply, number: int) -> None:
        self._cards[queued.album] = number
        while len(self._cards) > ALBUMS:
            self._cards.popitem(last=False)


async def _is_overtaken(queued: QueuedReply) -> bool:
    """Asks whether something later has said all of it. Where that cannot be known, it is shown."""
    if queued.overtaken is None:
        return False
    try:
        return await queued.overtaken()
    except Exception as error:
        log.error("an answer may be shown twice", error=type(error).__name__)
        return False
