"""A case, and the moves that it allows.

A move gives a new case. One that the state of the case does not allow raises IllegalMove, worded
for whoever tried it. Every move appends an entry to its chronology. All times are aware UTC.

The moves of its follow-ups, of whom it concerns and of its posts' removal are in classes of their
own, and so are its fields (`store.model.case_parts.record`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from store.model.case_parts.concerned import CaseConcerned
from store.model.case_parts.removals import CaseRemovals
from store.model.case_parts.steps import CaseSteps
from store.model.case_parts.words import CaseWords
from store.model.digests import digests_of_words
from store.model.evidence import Evidence
from store.model.gathered import gathered, soonest_due, sources_of
from store.model.kinds import EntryKind
from store.model.records import (
    About,
    IllegalMove,
    Progress,
    Report,
    Said,
    State,
    Status,
    Subject,
    Summary,
)

STAYS_WITHHELD = (
    "Case {reference} is about a child undressed. Only the safeguarding lead can change that now."
)


@dataclass(frozen=True, slots=True)
class Classification:
    """What somebody says that a case is about, and what follows from it for its evidence."""

    #: The key of a category.
    category: str
    urgent: bool
    #: About a child undressed: nothing that waits is ever fetched.
    withhold: bool
    #: Numbers of the pieces that this lets go, of those that wait: nothing else is fetched.
    releases: Collection[int] = ()
    #: The safeguarding lead's right to take back that it is withheld; what was withheld stays so.
    lift: bool = False


@dataclass(frozen=True, slots=True)
class Case(CaseWords, CaseConcerned, CaseSteps, CaseRemovals):
    """One case: its fields are those of `CaseRecord`."""

    @property
    def summary(self) -> Summary:
        """What lists and access need to know of it."""
        try:
            return self._summary
        except AttributeError:
            object.__setattr__(self, "_summary", self._summarise())
            return self._summary

    def _summarise(self) -> Summary:
        of_evidence = gathered(self.evidence)
        return Summary(
            reference=self.reference,
            version=self.version,
            status=self.status,
            opened_at=self.opened_at,
            touched_at=self.touched_at,
            category=self.category,
            urgent=self.urgent,
            withheld=self.withheld,
            withholds=of_evidence.withholds,
            about=self.about,
            also_about=self.also_about,
            posters=self.posters,
            chair_recused=self.chair_recused,
            head_recused=self.head_recused,
            lead_recused=self.lead_recused,
            owner=self.owner,
            joined_to=self.joined_to,
            settled=self.settled,
            reporters=self.reporters,
            last_report_at=max([report.at for report in self.reports]),
            sources=sources_of(self.reports),
            links=of_evidence.links,
            hashes=of_evidence.hashes,
            likenesses=of_evidence.likenesses,
            unkept=of_evidence.unkept,
            outcome=self.outcome,
            closed_at=self.closed_at,
            held=bool(self.hold),
            due=soonest_due(self.follow_ups),
            wake_at=self.wake_at,
            open_words=self.open_words,
            speaks_of_head=self.speaks_of_head,
            taken_at=self.taken_at,
            removal=self.removal,
            last_inside=self.last_inside,
            site_removals=self.site_removals,
            said=self.said,
        )

    def receive(self, report: Report, evidence: tuple[Evidence, ...], what: str) -> Case:
        """More from a reporter: messages of the latest report by this person, or a report of its
        own.
        """
        self.must_be_open()
        numbered = []
        for number, item in enumerate(evidence, len(self.evidence) + 1):
            piece = replace(item, number=number)
            numbered.append(piece.withhold() if self.withheld else piece)
        case = self.changed(
            reports=_with_report(self.reports, report),
            evidence=(*self.evidence, *numbered),
        )
        return case.enter(
            report.at,
            report.by,
            what,
            source=report.sources[0],
            evidence=", ".join(item.kind for item in evidence),
            words=digests_of_words(numbered),
        )

    def categorise(self, chosen: Classification, *, by: str, at: datetime) -> Case:
        """Say what it is about.

        Evidence that waited for this, and that it releases, is wanted now; or all is withheld for
        good.
        """
        self.must_be_open()
        if self.withheld and not chosen.withhold and not chosen.lift:
            raise IllegalMove(STAYS_WITHHELD.format(reference=self.reference))
        case = self.changed(
            category=chosen.category,
            urgent=self.urgent or chosen.urgent,
            withheld=chosen.withhold,
            evidence=tuple(_released(item, chosen, at) for item in self.evidence),
        )
        return case.enter(at, by, EntryKind.CATEGORY, category=chosen.category)

    def make_urgent(self, *, by: str, at: datetime) -> Case:
        """Say that it cannot wait. Of each of its reporters, that they said so is an entry."""
        self.must_be_open()
        is_to_note = by in self.reporters and Said(by) not in self.said
        if self.urgent and not is_to_note:
            return self
        return self.changed(urgent=True).enter(at, by, EntryKind.URGENT)

    def give(self, to: str, *, by: str, at: datetime) -> Case:
        """Make somebody its owner."""
        self.must_be_open()
        if self.owner == to:
            return self
        what = EntryKind.TAKEN if to == by else EntryKind.GIVEN
        return self.changed(owner=to).enter(at, by, what, to=to)

    def give_up(self, *, by: str, at: datetime) -> Case:
        """Be without an owner: whoever it was may no longer look after it."""
        if not self.owner:
            return self
        return self.changed(owner=None).enter(at, by, EntryKind.GIVEN_UP)

    def note(self, text: str, *, by: str, at: datetime) -> Case:
        return self.enter(at, by, EntryKind.NOTE, text=text)

    def close(self, outcome: str, *, by: str, at: datetime, reason: str = "") -> Case:
        """End it, with all of its follow-ups.

        Over an urgent one that is open, only for a reason.
        """
        self.must_be_open()
        if not reason and any(f.is_open and f.urgent for f in self.follow_ups):
            raise IllegalMove(f"Case {self.reference} has an urgent follow-up that is open.")
        follow_ups = []
        for follow_up in self.follow_ups:
            if follow_up.is_open:
                follow_up = replace(follow_up, progress=Progress.ENDED, settled_at=at)
            follow_ups.append(follow_up)
        closed = self.changed(
            status=Status.CLOSED,
            outcome=outcome,
            follow_ups=tuple(follow_ups),
            wake_at=None,
        )
        return closed.enter(at, by, EntryKind.CLOSED, outcome=outcome, reason=reason)

    def reopen(self, reason: str, *, by: str, at: datetime) -> Case:
        if self.status != Status.CLOSED:
            raise IllegalMove(f"Case {self.reference} is open already.")
        return self.changed(status=Status.OPEN, outcome="").enter(
            at, by, EntryKind.REOPENED, reason=reason
        )

    def hold_back(self, reason: str, *, by: str, at: datetime) -> Case:
        """Keep it until somebody lifts that, however old it grows."""
        return self.changed(hold=reason).enter(at, by, EntryKind.HELD, reason=reason)

    def lift(self, *, by: str, at: datetime) -> Case:
        if not self.hold:
            raise IllegalMove(f"Case {self.reference} is not held.")
        return self.changed(hold="").enter(at, by, EntryKind.HOLD_LIFTED)

    def join(self, to: str, *, by: str, at: datetime, settled: bool = True) -> Case:
        """Become part of another case; the reference goes on working."""
        if to == self.reference:
            raise IllegalMove("A case cannot be joined to itself.")
        return self.changed(joined_to=to, settled=settled).enter(at, by, EntryKind.JOINED, to=to)

    def separate(self, *, by: str, at: datetime, kept: Collection[str] = ()) -> Case:
        """Stand alone again; until it is said whom it is about, it may be about these.

        `kept`: ids of those from whom it was kept by what it was joined to.
        """
        subjects = list(self.subjects)
        if kept:
            subjects.append(About(Subject.UNSURE, candidates=tuple(kept)))
        alone = self.changed(
            joined_to=None,
            settled=True,
            about=subjects[0] if subjects else None,
            also_about=tuple(subjects[1:]),
        )
        return alone.enter(at, by, EntryKind.SEPARATED, **{"from": self.joined_to or ""})

    def posted_again(self, *, by: str, at: datetime) -> Case:
        self.must_be_open()
        return self.changed(again=self.again + 1).enter(at, by, EntryKind.AGAIN)

    def acknowledge(self, *, by: str, at: datetime) -> Case:
        """Note that somebody has seen it, and is on it, without taking it."""
        self.must_be_open()
        return self.enter(at, by, EntryKind.SEEN)

    def ask(self, *, by: str, at: datetime) -> Case:
        """Note that somebody higher up asks what happens."""
        self.must_be_open()
        return self.enter(at, by, EntryKind.ASKED)

    def answer(self, text: str, to: str, *, by: str, at: datetime) -> Case:
        return self.enter(at, by, EntryKind.ANSWERED, text=text, to=to)


def _with_report(reports: tuple[Report, ...], report: Report) -> tuple[Report, ...]:
    """The reports with one more, or with its messages in the latest one by the same person."""
    for place in reversed(range(len(reports))):
        latest = reports[place]
        if latest.by == report.by:
            sources = tuple(dict.fromkeys(latest.sources + report.sources))
            longer = replace(latest, sources=sources, place=report.place)
            return (*reports[:place], longer, *reports[place + 1 :])
    return (*reports, report)


def _released(item: Evidence, chosen: Classification, at: datetime) -> Evidence:
    if chosen.withhold:
        return item.withhold()
    if item.state == State.WAITING and item.number in chosen.releases:
        return replace(item, state=State.WANTED, next_try=at)
    return item
