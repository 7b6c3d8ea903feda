"""One update: handed over once, in its turn, and answered."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import structlog
from telegram import Bot, CallbackQuery, Message, Update
from telegram.error import TelegramError

from bot.telegram.errors import kind
from bot.telegram.reply_queue import Answers
from bot.telegram.translate import Me, chat_of, incoming
from handlers.messages import Incoming, Receive, Refused, Reply, say

SORRY = (
    "Sorry, something went wrong here, and I cannot say whether that was kept. Please send it again. "
    "If it cannot wait, please tell the safeguarding lead in person."
)
AT_ONCE = 32  # updates of different chats that are handed over at the same moment
REMEMBERED = 4_000

log = structlog.get_logger()


class Turns:
    """One at a time for each chat, in the order in which they came."""

    def __init__(self) -> None:
        self._locks: dict[int | None, asyncio.Lock] = {}
        self._waiting: Counter[int | None] = Counter()

    @asynccontextmanager
    async def of(self, chat: int | None) -> AsyncIterator[None]:
        """Wait for the turn of a chat, and have it."""
        lock = self._locks.setdefault(chat, asyncio.Lock())
        self._waiting[chat] += 1
        try:
            async with lock:
                yield
        finally:
            self._waiting[chat] -= 1
            if not self._waiting[chat]:
                del self._waiting[chat], self._locks[chat]


class Intake:
    """Takes raw updates in. `me` must be known before the first one."""

    me: Me

    def __init__(
        self, receive: Receive, answers: Answers, bot: Bot, now: Callable[[], datetime]
    ) -> None:
        self._receive = receive
        self._answers = answers
        self._bot = bot
        self._now = now
        self._turns = Turns()
        self._room = asyncio.Semaphore(AT_ONCE)
        self._taken: OrderedDict[int, None] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    async def take(self, raw: dict[str, Any]) -> None:
        """Return once it has been handed over, or need not be. Never raises for what it holds."""
        try:
            update = Update.de_json(raw, None)
            given = incoming(update, self.me, self._now())
        except Exception as error:
            log.error("an update could not be read", kind=_kind(raw), **_where(error))
            self._say_sorry(raw)
            return
        if update.callback_query:
            self._start(self._acknowledge(update.callback_query))
        if given is None:
            return
        async with self._turns.of(chat_of(update)), self._room:
            if update.update_id not in self._taken:
                await self._hand_over(update, given, raw)

    async def finish(self, seconds: float) -> None:
        """Wait for taps that are being acknowledged."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)

    async def _hand_over(self, update: Update, given: Incoming, raw: dict[str, Any]) -> None:
        reply: Reply | None
        try:
            reply = await self._receive(given)
        except Refused as error:
            reply = say(str(error))
        except Exception as error:
            log.error("an update could not be handled", kind=_kind(raw), **_where(error))
            reply = say(SORRY)
        else:
            self._taken[update.update_id] = None
            while len(self._taken) > REMEMBERED:
                self._taken.popitem(last=False)
        chat = int(given.place.partition(":")[2])
        if given.album and not given.edits:
            self._answers.hold(given.album, chat, reply)
        elif reply:
            said = update.message
            quoted = said.message_id if said and not given.private else None
            self._answers.put(chat, reply, tapped=_tapped(update.callback_query), quoted=quoted)

    def _say_sorry(self, raw: dict[str, Any]) -> None:
        message = raw.get("message")
        chat = message.get("chat") if isinstance(message, dict) else None
        if (
            isinstance(chat, dict)
            and chat.get("type") == "private"
            and isinstance(chat.get("id"), int)
        ):
            self._answers.put(chat["id"], say(SORRY))

    async def _acknowledge(self, query: CallbackQuery) -> None:
        """Stop the button's hourglass. Too late is no matter: what was tapped is obeyed all the same."""
        try:
            await self._bot.answer_callback_query(query.id)
        except TelegramError as error:
            log.debug("a tap could not be acknowledged", reason=kind(error))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _tapped(query: CallbackQuery | None) -> int | None:
    return query.message.message_id if query and isinstance(query.message, Message) else None


def _kind(raw: dict[str, Any]) -> str:
    return next((name for name in raw if name != "update_id"), "")


def _where(error: Exception) -> dict[str, str]:
    """What went wrong, by its type and place alone: its words may be somebody's."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_globals.get('__name__', '')}:{trace.tb_lineno}" if trace else ""
    return {"error": type(error).__name__, "where": place}
