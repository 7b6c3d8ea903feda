"""Whoever has a step hears of it once: that it was given to them, moved, done by somebody else, or
that it fell to them.

They hear of it with the next day's message; at once where it is due before that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from handlers.desk import Desk
from handlers.matter import Around
from handlers.workflow.steps.procedure import owners_of
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


@dataclass(frozen=True, slots=True)
class _OfEntry:
    """The steps that an entry changed and opened, whosever they are."""

    entry: Entry
    #: Its place in the chronology.
    number: int
    changed: FollowUp | None
    opened: Sequence[FollowUp]

    @property
    def steps(self) -> Sequence[FollowUp]:
        return [self.changed, *self.opened] if self.changed else self.opened

    @property
    def words(self) -> str:
        """For `Notice.step`: which entry it is, and the keys of the steps."""
        return " ".join([str(self.number), *(step.key for step in self.steps)])


def with_step_news(case: Case, around: Around, desk: Desk) -> Case:
    """The case, owing its last entry to those whose steps it is about, but for who made it."""
    number = len(case.chronology) - 1
    entry = case.chronology[number]
    if case.status != Status.OPEN or entry.what not in OPENING:
        return case
    of_entry = _OfEntry(entry, number, _changed(case, entry), _opened(case, entry))
    for person in _owners_of(of_entry.steps, case, around, desk):
        if person.id == entry.by:
            continue
        news = _news_of(of_entry, person, case, around, desk)
        if news.steps:
            case = case.owe(_notice(of_entry, news, person, case, desk))
    return case


def news_for(person: Person, notice: Notice, case: Case, around: Around, desk: Desk) -> News:
    """What an entry, which `notice` tells of, says to a person of their steps as of now."""
    number, *keys = notice.step.split()
    entry = case.chronology[int(number)]
    steps = [step for key in keys if (step := case.follow_up(key))]
    # An earlier version has noted no keys.
    changed = None if keys else _changed(case, entry)
    if steps and entry.what in OF_STEPS:
        changed = steps.pop(0)
    opened = [step for step in steps if step.is_open]
    of_entry = _OfEntry(entry, int(number), changed, opened)
    if changed and not _is_still_so(changed, of_entry, case):
        of_entry = replace(of_entry, changed=None)
    return _news_of(of_entry, person, case, around, desk)


def _news_of(of_entry: _OfEntry, person: Person, case: Case, around: Around, desk: Desk) -> News:
    """Of the steps of an entry, those that are this person's."""
    changed = of_entry.changed
    if changed and not _is_theirs(changed, person, case, around, desk):
        changed = None
    new = []
    for step in of_entry.opened:
        if person in owners_of(step, case, around, desk):
            new.append(step)
    return News(changed, new)


def _is_theirs(step: FollowUp, person: Person, case: Case, around: Around, desk: Desk) -> bool:
    """Whether a step is this person's; of one that is settled, whether it was theirs then."""
    if step.is_open or not step.whose:
        return person in owners_of(step, case, around, desk)
    return any(id in step.whose for id in person.ids)


def _is_still_so(changed: FollowUp, of_entry: _OfEntry, case: Case) -> bool:
    """Whether a step is as its entry left it, and no later entry says the same of it, as of now."""
    entry = of_entry.entry
    if entry.what == EntryKind.STEP:
        return not changed.is_open
    for later in case.chronology[of_entry.number + 1 :]:
        if later.what == entry.what and later.details.get("step") == changed.what:
            return False
    return changed.is_open


def _notice(of_entry: _OfEntry, news: News, person: Person, case: Case, desk: Desk) -> Notice:
    key = f"{case.reference} steps {of_entry.number} {person.id}"
    return step_notice_of(key, person.id, of_entry.words, news.steps, desk)


def step_notice_of(key: str, to: str, step: str, steps: Sequence[FollowUp], desk: Desk) -> Notice:
    """What tells somebody (by id) of these steps, when it is to be told.

    School hours are waited for where all of them count in school days.
    """
    is_school = all(f.clock == Clock.SCHOOL for f in steps if f.is_open)
    is_at_once = any(f.is_open and f.clock == Clock.NOW for f in steps)
    due = desk.now() if is_at_once else when_told(steps, desk)
    return Notice(key, NoticeKind.STEPS, to, due, step=step, waits=is_school)


def _owners_of(steps: Sequence[FollowUp], case: Case, around: Around, desk: Desk) -> list[Person]:
    owners: list[Person] = []
    for follow_up in steps:
        owners += owners_of(follow_up, case, around, desk)
    return list(dict.fromkeys(owners))


def _changed(case: Case, entry: Entry) -> FollowUp | None:
    """The step that an entry names, by its words: of several the last that was settled then."""
    if entry.what not in OF_STEPS:
        return None
    for step in reversed(case.follow_ups):
        is_settled_by_it = step.settled_at == entry.at
        is_meant = is_settled_by_it if entry.what == EntryKind.STEP else step.is_open
        if is_meant and step.what == entry.details.get("step"):
            return step
    return None


def _opened(case: Case, entry: Entry) -> list[FollowUp]:
    """The steps that the last entry has called for, which are nobody's yet.

    They are opened a moment after it, as the consequences are worked out.
    """
    if entry.what == EntryKind.STEP_ADDED:
        return []
    new = [step for step in case.follow_ups if step.is_open and not step.whose]
    return [step for step in new if opened_by(step, entry)]


def opened_by(step: FollowUp, entry: Entry) -> bool:
    """Whether a step that is nobody's yet came of a case's last entry."""
    return step.opened_at is not None and step.opened_at >= entry.at


def when_told(steps: Sequence[FollowUp], desk: Desk) -> datetime:
    """With the message of the next school day, or at once where one is due before that (UTC)."""
    now = desk.now()
    calendar = desk.calendar
    tomorrow = calendar.school_days_after(calendar.local(now).date(), 1)
    morning = calendar.opening(tomorrow)
    is_pressing = any(f.is_open and f.due <= morning for f in steps)
    return now if is_pressing else morning
