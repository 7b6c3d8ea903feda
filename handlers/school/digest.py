"""What a leader should know of a week: what is overdue first, or that nothing is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.commands import command
from handlers.desk import Ask, Desk
from handlers.matter import Around, People
from handlers.messages import Brief, Choice, Choices, Heading, Reply, Text
from handlers.policies.enquiries import waiting_enquiries
from handlers.policies.questions import gap_line, gaps_for
from handlers.rules import access
from handlers.rules.access import Act
from handlers.rules.calendar import DAY
from handlers.school.backups import backup_trouble
from handlers.school.due import (
    UNREADABLE,
    DueCase,
    Read,
    Reader,
    Row,
    due_cases,
    due_row,
    first_name_of,
    kind_of,
    neglected_cases,
    read_cases,
    row_from_above,
    untaken_rows,
)
from handlers.school.duties import Due, DueNow, all_due, duties_now, duty_line
from handlers.text.briefs import brief_of
from handlers.text.words import moment, shortened
from handlers.workflow.steps.procedure import owners_of
from store.model.case import Case
from store.model.kinds import REPLACING, NoticeKind, NoticeResult
from store.model.memos import Enquiry
from store.model.records import Notice, Person, Status, Summary

WEEK = timedelta(days=7)
#: School days in which nobody did more than look.
QUIET = 10
#: Lines of each section, buttons that open a case, and buttons that answer a question.
SHOWN, OPENED, ANSWERED = 15, 5, 3

HEADING = "Your week"
NOTHING_OVERDUE = "Nothing is overdue."
OVERDUE, TODAY, YOURS, NEW = "Overdue", "Due today", "Yours, this week", "New"
WAITING, GOING_QUIET, CLOSED = (
    "Waiting for a category or for evidence",
    "No news for a while",
    "Closed last week",
)
ASKED, LACKING = "Questions that wait for an answer", "Asked last week, and not in the policy texts"
DUTIES, UNDELIVERED = "Due soon in the school", "Could not be delivered"
BACKUPS = "Backup of all this"
MORE = "… and {number} more"
ASK_ABOUT = "Ask {who} about {reference}"


async def digest_notice(notice: Notice, desk: Desk) -> Reply | None:
    """The digest as it stands when it is sent."""
    person = await desk.store.person(notice.to)
    return await digest(person, desk.now(), desk) if access.may(person, Act.LIST) else None


@command(
    "case overdue",
    usage="/case overdue",
    may=Act.LIST,
    summary="what is overdue, and how the week looks",
)
async def overdue(ask: Ask, desk: Desk) -> Reply:
    """The digest, at any time."""
    return await digest(ask.person, ask.at, desk)


@dataclass(frozen=True, slots=True)
class _Week:
    """What one person may see of a week at `now` (UTC), as it was read."""

    person: Person
    now: datetime
    inside: Read
    #: Cases in which something is overdue, or due today.
    cases: Sequence[DueCase]
    #: Overdue cases that this person hears of without seeing them.
    neglected: Sequence[DueCase]
    #: Duties that are due today or overdue.
    duties: Sequence[DueNow]

    @property
    def late(self) -> list[DueCase]:
        return [case for case in self.cases if case.stage]

    @property
    def due_today(self) -> list[DueCase]:
        return [case for case in self.cases if not case.stage]

    @property
    def late_duties(self) -> list[Due]:
        return [each.due for each in self.duties if each.stage]

    @property
    def open_cases(self) -> list[Case]:
        return [case for case in self.inside.cases if case.status == Status.OPEN]

    @property
    def closed_cases(self) -> list[Case]:
        since = self.now - WEEK
        return [case for case in self.inside.cases if _was_closed_since(case, since)]


async def digest(person: Person, now: datetime, desk: Desk) -> Reply:
    """What this person may see of the week at `now` (UTC); no count says more than the lines do."""
    week = await _read_week(person, now, desk)
    open_cases = week.open_cases
    around = week.inside.around

    reply = Reply((Heading(HEADING),))
    overdue = await _overdue_rows(week, desk)
    reply += _section(OVERDUE, overdue) if overdue else Reply((Text(NOTHING_OVERDUE),))
    reply += _section(TODAY, [due_row(case, desk) for case in week.due_today])
    reply += _section(YOURS, _own(open_cases, around, person, now, desk))
    reply += _of_open_cases(open_cases, now, desk)
    reply += _of_cases(CLOSED, week.closed_cases, desk)
    reply += _section(DUTIES, await _duties(week, desk))
    if access.may(person, Act.POLICIES):
        reply += await _policies(person, now, desk)
    reply += _section(UNDELIVERED, _undelivered(open_cases, around.people))
    if access.may(person, Act.BACKUPS):
        reply += _section(BACKUPS, [Row(line) for line in await backup_trouble(desk)])
    return reply + _buttons([*week.late, *week.due_today], week.neglected)


async def _read_week(person: Person, now: datetime, desk: Desk) -> _Week:
    inside = await _cases_inside(person, desk)
    return _Week(
        person=person,
        now=now,
        inside=inside,
        cases=due_cases(inside, Reader(person, now, everything=True), desk),
        neglected=await neglected_cases(person, now, desk),
        duties=await duties_now(person, now, desk),
    )


async def _overdue_rows(week: _Week, desk: Desk) -> list[Row]:
    """Cases first, then the school's duties, then what could not be looked into."""
    rows = [due_row(case, desk) for case in week.late]
    rows += [row_from_above(case, desk) for case in week.neglected]
    known = {case.case.reference for case in week.neglected}
    untaken = await untaken_rows(week.person, desk)
    rows += [row for row in untaken if row.reference not in known]
    for late in week.duties:
        if late.stage:
            brief = Brief(NoticeKind.DUTY, step=late.due.duty.do, day=late.stage)
            rows.append(Row(duty_line(late.due, week.now, desk), brief=brief))
    for reference in week.inside.unreadable:
        brief = Brief(NoticeKind.UNREADABLE, reference)
        rows.append(Row(UNREADABLE.format(reference=reference), reference, brief))
    return rows


