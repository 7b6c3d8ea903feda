"""One update: received once, in its turn, and answered."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import structlog
from telegram import Bot, Message, Update
from telegram.error import TelegramError

from bot.telegram.errors import kind_of
from bot.telegram.reading.raw_message import number_in, object_in, text_in
from bot.telegram.reading.salvage import private_chat_of, salvage
from bot.telegram.reading.translate import chat_of, translate
from bot.telegram.reading.typed_commands import Me
from bot.telegram.reply_queue import ReplyQueue
from bot.telegram.send import Whereabouts
from bot.telegram.working import typing_after
from handlers.messages import Incoming, Receive, Refused, Reply, say
from store.errors import StoreUnavailable
from store.model.address import Address

SORRY = (
    "Sorry, something went wrong here, and I cannot say whether that was kept. "
    "Please send it again. If it cannot wait, please tell the safeguarding lead in person."
)
UNREADABLE_TAP = (
    "Sorry, I could not read that tap, and nothing was done. "
    "Please tap once more, or type what you want: “/help” shows how."
)
#: How often an update is tried that fails, before it is left alone.
TRIES = 3
#: Updates of different chats that are handed over at the same moment.
AT_ONCE = 32
#: Updates that are known when Telegram sends them again.
REMEMBERED = 4_000

log = structlog.get_logger()
T = TypeVar("T")


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


@dataclass(frozen=True, slots=True)
class _Arrived:
    """An update that says something to this bot."""

    #: The update's own number, the same when it comes again.
    id: int
    incoming: Incoming
    #: Whose updates are to be taken in their order; None for none.
    turn: int | None
    #: The number of the message whose button was tapped; None where it is too old to see.
    tapped: int | None = None
    #: The number of the message to answer, where others read along.
    quoted: int | None = None
    #: The account that alone is to see the answer, where others read along.
    receiver: int | None = None


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What is to be answered, and what became of the update."""

    reply: Reply | None
    #: Whatever was to be kept of it is durable.
    kept: bool = True
    #: It was not kept, and is not to come again.
    given_up: bool = False


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
        #: Updates that were dealt with.
        self._handed_over: OrderedDict[int, None] = OrderedDict()
        #: How often each of those that were not has been tried; its sender was told the first time.
        self._failures: OrderedDict[int, int] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False

    async def receive(self, raw: dict[str, Any]) -> bool:
        """Hand over what an update says. Never raises for what it holds.

        True once that is durable, or where there is nothing to hand over. False where it was not
        kept: it is not to be confirmed, so that Telegram sends it again.
        """
        if _number_of(raw) in self._handed_over:
            return True
        arrived = self._read(raw)
        if arrived is None:
            return True
        async with self._turns.of(arrived.turn), self._room:
            if arrived.id in self._handed_over:
                return True
            chat = arrived.turn if arrived.incoming.private else None
            async with typing_after(self._answers.typing, self._bot, chat):
                outcome = await self._hand_over(arrived, _kind_of(raw))
            return self._settle(arrived, outcome)

    def stop(self) -> None:
        """Tell nobody from now on that something could not be kept: the next process keeps it."""
        self._stopping = True

    async def finish(self, seconds: float) -> None:
        """Wait for taps that are being acknowledged."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)

    # --- what it says -----------------------------------------------------------------------------

    def _read(self, raw: dict[str, Any]) -> _Arrived | None:
        try:
            update = Update.de_json(raw, None)
            incoming = translate(update, raw, self._me, self._now())
        except Exception as error:
            return self._read_without_library(raw, error)

        query = update.callback_query
        if query:
            self._start(self._acknowledge(query.id))
        if incoming is None:
            self._answer_unreadable_tap(raw)
            return None
        quoted = receiver = None
        if update.message and not incoming.private:
            receiver = sender_of_ephemeral(raw)
            quoted = None if receiver else update.message.message_id
        return _Arrived(
            update.update_id,
            incoming,
            chat_of(update),
            tapped=_tapped_message(update),
            quoted=quoted,
            receiver=receiver,
        )

    def _read_without_library(self, raw: dict[str, Any], error: Exception) -> _Arrived | None:
        incoming = salvage(raw, self._me, self._now())
        if incoming is not None:
            log.warning("an update was read in part", kind=_kind_of(raw), **_describe(error))
            return _Arrived(_number_of(raw), incoming, private_chat_of(raw))
        log.error("an update could not be read", kind=_kind_of(raw), **_describe(error))
        query = text_in(object_in(raw, "callback_query"), "id")
        if query:
            self._start(self._acknowledge(query))
        self._answer_unreadable_tap(raw)
        return None

    def _answer_unreadable_tap(self, raw: dict[str, Any]) -> None:
        chat = private_chat_of(raw)
        if chat is not None and "callback_query" in raw:
            self._answers.put(chat, say(UNREADABLE_TAP))

    async def _acknowledge(self, query: str) -> None:
        """Stop the button's hourglass. Too late is no matter: the tap is obeyed all the same."""
        try:
            await self._bot.answer_callback_query(query)
        except TelegramError as error:
            log.debug("a tap could not be acknowledged", reason=kind_of(error))

    # --- what becomes of it -----------------------------------------------------------------------

    async def _hand_over(self, arrived: _Arrived, kind: str) -> _Outcome:
        try:
            reply = await self._receive(arrived.incoming)
        except Refused as error:
            return _Outcome(say(str(error)))
        except StoreUnavailable:
            return _Outcome(say(SORRY), kept=False)
        except Exception as error:
            tries = self._failures.get(arrived.id, 0) + 1
            if tries == 1:
                log.error("an update could not be handled", kind=kind, **_describe(error))
            # What fails by itself, and not for want of a disk, is not to hold up what comes later.
            return _Outcome(say(SORRY), kept=False, given_up=tries >= TRIES)
        return _Outcome(reply, kept=reply is None or reply.received)

    def _settle(self, arrived: _Arrived, outcome: _Outcome) -> bool:
        """Answer, and remember what became of the update. Gives whether it is dealt with."""
        # An answer that can no longer be shown is left to the next process, too.
        is_late = self._answers.closed and outcome.reply is not None
        is_kept = outcome.kept and not is_late
        tries = self._failures.pop(arrived.id, 0) + 1
        # Its sender is told once that it was not kept, however often Telegram tries; and not while
        # the bot stops, for the next process keeps it.
        if is_kept or (tries == 1 and not self._stopping):
            self._answer(arrived, outcome.reply)
        if is_kept or (outcome.given_up and not self._stopping):
            _remember(arrived.id, None, self._handed_over)
            return True
        _remember(arrived.id, tries, self._failures)
        return False

    def _answer(self, arrived: _Arrived, reply: Reply | None) -> None:
        incoming = arrived.incoming
        chat = int(Address.parse(incoming.place).place)
        # An album comes as several messages, and gets one answer.
        if incoming.album and not incoming.edits:
            self._answers.hold(incoming.album, chat, reply)
            return
        if reply is not None:
            where = Whereabouts(arrived.tapped, arrived.quoted, arrived.receiver)
            self._answers.put(chat, reply, where)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def sender_of_ephemeral(raw: dict[str, Any]) -> int | None:
    """The account that sent a message which only the bot sees, in a group.

    https://core.telegram.org/bots/api#ephemeral-messages-and-commands
    """
    message = object_in(raw, "message")
    if "ephemeral_message_id" not in message:
        return None
    return number_in(object_in(message, "from"), "id")


def _tapped_message(update: Update) -> int | None:
    """The number of the message whose button was tapped; None where it is too old to see."""
    query = update.callback_query
    if query and isinstance(query.message, Message):
        return query.message.message_id
    return None


def _remember(update_id: int, value: T, among: OrderedDict[int, T]) -> None:
    among[update_id] = value
    while len(among) > REMEMBERED:
        among.popitem(last=False)


def _number_of(raw: dict[str, Any]) -> int:
    """The update's own number; Telegram gives none below 1."""
    return number_in(raw, "update_id") or 0


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
