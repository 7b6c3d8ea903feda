"""What is due and overdue of the cases, as lines for one person: each case once, oldest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.desk import Desk
from handlers.matter import Around, Listed, Summaries
from handlers.messages import Brief
from handlers.rules import access
from handlers.rules.access import Act, Relation
from handlers.rules.escalation import first_day_of, is_to_know
from handlers.rules.stages import stage_reached
from handlers.text.briefs import brief_of, brief_of_step
from handlers.text.categories import category_name
from handlers.text.words import shortened
from handlers.workflow.steps.procedure import owners_of, who_does
from store.errors import DamagedCase
from store.model.case import Case
from store.model.kinds import Clock, NoticeKind
from store.model.records import FollowUp, Person, Status, Summary

LINE = "{reference} · {kind} · {what} · {who} · {when}{more}"
DAY_OF = "day {day}"
BY = "by {time:%H:%M}"
AND_MORE = " · {number} more"
NO_KIND = "no category yet"
UNTAKEN = "{reference} · {kind} · urgent, and nobody has taken it"
#: What somebody reads of a kind that is not for them to know.
A_CASE = "a case"
UNREADABLE = "{reference} cannot be read. Please tell your technician: headsup check says more."


@dataclass(frozen=True, slots=True)
class Row:
    """A line, and the reference of the case that it shows something of, where it does."""

    words: str
    reference: str = ""
    #: What may be said of it by mail.
    brief: Brief | None = None


@dataclass(frozen=True, slots=True)
class DueCase:
    """A case of which something is due or overdue, with the step that is the oldest of it."""

    case: Case
    step: FollowUp
    owners: Sequence[Person]
    #: The days for which the step is overdue; 0 for what is due today.
    stage: int
    #: Further steps that are due or overdue.
    more: int

    @property
    def age(self) -> tuple[datetime, datetime, str]:
        return self.step.due, self.case.opened_at, self.case.reference


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads it, and when (UTC)."""

    person: Person
    now: datetime
    #: All that is overdue of the cases; otherwise what the person is told of each day.
    everything: bool = False
    #: The days for which something is overdue at least.
    least: int = 0


@dataclass(frozen=True, slots=True)
class Read:
    """Cases that were read, those that could not be, and what there is around them."""

    cases: Sequence[Case]
    unreadable: Sequence[str]
    around: Around


async def read_cases(found: Iterable[Listed], desk: Desk) -> Read:
    """All of these cases, and what there is around them. One that is damaged is said to be."""
    cases = []
    unreadable = []
    parts: list[Summary] = []
    for seen in found:
        try:
            cases.append(await desk.store.case(seen.summary.reference))
        except DamagedCase:
            unreadable.append(seen.summary.reference)
            continue
        parts += seen.matter
    return Read(cases, unreadable, Around(Summaries(parts), await desk.people_of(*cases)))


def due_cases(read: Read, reader: Reader, desk: Desk) -> list[DueCase]:
    """Of what something is due today, or overdue, for one person; the oldest first."""
    found = []
    for case in read.cases:
        due = _due_of(case, read.around, reader, desk)
        if due:
            found.append(due)
    return sorted(found, key=lambda due: due.age)


def _due_of(case: Case, around: Around, reader: Reader, desk: Desk) -> DueCase | None:
    steps = []
    for follow_up in case.oldest_first:
        if follow_up.is_open and _is_for(follow_up, case, around, reader, desk):
            steps.append(follow_up)
    if not steps:
        return None
    first = steps[0]
    owners = owners_of(first, case, around, desk)
    return DueCase(case, first, owners, _days_overdue(first, reader.now, desk), len(steps) - 1)


def _is_for(step: FollowUp, case: Case, around: Around, reader: Reader, desk: Desk) -> bool:
    """Whether a step is due or overdue, and this person is told so on a day as this."""
    stage = _days_overdue(step, reader.now, desk)
    is_due = stage > 0 or _is_today(step.due, reader.now, desk)
    if not is_due or stage < reader.least:
        return False
    if reader.everything and stage:
        return True
    if not reader.everything and not _counts_on(step, reader.now, desk):
        return False
    if reader.person in owners_of(step, case, around, desk):
        return True
    return is_to_know(reader.person, stage, desk.procedure.escalation)


def _is_today(due: datetime, now: datetime, desk: Desk) -> bool:
    return desk.calendar.local(due).date() == desk.calendar.local(now).date()


