"""Notices to chat: every one that is due is sent once, and tried again until it has been.

Each receiver has a turn of their own: nobody waits for what hangs on its way to somebody else. What comes
together for one person is one message, urgent notices apart; of the others, a few messages a minute.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from bot.front_end import FrontEnd
from bot.metrics import Metrics
from bot.outbox.shown_log import ShownLog
from handlers.desk import Desk
from handlers.messages import DeliveryFailed, Reply
from handlers.notices.bundle import bundle, fits_one_message
from handlers.notices.wording import gravestone, render_notice
from handlers.workflow.alerts import pass_up
from handlers.workflow.shown import take_back_from
from store.errors import Conflict, NotFound
from store.model.address import Address, MessageRef
from store.model.kinds import CAN_WAIT, NoticeKind, NoticeResult
from store.model.records import Notice

#: Notices claimed together.
AT_ONCE = 100
#: Notices claimed before the first of them is sent.
MOST = 1_000
#: Messages on their way to one platform at once.
SENDING = 20
#: Seconds in which a claimed notice is sent and noted.
LEASE = 300.0
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=10)
SHORTEST_PAUSE = timedelta(seconds=1)
#: Tries, after which what cannot be sent lets later notices pass.
IN_ORDER = 3

#: The clock ticks each minute, and never quite on time.
A_MINUTE = timedelta(seconds=50)
#: To one person in that time, urgent ones aside.
MESSAGES = 4
MOMENT = timedelta(microseconds=1)

log = structlog.get_logger()

#: With its case's reference.
Owed = tuple[str, Notice]


@dataclass(slots=True)
class Receiver:
    """A person, or a channel."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    #: Something failed: what is owed later does not overtake it.
    held_until: datetime | None = None
    #: Notices since then, so that they stay in order.
    put_off: int = 0
    lately: deque[datetime] = field(default_factory=lambda: deque(maxlen=MESSAGES))

    def free_at(self, now: datetime) -> datetime | None:
        """When something that can wait may be sent; None for now."""
        if self.held_until and now < self.held_until:
            return self.held_until
        if len(self.lately) == MESSAGES and now < (free := self.lately[0] + A_MINUTE):
            return free
        self.held_until, self.put_off = None, 0
        return None


