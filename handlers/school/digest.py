"""What a leader should know of a week: what is overdue first, and that nothing is, when nothing is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from handlers.commands import command
from handlers.desk import Ask, Desk
from handlers.messages import Choice, Choices, Heading, Part, Reply, Text
from handlers.policies.enquiries import waiting_enquiries
from handlers.policies.questions import gap_line, gaps_for
from handlers.rules import access
from handlers.rules.access import Act
from handlers.rules.stages import reached
from handlers.school.backups import backup_trouble
from handlers.school.duties import all_due
from handlers.school.duties import line as duty_line
from handlers.text.words import listed, moment, shortened
from handlers.workflow.people import name
from handlers.workflow.steps import owners
from store.errors import DamagedCase
from store.model.case import Case
from store.model.kinds import NoticeKind, NoticeResult
from store.model.memos import Enquiry
from store.model.records import FollowUp, Notice, Person, Status, Summary

WEEK = timedelta(days=7)
QUIET = 10  # school days in which nobody did more than look
SHOWN = 15  # lines of each part

HEADING = "Your week"
NOW = "Overdue"
NOTHING_OVERDUE = "Nothing is overdue."
OVERDUE, YOURS, NEW = "Overdue", "Yours, this week", "New"
WAITING, GOING_QUIET, CLOSED = (
    "Waiting for a category or for evidence",
    "Going quiet",
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
            continue  # new since then
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
    """What this person may see of the week; no count says more than the lines do."""
    cases = await _inside(person, desk)
    late = [row for case in cases for row in await _late(case, now, desk)]
    parts: list[Part] = [Heading(HEADING)]
    parts += _section(OVERDUE, [words for _, words in late]) or [Text(NOTHING_OVERDUE)]
    open_cases = [case for case in cases if case.status == Status.OPEN]
    parts += _section(YOURS, [w for c in open_cases for w in await _own(c, person, now, desk)])
    week_ago = now - WEEK
    parts += _section(NEW, [_line(c, desk) for c in open_cases if c.opened_at >= week_ago])
    waiting = [c for c in open_cases if c.category is None or c.summary.unkept]
    parts += _section(WAITING, [_line(c, desk) for c in waiting])
    quiet = [c for c in open_cases if _is_quiet(c.summary, now, desk)]
    parts += _section(GOING_QUIET, [_line(c, desk) for c in quiet])
    closed = [c for c in cases if c.closed_at and c.closed_at >= week_ago]
    parts += _section(CLOSED, [_line(c, desk) for c in closed])
    parts += _section(DUTIES, await _duties(person, now, desk))
    if access.may(person, Act.POLICIES):
        waiting_for = await waiting_enquiries(person, desk)
        parts += _section(ASKED, [_enquiry(e, desk) for e in waiting_for])
        if waiting_for:
            answers = (
                Choice(f"Answer {n}", f"policy-answer {e.id}")
                for n, e in enumerate(waiting_for[:3], 1)
            )
            parts.append(Choices(tuple(answers)))
        lacking = [q for q in await gaps_for(person, desk) if q.asked_at >= week_ago]
        parts += _section(LACKING, [gap_line(question) for question in lacking])
    parts += _section(
        UNDELIVERED, [words for c in open_cases for words in await _undelivered(c, desk)]
    )
    if access.may(person, Act.BACKUPS):
        parts += _section(BACKUPS, await backup_trouble(desk))
    buttons = tuple(dict.fromkeys(reference for reference, _ in late))[:5]
    if buttons:
        parts.append(Choices(tuple(Choice(f"Open {r}", f"case {r}") for r in buttons)))
    return Reply(tuple(parts))


def _section(heading: str, lines: Sequence[str]) -> list[Part]:
    if not lines:
        return []
    further = [MORE.format(number=len(lines) - SHOWN)] if len(lines) > SHOWN else []
    return [Heading(heading), Text("\n".join([*lines[:SHOWN], *further]))]


async def _inside(person: Person, desk: Desk) -> list[Case]:
    """Cases that the person may see as more than their reporter: open ones, and those closed last week."""
    found = []
    since = desk.now() - WEEK
    seen = await desk.visible(person)
    recent = [
        summary for summary in seen if summary.closed_at is None or summary.closed_at >= since
    ]
    for summary in await desk.inside_of(person, recent):
        try:
            found.append(await desk.store.case(summary.reference))
        except DamagedCase:
            continue
    return found


async def _late(case: Case, now: datetime, desk: Desk) -> list[tuple[str, str]]:
    rows = []
    for follow_up in case.follow_ups:
        if follow_up.is_open and follow_up.due <= now:
            stage = max(1, reached(follow_up, now, desk.calendar))
            who = await _whose(follow_up, case, desk)
            words = f"{_line(case, desk)} · {follow_up.what} · {who} · day {stage}"
            rows.append((case.reference, words))
    return rows


async def _own(case: Case, person: Person, now: datetime, desk: Desk) -> list[str]:
    rows = []
    matter = await desk.matter_of(case.summary)
    for follow_up in case.follow_ups:
        soon = follow_up.is_open and now < follow_up.due <= now + WEEK
        if soon and person in await owners(follow_up, case, matter, desk):
            due = moment(follow_up.due, desk.calendar)
            rows.append(f"{case.reference} · {follow_up.what} · due {due}")
    return rows


async def _whose(follow_up: FollowUp, case: Case, desk: Desk) -> str:
    people = await owners(follow_up, case, await desk.matter_of(case.summary), desk)
    return listed([p.name for p in people]) or "nobody"


def _line(case: Case, desk: Desk) -> str:
    category = desk.procedure.named(case.category)
    return f"{case.reference} · {shortened(category.name, 60) if category else 'no category yet'}"


def _is_quiet(summary: Summary, now: datetime, desk: Desk) -> bool:
    day = desk.calendar.local(summary.touched_at).date()
    return now >= desk.calendar.opening(desk.calendar.school_days_after(day, QUIET))


async def _duties(person: Person, now: datetime, desk: Desk) -> list[str]:
    soon = desk.calendar.local(now + 2 * WEEK).date()
    mine = (d for d in await all_due(desk, now) if access.answers_for(person, d.duty.owner))
    return [duty_line(due, now, desk) for due in mine if due.day <= soon]


def _enquiry(enquiry: Enquiry, desk: Desk) -> str:
    return f"{shortened(enquiry.text, 120)} · {moment(enquiry.at, desk.calendar)}"


async def _undelivered(case: Case, desk: Desk) -> list[str]:
    failed = dict.fromkeys(
        n.to
        for n in case.notices
        if n.result == NoticeResult.FAILED
        and n.kind not in (NoticeKind.CHANNEL, NoticeKind.WITHDRAW)
    )
    return [f"{case.reference} · to {await name(id, desk)}" for id in failed]
