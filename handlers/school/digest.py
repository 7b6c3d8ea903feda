"""What a leader should know of a week: what is overdue first, or that nothing is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.commands import command
from handlers.desk import Ask, Desk
from handlers.matter import Around, People, Summaries
from handlers.messages import Choice, Choices, Heading, Reply, Text
from handlers.policies.enquiries import waiting_enquiries
from handlers.policies.questions import gap_line, gaps_for
from handlers.rules import access
from handlers.rules.access import Act
from handlers.rules.stages import stage_reached
from handlers.school.backups import backup_trouble
from handlers.school.duties import all_due, duty_line
from handlers.text.words import listed, moment, shortened
from handlers.workflow.steps import owners_of
from store.errors import DamagedCase
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
NOW = "Overdue"
NOTHING_OVERDUE = "Nothing is overdue."
OVERDUE, YOURS, NEW = "Overdue", "Yours, this week", "New"
WAITING, GOING_QUIET, CLOSED = (
    "Waiting for a category or for evidence",
    "No news for a while",
    "Closed last week",
)
ASKED, LACKING = "Questions that wait for an answer", "Asked last week, and not in the policy texts"
DUTIES, UNDELIVERED = "Due soon in the school", "Could not be delivered"
BACKUPS = "Backup of all this"
MORE = "… and {number} more"


async def owe_digests(desk: Desk, now: datetime) -> None:
    """Owe this week's digest to every leader, from the first school day's opening on."""
    local = desk.calendar.local(now)
    monday = local.date() - timedelta(days=local.weekday())
    first = desk.calendar.school_day_from(monday)
    if (
        first - monday >= WEEK
        or now < desk.calendar.opening(first)
        or not desk.calendar.is_school_time(now)
    ):
        return
    week = f"{monday.isocalendar().year}-W{monday.isocalendar().week:02}"
    for person in await desk.store.having(access.WORKERS):
        if person.since > desk.calendar.opening(first):
            # New since then.
            continue
        await desk.store.owe(
            Notice(f"digest {week} {person.id}", NoticeKind.DIGEST, person.id, now, waits=True)
        )


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


async def digest(person: Person, now: datetime, desk: Desk) -> Reply:
    """What this person may see of the week at `now` (UTC); no count says more than the lines do."""
    cases, around = await _cases_inside(person, desk)
    open_cases = [case for case in cases if case.status == Status.OPEN]
    closed = [case for case in cases if _was_closed_since(case, now - WEEK)]
    late = _late(cases, around, now, desk)

    reply = Reply((Heading(HEADING),))
    reply += _section(OVERDUE, late) if late else Reply((Text(NOTHING_OVERDUE),))
    reply += _section(YOURS, _own(open_cases, around, person, now, desk))
    reply += _of_open_cases(open_cases, now, desk)
    reply += _of_cases(CLOSED, closed, desk)
    reply += _section(DUTIES, await _duties(person, now, desk))
    if access.may(person, Act.POLICIES):
        reply += await _policies(person, now, desk)
    reply += _section(UNDELIVERED, _undelivered(open_cases, around.people))
    if access.may(person, Act.BACKUPS):
        reply += _section(BACKUPS, [Row(line) for line in await backup_trouble(desk)])
    return reply + _buttons(late)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the digest, and the reference of the case that it shows something of, where it
    does.
    """

    words: str
    reference: str = ""


def _section(heading: str, rows: Sequence[Row]) -> Reply:
    """Nothing where there are no rows."""
    if not rows:
        return Reply()
    shown = rows[:SHOWN]
    lines = [row.words for row in shown]
    if len(rows) > SHOWN:
        lines.append(MORE.format(number=len(rows) - SHOWN))
    reply = Reply((Heading(heading), Text("\n".join(lines))))
    return reply.showing(row.reference for row in shown if row.reference)


def _of_open_cases(cases: Sequence[Case], now: datetime, desk: Desk) -> Reply:
    """What is new, what waits for somebody's word, and what nobody has touched for long."""
    new = [case for case in cases if case.opened_at >= now - WEEK]
    waiting = [case for case in cases if _is_waiting(case)]
    quiet = [case for case in cases if _is_quiet(case.summary, now, desk)]
    reply = _of_cases(NEW, new, desk) + _of_cases(WAITING, waiting, desk)
    return reply + _of_cases(GOING_QUIET, quiet, desk)


def _of_cases(heading: str, cases: Sequence[Case], desk: Desk) -> Reply:
    return _section(heading, [Row(_line(case, desk), case.reference) for case in cases])


def _buttons(late: Sequence[Row]) -> Reply:
    """A button for each of the first cases in which something is overdue."""
    references = list(dict.fromkeys(row.reference for row in late))[:OPENED]
    if not references:
        return Reply()
    choices = tuple(Choice(f"Open {r}", f"case {r}") for r in references)
    return Reply((Choices(choices),)).showing(references)


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


async def _cases_inside(person: Person, desk: Desk) -> tuple[list[Case], Around]:
    """Cases that the person may see as more than their reporter: open ones, and those closed last
    week. With what there is around all of them.
    """
    since = desk.now() - WEEK
    found = []
    parts: list[Summary] = []
    for seen in await desk.visible(person):
        summary = seen.summary
        is_recent = summary.closed_at is None or summary.closed_at >= since
        if not seen.inside or not is_recent:
            continue
        try:
            found.append(await desk.store.case(summary.reference))
        except DamagedCase:
            continue
        parts += seen.matter
    return found, Around(Summaries(parts), await desk.people_of(*found))


def _late(cases: Sequence[Case], around: Around, now: datetime, desk: Desk) -> list[Row]:
    rows = []
    for case in cases:
        for follow_up in case.follow_ups:
            if follow_up.is_open and follow_up.due <= now:
                stage = max(1, stage_reached(follow_up, now, desk.calendar))
                owners = owners_of(follow_up, case, around, desk)
                who = listed(owner.name for owner in owners) or "nobody"
                words = f"{_line(case, desk)} · {follow_up.what} · {who} · day {stage}"
                rows.append(Row(words, case.reference))
    return rows


def _own(
    cases: Sequence[Case], around: Around, person: Person, now: datetime, desk: Desk
) -> list[Row]:
    rows = []
    for case in cases:
        for follow_up in case.follow_ups:
            soon = follow_up.is_open and now < follow_up.due <= now + WEEK
            if soon and person.id in [p.id for p in owners_of(follow_up, case, around, desk)]:
                due = moment(follow_up.due, desk.calendar)
                words = f"{case.reference} · {follow_up.what} · due {due}"
                rows.append(Row(words, case.reference))
    return rows


def _line(case: Case, desk: Desk) -> str:
    category = desk.procedure.named(case.category)
    kind = shortened(category.name, 60) if category else "no category yet"
    return f"{case.reference} · {kind}"


def _is_waiting(case: Case) -> bool:
    """Nobody has said what it is about, or something of it has not been fetched."""
    return case.category is None or case.summary.unkept > 0


def _is_quiet(summary: Summary, now: datetime, desk: Desk) -> bool:
    day = desk.calendar.local(summary.touched_at).date()
    return now >= desk.calendar.opening(desk.calendar.school_days_after(day, QUIET))


def _was_closed_since(case: Case, since: datetime) -> bool:
    return case.closed_at is not None and case.closed_at >= since


async def _duties(person: Person, now: datetime, desk: Desk) -> list[Row]:
    soon = desk.calendar.local(now + 2 * WEEK).date()
    rows = []
    for due in await all_due(desk, now):
        if due.day <= soon and access.answers_for(person, due.duty.owner):
            rows.append(Row(duty_line(due, now, desk)))
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