class Delivery:
    """Sends what the store owes. `tick` may be called at any time, from anywhere."""

    def __init__(
        self, desk: Desk, front_ends: Mapping[str, FrontEnd], metrics: Metrics | None = None
    ) -> None:
        self.desk = desk
        self._metrics = metrics or Metrics()
        self.front_ends = front_ends
        self.shown_log = ShownLog(desk)
        self._receivers: defaultdict[str, Receiver] = defaultdict(Receiver)
        self._places = {platform: asyncio.Semaphore(SENDING) for platform in front_ends}
        self._under_way: set[tuple[str, str]] = set()
        # Sent, and not yet noted: the disk was full.
        self._sent: dict[str, str] = {}
        self._stopping = False

    def stop(self) -> None:
        """Begin nothing more. What cannot be sent from now on is as due as before, for the next process."""
        self._stopping = True

    async def tick(self) -> None:
        """Send all that is due now; each person's notices in their order."""
        while not self._stopping and (queues := await self._claim()):
            try:
                await asyncio.gather(*(self._deliver(to, queue) for to, queue in queues.items()))
            finally:
                self._under_way.difference_update(
                    (r, n.key) for queue in queues.values() for r, n in queue
                )

    async def _claim(self) -> Mapping[str, list[Owed]]:
        """What is due, by receiver. What this process holds already it leaves to whoever has it."""
        claimed: list[Owed] = []
        while len(claimed) < MOST and (
            more := await self.desk.store.claim(self.desk.now(), AT_ONCE, LEASE)
        ):
            claimed += more
        queues: defaultdict[str, list[Owed]] = defaultdict(list)
        for reference, notice in claimed:
            if (reference, notice.key) not in self._under_way:
                self._under_way.add((reference, notice.key))
                self._metrics.due(notice.tries == 0)
                queues[_queue_of(notice)].append((reference, notice))
        return queues

    async def _deliver(self, to: str, queue: Sequence[Owed]) -> None:
        receiver = self._receivers[to]
        async with receiver.turn:
            await self._in_turn(
                receiver, deque(sorted(queue, key=lambda owed: not is_urgent(owed[1])))
            )

    async def _in_turn(self, receiver: Receiver, waiting: deque[Owed]) -> None:
        while waiting:
            if self._stopping:
                await self._let_go(waiting)
                return
            if waiting[0][1].kind == NoticeKind.WITHDRAW:
                await self._take_back(receiver, waiting.popleft())
                continue
            if not is_urgent(waiting[0][1]) and (later := receiver.free_at(self.desk.now())):
                await self._put_off(receiver, waiting, later)
                return
            message = await self._next(waiting)
            if not message:
                continue
            notices = [owed for owed, _ in message]
            result = await self._send(self._watched(message), notices[0][1])
            if isinstance(result, str):
                if not is_urgent(notices[0][1]):
                    receiver.lately.append(self.desk.now())
                await self._note_sent(notices, result)
            elif result.permanent:
                await self._give_up(notices)
            else:
                later = await self._try_later(receiver, notices, result)
                if notices[0][1].tries < IN_ORDER:
                    receiver.held_until = later
                    await self._put_off(receiver, waiting, later)
                    return

    # --- what is sent ---------------------------------------------------------------------------------

    async def _next(self, waiting: deque[Owed]) -> list[tuple[Owed, Reply]]:
        """The notices of the next message, worded as of now."""
        message: list[tuple[Owed, Reply]] = []
        while waiting:
            reply = await self._ready(*waiting[0])
            if reply is None:
                waiting.popleft()
                continue
            if message:
                alone = _is_alone(waiting[0][1]) or _is_alone(message[0][0][1])
                if alone or not fits_one_message([*(r for _, r in message), reply]):
                    break
            message.append((waiting.popleft(), reply))
        return message

    async def _ready(self, reference: str, notice: Notice) -> Reply | None:
        """What it says, or None where nothing is to be sent now."""
        try:
            if message := self._sent.get(notice.key):
                await self._settle(reference, notice, NoticeResult.SENT, message)
                return None
            now = self.desk.now()
            if notice.waits and not self.desk.calendar.is_school_time(now):
                opens = self.desk.calendar.school_time_from(now)
                await self._write(reference, replace(notice, due=opens))
                return None
            exists = await self._exists(notice)
            reply = await render_notice(reference, notice, self.desk) if exists else None
            if reply is None:
                await self._settle(reference, notice, NoticeResult.MOOT)
        except Exception as error:
            _not_settled(reference, notice, error)
            return None
        return reply

    async def _exists(self, notice: Notice) -> bool:
        if notice.kind == NoticeKind.CHANNEL:
            return True
        try:
            await self.desk.store.person(notice.to)
        except NotFound:
            return False
        return True

    def _watched(self, message: Sequence[tuple[Owed, Reply]]) -> Reply:
        """One message of them all. The notices note for themselves in which message they are."""
        bundled = bundle([reply for _, reply in message])
        (_, first), *_ = [owed for owed, _ in message]
        spared = frozenset(reference for (reference, _), _ in message)
        return self.shown_log.log_showing(bundled, first.to, spared)

    async def _take_back(self, receiver: Receiver, owed: Owed) -> None:
        """Put a few words in place of a message that showed a case to whom it is about, or try again later."""
        reference, notice = owed
        shown = MessageRef.parse(notice.message)
        front_end = self.front_ends.get(Address.parse(shown.address).platform)
        try:
            if front_end is None:
                raise DeliveryFailed("its chat runs here no longer", permanent=True)
            await front_end.edit(shown.address, shown.id, gravestone(notice))
        except Exception as error:
            failure = (
                error if isinstance(error, DeliveryFailed) else DeliveryFailed(type(error).__name__)
            )
            if failure.permanent:
                log.warning("message cannot be taken back", case=reference, why=str(failure))
                await _safely(
                    reference,
                    notice,
                    self._settle(reference, notice, NoticeResult.FAILED, notice.message),
                )
            else:
                await self._try_later(receiver, [owed], failure)
            return
        await _safely(
            reference, notice, self._settle(reference, notice, NoticeResult.SENT, notice.message)
        )

    async def _send(self, reply: Reply, notice: Notice) -> str | DeliveryFailed:
        """Where it went, or why it could not go to any of the person's accounts."""
        failure = DeliveryFailed("no way to reach this person", permanent=True)
        for address in await self._addresses(notice):
            platform = Address.parse(address).platform
            try:
                async with self._places[platform]:
                    id = await self.front_ends[platform].send(address, reply)
                    return str(MessageRef(address, id))
            except DeliveryFailed as error:
                failed = error
            except (
                Exception
                # A front-end's mistake: the other account may do, or another time.
            ) as error:
                log.error("notice not sent", kind=notice.kind, why=type(error).__name__)
                failed = DeliveryFailed(type(error).__name__)
            self._metrics.failed(platform, permanent=failed.permanent)
            failure = failed if failure.permanent else failure
        return failure

    async def _addresses(self, notice: Notice) -> list[str]:
        if notice.kind == NoticeKind.CHANNEL:
            addresses: tuple[str, ...] = (notice.to,)
        else:
            addresses = (await self.desk.store.person(notice.to)).accounts
        return [a for a in addresses if Address.parse(a).platform in self.front_ends]

    # --- what became of it ----------------------------------------------------------------------------

    async def _note_sent(self, notices: Sequence[Owed], message: str) -> None:
        self._sent.update((notice.key, message) for _, notice in notices)
        for reference, notice in notices:
            self._metrics.sent(notice, self.desk.now())
            await _safely(
                reference, notice, self._settle(reference, notice, NoticeResult.SENT, message)
            )
            # It may have become a case about them while it was on its way.
            if reference:
                await _safely(reference, notice, take_back_from(notice.to, reference, self.desk))

    async def _give_up(self, notices: Sequence[Owed]) -> None:
        for reference, notice in notices:
            log.warning(
                "notice cannot be delivered", case=reference, kind=notice.kind, key=notice.key
            )
            await _safely(reference, notice, self._settle(reference, notice, NoticeResult.FAILED))
            if reference:
                await _safely(reference, notice, self._pass_up(reference, notice))

    async def _settle(self, reference: str, notice: Notice, result: str, message: str = "") -> None:
        settled = replace(notice, settled=self.desk.now(), result=result, message=message)
        await self._write(reference, settled)
        self._sent.pop(notice.key, None)

    async def _write(self, reference: str, notice: Notice) -> None:
        """From here on, whoever claims it may have it."""
        self._under_way.discard((reference, notice.key))
        await self.desk.store.settle(reference, notice)

    async def _try_later(
        self, receiver: Receiver, notices: Sequence[Owed], failure: DeliveryFailed
    ) -> datetime:
        if self._stopping:
            await self._let_go(notices)
            return self.desk.now()
        pause = min(FIRST_PAUSE * 2 ** min(notices[0][1].tries, 10), LONGEST_PAUSE)
        if failure.retry_after is not None:
            pause = max(timedelta(seconds=failure.retry_after), SHORTEST_PAUSE)
        later: datetime = self.desk.now() + pause
        await self._put_off(
            receiver, [(r, replace(n, tries=n.tries + 1)) for r, n in notices], later
        )
        return later

    async def _let_go(self, notices: Iterable[Owed]) -> None:
        for reference, notice in notices:
            await _safely(reference, notice, self._write(reference, notice))

    async def _put_off(self, receiver: Receiver, notices: Sequence[Owed], later: datetime) -> None:
        """To a later time, in the same order, and after what was put off to it before."""
        for reference, notice in notices:
            due = later + receiver.put_off * MOMENT
            receiver.put_off += 1
            await _safely(reference, notice, self._write(reference, replace(notice, due=due)))

    async def _pass_up(self, reference: str, notice: Notice) -> None:
        while True:
            case = await self.desk.store.case(reference)
            owing = await pass_up(case, notice, self.desk)
            try:
                if owing is not case:
                    await self.desk.store.save(owing)
            except Conflict:
                continue
            return


def _queue_of(notice: Notice) -> str:
    """What is taken back waits for nothing else, and keeps nothing else waiting."""
    return f"{NoticeKind.WITHDRAW} {notice.to}" if notice.kind == NoticeKind.WITHDRAW else notice.to


def is_urgent(notice: Notice) -> bool:
    """Whether it waits for nothing: no school hours, no other notice. What is overdue is so on its first day."""
    again = notice.kind == NoticeKind.OVERDUE and notice.stage > 1
    return not (notice.waits or again or notice.kind in CAN_WAIT)


def _is_alone(notice: Notice) -> bool:
    """What could not be sent so often takes no other notice with it."""
    return is_urgent(notice) or notice.tries >= IN_ORDER


async def _safely(reference: str, notice: Notice, doing: Awaitable[None]) -> None:
    """What cannot be noted now is claimed again when its lease has passed."""
    try:
        await doing
    except Exception as error:
        _not_settled(reference, notice, error)


def _not_settled(reference: str, notice: Notice, error: Exception) -> None:
    log.error("notice not settled", case=reference, kind=notice.kind, why=type(error).__name__)