def _section(heading: str, rows: Sequence[Row]) -> Reply:
    """Nothing where there are no rows."""
    if not rows:
        return Reply()
    shown = rows[:SHOWN]
    lines = [row.words for row in shown]
    if len(rows) > SHOWN:
        lines.append(MORE.format(number=len(rows) - SHOWN))
    briefs = tuple(row.brief for row in rows if row.brief)
    reply = Reply((Heading(heading), Text("\n".join(lines))), briefs=briefs)
    return reply.showing(row.reference for row in shown if row.reference)


def _of_open_cases(cases: Sequence[Case], now: datetime, desk: Desk) -> Reply:
    """What is new, what waits for somebody's word, and what nobody has touched for long."""
    new = [case for case in cases if case.opened_at >= now - WEEK]
    waiting = [case for case in cases if _is_waiting(case)]
    quiet = [case for case in cases if _is_quiet(case.summary, now, desk)]
    reply = _section(NEW, [_new_row(case, desk) for case in new])
    reply += _of_cases(WAITING, waiting, desk)
    return reply + _of_cases(GOING_QUIET, quiet, desk)


def _of_cases(heading: str, cases: Sequence[Case], desk: Desk) -> Reply:
    return _section(heading, [Row(_line(case, desk), case.reference) for case in cases])


def _new_row(case: Case, desk: Desk) -> Row:
    brief = brief_of(NoticeKind.ALERT, case, desk.procedure)
    return Row(_line(case, desk), case.reference, brief)


def _buttons(cases: Sequence[DueCase], neglected: Sequence[DueCase]) -> Reply:
    """A button for each of the first cases in which something is overdue or due."""
    choices = []
    shown = []
    for due in cases[:OPENED]:
        reference = due.case.reference
        shown.append(reference)
        choices.append(Choice(f"Open {reference}", f"case {reference}"))
    for due in neglected[:OPENED]:
        reference = due.case.reference
        shown.append(reference)
        label = ASK_ABOUT.format(who=first_name_of(due.owners), reference=reference)
        choices.append(Choice(label, f"case ask {reference}"))
    return Reply((Choices(tuple(choices)),)).showing(shown) if choices else Reply()


