"""What is kept of a case, and how a change of it is written down.

Every move of a case makes a new record, and appends an entry to its chronology. All times are aware
UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from store.model.evidence import Evidence
from store.model.kinds import LOOKS, OWNERSHIP, EntryKind
from store.model.records import (
    About,
    Entry,
    FollowUp,
    IllegalMove,
    Notice,
    Report,
    State,
    Status,
    Summary,
)
from store.model.removals import PostRemoval

#: The slots of a class that adds moves alone. Written out there, mypy would take them for those of
#: its base, which two classes cannot both have.
NO_FIELDS: tuple[str, ...] = ()

#: Fields that a summary has as they are, and of which nothing else in it is worked out.
IN_SUMMARY = frozenset(
    {
        "version",
        "category",
        "urgent",
        "withheld",
        "owner",
        "joined_to",
        "settled",
        "chair_recused",
        "head_recused",
        "lead_recused",
        "speaks_of_head",
        "last_inside",
        "wake_at",
    }
)
#: Fields of which a summary says nothing.
NOT_IN_SUMMARY = frozenset({"notices", "again", "rung", "alarm_at", "untaken_since"})
_GOING_WITH_SUMMARY = IN_SUMMARY | NOT_IN_SUMMARY


class Summarised:
    """Where a case keeps its summary once that was asked for: beside its fields, not among them."""

    __slots__ = ("_summary",)

    _summary: Summary

    def _take_summary_of(self, before: Summarised, changes: Mapping[str, Any]) -> None:
        """Take over the summary of the case as it was before these changes, if that is known."""
        known: Summary | None = getattr(before, "_summary", None)
        if known is None:
            return
        seen = changes.keys() & IN_SUMMARY
        if seen:
            known = replace(known, **{name: changes[name] for name in seen})
        object.__setattr__(self, "_summary", known)


@dataclass(frozen=True, slots=True)
class CaseRecord(Summarised):
    """The fields of a case, and what follows from them alone."""

    reference: str
    opened_at: datetime
    reports: tuple[Report, ...]
    evidence: tuple[Evidence, ...] = ()
    chronology: tuple[Entry, ...] = ()
    notices: tuple[Notice, ...] = ()
    status: str = Status.OPEN
    category: str | None = None
    urgent: bool = False
    #: About a child undressed: no picture or file is ever fetched or shown.
    withheld: bool = False
    about: About | None = None
    #: Whom else it is about.
    also_about: tuple[About, ...] = ()
    #: Who posted it, of which each `subject` is a Poster.
    posters: tuple[About, ...] = ()
    #: Every chair of governors is, or may be, one of its subjects.
    chair_recused: bool = False
    #: Every headteacher is, or may be.
    head_recused: bool = False
    owner: str | None = None
    #: The case that this one has become part of.
    joined_to: str | None = None
    #: False: joined for now, until the reporter says otherwise.
    settled: bool = True
    outcome: str = ""
    follow_ups: tuple[FollowUp, ...] = ()
    #: How often it was posted again.
    again: int = 0
    #: How often an urgent case has gone to the next of the ladder.
    rung: int = 0
    #: When it goes to the next.
    alarm_at: datetime | None = None
    #: Since when it is urgent and nobody has taken it.
    untaken_since: datetime | None = None
    #: When to look at what is overdue next.
    wake_at: datetime | None = None
    #: Why it is not to be erased, however old it grows.
    hold: str = ""
    #: Its words speak of the headteacher, and nobody has said yet whom it is about.
    speaks_of_head: bool = False
    #: Of its posts, as far as anything was noted of their removal, by their numbers.
    removals: tuple[PostRemoval, ...] = ()
    #: Ids of those who saw it last, whom its words alone do not shut out: nobody else is left.
    last_inside: tuple[str, ...] = ()
    #: Every safeguarding lead is, or may be, one of its subjects.
    lead_recused: bool = False
    version: int = 0

    @property
    def reporters(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([report.by for report in self.reports]))

    @property
    def subjects(self) -> tuple[About, ...]:
        """Everything that was said of whom it is about."""
        return (self.about, *self.also_about) if self.about else ()

    @property
    def concerned(self) -> tuple[About, ...]:
        """Everybody who must not see it: whom it is about, and who posted it."""
        return (*self.subjects, *self.posters)

    @property
    def waiting(self) -> tuple[Evidence, ...]:
        return tuple(e for e in self.evidence if e.state == State.WAITING)

    @property
    def closed_at(self) -> datetime | None:
        """When it was closed last; None while it is open."""
        if self.status != Status.CLOSED:
            return None
        for entry in reversed(self.chronology):
            if entry.what == EntryKind.CLOSED:
                return entry.at
        return self.opened_at

    @property
    def taken_at(self) -> datetime | None:
        """When somebody began to look after it, first."""
        for entry in self.chronology:
            if entry.what in OWNERSHIP:
                return entry.at
        return None

    @property
    def touched_at(self) -> datetime:
        """When somebody last did more than look."""
        for entry in reversed(self.chronology):
            if entry.what not in LOOKS:
                return entry.at
        return self.opened_at

    def changed(self, **changes: Any) -> Self:
        """The case with these fields changed, as `dataclasses.replace` gives it.

        A summary that is known goes with it, as long as nothing in it has to be worked out anew.
        """
        case = replace(self, **changes)
        if changes.keys() <= _GOING_WITH_SUMMARY:
            case._take_summary_of(self, changes)
        return case

    def enter(self, at: datetime, by: str, what: str, **details: str) -> Self:
        """The case with one more entry, chained to the one before."""
        before = self.chronology[-1].hash if self.chronology else ""
        entry = Entry.make(at, by, what, details, before)
        case = self.changed(chronology=(*self.chronology, entry))
        if what in LOOKS:
            # A summary says nothing of them.
            case._take_summary_of(self, {})
        return case

    def prove(self, proofs: Mapping[str, str]) -> Self:
        """The case with these details in its last entry: a summary says nothing of them."""
        *earlier, last = self.chronology
        details = {**last.details, **proofs}
        proved = Entry.make(last.at, last.by, last.what, details, last.before)
        case = self.changed(chronology=(*earlier, proved))
        case._take_summary_of(self, {})
        return case

    def came_of(self, source: str, before: CaseRecord) -> Self:
        """The case, each entry since `before` with the key of the message that it came of."""
        entries = list(before.chronology)
        for new in self.chronology[len(entries) :]:
            link = entries[-1].hash if entries else ""
            details = {"source": source, **new.details}
            entries.append(Entry.make(new.at, new.by, new.what, details, link))
        return self.changed(chronology=tuple(entries))

    def holds(self, source: str) -> bool:
        """Whether an entry came of this message."""
        return any(entry.details.get("source") == source for entry in self.chronology)

    def must_be_open(self) -> None:
        """Raise IllegalMove where it is closed."""
        if self.status != Status.OPEN:
            raise IllegalMove(
                f"Case {self.reference} is closed. Reopen it first: /case reopen {self.reference}"
            )

    def with_evidence(self, item: Evidence) -> Self:
        """The case with a newer state of one piece of evidence, by its number."""
        newer = []
        for before in self.evidence:
            newer.append(item if before.number == item.number else before)
        return self.changed(evidence=tuple(newer))

    def owe(self, *notices: Notice) -> Self:
        """Add notices; one whose key is there already is left as it is."""
        if not notices:
            return self
        by_key = {notice.key: notice for notice in self.notices}
        for notice in notices:
            by_key.setdefault(notice.key, notice)
        if len(by_key) == len(self.notices):
            return self
        return self.changed(notices=tuple(by_key.values()))

    def settle(self, *notices: Notice) -> Self:
        """Put the newer state of notices in place of the older."""
        if not notices:
            return self
        newer = {notice.key: notice for notice in notices}
        return self.changed(notices=tuple(newer.get(n.key, n) for n in self.notices))
