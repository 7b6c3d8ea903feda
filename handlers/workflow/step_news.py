"""Whoever has a step hears of it once: that it was given to them, moved, done by somebody else, or
that it fell to them.

They hear of it with the next day's message; at once where it is due before that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.desk import Desk
from handlers.matter import Around
from handlers.workflow.steps import owners_of
from store.model.case import Case
from store.model.kinds import Clock, EntryKind, NoticeKind
from store.model.records import Entry, FollowUp, Notice, Person, Status

#: Entries that say something of a step.
OF_STEPS = frozenset(
    {EntryKind.STEP, EntryKind.STEP_GIVEN, EntryKind.POSTPONED, EntryKind.STEP_ADDED}
)
#: After these, further steps may be there.
OPENING = OF_STEPS | {EntryKind.AGAIN, EntryKind.REMOVAL_SILENT, EntryKind.REMOVAL_REFUSED}


@dataclass(frozen=True, slots=True)
class News:
    """What one entry says to one person of steps of theirs."""

    #: The step that was given, moved or settled; None where it is somebody else's.
    changed: FollowUp | None
    #: Steps that fell to them by it.
    new: Sequence[FollowUp]

    @property
    def steps(self) -> Sequence[FollowUp]:
        return [self.changed, *self.new] if self.changed else self.new


def with_step_news(case: Case, around: Around, desk: Desk) -> Case:
    """The case, owing its last entry to those whose steps it is about, but for who made it."""
    number = len(case.chronology) - 1
    entry = case.chronology[number]
    if case.status != Status.OPEN or entry.what not in OPENING:
        return case
    for person in _owners_of_steps(case, entry, around, desk):
        if person.id == entry.by:
            continue
        news = news_for(person, case, number, around, desk)
        if news.steps:
            key = f"{case.reference} steps {number} {person.id}"
            waits = not any(f.is_open and f.clock == Clock.NOW for f in news.steps)
            due = when_told(news.steps, desk) if waits else desk.now()
            step = str(number)
            notice = Notice(key, NoticeKind.STEPS, person.id, due, step=step, waits=waits)
            case = case.owe(notice)
    return case


def news_for(person: Person, case: Case, number: int, around: Around, desk: Desk) -> News:
    """What the entry of this number says to a person of steps that are theirs now."""
    entry = case.chronology[number]
    changed = _changed(case, entry)
    if changed and person not in owners_of(changed, case, around, desk):
        changed = None
    new = []
    for follow_up in _opened(case, entry):
        if person in owners_of(follow_up, case, around, desk):
            new.append(follow_up)
    return News(changed, new)


def _owners_of_steps(case: Case, entry: Entry, around: Around, desk: Desk) -> list[Person]:
    changed = _changed(case, entry)
    steps = [changed, *_opened(case, entry)] if changed else _opened(case, entry)
    owners: list[Person] = []
    for follow_up in steps:
        owners += owners_of(follow_up, case, around, desk)
    return list(dict.fromkeys(owners))


def _changed(case: Case, entry: Entry) -> FollowUp | None:
    """The step that an entry names, by its words: of several the last that was settled then."""
    if entry.what not in OF_STEPS:
        return None
    named = [f for f in case.follow_ups if f.what == entry.details.get("step")]
    settled = [f for f in named if f.settled_at == entry.at]
    is_open = [f for f in named if f.is_open]
    found = settled if entry.what == EntryKind.STEP else is_open
    return found[-1] if found else None


def _opened(case: Case, entry: Entry) -> list[FollowUp]:
    """The steps that an entry has called for."""
    if entry.what == EntryKind.STEP_ADDED:
        return []
    return [f for f in case.follow_ups if f.is_open and f.opened_at == entry.at]


def when_told(steps: Sequence[FollowUp], desk: Desk) -> datetime:
    """With the message of the next school day, or at once where one is due before that (UTC)."""
    now = desk.now()
    calendar = desk.calendar
    tomorrow = calendar.school_days_after(calendar.local(now).date(), 1)
    morning = calendar.opening(tomorrow)
    is_pressing = any(f.is_open and f.due <= morning for f in steps)
    return now if is_pressing else morning
