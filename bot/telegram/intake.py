"""One update: received once, in its turn, and answered."""

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

from bot.telegram.errors import kind_of
from bot.telegram.reply_queue import ReplyQueue
from bot.telegram.translate import Me, chat_of, translate
from handlers.messages import Incoming, Receive, Refused, Reply, say
from store.model.address import Address

SORRY = (
    "Sorry, something went wrong here, and I cannot say whether that was kept. "
    "Please send it again. If it cannot wait, please tell the safeguarding lead in person."
)
#: Updates of different chats that are handed over at the same moment.
AT_ONCE = 32
#: Updates that are known when Telegram sends them again.
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
            # The last one out takes the lock along: there are as many chats as people.
            if not self._waiting[chat]:
                del self._waiting[chat]
                del self._locks[chat]


class TelegramIntake:
    """Receives raw updates, hands over what they say and queues the answers."""

    def __init__(
        self, receive: Receive, answers: ReplyQueue, bot: Bot, me: Me, now: Callable[[], datetime]
    ) -> None:
        self._receive = receive
        self._answers = answers
        self._bot = bot
        self._me = me
        self._now = now
        self._turns = Turns()
        self._room = asyncio.Semaphore(AT_ONCE)
        self._handed_over: OrderedDict[int, None] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    async def receive(self, raw: dict[str, Any]) -> None:
        """Return once an update has been handed over, or need not be.

        Never raises for what it holds.
        """
        try:
            update = Update.de_json(raw, None)
            incoming = translate(update, self._me, self._now())
        except Exception as error:
            log.error("an update could not be read", kind=_kind_of(raw), **_describe(error))
            self._say_sorry(raw)
            return

        if update.callback_query:
            self._start(self._acknowledge(update.callback_query))
        if incoming is None:
            return
        async with self._turns.of(chat_of(update)), self._room:
            if update.update_id in self._handed_over:
                return
            reply = await self._hand_over(update, incoming, raw)
            self._answer(update, incoming, reply)

    async def finish(self, seconds: float) -> None:
        """Wait for taps that are being acknowledged."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)

    # --- steps ------------------------------------------------------------------------------------

    async def _acknowledge(self, query: CallbackQuery) -> None:
        """Stop the button's hourglass. Too late is no matter: the tap is obeyed all the same."""
        try:
            await self._bot.answer_callback_query(query.id)
        except TelegramError as error:
            log.debug("a tap could not be acknowledged", reason=kind_of(error))

    async def _hand_over(
        self, update: Update, incoming: Incoming, raw: dict[str, Any]
    ) -> Reply | None:
        """What is to be answered. An update that failed is not remembered: it may come again."""
        try:
            reply = await self._receive(incoming)
        except Refused as error:
            return say(str(error))
        except Exception as error:
            log.error("an update could not be handled", kind=_kind_of(raw), **_describe(error))
            return say(SORRY)
        self._remember(update.update_id)
        return reply

    def _remember(self, update_id: int) -> None:
        self._handed_over[update_id] = None
        while len(self._handed_over) > REMEMBERED:
            self._handed_over.popitem(last=False)

    def _answer(self, update: Update, incoming: Incoming, reply: Reply | None) -> None:
        chat = int(Address.parse(incoming.place).place)
        # An album comes as several messages, and gets one answer.
        if incoming.album and not incoming.edits:
            self._answers.hold(incoming.album, chat, reply)
            return
        if reply is None:
            return
        message = update.message
        quoted = message.message_id if message and not incoming.private else None
        self._answers.put(chat, reply, tapped=_tapped_message(update), quoted=quoted)

    def _say_sorry(self, raw: dict[str, Any]) -> None:
        """Say in a private chat that an update could not be read, as far as its chat can be."""
        message = raw.get("message")
        chat = message.get("chat") if isinstance(message, dict) else None
        if not isinstance(chat, dict) or chat.get("type") != "private":
            return
        if isinstance(chat.get("id"), int):
            self._answers.put(chat["id"], say(SORRY))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _tapped_message(update: Update) -> int | None:
    """The number of the message whose button was tapped; None where it is too old to see."""
    query = update.callback_query
    if query and isinstance(query.message, Message):
        return query.message.message_id
    return None


def _kind_of(raw: dict[str, Any]) -> str:
    """The name of what an update holds: `message`."""
    for name in raw:
        if name != "update_id":
            return name
    return ""


def _describe(error: Exception) -> dict[str, str]:
    """What went wrong, by its type and place alone: its words may be somebody's."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = ""
    if trace:
        module = trace.tb_frame.f_globals.get("__name__", "")
        place = f"{module}:{trace.tb_lineno}"
    return {"error": type(error).__name__, "where": place}
