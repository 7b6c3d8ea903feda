"""What the embedded store knows of all its cases without opening them: indexes in memory.

The store fills the catalogue when it starts, and tells it of every case and notice that is on the
disk. Nothing here touches the disk itself. All times are aware.
"""

from __future__ import annotations

import heapq
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from store.model.case import Case
from store.model.evidence import Evidence
from store.model.likeness import is_one_picture
from store.model.records import Notice, State, Status, Summary
from store.tiny.snapshot import Known

#: Stands for the case in the place of a notice that is of none.
NO_CASE = ""

#: References as a set that keeps the order in which they came.
References = dict[str, None]

#: A case's reference (or NO_CASE), and the key of a notice.
NoticePlace = tuple[str, str]


class QueuedNotice(NamedTuple):
    """A line of the queue of notices, which sorts by when it is due."""

    due: datetime
    reference: str
    key: str

    @property
    def place(self) -> NoticePlace:
        """Where the catalogue holds the notice."""
        return self.reference, self.key


class Alarm(NamedTuple):
    """When to look at a case, which sorts by that."""

    wake_at: datetime
    reference: str


class Catalogue:
    """Indexes over summaries, due notices and wanted evidence, which the store keeps in step."""

    def __init__(self) -> None:
        #: By the case's reference.
        self.summaries: dict[str, Summary] = {}
        #: The reference of the case that holds each source key.
        self.sources: dict[str, str] = {}

        #: Person's id -> the cases with a report of theirs.
        self._by_reporter: defaultdict[str, References] = defaultdict(dict)
        #: Link or SHA-256 -> the cases that hold it.
        self._by_content: defaultdict[str, References] = defaultdict(dict)
        #: Reference -> the cases that have become part of that one.
        self._parts: defaultdict[str, References] = defaultdict(dict)
        #: Cases with a picture that can be compared with others.
        self._pictured: References = {}

        #: Evidence that is still to be fetched, by its case's reference and its number there.
        self._wanted: dict[tuple[str, int], Evidence] = {}

        #: Notices that are not settled.
        self._notices: dict[NoticePlace, Notice] = {}
        #: Notices of no case by their keys, settled ones too.
        self._loose: dict[str, Notice] = {}
        #: Until when a notice is given to nobody else.
        self._leases: dict[NoticePlace, datetime] = {}

        # Taking something out of the middle of a heap would cost a look at all of it. So both heaps
        # may hold what is gone or has been put off, and whoever takes a line from them asks first.
        self._queue: list[QueuedNotice] = []
        self._alarms: list[Alarm] = []

    # --- what the store tells ---------------------------------------------------------------------

    def put(self, case: Case) -> None:
        """Take in a case that is new or has changed, in place of what was known of it."""
        self._put(case.summary, case.evidence, case.notices)

    def put_known(self, known: Known) -> None:
        """Take in a case of which nothing is known yet."""
        self._put(known.summary, known.wanted, known.owed)

    def _put(self, new: Summary, evidence: Iterable[Evidence], notices: Iterable[Notice]) -> None:
        reference = new.reference
        old = self.summaries.get(reference)
        self.summaries[reference] = new

        self._index(new)
        self._index_joining(old, new)
        for item in evidence:
            self._put_evidence(reference, item)
        for notice in notices:
            self._put_notice(reference, notice)

        has_other_alarm = old is None or old.wake_at != new.wake_at
        if new.wake_at and has_other_alarm:
            heapq.heappush(self._alarms, Alarm(new.wake_at, reference))

    def _index(self, summary: Summary) -> None:
        """Let a case be found by what it only ever gets more of."""
        reference = summary.reference
        for source in summary.sources:
            self.sources[source] = reference
        for person in summary.reporters:
            self._by_reporter[person][reference] = None
        for content in (*summary.links, *summary.hashes):
            self._by_content[content][reference] = None
        if summary.likenesses:
            self._pictured[reference] = None

    def _index_joining(self, old: Summary | None, new: Summary) -> None:
        """Joining can be undone, so the case is taken from where it was before."""
        if old and old.joined_to and old.joined_to != new.joined_to:
            _take_out(self._parts, [old.joined_to], old.reference)
        if new.joined_to:
            self._parts[new.joined_to][new.reference] = None

    def _put_evidence(self, reference: str, item: Evidence) -> None:
        place = reference, item.number
        if item.state == State.WANTED:
            self._wanted[place] = item
        else:
            self._wanted.pop(place, None)

    def _put_notice(self, reference: str, notice: Notice) -> None:
        place = reference, notice.key
        if notice.settled:
            self._drop_notice(place)
        elif self._notices.get(place) != notice:
            self._notices[place] = notice
            heapq.heappush(self._queue, QueuedNotice(notice.due, reference, notice.key))

    def put_loose(self, notice: Notice) -> None:
        """Take in a notice of no case that is new or has changed."""
        self._loose[notice.key] = notice
        self._put_notice(NO_CASE, notice)

    def drop(self, reference: str) -> None:
        """Know nothing more of a case. Raises KeyError where there is none."""
        old = self.summaries.pop(reference)

        for source in old.sources:
            if self.sources.get(source) == reference:
                del self.sources[source]
        _take_out(self._by_reporter, old.reporters, reference)
        _take_out(self._by_content, (*old.links, *old.hashes), reference)
        if old.joined_to:
            _take_out(self._parts, [old.joined_to], reference)
        self._pictured.pop(reference, None)

        for wanted in [place for place in self._wanted if place[0] == reference]:
            del self._wanted[wanted]
        for owed in [place for place in self._notices if place[0] == reference]:
            self._drop_notice(owed)

    def drop_loose(self, naming: re.Pattern[str]) -> None:
        """Know nothing more of the notices of no case in which the pattern finds a case."""
        for key, notice in list(self._loose.items()):
            if naming.search(f"{key} {notice.reference} {notice.step}"):
                del self._loose[key]
                self._drop_notice((NO_CASE, key))

    def _drop_notice(self, place: NoticePlace) -> None:
        self._notices.pop(place, None)
        self._leases.pop(place, None)

    # --- what is due ------------------------------------------------------------------------------

    def claim(self, now: datetime, limit: int, lease_seconds: float) -> list[tuple[str, Notice]]:
        """At most `limit` due notices, earliest first, each with its case's reference (or NO_CASE).

        Each is given out once, and again when its lease has passed and it is still not settled.
        """
        lease_ends = now + timedelta(seconds=lease_seconds)
        claimed: list[tuple[str, Notice]] = []
        still_queued: list[QueuedNotice] = []
        while self._queue and self._queue[0].due <= now and len(claimed) < limit:
            queued = heapq.heappop(self._queue)
            notice = self._notice_of(queued)
            if notice is None:
                continue

            # It leaves the queue when it is settled, not before: its holder may die.
            still_queued.append(queued)
            lease = self._leases.get(queued.place)
            if lease is None or lease <= now:
                self._leases[queued.place] = lease_ends
                claimed.append((queued.reference, notice))

        for queued in still_queued:
            heapq.heappush(self._queue, queued)
        return claimed

    def release(self, reference: str, key: str) -> None:
        """End the lease of a notice; nothing happens where there is none."""
        self._leases.pop((reference, key), None)

    def to_wake(self, now: datetime, limit: int) -> list[str]:
        """References of at most `limit` cases that are to be looked at now, earliest first.

        They are given again until their `wake_at` changes.
        """
        found: list[Alarm] = []
        while self._alarms and self._alarms[0].wake_at <= now and len(found) < limit:
            alarm = heapq.heappop(self._alarms)
            # A time that was changed and changed back has put the same alarm here twice.
            if self._is_set(alarm) and alarm not in found:
                found.append(alarm)

        for alarm in found:
            heapq.heappush(self._alarms, alarm)
        return [alarm.reference for alarm in found]

    def next_due(self) -> datetime | None:
        """When the next notice, piece of evidence or case is to be dealt with, past or future.

        Evidence that may be fetched at any time does not count.
        """
        while self._alarms and not self._is_set(self._alarms[0]):
            heapq.heappop(self._alarms)
        while self._queue and self._notice_of(self._queue[0]) is None:
            heapq.heappop(self._queue)

        moments = [item.next_try for item in self._wanted.values() if item.next_try]
        if self._alarms:
            moments.append(self._alarms[0].wake_at)
        if self._queue:
            moments.append(self._queue[0].due)
        return min(moments, default=None)

    def unsent(self, now: datetime) -> list[Notice]:
        """Notices that were due by now, also those that have been put off."""
        return [notice for notice in self._notices.values() if notice.unsent_since <= now]

    def _is_set(self, alarm: Alarm) -> bool:
        summary = self.summaries.get(alarm.reference)
        return summary is not None and summary.wake_at == alarm.wake_at

    def _notice_of(self, queued: QueuedNotice) -> Notice | None:
        """The notice that a line of the queue is about; None where that is gone or was put off."""
        notice = self._notices.get(queued.place)
        if notice is None or notice.due != queued.due:
            return None
        return notice

    # --- what is asked ----------------------------------------------------------------------------

    def owes(self, key: str) -> bool:
        """Whether a notice of no case was ever owed under this key, settled or not."""
        return key in self._loose

    def is_settled(self, key: str) -> bool:
        """Whether a notice of no case is known, and nothing is owed by it any more."""
        notice = self._loose.get(key)
        return notice is not None and notice.settled is not None

    def forget(self, key: str) -> None:
        """Know nothing more of a notice of no case."""
        self._loose.pop(key, None)
        self._drop_notice((NO_CASE, key))

    def loose(self, words: Sequence[str] = ()) -> list[Notice]:
        """Every notice of no case, settled ones too; or those whose key begins with such a word."""
        found = self._loose.values()
        return [notice for notice in found if not words or notice.key.split(" ")[0] in words]

    def reported_by(self, ids: Iterable[str]) -> References:
        """References of cases with a report by one of these ids of a person."""
        found: References = {}
        for id in ids:
            found.update(self._by_reporter.get(id, {}))
        return found

    def joined_to(self, reference: str) -> list[Summary]:
        """Cases that have become part of this one."""
        return self._summaries_of(self._parts.get(reference, {}))

    def related(self, references: Iterable[str]) -> list[Summary]:
        """The cases of all matters that have one of these references."""
        found: dict[str, Summary] = {}
        waiting = list(references)
        # It grows while it is walked.
        for reference in waiting:
            summary = self.summaries.get(reference)
            if summary is None or summary.reference in found:
                continue
            found[summary.reference] = summary
            waiting += self._parts.get(summary.reference, {})
            if summary.joined_to:
                waiting.append(summary.joined_to)
        return list(found.values())

    def find_similar(
        self, links: Sequence[str], hashes: Sequence[str], likenesses: Sequence[int]
    ) -> list[Summary]:
        """Open cases that share a link, the same bytes, or a picture that looks the same.

        `hashes` are SHA-256 in hexadecimal digits, `likenesses` difference hashes of 64 bits.
        """
        found: References = {}
        for content in (*links, *hashes):
            found.update(self._by_content.get(content, {}))
        if likenesses:
            for summary in self._summaries_of(self._pictured):
                if is_one_picture(likenesses, summary.likenesses):
                    found[summary.reference] = None
        return [s for s in self._summaries_of(found) if s.status == Status.OPEN]

    def wanted(self, now: datetime) -> list[tuple[str, Evidence]]:
        """Evidence that may be fetched now, each with its case's reference."""
        found: list[tuple[str, Evidence]] = []
        for (reference, _), item in self._wanted.items():
            if item.next_try is None or item.next_try <= now:
                found.append((reference, item))
        return found

    def _summaries_of(self, references: Iterable[str]) -> list[Summary]:
        return [self.summaries[reference] for reference in references]


def _take_out(index: dict[str, References], keys: Iterable[str], reference: str) -> None:
    """Let a case no longer be found by these keys; a key that finds nothing goes as well."""
    for key in keys:
        found = index.get(key, {})
        found.pop(reference, None)
        if not found:
            index.pop(key, None)
