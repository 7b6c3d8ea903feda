"""Whose the steps of a case are, remembered with them, so that both hear of it once where a step
changes hands: by being given, by its case being given, or by a role that somebody lost.

Of a step that is given, its new owner hears by `step_news`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from handlers.desk import Desk
from handlers.matter import Around
from handlers.workflow.first_told import FIRST
from handlers.workflow.step_news import when_told
from handlers.workflow.steps import OWNER, owners_of
from store.model.case import Case
from store.model.kinds import OWNERSHIP, Clock, EntryKind, NoticeKind
from store.model.records import FollowUp, Notice, Person, Status

#: With which `Notice.step` begins, before the keys of the steps.
HANDS = "hands"


def with_hands_noted(case: Case, around: Around, desk: Desk) -> Case:
    """The case, remembering whose each open step is, and owing it to those for whom that is new."""
    if case.status != Status.OPEN or case.joined_to:
        return case
    news: dict[str, list[FollowUp]] = {}
    for follow_up in case.follow_ups:
        owners = owners_of(follow_up, case, around, desk) if follow_up.is_open else []
        whose = tuple(person.id for person in owners)
        # Nobody may know of it yet, or all who might are gone: it was last theirs.
        if not whose or whose == follow_up.whose:
            continue
        if follow_up.whose:
            for id in _who_hears(_Change(follow_up, owners), case, around):
                news.setdefault(id, []).append(follow_up)
        case = case.with_follow_up(replace(follow_up, whose=whose))
    for id, steps in news.items():
        case = case.owe(_notice(case, id, steps, desk))
    return case


@dataclass(frozen=True, slots=True)
class _Change:
    """A step as it was last looked at, and whose it is now."""

    step: FollowUp
    owners: Sequence[Person]


def _who_hears(change: _Change, case: Case, around: Around) -> list[str]:
    """Ids of those who have it now, and of those who had it; not of who did that."""
    before = _as_they_are_now(change.step.whose, around)
    now = [person.id for person in change.owners]
    gave = _given_by_last_entry(change.step, case)
    heard = []
    for id in now:
        is_told_already = id == gave.to or _is_to_be_told_of_case(id, case)
        if id not in before and not is_told_already:
            heard.append(id)
    for id in before:
        if id not in now and id != gave.by and not gave.is_first:
            heard.append(id)
    return heard


def _as_they_are_now(ids: Sequence[str], around: Around) -> list[str]:
    """Ids of people who are known, also where two accounts became one person since."""
    known = [around.people.get(id) for id in ids]
    return [person.id for person in known if person]


@dataclass(frozen=True, slots=True)
class _Given:
    """Ids of who gave a step and of who was given it; nothing where the last entry gives none."""

    by: str = ""
    to: str = ""
    #: Nobody had taken its case before: whoever had the step by their role loses nothing.
    is_first: bool = False


def _given_by_last_entry(step: FollowUp, case: Case) -> _Given:
    entry = case.chronology[-1]
    to = entry.details.get("to", "")
    if entry.what == EntryKind.STEP_GIVEN:
        return _Given(entry.by, to) if entry.details.get("step") == step.what else _Given()
    if entry.what not in OWNERSHIP or step.owner != OWNER or step.person:
        return _Given()
    earlier = [each for each in case.chronology if each.what in OWNERSHIP]
    return _Given(entry.by, to, is_first=len(earlier) == 1)


def _is_to_be_told_of_case(id: str, case: Case) -> bool:
    """Whether the case itself, with its steps, is on its way to somebody."""
    return any(n.kind in FIRST and n.to == id and n.settled is None for n in case.notices)


def _notice(case: Case, person: str, steps: Sequence[FollowUp], desk: Desk) -> Notice:
    now = desk.now()
    keys = " ".join([HANDS, *(step.key for step in steps)])
    waits = not any(step.clock == Clock.NOW for step in steps)
    due = when_told(steps, desk) if waits else now
    key = f"{case.reference} hands {now.isoformat()} {person}"
    return Notice(key, NoticeKind.STEPS, person, due, step=keys, waits=waits)
