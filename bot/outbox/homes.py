"""The bot's own page in a chat, kept as it should be for everybody who has ever opened it.

What stands there is compared with what should: nothing is owed, and nothing that was missed is
missed for long. A page that was shown and not noted is shown again.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.front_end import FrontEnd, HasHome
from bot.outbox.alarm import Alarm
from handlers.desk import Desk
from handlers.messages import DeliveryFailed, Reply
from handlers.reception import home_page
from handlers.rules import access
from handlers.rules.access import Act
from handlers.school.home import HOME_OF_STAFF
from store.model.address import Address
from store.model.memos import Home
from store.model.records import Person

#: Seconds between two looks at least, however much happens.
REST = 3.0
#: Times as long as a look took: pages take a small part of the bot's time.
SHARE = 9
LONGEST_REST = 30.0
#: Pages that are put right at once.
AT_ONCE = 5
#: Seconds until a page is tried again that could not be shown; they double, where the platform
#: does not say how many.
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 600.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Failed:
    """A page that could not be shown, since it was opened last."""

    opened_at: datetime
    #: In a row.
    times: int
    #: By the monotonic clock, until when it is left alone.
    until: float


class Homes:
    """Puts pages right. `wake` may be called at any time, from anywhere."""

    def __init__(self, desk: Desk, front_ends: Mapping[str, FrontEnd]) -> None:
        self.desk = desk
        self._front_ends = {
            name: each for name, each in front_ends.items() if isinstance(each, HasHome)
        }
        #: Seconds between two looks at least, and until the first further try of a page.
        self.rest = REST
        self.first_pause = FIRST_PAUSE
        self._alarm = Alarm(self._look)
        self._is_woken = False
        self._is_looking = False
        #: By the monotonic clock, when the next look may begin.
        self._free_at = 0.0
        self._room = asyncio.Semaphore(AT_ONCE)
        self._failed: dict[str, _Failed] = {}

    @property
    def is_busy(self) -> bool:
        """Whether there is a look under way, or to come."""
        return self._is_woken or self._is_looking

    def wake(self) -> None:
        """Look soon: something may have changed. What comes during a look is looked at after it."""
        if self._is_woken or not self._front_ends:
            return
        self._is_woken = True
        if not self._is_looking:
            self._set_alarm()

    def stop(self) -> None:
        """Begin nothing more."""
        self._alarm.stop()

    async def drain(self) -> None:
        """Wait for what has begun."""
        await self._alarm.drain()

    def _set_alarm(self) -> None:
        self._alarm.set(max(0.0, self._free_at - time.monotonic()))

    async def _look(self) -> None:
        if self._is_looking:
            self._is_woken = True
            return
        self._is_woken, self._is_looking = False, True
        begun = time.monotonic()
        try:
            await self.put_right()
        finally:
            ended = time.monotonic()
            # A page that is slow to show is no work, and keeps no other page waiting for long.
            rest = min(SHARE * (ended - begun), LONGEST_REST)
            self._free_at = ended + max(self.rest, rest)
            self._is_looking = False
            if self._is_woken:
                self._set_alarm()
            elif self._failed:
                next_try = min(failed.until for failed in self._failed.values())
                self._alarm.set(max(self._free_at, next_try) - ended)

    async def show_opened(self, account: str) -> None:
        """Show the page that somebody has just opened, without waiting for the next look.

        Raises StoreUnavailable.
        """
        home = await self.desk.store.memo(Home, account)
        if home:
            await self._put_right(home, await self.desk.store.by_account(account))

    async def put_right(self) -> None:
        """Show each page anew that is not as it should be. One that cannot be shown keeps no other
        waiting. Raises StoreUnavailable.
        """
        homes = await self.desk.store.memos(Home)
        if not homes:
            return
        people: dict[str, Person] = {}
        for person in await self.desk.store.people():
            people |= dict.fromkeys(person.accounts, person)
        await asyncio.gather(*(self._put_right(home, people.get(home.account)) for home in homes))

    async def _put_right(self, home: Home, person: Person | None) -> None:
        front_end = self._front_ends.get(Address.parse(home.account).platform)
        if front_end is None or _is_plain(home, person):
            # There is nothing to try again.
            self._failed.pop(home.account, None)
            return
        if self._is_left_alone(home):
            return
        async with self._room:
            # With many cases it takes a while: whoever waits for an answer goes first.
            await asyncio.sleep(0)
            try:
                await self._show(front_end, home, person)
            except DeliveryFailed as failure:
                self._leave_alone(home, str(failure), failure.retry_after)
            except Exception as error:
                self._leave_alone(home, type(error).__name__)

    async def _show(self, front_end: HasHome, home: Home, person: Person | None) -> None:
        """Show what should stand there, unless it does."""
        account = home.account
        sender = await front_end.vouch(account)
        reply = await home_page(sender, person, self.desk)
        if _digest(reply) == home.shown:
            self._failed.pop(account, None)
            return
        # Of several processes, one after another; the later one shows what is so by then.
        async with self.desk.store.alone(f"home {account}"):
            known = await self.desk.store.memo(Home, account) or home
            person = await self.desk.store.by_account(account)
            reply = await home_page(sender, person, self.desk)
            digest = _digest(reply)
            # It was shown meanwhile, or could not be.
            if digest == known.shown or self._is_left_alone(known):
                return
            state = await front_end.show_home(account, reply, known.state)
            self._failed.pop(account, None)

            def shown(now: Home | None) -> Home:
                # Whoever has opened it meanwhile is to see it anew.
                is_opened = now is not None and now.opened_at != known.opened_at
                return replace(now or known, shown="" if is_opened else digest, state=state)

            await self.desk.store.renew(Home, account, shown)

    def _is_left_alone(self, home: Home) -> bool:
        failed = self._failed.get(home.account)
        if failed is None or failed.opened_at != home.opened_at:
            return False
        return time.monotonic() < failed.until

    def _leave_alone(self, home: Home, why: str, pause: float | None = None) -> None:
        """Try it again later, after so many seconds where the platform said how many; until then it
        shows what it showed.
        """
        before = self._failed.get(home.account)
        times = before.times + 1 if before else 1
        if pause is None:
            pause = min(self.first_pause * 2 ** min(times - 1, 10), LONGEST_PAUSE)
        until = time.monotonic() + pause
        self._failed[home.account] = _Failed(home.opened_at, times, until)
        if times == 1:
            log.warning("home page not shown", why=why)


def _is_plain(home: Home, person: Person | None) -> bool:
    """Whether it has buttons alone, and should: most people's, of which nothing need be asked."""
    is_of_staff = person is None or (bool(person.roles) and not access.may(person, Act.LIST))
    return is_of_staff and home.shown == _PLAIN


def _digest(reply: Reply) -> str:
    """Of all that it shows, in 64 hexadecimal digits."""
    return hashlib.sha256(repr(reply.parts).encode("utf-8", "surrogatepass")).hexdigest()


_PLAIN = _digest(HOME_OF_STAFF)
