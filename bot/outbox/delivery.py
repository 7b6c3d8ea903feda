"""Notices to chat: every one that is due is sent once, and tried again until it has been.

Each receiver has a turn of their own: nobody waits for what hangs on its way to somebody else. What
comes together for one person is one message, urgent notices apart; of the others, a few messages a
minute.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.front_end import FrontEnd
from bot.monitoring.metrics import Metrics
from bot.outbox.alarm import Alarm
from bot.outbox.outcomes import Outcomes, not_settled, safely
from bot.outbox.owed import IN_ORDER, Owed, Ready, go_together, place_of, queue_of, with_others
from bot.outbox.receiver import Receiver
from bot.outbox.shown_log import ShownLog
from bot.outbox.superseded import (
    forget_taken_away,
    take_away_earlier,
    take_away_if_over,
    told_of_others,
)
from handlers.desk import Desk
from handlers.messages import DeliveryFailed, Reply
from handlers.notices.bundle import bundle
from handlers.notices.wording import gravestone, render_notice
from handlers.rules.urgency import is_urgent
from handlers.school.today import pass_on
from handlers.workflow.shown import take_back_from
from handlers.workflow.telling.passing_on import climb, pass_up
from handlers.workflow.telling.spoken_to import note_spoken
from store.errors import Conflict, NotFound
from store.model.address import Address, MessageRef
from store.model.case import Case
from store.model.kinds import REPLACING, NoticeKind, NoticeResult
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
#: In vain in a chat, before what is urgent goes by mail instead.
TRIES_BEFORE_MAIL = 2
LONGEST_PAUSE = timedelta(minutes=10)
SHORTEST_PAUSE = timedelta(seconds=1)

MOMENT = timedelta(microseconds=1)

#: Gives the case, owing to somebody else what one person could not be told.
OweInstead = Callable[[Case, Notice, Desk], Awaitable[Case]]

log = structlog.get_logger()


class Delivery:
    """Sends what the store owes. `tick` may be called at any time, from anywhere."""

    def __init__(
        self, desk: Desk, front_ends: Mapping[str, FrontEnd], metrics: Metrics | None = None
    ) -> None:
        self.desk = desk
        self._metrics = metrics or Metrics()
        self.front_ends = front_ends
        self.alarm = Alarm(self.tick)
        self.shown_log = ShownLog(desk, self.alarm)
        self._receivers: defaultdict[str, Receiver] = defaultdict(Receiver)
        self._places = {platform: asyncio.Semaphore(SENDING) for platform in front_ends}
        self._outcomes = Outcomes(desk, self.alarm)
        self._stopping = False

    def stop(self) -> None:
        """Begin nothing more.

        What cannot be sent from now on is as due as before, for the next process.
        """
        self._stopping = True
        self.alarm.stop()

    async def tick(self) -> None:
        """Send all that is due now; each person's notices in their order."""
        await self._outcomes.write_again()
        while not self._stopping:
            queues = await self._claim()
            if not queues:
                return
            try:
                await asyncio.gather(*(self._deliver(to, queue) for to, queue in queues.items()))
            finally:
                for queue in queues.values():
                    self._outcomes.end(queue)

    async def _claim(self) -> Mapping[str, list[Owed]]:
        """What is due, by receiver. What this process holds already it leaves to whoever has it."""
        queues: defaultdict[str, list[Owed]] = defaultdict(list)
        for owed in await self._claim_all():
            if self._outcomes.begin(owed):
                self._metrics.due(owed.notice.tries == 0)
                queues[queue_of(owed.notice)].append(owed)
        return queues

    async def _claim_all(self) -> list[Owed]:
        claimed: list[Owed] = []
        while len(claimed) < MOST:
            more = await self.desk.store.claim(self.desk.now(), AT_ONCE, LEASE)
            if not more:
                break
            claimed += [Owed(reference, notice) for reference, notice in more]
        return claimed

    async def _deliver(self, to: str, queue: Sequence[Owed]) -> None:
        receiver = self._receivers[to]
        urgent_first = sorted(queue, key=lambda owed: place_of(owed.notice))
        async with receiver.turn:
            await self._in_turn(receiver, deque(urgent_first))

    async def _in_turn(self, receiver: Receiver, waiting: deque[Owed]) -> None:
        """Send what waits for one receiver, until it is sent or put off."""
        while waiting:
            if self._stopping:
                await self._let_go(waiting)
                return
            notice = waiting[0].notice
            if notice.kind in REPLACING:
                await self._replace(receiver, waiting.popleft())
                continue
            later = None if is_urgent(notice) else receiver.free_at(self.desk.now())
            if later:
                await self._put_off(receiver, waiting, later)
                return
            message = await self._next(waiting)
            if not message:
                continue
            held_until = await self._send_message(receiver, message)
            if held_until:
                await self._put_off(receiver, waiting, held_until)
                return

    async def _send_message(self, receiver: Receiver, message: Sequence[Ready]) -> datetime | None:
        """Send the notices of one message; until when nothing may overtake it, where it could not
        be sent.
        """
        notices = [ready.owed for ready in message]
        first = notices[0].notice
        result = await self._send(self._bundled(message), first)
        if isinstance(result, MessageRef):
            if not is_urgent(first):
                receiver.lately.append(self.desk.now())
            await self._note_sent(notices, str(result))
            return None
        if result.permanent:
            await self._give_up(notices)
            return None

        for owed in notices:
            if owed.reference and is_urgent(owed.notice):
                await safely(owed, self._climb(owed))
        later = await self._try_later(receiver, notices, result)
        if first.tries >= IN_ORDER:
            return None
        receiver.held_until = later
        return later

    # --- what is sent -----------------------------------------------------------------------------

    async def _next(self, waiting: deque[Owed]) -> list[Ready]:
        """The notices of the next message, worded as of now."""
        message: list[Ready] = []
        while waiting:
            reply = await self._ready(waiting[0])
            if reply is None:
                waiting.popleft()
                continue
            ready = Ready(waiting[0], reply)
            if message and not go_together(message, ready):
                break
            waiting.popleft()
            message.append(ready)
        return message

    async def _ready(self, owed: Owed) -> Reply | None:
        """What it says, or None where nothing is to be sent now."""
        reference, notice = owed
        try:
            message = self._outcomes.find_message(owed)
            if message:
                await self._outcomes.settle([owed], NoticeResult.SENT, message)
                return None
            now = self.desk.now()
            if notice.waits and not self.desk.calendar.is_school_time(now):
                opens = self.desk.calendar.school_time_from(now)
                later = replace(notice, due=opens, first_due=None)
                await self._outcomes.write(Owed(reference, later))
                return None
            exists = await self._exists(notice)
            reply = await render_notice(reference, notice, self.desk) if exists else None
            if reply is None:
                if exists:
                    await take_away_if_over(notice, self.desk)
                await self._outcomes.settle([owed], NoticeResult.MOOT)
        except Exception as error:
            not_settled(owed, error)
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

    def _bundled(self, message: Sequence[Ready]) -> Reply:
        """One message of them all. The notices note for themselves in which message they are."""
        reply = bundle([ready.reply for ready in message])
        reader = message[0].owed.notice.to
        key = " ".join(ready.owed.notice.key for ready in message)
        reply = replace(reply, key=key)
        noted_by_notices = frozenset(ready.owed.reference for ready in message)
        return self.shown_log.log_showing(reply, reader, noted_by_notices)

    async def _replace(self, receiver: Receiver, owed: Owed) -> None:
        """Put something in place of a message, or try again later: a few words where it showed a
        case to whom it is about, a card as it is now where something was still to come.
        """
        notice = owed.notice
        is_taken_back = notice.kind == NoticeKind.WITHDRAW
        if is_taken_back:
            # Of what was told in the same message, what may still be known stays.
            reply = await told_of_others(notice, self.desk)
        else:
            reply = await self._ready(owed)
            if reply is None:
                return
        shown = MessageRef.parse(notice.message)
        front_end = self.front_ends.get(Address.parse(shown.address).platform)
        try:
            if front_end is None:
                raise DeliveryFailed("its chat runs here no longer", permanent=True)
            if reply is None:
                await front_end.take_back(shown.address, shown.id, gravestone(notice))
            else:
                await front_end.edit(shown.address, shown.id, reply)
        except Exception as error:
            failure = _as_failure(error)
            if not failure.permanent:
                await self._try_later(receiver, [owed], failure)
                return
            log.warning("message cannot be replaced", case=owed.reference, why=str(failure))
            result = NoticeResult.FAILED
        else:
            result = NoticeResult.SENT
            await safely(owed, forget_taken_away(owed.reference, notice, self.desk))
        await safely(owed, self._outcomes.settle([owed], result, notice.message))

    async def _send(self, reply: Reply, notice: Notice) -> MessageRef | DeliveryFailed:
        """Where it went, or why it could not go to any of the person's accounts."""
        failure = DeliveryFailed("no way to reach this person", permanent=True)
        for address in await self._addresses(notice):
            to = Address.parse(address)
            platform = to.platform
            # A chat that is away for a moment says all of it later; a mail would say it is there.
            waits_for_chat = not is_urgent(notice) or notice.tries < TRIES_BEFORE_MAIL
            if to.is_send_only and not failure.permanent and waits_for_chat:
                continue
            try:
                async with self._places[platform]:
                    id = await self.front_ends[platform].send(address, reply)
                    return MessageRef(address, id)
            except Exception as error:
                failed = _as_failure(error)
                if failed is not error:
                    # A front-end's mistake: the other account may do, or another time.
                    log.error("notice not sent", kind=notice.kind, why=type(error).__name__)
            self._metrics.failed(platform, permanent=failed.permanent)
            if failure.permanent:
                failure = failed
        return failure

    async def _addresses(self, notice: Notice) -> list[str]:
        """Where it may go, in the chats that run: a channel, or each account of a person."""
        addresses: tuple[str, ...] = (notice.to,)
        if notice.kind != NoticeKind.CHANNEL:
            addresses = (await self.desk.store.person(notice.to)).accounts
        elif Address.parse(notice.to).is_send_only:
            # Nobody has said that a mail address in the settings is right.
            addresses = ()
        here = [a for a in addresses if Address.parse(a).platform in self.front_ends]
        # What can be answered comes first.
        return sorted(here, key=lambda address: Address.parse(address).is_send_only)

    # --- what became of it ------------------------------------------------------------------------

    async def _note_sent(self, notices: Sequence[Owed], message: str) -> None:
        """Note that these were sent, before anything else: who dies first sends them again.

        It is one write for each case, and all of them at once. Of what one process has sent, no
        more than one message to each receiver is ever without its note.
        """
        of_cases: defaultdict[str, list[Owed]] = defaultdict(list)
        for owed in with_others(notices):
            await safely(owed, take_away_earlier(owed.reference, owed.notice, self.desk))
            self._outcomes.note_message(owed, message)
            of_cases[owed.reference].append(owed)
        settling = []
        for of_one in of_cases.values():
            settled = self._outcomes.settle(of_one, NoticeResult.SENT, message)
            settling.append(safely(of_one[0], settled))
        await asyncio.gather(*settling)

        note_spoken(notices[0].notice.to, self.desk)
        for owed in notices:
            self._metrics.sent(owed.notice, self.desk.now())
            # It may have become a case about them while it was on its way.
            if owed.reference:
                await safely(owed, take_back_from(owed.notice.to, owed.reference, self.desk))

    async def _give_up(self, notices: Sequence[Owed]) -> None:
        for owed in notices:
            reference, notice = owed
            log.warning(
                "notice cannot be delivered", case=reference, kind=notice.kind, key=notice.key
            )
            await safely(owed, self._outcomes.settle([owed], NoticeResult.FAILED))
            if reference:
                await safely(owed, self._owe_to_others(owed, pass_up))
            elif notice.kind == NoticeKind.TODAY:
                await safely(owed, pass_on(notice, self.desk))

    async def _try_later(
        self, receiver: Receiver, notices: Sequence[Owed], failure: DeliveryFailed
    ) -> datetime:
        """Put off what could not be sent, with growing pauses or as the platform asks; until when
        (UTC).
        """
        if self._stopping:
            await self._let_go(notices)
            return self.desk.now()
        pause = min(FIRST_PAUSE * 2 ** min(notices[0].notice.tries, 10), LONGEST_PAUSE)
        if failure.retry_after is not None:
            pause = max(timedelta(seconds=failure.retry_after), SHORTEST_PAUSE)
        later: datetime = self.desk.now() + pause
        self.alarm.set(pause.total_seconds())
        tried = [Owed(r, replace(notice, tries=notice.tries + 1)) for r, notice in notices]
        await self._put_off(receiver, tried, later)
        return later

    async def _let_go(self, notices: Iterable[Owed]) -> None:
        for owed in notices:
            await safely(owed, self._outcomes.write(owed))

    async def _put_off(self, receiver: Receiver, notices: Iterable[Owed], later: datetime) -> None:
        """To a later time, in the same order, and after what was put off to it before."""
        for owed in notices:
            due = later + receiver.put_off * MOMENT
            receiver.put_off += 1
            newer = replace(owed.notice, due=due, first_due=owed.notice.unsent_since)
            put_off = Owed(owed.reference, newer)
            await safely(owed, self._outcomes.write(put_off))

    async def _climb(self, owed: Owed) -> None:
        """Tell somebody else as well of what is urgent, where no chat of this person takes the
        token: until the technician gives a new one, nobody is reached there.
        """
        platforms = {Address.parse(each).platform for each in await self._addresses(owed.notice)}
        if platforms and platforms <= self.desk.cut_off():
            await self._owe_to_others(owed, climb)

    async def _owe_to_others(self, owed: Owed, owe: OweInstead) -> None:
        while True:
            case = await self.desk.store.case(owed.reference)
            owing = await owe(case, owed.notice, self.desk)
            try:
                if owing is not case:
                    await self.desk.store.save(owing)
            except Conflict:
                continue
            return


def _as_failure(error: Exception) -> DeliveryFailed:
    """A front-end's own failure; for any other mistake, one that another try may be spared."""
    if isinstance(error, DeliveryFailed):
        return error
    return DeliveryFailed(type(error).__name__)
