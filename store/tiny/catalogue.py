"""What the embedded store knows of all its cases without opening them."""

from __future__ import annotations

import heapq
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from store.model.case import Case
from store.model.records import Evidence, Notice, State, Status, Summary

ALIKE = 12
"""Bits of 64 in which two difference hashes may differ and still be the same picture. On screenshots of
phones a cropped status bar makes 9, and other screenshots begin at 18."""


class Catalogue:
    """Indexes over summaries, due notices and wanted evidence. Kept in step with the files by its owner."""

    def __init__(self) -> None:
        self.summaries: dict[str, Summary] = {}
        self.sources: dict[str, str] = {}
        self._reporters: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._joined: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._traces: defaultdict[str, dict[str, None]] = defaultdict(dict)  # links and hashes
        self._pictured: dict[str, None] = {}
        self._wanted: dict[tuple[str, int], Evidence] = {}
        self._notices: dict[tuple[str, str], Notice] = {}
        self._queue: list[
            tuple[datetime, str, str]
        ] = []  # due, reference, key; may hold what is gone
        self._leases: dict[tuple[str, str], datetime] = {}
        self._loose: dict[str, Notice] = {}  # the notices of no case, by key
        self._alarms: list[
            tuple[datetime, str]
        ] = []  # when to look at a case; may hold what is gone

    def put(self, case: Case) -> None:
        """Take in a new or changed case."""
        new, old = case.summary, self.summaries.get(case.reference)
        reference = case.reference
        self.summaries[reference] = new
        for source in new.sources:
            self.sources[source] = reference
        for person in new.reporters:
            self._reporters[person][reference] = None
        for trace in (*new.links, *new.hashes):
            self._traces[trace][reference] = None
        if new.likenesses:
            self._pictured[reference] = None
        if old and old.joined_to and old.joined_to != new.joined_to:
            self._joined[old.joined_to].pop(reference, None)
        if new.joined_to:
            self._joined[new.joined_to][reference] = None
        for item in case.evidence:
            if item.state == State.WANTED:
                self._wanted[reference, item.number] = item
            else:
                self._wanted.pop((reference, item.number), None)
        for notice in case.notices:
            self._put_notice(reference, notice)
        if new.wake_at and (old is None or old.wake_at != new.wake_at):
            heapq.heappush(self._alarms, (new.wake_at, reference))

    def drop(self, reference: str) -> None:
        """Know nothing more of a case."""
        old = self.summaries.pop(reference)
        for source in old.sources:
            if self.sources.get(source) == reference:
                del self.sources[source]
        for index, keys in (
            (self._reporters, old.reporters),
            (self._traces, (*old.links, *old.hashes)),
            (self._joined, (old.joined_to,) if old.joined_to else ()),
        ):
            for key in keys:
                index[key].pop(reference, None)
                if not index[key]:
                    del index[key]
        self._pictured.pop(reference, None)
        for place in [place for place in self._wanted if place[0] == reference]:
            del self._wanted[place]
        for owed in [owed for owed in self._notices if owed[0] == reference]:
            self._drop_notice(owed)

    def drop_loose(self, naming: re.Pattern[str]) -> None:
        """Know nothing more of the notices of no case that name one of certain cases."""
        for key, notice in list(self._loose.items()):
            if naming.search(f"{key} {notice.reference} {notice.step}"):
                del self._loose[key]
                self._drop_notice(("", key))

    def _drop_notice(self, place: tuple[str, str]) -> None:
        self._notices.pop(place, None)
        self._leases.pop(place, None)

    def owes(self, key: str) -> bool:
        """Whether a notice of no case was ever owed under this key."""
        return key in self._loose

    def loose(self) -> list[Notice]:
        """Every notice of no case."""
        return list(self._loose.values())

    def put_loose(self, notice: Notice) -> None:
        """Take in a new or changed notice of no case."""
        self._loose[notice.key] = notice
        self._put_notice("", notice)

    def _put_notice(self, reference: str, notice: Notice) -> None:
        place = reference, notice.key
        if notice.settled:
            self._drop_notice(place)
        elif self._notices.get(place) != notice:
            self._notices[place] = notice
            heapq.heappush(self._queue, (notice.due, *place))

    def claim(self, now: datetime, limit: int, lease_seconds: float) -> list[tuple[str, Notice]]:
        """Due notices, each given out once until its lease has passed."""
        claimed: list[tuple[str, Notice]] = []
        held: list[tuple[datetime, str, str]] = []
        while self._queue and self._queue[0][0] <= now and len(claimed) < limit:
            due, reference, key = heapq.heappop(self._queue)
            notice = self._notices.get((reference, key))
            if notice is None or notice.due != due:
                continue
            held.append((due, reference, key))
            lease = self._leases.get((reference, key))
            if lease is None or lease <= now:
                self._leases[reference, key] = now + timedelta(seconds=lease_seconds)
                claimed.append((reference, notice))
        for row in held:
            heapq.heappush(self._queue, row)
        return claimed

    def to_wake(self, now: datetime, limit: int) -> list[str]:
        """Cases that are to be looked at now, earliest first. They stay so until their `wake_at` changes."""
        found: list[tuple[datetime, str]] = []
        while self._alarms and self._alarms[0][0] <= now and len(found) < limit:
            alarm = heapq.heappop(self._alarms)
            if self._is_set(*alarm) and alarm not in found:
                found.append(alarm)
        for alarm in found:
            heapq.heappush(self._alarms, alarm)
        return [reference for _, reference in found]

    def next_due(self) -> datetime | None:
        while self._alarms and not self._is_set(*self._alarms[0]):
            heapq.heappop(self._alarms)
        while self._queue and not self._is_due(*self._queue[0]):
            heapq.heappop(self._queue)
        tries = [item.next_try for item in self._wanted.values() if item.next_try]
        return min(
            [*tries, *(heap[0][0] for heap in (self._alarms, self._queue) if heap)], default=None
        )

    def _is_set(self, alarm: datetime, reference: str) -> bool:
        summary = self.summaries.get(reference)
        return summary is not None and summary.wake_at == alarm

    def _is_due(self, due: datetime, reference: str, key: str) -> bool:
        notice = self._notices.get((reference, key))
        return notice is not None and notice.due == due

    def release(self, reference: str, key: str) -> None:
        self._leases.pop((reference, key), None)

    def reported_by(self, ids: Sequence[str]) -> list[Summary]:
        found = {ref: None for id in ids for ref in self._reporters.get(id, ())}
        return sorted(self._all(found), key=lambda s: s.last_report_at)

    def joined_to(self, references: Iterable[str]) -> list[Summary]:
        return list(self._all(part for ref in references for part in self._joined.get(ref, ())))

    def alike(
        self, links: Sequence[str], hashes: Sequence[str], likenesses: Sequence[int]
    ) -> list[Summary]:
        found = {ref: None for trace in (*links, *hashes) for ref in self._traces.get(trace, ())}
        if likenesses:
            for summary in self._all(self._pictured):
                if any(
                    (a ^ b).bit_count() <= ALIKE for a in likenesses for b in summary.likenesses
                ):
                    found[summary.reference] = None
        return [s for s in self._all(found) if s.status == Status.OPEN]

    def wanted(self, now: datetime) -> list[tuple[str, Evidence]]:
        return [
            (reference, item)
            for (reference, _), item in self._wanted.items()
            if item.next_try is None or item.next_try <= now
        ]

    def _all(self, references: Iterable[str]) -> Iterable[Summary]:
        return (self.summaries[reference] for reference in references)