def _counts_on(step: FollowUp, now: datetime, desk: Desk) -> bool:
    """Whether this day is one of those that the step's clock counts."""
    day = desk.calendar.local(now).date()
    match step.clock:
        case Clock.SCHOOL:
            return desk.calendar.is_school_day(day)
        case Clock.LEGAL:
            return desk.calendar.is_working_day(day)
    return True


def _days_overdue(step: FollowUp, now: datetime, desk: Desk) -> int:
    """1, 2 … for what is overdue, 0 for what is not."""
    return max(1, stage_reached(step, now, desk.calendar)) if step.due <= now else 0


def due_row(due: DueCase, desk: Desk) -> Row:
    """A case with its kind, its next step, whose that is and how long it is overdue."""
    words = _words(due, kind_of(due.case, desk), desk)
    return Row(words, due.case.reference, due_brief(due, desk))


def due_brief(due: DueCase, desk: Desk) -> Brief:
    """The same for a mail."""
    return brief_of_step(due.case, due.step, desk.procedure, due.owners, due.stage)


def row_from_above(due: DueCase, desk: Desk) -> Row:
    """The same for somebody who may not see the case: of what is withheld, not even its kind."""
    kind = A_CASE if due.case.withheld else kind_of(due.case, desk)
    return Row(_words(due, kind, desk), due.case.reference, due_brief(due, desk))


def _words(due: DueCase, kind: str, desk: Desk) -> str:
    when = BY.format(time=desk.calendar.local(due.step.due))
    if due.stage:
        when = DAY_OF.format(day=due.stage)
    return LINE.format(
        reference=due.case.reference,
        kind=kind,
        what=due.step.what,
        who=who_does(due.owners),
        when=when,
        more=AND_MORE.format(number=due.more) if due.more else "",
    )


def kind_of(case: Case | Summary, desk: Desk) -> str:
    """What a case is about, in a few words."""
    return shortened(category_name(case.category, desk.procedure, NO_KIND), 60)


def first_name_of(owners: Sequence[Person]) -> str:
    """The name of the one who is asked first."""
    return shortened(owners[0].name, 30) if owners else "them"


async def neglected_cases(person: Person, now: datetime, desk: Desk) -> list[DueCase]:
    """What this person is told of without seeing the case: overdue for as long as the escalation
    says.
    """
    first = first_day_of(person, desk.procedure.escalation)
    if first is None:
        return []
    summaries = Summaries(await desk.store.summaries())
    found = []
    for summary in summaries:
        seen = desk.listed(person, summary, summaries)
        if _is_late(summary, now) and _hears_only(person, seen):
            found.append(seen)
    read = await read_cases(found, desk)
    return due_cases(read, Reader(person, now, everything=True, least=first), desk)


async def untaken_rows(person: Person, desk: Desk) -> list[Row]:
    """Urgent cases that nobody has taken, of which this person was told without seeing them."""
    summaries = Summaries(await desk.store.summaries())
    found = []
    for summary in filter(_is_untaken, summaries):
        seen = desk.listed(person, summary, summaries)
        if _hears_only(person, seen):
            found.append(seen)
    read = await read_cases(found, desk)
    rows = []
    for case in read.cases:
        if any(notice.to == person.id and notice.message for notice in case.notices):
            rows.append(_untaken_row(case, desk))
    return rows


def _is_untaken(summary: Summary) -> bool:
    """Whether it is an urgent matter that nobody has taken, by its root."""
    is_waiting = summary.owner is None and summary.joined_to is None
    return summary.urgent and is_waiting and summary.status == Status.OPEN


def _untaken_row(case: Case, desk: Desk) -> Row:
    kind = A_CASE if case.withheld else kind_of(case, desk)
    words = UNTAKEN.format(reference=case.reference, kind=kind)
    return Row(words, case.reference, brief_of(NoticeKind.URGENT, case, desk.procedure))


def _is_late(summary: Summary, now: datetime) -> bool:
    is_open = summary.status == Status.OPEN and summary.joined_to is None
    return is_open and summary.due is not None and summary.due <= now


def _hears_only(person: Person, seen: Listed) -> bool:
    may_hear = access.may_with(person, Act.HEAR, seen.relations)
    return may_hear and not seen.inside and Relation.APART in seen.relations
