"""A case, and the moves that it allows.

A move gives a new case. One that the state of the case does not allow raises IllegalMove, worded
for whoever tried it. Every move appends an entry to its chronology. All times are aware UTC.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from store.model.digests import digests_of_words
from store.model.gathered import (
    hashes_of,
    likenesses_of,
    links_of,
    soonest_due,
    sources_of,
    unkept_in,
)
from store.model.kinds import LOOKS, OWN_STEP, OWNERSHIP, Clock, EntryKind
from store.model.records import (
    About,
    Entry,
    Evidence,
    FollowUp,
    IllegalMove,
    Notice,
    Poster,
    Progress,
    Removal,
    Report,
    Said,
    State,
    Status,
    Subject,
    Summary,
    is_known_whom,
)
from store.model.removals import PostRemoval, SiteRemoval, site_of
from store.model.words import words_of

#: The outcome of a case whose post was taken down, as the procedure has it.
REMOVED = "removed"

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


class _Summarised:
    """Where a case keeps its summary once that was asked for: beside its fields, not among them."""

    __slots__ = ("_summary",)

    _summary: Summary


@dataclass(frozen=True, slots=True)
class Case(_Summarised):
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
    version: int = 0

    @property
    def reporters(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(report.by for report in self.reports))

    @property
    def subjects(self) -> tuple[About, ...]:
        """Everything that was said of whom it is about."""
        return (self.about, *self.also_about) if self.about else ()

    @property
    def concerned(self) -> tuple[About, ...]:
        """Everybody who must not see it: whom it is about, and who posted it."""
        return (*self.subjects, *self.posters)

    @property
    def open_words(self) -> str:
        """What its reporters have said in it, word by word, until it is known whom it is about.

        It is worked out from what is stored, and never stored itself: nothing can come of a
        difference between the two.
        """
        if is_known_whom(self.subjects):
            return ""
        return self.all_words

    @property
    def all_words(self) -> str:
        """What its reporters have said in it, word by word."""
        return words_of(self._texts())

    def words_since(self, before: Case, without: Collection[str] = ()) -> str:
        """What they have said in it since it was as `before`; `without`: but for people of these
        ids.
        """
        return words_of(self._texts(before, without))

    def _texts(self, before: Case | None = None, without: Collection[str] = ()) -> Iterator[str]:
        pieces, entries = (len(before.evidence), len(before.chronology)) if before else (0, 0)
        for item in self.evidence[pieces:]:
            if item.by in without:
                continue
            yield item.text
            yield item.name
            yield item.origin.get("author", "")
            yield item.origin.get("place", "")
            # Where the platform keeps it says nothing, but for the name of a public channel.
            yield item.origin.get("link", "").partition("://")[2].partition("/")[2]
        for entry in self.chronology[entries:]:
            is_theirs = entry.by in self.reporters and entry.by not in without
            if entry.what == EntryKind.NOTE and is_theirs:
                yield entry.details.get("text", "")

    @property
    def said(self) -> tuple[Said, ...]:
        """What its reporters have said of its kind themselves, each once, the latest last."""
        reporters = self.reporters
        said: dict[Said, None] = {}
        for entry in self.chronology:
            if entry.by in reporters and entry.what in (EntryKind.CATEGORY, EntryKind.URGENT):
                latest = Said(entry.by, entry.details.get("category", ""))
                said.pop(latest, None)
                said[latest] = None
        return tuple(said)

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
        return next((entry.at for entry in self.chronology if entry.what in OWNERSHIP), None)

    @property
    def removal(self) -> str:
        """How far the removal of all its posts has come.

        Where nothing was noted of any, by the steps that may end as refused, or not removed.
        """
        if self.outcome == REMOVED:
            return Removal.GONE
        requested = [post for post in self.removals if post.requests]
        if requested:
            return Removal.GONE if all(p.is_gone for p in requested) else Removal.ASKED
        asked = False
        for step in self.follow_ups:
            if Progress.NOT_REMOVED in step.outcomes and step.progress == Progress.DONE:
                return Removal.GONE
            settled = step.progress in (Progress.DONE, Progress.REFUSED)
            asked = asked or (settled and Progress.REFUSED in step.outcomes)
        return Removal.ASKED if asked else ""

    def removal_of(self, number: int) -> PostRemoval:
        """What was noted of the removal of one post, by the number of its evidence."""
        found = (post for post in self.removals if post.number == number)
        return next(found, PostRemoval(number))

    @property
    def silent_at(self) -> datetime | None:
        """When the first site that was asked for a removal will have been silent for too long."""
        moments = [post.silent_at for post in self.removals]
        return min((moment for moment in moments if moment), default=None)

    @property
    def site_removals(self) -> tuple[SiteRemoval, ...]:
        """Of each post whose removal was asked for, its site, and whether it is gone."""
        links = {item.number: item.normal for item in self.evidence}
        is_removed = self.outcome == REMOVED
        found = []
        for post in self.removals:
            if post.requests:
                site = site_of(links.get(post.number, ""))
                found.append(SiteRemoval(site, is_removed or post.is_gone))
        return tuple(found)

    @property
    def touched_at(self) -> datetime:
        """When somebody last did more than look."""
        for entry in reversed(self.chronology):
            if entry.what not in LOOKS:
                return entry.at
        return self.opened_at

    @property
    def summary(self) -> Summary:
        """What lists and access need to know of it."""
        try:
            return self._summary
        except AttributeError:
            object.__setattr__(self, "_summary", self._summarise())
            return self._summary

    def _summarise(self) -> Summary:
        return Summary(
            reference=self.reference,
            version=self.version,
            status=self.status,
            opened_at=self.opened_at,
            touched_at=self.touched_at,
            category=self.category,
            urgent=self.urgent,
            withheld=self.withheld,
            withholds=any(item.state == State.WITHHELD for item in self.evidence),
            about=self.about,
            also_about=self.also_about,
            posters=self.posters,
            chair_recused=self.chair_recused,
            head_recused=self.head_recused,
            owner=self.owner,
            joined_to=self.joined_to,
            settled=self.settled,
            reporters=self.reporters,
            last_report_at=max(report.at for report in self.reports),
            sources=sources_of(self.reports),
            links=links_of(self.evidence),
            hashes=hashes_of(self.evidence),
            likenesses=likenesses_of(self.evidence),
            unkept=unkept_in(self.evidence),
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

    # --- moves ------------------------------------------------------------------------------------

    def enter(self, at: datetime, by: str, what: str, **details: str) -> Case:
        """The case with one more entry, chained to the one before."""
        before = self.chronology[-1].hash if self.chronology else ""
        return replace(
            self, chronology=(*self.chronology, Entry.make(at, by, what, details, before))
        )

    def came_of(self, source: str, before: Case) -> Case:
        """The case, each entry since `before` with the key of the message that it came of."""
        entries = list(before.chronology)
        for new in self.chronology[len(entries) :]:
            link = entries[-1].hash if entries else ""
            entries.append(
                Entry.make(new.at, new.by, new.what, {"source": source, **new.details}, link)
            )
        return replace(self, chronology=tuple(entries))

    def holds(self, source: str) -> bool:
        """Whether an entry came of this message."""
        return any(entry.details.get("source") == source for entry in self.chronology)

    def receive(self, report: Report, evidence: tuple[Evidence, ...], what: str) -> Case:
        """More from a reporter: messages of the latest report by this person, or a report of its
        own.
        """
        self._must_be_open()
        numbered = tuple(
            replace(e, number=len(self.evidence) + n) for n, e in enumerate(evidence, 1)
        )
        if self.withheld:
            numbered = tuple(e.withhold() for e in numbered)
        mine = [n for n, r in enumerate(self.reports) if r.by == report.by]
        reports = list(self.reports)
        if mine:
            last = reports[mine[-1]]
            reports[mine[-1]] = replace(
                last,
                sources=tuple(dict.fromkeys(last.sources + report.sources)),
                place=report.place,
            )
        else:
            reports.append(report)
        case = replace(self, reports=tuple(reports), evidence=(*self.evidence, *numbered))
        return case.enter(
            report.at,
            report.by,
            what,
            source=report.sources[0],
            evidence=", ".join(e.kind for e in evidence),
            words=digests_of_words(numbered),
        )

    def categorise(self, chosen: Classification, *, by: str, at: datetime) -> Case:
        """Say what it is about.

        Evidence that waited for this, and that it releases, is wanted now; or all is withheld for
        good.
        """
        self._must_be_open()
        if self.withheld and not chosen.withhold and not chosen.lift:
            raise IllegalMove(STAYS_WITHHELD.format(reference=self.reference))
        case = replace(
            self,
            category=chosen.category,
            urgent=self.urgent or chosen.urgent,
            withheld=chosen.withhold,
            evidence=tuple(_released(item, chosen, at) for item in self.evidence),
        )
        return case.enter(at, by, EntryKind.CATEGORY, category=chosen.category)

    def make_urgent(self, *, by: str, at: datetime) -> Case:
        """Say that it cannot wait. Of each of its reporters, that they said so is an entry."""
        self._must_be_open()
        is_to_note = by in self.reporters and Said(by) not in self.said
        if self.urgent and not is_to_note:
            return self
        return replace(self, urgent=True).enter(at, by, EntryKind.URGENT)

    def concern(self, about: About, *, by: str, at: datetime) -> Case:
        """Say whom it is about, where nothing was said that matters any more."""
        return self._about([about], EntryKind.ABOUT, about, by=by, at=at)

    def concern_also(self, about: About, *, by: str, at: datetime) -> Case:
        """Say whom it is about besides."""
        # Somebody else may have said the very same: that this person did is an entry of its own.
        others = [subject for subject in self.subjects if subject != about]
        return self._about([*others, about], EntryKind.ALSO_ABOUT, about, by=by, at=at)

    def concern_instead(
        self, before: Collection[About], about: About, *, by: str, at: datetime
    ) -> Case:
        """Say whom it is about in place of what was said before."""
        kept = [subject for subject in self.subjects if subject not in before]
        what, details = EntryKind.ABOUT_INSTEAD, _instead_of(before)
        return self._about([*kept, about], what, about, by=by, at=at, **details)

    def concern_none(self, named: Collection[About], *, by: str, at: datetime) -> Case:
        """Say that it is about none of those whom its words may have meant, but for the others."""
        rest = [subject for subject in self.subjects if subject not in named]
        first, *others = rest or [About(Subject.UNSURE)]
        meant = (id for subject in named for id in subject.candidates)
        first = replace(first, not_meant=tuple(dict.fromkeys((*first.not_meant, *meant))))
        what, details = EntryKind.ABOUT_INSTEAD, _instead_of(named)
        details["none_of"] = ", ".join(subject.name for subject in named)
        return self._about([first, *others], what, first, by=by, at=at, **details)

    def _about(
        self,
        subjects: list[About],
        what: EntryKind,
        said: About,
        *,
        by: str,
        at: datetime,
        **details: str,
    ) -> Case:
        first, *others = subjects
        case = replace(self, about=first, also_about=tuple(others))
        return case.enter(at, by, what, **_details_of(said), **details)

    def posted_by(self, poster: About, *, by: str, at: datetime) -> Case:
        """Say who posted it, besides those who were named; that it is not known is said no more."""
        # Somebody else may have said the very same: that this person did is an entry of its own.
        others = [p for p in self.posters if p.subject != Poster.UNKNOWN and p != poster]
        case = replace(self, posters=(*others, poster))
        return case.enter(at, by, EntryKind.POSTED, **_details_of(poster))

    def posted_by_instead(
        self, before: Collection[About], poster: About, *, by: str, at: datetime
    ) -> Case:
        """Say who posted it in place of what was said before."""
        kept = [each for each in self.posters if each not in before]
        case = replace(self, posters=(*kept, poster))
        details = {**_details_of(poster), **_instead_of(before)}
        return case.enter(at, by, EntryKind.POSTED_INSTEAD, **details)

    def give(self, to: str, *, by: str, at: datetime) -> Case:
        """Make somebody its owner."""
        self._must_be_open()
        what = EntryKind.TAKEN if to == by else EntryKind.GIVEN
        return self if self.owner == to else replace(self, owner=to).enter(at, by, what, to=to)

    def give_up(self, *, by: str, at: datetime) -> Case:
        """Be without an owner: whoever it was may no longer look after it."""
        return replace(self, owner=None).enter(at, by, EntryKind.GIVEN_UP) if self.owner else self

    def note(self, text: str, *, by: str, at: datetime) -> Case:
        return self.enter(at, by, EntryKind.NOTE, text=text)

    def close(self, outcome: str, *, by: str, at: datetime, reason: str = "") -> Case:
        """End it, with all of its follow-ups.

        Over an urgent one that is open, only for a reason.
        """
        self._must_be_open()
        if not reason and any(f.is_open and f.urgent for f in self.follow_ups):
            raise IllegalMove(f"Case {self.reference} has an urgent follow-up that is open.")
        follow_ups = []
        for follow_up in self.follow_ups:
            if follow_up.is_open:
                follow_up = replace(follow_up, progress=Progress.ENDED, settled_at=at)
            follow_ups.append(follow_up)
        closed = replace(
            self,
            status=Status.CLOSED,
            outcome=outcome,
            follow_ups=tuple(follow_ups),
            wake_at=None,
        )
        return closed.enter(at, by, EntryKind.CLOSED, outcome=outcome, reason=reason)

    def reopen(self, reason: str, *, by: str, at: datetime) -> Case:
        if self.status != Status.CLOSED:
            raise IllegalMove(f"Case {self.reference} is open already.")
        return replace(self, status=Status.OPEN, outcome="").enter(
            at, by, EntryKind.REOPENED, reason=reason
        )

    def hold_back(self, reason: str, *, by: str, at: datetime) -> Case:
        """Keep it until somebody lifts that, however old it grows."""
        return replace(self, hold=reason).enter(at, by, EntryKind.HELD, reason=reason)

    def lift(self, *, by: str, at: datetime) -> Case:
        if not self.hold:
            raise IllegalMove(f"Case {self.reference} is not held.")
        return replace(self, hold="").enter(at, by, EntryKind.HOLD_LIFTED)

    def join(self, to: str, *, by: str, at: datetime, settled: bool = True) -> Case:
        """Become part of another case; the reference goes on working."""
        if to == self.reference:
            raise IllegalMove("A case cannot be joined to itself.")
        return replace(self, joined_to=to, settled=settled).enter(at, by, EntryKind.JOINED, to=to)

    def separate(self, *, by: str, at: datetime, kept: Collection[str] = ()) -> Case:
        """Stand alone again; until it is said whom it is about, it may be about these.

        `kept`: ids of those from whom it was kept by what it was joined to.
        """
        subjects = list(self.subjects)
        if kept:
            subjects.append(About(Subject.UNSURE, candidates=tuple(kept)))
        alone = replace(
            self,
            joined_to=None,
            settled=True,
            about=subjects[0] if subjects else None,
            also_about=tuple(subjects[1:]),
        )
        return alone.enter(at, by, EntryKind.SEPARATED, **{"from": self.joined_to or ""})

    def with_evidence(self, item: Evidence) -> Case:
        """The case with a newer state of one piece of evidence, by its number."""
        return replace(
            self, evidence=tuple(item if e.number == item.number else e for e in self.evidence)
        )

    def owe(self, *notices: Notice) -> Case:
        """Add notices; one whose key is there already is left as it is."""
        if not notices:
            return self
        by_key = {notice.key: notice for notice in self.notices}
        for notice in notices:
            by_key.setdefault(notice.key, notice)
        if len(by_key) == len(self.notices):
            return self
        return replace(self, notices=tuple(by_key.values()))

    def settle(self, *notices: Notice) -> Case:
        """Put the newer state of notices in place of the older."""
        newer = {notice.key: notice for notice in notices}
        return replace(self, notices=tuple(newer.get(n.key, n) for n in self.notices))

    # --- follow-ups -------------------------------------------------------------------------------

    def follow_up(self, key: str) -> FollowUp | None:
        return next((f for f in self.follow_ups if f.key == key), None)

    @property
    def oldest_first(self) -> list[FollowUp]:
        """Its follow-ups by when they are due; of one moment, as the procedure has them."""
        return sorted(self.follow_ups, key=lambda f: f.due)

    def with_follow_up(self, follow_up: FollowUp) -> Case:
        """The case with this follow-up in place of the one of its key, or as a further one."""
        if self.follow_up(follow_up.key) is None:
            return replace(self, follow_ups=(*self.follow_ups, follow_up))
        return replace(
            self,
            follow_ups=tuple(follow_up if f.key == follow_up.key else f for f in self.follow_ups),
        )

    def settle_step(self, key: str, progress: str, *, by: str, at: datetime, why: str = "") -> Case:
        """Say what came of a follow-up."""
        found = self._open_step(key)
        if progress in (Progress.REFUSED, Progress.NOT_REMOVED) and progress not in found.outcomes:
            raise IllegalMove(f"“{found.what}” cannot end as “{progress}”.")
        if progress == Progress.NOT_NEEDED and not why:
            raise IllegalMove("Say why it is not needed.")
        settled = replace(found, progress=progress, settled_at=at)
        details = {"step": found.what, "progress": progress, "why": why}
        return self.with_follow_up(settled).enter(at, by, EntryKind.STEP, **details)

    def hand_step(self, key: str, to: str, *, by: str, at: datetime) -> Case:
        """Ask somebody to do it."""
        found = self._open_step(key)
        given = replace(found, person=to)
        return self.with_follow_up(given).enter(
            at, by, EntryKind.STEP_GIVEN, step=found.what, to=to
        )

    def postpone_step(self, key: str, due: datetime, why: str, *, by: str, at: datetime) -> Case:
        found = self._open_step(key)
        later = replace(found, due=due, postponed=found.postponed + 1, told=-1)
        details = {"step": found.what, "until": due.isoformat(), "why": why}
        return self.with_follow_up(later).enter(at, by, EntryKind.POSTPONED, **details)

    def add_step(self, what: str, due: datetime, owner: str, *, by: str, at: datetime) -> Case:
        """A follow-up of one's own."""
        self._must_be_open()
        number = sum(f.is_own for f in self.follow_ups) + 1
        own = FollowUp(
            f"{OWN_STEP}{number}", what, owner, due, Clock.SCHOOL, person=by, opened_at=at
        )
        return self.with_follow_up(own).enter(
            at, by, EntryKind.STEP_ADDED, step=what, due=due.isoformat()
        )

    def posted_again(self, *, by: str, at: datetime) -> Case:
        self._must_be_open()
        return replace(self, again=self.again + 1).enter(at, by, EntryKind.AGAIN)

    def note_removals(
        self,
        what: str,
        posts: Collection[PostRemoval],
        *,
        by: str,
        at: datetime,
        **details: str,
    ) -> Case:
        """Put the newer state of the removal of posts in place of the older, by one entry."""
        self._must_be_open()
        newer = {post.number: post for post in posts}
        noted = {post.number: post for post in self.removals} | newer
        in_order = tuple(noted[number] for number in sorted(noted))
        numbers = ", ".join(str(number) for number in sorted(newer))
        return replace(self, removals=in_order).enter(at, by, what, posts=numbers, **details)

    def acknowledge(self, *, by: str, at: datetime) -> Case:
        """Note that somebody has seen it, and is on it, without taking it."""
        self._must_be_open()
        return self.enter(at, by, EntryKind.SEEN)

    def ask(self, *, by: str, at: datetime) -> Case:
        """Note that somebody higher up asks what happens."""
        self._must_be_open()
        return self.enter(at, by, EntryKind.ASKED)

    def answer(self, text: str, to: str, *, by: str, at: datetime) -> Case:
        return self.enter(at, by, EntryKind.ANSWERED, text=text, to=to)

    def _open_step(self, key: str) -> FollowUp:
        self._must_be_open()
        found = self.follow_up(key)
        if found is None:
            raise IllegalMove(f"Case {self.reference} has no follow-up “{key}”.")
        if not found.is_open:
            raise IllegalMove(f"That was settled before: {found.progress}.")
        return found

    def _must_be_open(self) -> None:
        if self.status != Status.OPEN:
            raise IllegalMove(
                f"Case {self.reference} is closed. Reopen it first: /case reopen {self.reference}"
            )


def _details_of(said: About) -> dict[str, str]:
    """What an entry keeps of somebody who was named."""
    return {"subject": said.subject, "person": said.person or "", "name": said.name}


def _instead_of(before: Collection[About]) -> dict[str, str]:
    """What an entry keeps of those in whose place somebody was named: a line for each."""
    return {"before": "\n".join(each.label for each in before)}


def _released(item: Evidence, chosen: Classification, at: datetime) -> Evidence:
    if chosen.withhold:
        return item.withhold()
    if item.state == State.WAITING and item.number in chosen.releases:
        return replace(item, state=State.WANTED, next_try=at)
    return item
