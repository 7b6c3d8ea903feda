"""What is counted for Prometheus: numbers alone. No label holds an id, a name or a category."""

from __future__ import annotations

import inspect
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, cast

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from handlers.messages import Incoming
from store.base import Store
from store.model.address import Address
from store.model.records import Notice

#: A notice that is sent so long after it was due is late; one that was tried again is late too.
LATE = timedelta(minutes=2)
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
        self._away = Gauge(
            "headsup_schools_away",
            "Schools that are connected and do not run.",
            registry=self.registry,
        )
        self._answers = self._histogram("answer_seconds", "Until an answer was ready.", "chat")
        self._store = self._histogram("store_seconds", "What the store took.", "call")

    def away(self, schools: int) -> None:
        """How many of several schools are connected and do not run."""
        self._away.set(schools)

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

    async def page(self, stores: Iterable[Store], now: datetime) -> bytes:
        """All of it, in Prometheus's own format. `now` is UTC."""
        overdue = 0.0
        for store in stores:
            due = await store.next_due()
            if due:
                overdue = max(overdue, (now - due).total_seconds())
        self._overdue.set(overdue)
        return generate_latest(self.registry)


def chat_of(address: str) -> str:
    return Address.parse(address).platform


def kind_of(incoming: Incoming) -> str:
    """What came in, as one of four words."""
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
