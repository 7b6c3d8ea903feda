"""What is counted for Prometheus: numbers alone. No label holds an id, a name or a category; of
several schools it may hold the key.
"""

from __future__ import annotations

import asyncio
import inspect
import shutil
import time
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from handlers.messages import Incoming
from handlers.rules.urgency import is_urgent
from store.base import Store
from store.errors import StoreUnavailable
from store.model.address import Address
from store.model.records import Notice

#: A notice that is sent so long after it was due is late; one that was tried again is late too.
LATE = timedelta(minutes=2)
#: Whatever is to be fetched at all is tried again within this.
EVER = timedelta(days=365)
#: Seconds for a store to say what is overdue there.
PATIENCE = 3.0
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """The numbers of one process, in a registry of their own, so that tests may have several."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._received = self._counter(
            "received", "Messages, commands, taps and edits from people.", "chat", "kind"
        )
        self._reports = self._counter("reports", "Cases that were opened.")
        self._due = self._counter("notices_due", "Notices that came due.")
        self._sent = self._counter("notices_sent", "Notices that were sent.")
        self._late = self._counter("notices_late", "Of those, the ones that were sent late.")
        self._errors = self._counter("delivery_errors", "Failures to send.", "chat", "permanent")
        self._overdue = Gauge(
            "headsup_notices_overdue_seconds",
            "How long the oldest notice or file has been waiting that is due; 0 where none is.",
            registry=self.registry,
        )
        self._urgent_overdue = Gauge(
            "headsup_urgent_overdue_seconds",
            "How long the oldest urgent notice has been due that has not been sent; 0 where none.",
            registry=self.registry,
        )
        self._store_away = Gauge(
            "headsup_stores_away",
            "Stores that do not answer: the folder, or a school in the database.",
            registry=self.registry,
        )
        self._chats_away = Gauge(
            "headsup_chats_away",
            "Chats that are not connected, or whose platform refuses the token.",
            registry=self.registry,
        )
        self._ticked = Gauge(
            "headsup_clock_timestamp_seconds",
            "When the clock last ticked, which reminds and delivers each minute.",
            registry=self.registry,
        )
        self._backed_up = Gauge(
            "headsup_backup_timestamp_seconds",
            "Where BACKUP_TO is set: when a school was backed up last, 0 for never.",
            ["school"],
            registry=self.registry,
        )
        self._away = Gauge(
            "headsup_schools_away",
            "Schools that are connected and do not run, or whose token is refused.",
            registry=self.registry,
        )
        self._up = Gauge(
            "headsup_school_up",
            "With SCHOOLS: 1 for a school that works, 0 for one that is away.",
            ["school"],
            registry=self.registry,
        )
        self._digest = Gauge(
            "headsup_digest_timestamp_seconds",
            "For when the last weekly digest of a school was due that was sent, 0 for never.",
            ["school"],
            registry=self.registry,
        )
        self._unsent = Gauge(
            "headsup_notices_unsent",
            "Notices that are due and have not been sent, urgent ones apart.",
            ["urgent"],
            registry=self.registry,
        )
        self._fetches = Gauge(
            "headsup_fetches_waiting",
            "Files that wait to be fetched from a chat, those that are tried again later, too.",
            registry=self.registry,
        )
        self._free = Gauge(
            "headsup_disk_free_bytes",
            "Room on the disk of what is kept, of temporary files, and of the backups.",
            ["disk"],
            registry=self.registry,
        )
        self._logged = self._counter(
            "errors_logged", "Lines of the log that say that something failed."
        )
        self._logged_so_far = 0
        self._answers = self._histogram("answer_seconds", "Until an answer was ready.", "chat")
        self._store = self._histogram("store_seconds", "What the store took.", "call")

    def away(self, away: Collection[str], connected: Collection[str]) -> None:
        """Which of several schools do not work, of those that are connected; by their keys."""
        self._away.set(len(away))
        self._up.clear()
        for school in connected:
            self._up.labels(school).set(school not in away)

    def _counter(self, name: str, words: str, *labels: str) -> Counter:
        return Counter(f"headsup_{name}", words, labels, registry=self.registry)

    def _histogram(self, name: str, words: str, *labels: str) -> Histogram:
        return Histogram(f"headsup_{name}", words, labels, registry=self.registry, buckets=SECONDS)

    def received(self, incoming: Incoming, seconds: float) -> None:
        """Something came in, and its answer was ready after so long."""
        chat = chat_of(incoming.sender.account)
        self._received.labels(chat, kind_of(incoming)).inc()
        self._answers.labels(chat).observe(seconds)

    def due(self, number: int) -> None:
        self._due.inc(number)

    def sent(self, notice: Notice, at: datetime) -> None:
        self._sent.inc()
        if notice.tries or at - notice.due > LATE:
            self._late.inc()

    def failed(self, chat: str, *, permanent: bool) -> None:
        self._errors.labels(chat, str(permanent).lower()).inc()

    def stored(self, call: str) -> Callable[[float], None]:
        """What is told of the seconds that each call of this name has taken."""
        return self._store.labels(call).observe

    def opened(self) -> None:
        self._reports.inc()

    def ticked(self, now: datetime) -> None:
        """The clock has done what it does each minute. `now` is UTC."""
        self._ticked.set(now.timestamp())

    def backed_up(self, school: str, at: datetime | None) -> None:
        """When a backup of a school went well last. `at` is UTC."""
        self._backed_up.labels(school).set(at.timestamp() if at else 0)

    def digest_sent(self, school: str, due: datetime | None) -> None:
        """When the last digest of a school was due that was sent. `due` is UTC."""
        self._digest.labels(school).set(due.timestamp() if due else 0)

    def logged(self, errors: int) -> None:
        """How many errors this process has logged so far."""
        self._logged.inc(errors - self._logged_so_far)
        self._logged_so_far = errors

    def room(self, disk: str, folder: Path) -> None:
        """How much room there is for what is kept in a folder."""
        try:
            self._free.labels(disk).set(shutil.disk_usage(folder).free)
        except OSError:
            # It is not there, such as a disk that is not attached.
            self._free.labels(disk).set(0)

    def chats_away(self, number: int) -> None:
        """How many chats are not connected, or refused."""
        self._chats_away.set(number)

    async def page(self, stores: Iterable[Store], now: datetime) -> bytes:
        """All of it, in Prometheus's own format. `now` is UTC.

        Where a store does not answer, the rest is told all the same.
        """
        looks = await asyncio.gather(*(_look(store, now) for store in stores))
        answered = [look for look in looks if look is not None]
        self._store_away.set(len(looks) - len(answered))
        if len(answered) == len(looks):
            self._overdue.set(max([look.overdue for look in answered], default=0.0))
            self._urgent_overdue.set(max([look.urgent for look in answered], default=0.0))
            self._unsent.labels("true").set(sum(look.urgent_unsent for look in answered))
            self._unsent.labels("false").set(sum(look.others_unsent for look in answered))
            self._fetches.set(sum(look.fetches for look in answered))
        return generate_latest(self.registry)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """What waits in one store."""

    #: How long the oldest has waited, in seconds.
    overdue: float
    urgent: float
    #: How many there are.
    urgent_unsent: int
    others_unsent: int
    fetches: int


async def _look(store: Store, now: datetime) -> _Waiting | None:
    """None where the store does not answer in time."""
    try:
        async with asyncio.timeout(PATIENCE):
            unsent = await store.unsent(now)
            due = await store.next_due()
            fetches = await store.wanted(now + EVER)
    except (StoreUnavailable, TimeoutError):
        return None
    moments = [notice.unsent_since for notice in unsent]
    if due:
        moments.append(due)
    urgent = [notice.unsent_since for notice in unsent if is_urgent(notice)]
    return _Waiting(
        overdue=_age(moments, now),
        urgent=_age(urgent, now),
        urgent_unsent=len(urgent),
        others_unsent=len(unsent) - len(urgent),
        fetches=len(fetches),
    )


def _age(moments: list[datetime], now: datetime) -> float:
    oldest = min(moments, default=now)
    return max(0.0, (now - oldest).total_seconds())


def chat_of(address: str) -> str:
    return Address.parse(address).platform


def kind_of(incoming: Incoming) -> str:
    """What came in, as one of five words."""
    if incoming.opens:
        return "home"
    if incoming.edits:
        return "edit"
    if ":tap:" in incoming.source:
        return "tap"
    return "command" if incoming.command is not None else "message"


def measure_store(store: Store, metrics: Metrics) -> Store:
    """Wrap a store, so that the seconds of each call that it does not answer from memory are
    counted.
    """
    return cast(Store, _MeasuredStore(store, metrics))


class _MeasuredStore:
    def __init__(self, store: Store, metrics: Metrics) -> None:
        self._store, self._metrics = store, metrics

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        is_measured = inspect.iscoroutinefunction(found) and name not in self._store.from_memory
        call = self._timing(name, found) if is_measured else found
        # From now on it is found without coming here.
        setattr(self, name, call)
        return call

    def _timing(
        self, name: str, call: Callable[..., Awaitable[Any]]
    ) -> Callable[..., Awaitable[Any]]:
        observe = self._metrics.stored(name)

        async def timing(*arguments: Any, **more: Any) -> Any:
            begun = time.perf_counter()
            answer = await call(*arguments, **more)
            observe(time.perf_counter() - begun)
            if name == "add":
                self._metrics.opened()
            return answer

        return timing