async def _policies(person: Person, now: datetime, desk: Desk) -> Reply:
    """Questions of the staff's that wait for this person, and what the texts did not answer last
    week.
    """
    waiting = await waiting_enquiries(person, desk)
    reply = _section(ASKED, [Row(_enquiry(enquiry, desk)) for enquiry in waiting])
    if waiting:
        choices = [
            Choice(f"Answer {number}", f"policy-answer {enquiry.id}")
            for number, enquiry in enumerate(waiting[:ANSWERED], 1)
        ]
        reply += Reply((Choices(tuple(choices)),))
    gaps = await gaps_for(person, desk)
    lacking = [question for question in gaps if question.asked_at >= now - WEEK]
    return reply + _section(LACKING, [Row(gap_line(question)) for question in lacking])


async def _cases_inside(person: Person, desk: Desk) -> Read:
    """Cases that the person may see as more than their reporter: open ones, and those closed last
    week. With what there is around all of them.
    """
    since = desk.now() - WEEK
    found = []
    for seen in await desk.visible(person):
        closed_at = seen.summary.closed_at
        if seen.inside and (closed_at is None or closed_at >= since):
            found.append(seen)
    return await read_cases(found, desk)


def _own(
    cases: Sequence[Case], around: Around, person: Person, now: datetime, desk: Desk
) -> list[Row]:
    tonight = desk.calendar.midnight(desk.calendar.local(now).date() + DAY)
    rows = []
    for case in cases:
        for follow_up in case.follow_ups:
            soon = follow_up.is_open and tonight <= follow_up.due <= now + WEEK
            if soon and person.id in [p.id for p in owners_of(follow_up, case, around, desk)]:
                due = moment(follow_up.due, desk.calendar)
                words = f"{case.reference} · {follow_up.what} · due {due}"
                rows.append(Row(words, case.reference))
    return rows


def _line(case: Case, desk: Desk) -> str:
    return f"{case.reference} · {kind_of(case, desk)}"


def _is_waiting(case: Case) -> bool:
    """Nobody has said what it is about, or something of it has not been fetched."""
    return case.category is None or case.summary.unkept > 0


def _is_quiet(summary: Summary, now: datetime, desk: Desk) -> bool:
    day = desk.calendar.local(summary.touched_at).date()
    return now >= desk.calendar.opening(desk.calendar.school_days_after(day, QUIET))


def _was_closed_since(case: Case, since: datetime) -> bool:
    return case.closed_at is not None and case.closed_at >= since


async def _duties(week: _Week, desk: Desk) -> list[Row]:
    """Those that are due soon, but for those that were told of above."""
    soon = desk.calendar.local(week.now + 2 * WEEK).date()
    told = {due.duty.key for due in week.late_duties}
    rows = []
    for due in await all_due(desk, week.now):
        is_theirs = access.answers_for(week.person, due.duty.owner)
        if due.day <= soon and is_theirs and due.duty.key not in told:
            rows.append(Row(duty_line(due, week.now, desk)))
    return rows


def _enquiry(enquiry: Enquiry, desk: Desk) -> str:
    return f"{shortened(enquiry.text, 120)} · {moment(enquiry.at, desk.calendar)}"


def _undelivered(cases: Sequence[Case], people: People) -> list[Row]:
    rows = []
    for case in cases:
        for receiver in dict.fromkeys(n.to for n in case.notices if _has_failed(n)):
            words = f"{case.reference} · to {people.name(receiver)}"
            rows.append(Row(words, case.reference))
    return rows


def _has_failed(notice: Notice) -> bool:
    """Whether a person was to be told something, and could not be."""
    to_a_person = notice.kind not in {NoticeKind.CHANNEL, *REPLACING}
    return to_a_person and notice.result == NoticeResult.FAILED
