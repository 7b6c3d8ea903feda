"""The procedure of a case: which steps are open, and whose they are."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from handlers.desk import Desk
from handlers.matter import Around
from handlers.text.words import listed
from handlers.workflow.reach import is_by_mail_alone, may_be_told, who_may_be_told
from store.model.case import Case
from store.model.kinds import Clock, EntryKind
from store.model.records import Entry, FollowUp, Person, Progress, Role, Status
from store.model.removals import RemovalWay
from store.school.procedure import AGAIN, OPENING, SILENCE, Step

OWNER = "owner"
#: Said with the name, so that somebody rings them, or does it in their stead.
BY_MAIL = "{name} (told by mail alone, and can do nothing here)"
NOBODY = "nobody"
CLOCKS = {
    "school day": Clock.SCHOOL,
    "working day": Clock.LEGAL,
    "hour": Clock.NOW,
    "minute": Clock.NOW,
}


def with_steps(case: Case, desk: Desk, now: datetime) -> Case:
    """The case with the follow-ups that its procedure calls for by now.

    What another category called for, and nobody has settled, ends; so does everything of a joined
    case. What ended with a case that was closed or joined is there again when the case is.
    """
    if case.status == Status.CLOSED:
        return case
    if case.joined_to:
        return _with_all_ended(case, now)

    steps = desk.procedure.steps(case.category)
    case = _without_others(case, {step.key for step in steps}, desk, now)
    for step in steps:
        if _is_called_for(step, case):
            case = case.with_follow_up(_follow_up(step, desk, now))
    return case


def _without_others(case: Case, wanted: Collection[str], desk: Desk, now: datetime) -> Case:
    """The case without open steps that its category does not call for; what somebody has added is
    there again.
    """
    for follow_up in case.follow_ups:
        if follow_up.is_own:
            # They ended with the case, or when it was joined.
            if follow_up.progress == Progress.ENDED:
                case = case.with_follow_up(_opened_again(follow_up, desk, now))
        elif follow_up.is_open and follow_up.key not in wanted:
            case = case.with_follow_up(_ended(follow_up, now))
    return case


def _with_all_ended(case: Case, now: datetime) -> Case:
    for follow_up in case.follow_ups:
        if follow_up.is_open:
            case = case.with_follow_up(_ended(follow_up, now))
    return case


def _ended(follow_up: FollowUp, now: datetime) -> FollowUp:
    return replace(follow_up, progress=Progress.ENDED, settled_at=now)


def _is_called_for(step: Step, case: Case) -> bool:
    """It is not there yet, or ended with the case, and what it comes after has come."""
    known = case.follow_up(step.key)
    if known is not None and known.progress != Progress.ENDED:
        return False
    return any(_has_happened(word, case) for word in step.after)


def _has_happened(word: str, case: Case) -> bool:
    """Whether what a step comes after has come: the opening, a step that is done, or an outcome
    such as “refused”.
    """
    if word == OPENING:
        return True
    if word == AGAIN and case.again > 0:
        return True
    if word == SILENCE:
        return any(map(_tells_of_silence, case.chronology))
    progress = {f.key: f.progress for f in case.follow_ups}
    return word in progress.values() or progress.get(word) == Progress.DONE


def _tells_of_silence(entry: Entry) -> bool:
    """Whether a site that was asked for a removal has been silent for too long, or has refused."""
    has_refused = entry.what == EntryKind.REMOVAL_REFUSED
    is_of_site = entry.details.get("way") == RemovalWay.SITE
    return entry.what == EntryKind.REMOVAL_SILENT or (has_refused and is_of_site)


def _follow_up(step: Step, desk: Desk, now: datetime) -> FollowUp:
    return FollowUp(
        key=step.key,
        what=step.do,
        owner=step.owner,
        due=desk.calendar.due(now, step.due),
        clock=CLOCKS[step.due.unit],
        urgent=step.urgent,
        outcomes=step.outcomes,
        passage=step.passage,
        opened_at=now,
    )


def _opened_again(own: FollowUp, desk: Desk, now: datetime) -> FollowUp:
    """A follow-up of somebody's own; one whose day has passed meanwhile is due on the next school
    day.
    """
    due = own.due if own.due > now else desk.calendar.end_of_next_school_day(now)
    opened = replace(own, progress=Progress.OPEN, settled_at=None, opened_at=now, due=due, told=-1)
    # Whose it is, is new to them.
    return replace(opened, whose=())


def owners_of(follow_up: FollowUp, case: Case, around: Around, desk: Desk) -> list[Person]:
    """Whose it is: the person asked, or who looks after the case, or who has the role; else the
    next of the ladder.
    """
    matter = around.matter(case)
    for id in _asked(follow_up, case):
        person = around.people.get(id)
        if person and may_be_told(person, matter, desk):
            return [person]

    role = Role.HEAD if follow_up.owner == OWNER else Role(follow_up.owner)
    for wanted in (role, *desk.procedure.ladder):
        found = who_may_be_told(around.people.having((wanted,)), matter, desk)
        if found:
            return found
    return []


def who_does(owners: Sequence[Person]) -> str:
    """The names of those whose a step is, and of whom that they cannot do it in any chat."""
    names = [BY_MAIL.format(name=p.name) if is_by_mail_alone(p) else p.name for p in owners]
    return listed(names) or NOBODY


def _asked(follow_up: FollowUp, case: Case) -> list[str]:
    """Ids of whoever was given the step, and of the case's owner, where it is the owner's."""
    asked = [follow_up.person]
    if follow_up.owner == OWNER:
        asked.append(case.owner)
    return [id for id in asked if id]
