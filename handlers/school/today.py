"""The day's message: what is due and overdue for one person, once a day; the first of a week is the
digest.

It is owed to each leader every day when school opens, and worded when it is sent: where nothing is
due there is none. On days on which the school is closed it has what does not wait for school. The
one before is taken away, so that a chat holds one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from handlers.desk import Desk
from handlers.matter import Listed
from handlers.messages import Brief, Choice, Choices, Heading, Part, Reply, Text
from handlers.rules import access
from handlers.rules.access import Act
from handlers.rules.calendar import DAY
from handlers.school.digest import digest
from handlers.school.due import (
    UNREADABLE,
    DueCase,
    Reader,
    due_brief,
    due_cases,
    due_row,
    read_cases,
)
from handlers.school.duties import DueNow, duties_now
from handlers.text.words import shortened
from handlers.workflow.shown import forget_shown
from handlers.workflow.telling.passing_on import pass_up
from store.errors import Conflict
from store.model.case import Case
from store.model.kinds import NoticeKind, NoticeResult
from store.model.memos import Shown
from store.model.records import Notice, Person, Summary

HEADING = "Today, {day:%a} {day.day} {day:%B}"
OVERDUE, DUE, DUTIES = "Overdue:", "Due today:", "The school’s duties:"
DUTY_OVERDUE = "{do} · overdue, day {day}"
DUTY_DUE = "{do} · due today"
ALL_OF_IT = "… and {number} more"
#: Cases that have a line and a button of their own.
SHOWN = 9
#: Duties that have a button.
DUTIES_SHOWN = 2
WEEK = timedelta(days=7)
#: For so long a message of before is looked for, to be taken away.
LATELY = timedelta(days=40)
OF_THE_DAY = frozenset({NoticeKind.TODAY, NoticeKind.DIGEST})
#: With which the keys of these notices begin, whatever has become of them.
KEYS = ("today", "digest")


async def owe_today(desk: Desk, now: datetime) -> None:
    """Owe this day's message to every leader, from opening to closing time. Again, nothing
    happens.
    """
    local = desk.calendar.local(now)
    school = desk.calendar.school
    day = local.date()
    # Its key makes it one; that this process has owed it saves asking every minute.
    known = f"today {day}"
    if known in desk.memory.told or not school.opens <= local.time() < school.closes:
        return
    waits = desk.calendar.is_school_day(day)
    for person in await desk.store.having(access.WORKERS):
        key = f"today {day} {person.id}"
        await desk.store.owe(Notice(key, NoticeKind.TODAY, person.id, now, waits=waits))
    await _forget_what_is_over(desk, now)
    desk.memory.remember(known, now)


async def today_notice(notice: Notice, desk: Desk) -> Reply | None:
    """What the day's message says now; None on another day, and where nothing is due."""
    now = desk.now()
    day = desk.calendar.local(now).date()
    person = await desk.store.person(notice.to)
    if _day_of(notice) != day or not access.may(person, Act.LIST):
        return None
    if desk.calendar.is_school_day(day) and await _is_first_of_week(person, day, desk):
        return await digest(person, now, desk)
    return await _today(person, now, desk)


def _day_of(notice: Notice) -> date | None:
    """`today 2026-12-01 5f0c…` -> 1 December; None for a digest of an earlier version."""
    kind, day, *_ = notice.key.split()
    return date.fromisoformat(day) if kind == "today" else None


async def brings_digest(person: Person, desk: Desk) -> bool:
    """Whether this day's message, which is sent about now, is the digest of the week."""
    now = desk.now()
    day = desk.calendar.local(now).date()
    return desk.calendar.is_school_time(now) and await _is_first_of_week(person, day, desk)


async def _is_first_of_week(person: Person, day: date, desk: Desk) -> bool:
    """Whether this week's digest has not come yet; whoever came in the middle of it has none."""
    sent = await _sent_before(person, desk)
    return not _is_new(person, day, desk) and _digest_of_week(sent, day, desk) is None


def _is_new(person: Person, day: date, desk: Desk) -> bool:
    """Whether somebody has come since the first school day of the week began."""
    first = desk.calendar.school_day_from(day - day.weekday() * DAY)
    return person.since > desk.calendar.opening(first)


def _digest_of_week(sent: Sequence[Notice], day: date, desk: Desk) -> Notice | None:
    """The first message of the week's school days before this day."""
    monday = day - day.weekday() * DAY
    found: dict[date, Notice] = {}
    for notice in sent:
        settled = desk.calendar.local(notice.settled).date() if notice.settled else None
        that_day = _day_of(notice) or settled
        if that_day and monday <= that_day < day and desk.calendar.is_school_day(that_day):
            found[that_day] = notice
    return found[min(found)] if found else None


async def _sent_before(person: Person, desk: Desk) -> list[Notice]:
    """The messages of the day that this person was sent, also those that were taken away."""
    found = []
    for notice in await desk.store.loose(*KEYS):
        if notice.message and notice.to in person.ids:
            found.append(notice)
    return found


@dataclass(frozen=True, slots=True)
class _Day:
    """What one person is told of a day."""

    #: The oldest first: what is overdue before what is due today.
    cases: Sequence[DueCase]
    duties: Sequence[DueNow] = ()
    #: References of cases that cannot be read.
    unreadable: Sequence[str] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.cases or self.duties or self.unreadable)


async def _day(
    person: Person, now: datetime, desk: Desk, visible: Sequence[Listed] | None = None
) -> _Day:
    """`visible`: all that the person may see, where that was read already."""
    today = desk.calendar.local(now).date()
    is_school_day = desk.calendar.is_school_day(today)
    tonight = desk.calendar.midnight(today + DAY)

    def is_due(summary: Summary) -> bool:
        is_told_apart = not is_school_day and _goes_round(summary)
        return summary.due is not None and summary.due < tonight and not is_told_apart

    if visible is None:
        visible = await desk.visible(person, is_due)
    found = [seen for seen in visible if seen.inside and is_due(seen.summary)]
    read = await read_cases(found, desk)
    cases = due_cases(read, Reader(person, now), desk)
    if not is_school_day:
        return _Day(cases)
    return _Day(cases, await duties_of_the_day(person, now, desk), read.unreadable)


def _goes_round(summary: Summary) -> bool:
    """Whether it is told again and again, until somebody takes it."""
    return summary.urgent and summary.owner is None


async def duties_of_the_day(person: Person, now: datetime, desk: Desk) -> list[DueNow]:
    """The duties that this person is told of each day; those above are told once."""
    found = await duties_now(person, now, desk)
    return [each for each in found if access.answers_for(person, each.due.duty.owner)]


async def _today(person: Person, now: datetime, desk: Desk) -> Reply | None:
    due = await due_today(person, now, desk)
    return Reply((today_heading(now, desk),)) + due if due.parts else None


def today_heading(now: datetime, desk: Desk) -> Heading:
    return Heading(HEADING.format(day=desk.calendar.local(now)))


async def due_today(
    person: Person, now: datetime, desk: Desk, visible: Sequence[Listed] | None = None
) -> Reply:
    """What one person has to do today, case by case, with the school's duties; no parts for
    nothing.

    `visible`: all that the person may see, where that was read already.
    """
    day = await _day(person, now, desk, visible)
    if day.is_empty:
        return Reply()
    shown = day.cases[:SHOWN]
    further = len(day.cases) - len(shown)
    parts = [
        *_cases_parts(shown, further, desk),
        *_section(DUTIES, [_duty_line(each) for each in day.duties]),
        *_section("", [UNREADABLE.format(reference=each) for each in day.unreadable]),
        *_choices(shown, further > 0, day.duties),
    ]
    reply = Reply(tuple(parts)).briefly(*_briefs(day, desk))
    return reply.showing(case.case.reference for case in shown).showing(day.unreadable)


def _cases_parts(shown: Sequence[DueCase], further: int, desk: Desk) -> list[Part]:
    """What is overdue, and what is due today, a line for each; and how many there are further."""
    overdue, due = [], []
    for case in shown:
        line = due_row(case, desk).words
        if case.stage:
            overdue.append(line)
        else:
            due.append(line)
    parts = [*_section(OVERDUE, overdue), *_section(DUE, due)]
    if further:
        parts.append(Text(ALL_OF_IT.format(number=further)))
    return parts


def _briefs(day: _Day, desk: Desk) -> list[Brief]:
    """What may be said of a day by mail."""
    briefs = [due_brief(case, desk) for case in day.cases]
    briefs += [Brief(NoticeKind.DUTY, step=e.due.duty.do, day=e.stage) for e in day.duties]
    briefs += [Brief(NoticeKind.UNREADABLE, reference) for reference in day.unreadable]
    return briefs


def _section(label: str, lines: Sequence[str]) -> list[Part]:
    """Nothing where there are no lines."""
    if not lines:
        return []
    return [Text("\n".join([label, *lines] if label else lines))]


def _duty_line(each: DueNow) -> str:
    words = DUTY_OVERDUE if each.stage else DUTY_DUE
    return words.format(do=each.due.duty.do, day=each.stage)


def _choices(cases: Sequence[DueCase], are_more: bool, duties: Sequence[DueNow]) -> list[Part]:
    choices = []
    for case in cases:
        reference = case.case.reference
        choices.append(Choice(f"Open {reference}", f"case {reference}"))
    if are_more:
        choices.append(Choice("All of it", "case overdue"))
    for each in duties[:DUTIES_SHOWN]:
        duty = each.due.duty
        label = f"Done: {shortened(duty.do, 40)}"
        choices.append(Choice(label, f"duty done {duty.key} {each.due.day}"))
    return [Choices(tuple(choices))] if choices else []


# --- what becomes of it ---------------------------------------------------------------------------


async def take_away_earlier(notice: Notice, desk: Desk) -> None:
    """Owe it to take away every message of the day that this one comes in place of.

    Raises StoreUnavailable.
    """
    person = await desk.store.person(notice.to)
    for other in await _sent_before(person, desk):
        if other.key != notice.key:
            await _take_away(other, desk)


async def take_away_what_is_over(notice: Notice, desk: Desk) -> None:
    """The same where this one says nothing: on a school day nothing is due then. The digest of
    this week stays.

    Raises StoreUnavailable.
    """
    person = await desk.store.person(notice.to)
    day = desk.calendar.local(desk.now()).date()
    sent = await _sent_before(person, desk)
    kept = None if _is_new(person, day, desk) else _digest_of_week(sent, day, desk)
    for other in sent:
        if other.key != notice.key and other != kept:
            await _take_away(other, desk)


async def _take_away(sent: Notice, desk: Desk) -> None:
    """Owe it to take a message away, unless that is owed, or was done, or it is long past."""
    now = desk.now()
    if sent.kind in OF_THE_DAY and sent.settled and now - sent.settled < LATELY:
        # The very notice: what is owed to be taken away is no longer owed to be read.
        gone = replace(sent, kind=NoticeKind.WITHDRAW, settled=None, result="", tries=0)
        await desk.store.settle("", gone)


async def _forget_what_is_over(desk: Desk, now: datetime) -> None:
    """Forget the messages of days long past, of which nothing is to be done or asked any more."""
    over = [n.key for n in await desk.store.loose(*KEYS) if _is_over(n, now)]
    if over:
        await desk.store.forget(*over)


def _is_over(notice: Notice, now: datetime) -> bool:
    """Whether a message that stands can be taken away no longer; of another, whether its week has
    passed.
    """
    if notice.settled is None:
        return False
    stands = notice.message and notice.kind in OF_THE_DAY
    return now - notice.settled > (LATELY if stands else WEEK)


async def forget_list(message: str, desk: Desk) -> None:
    """Note that a message shows no case any more: it was taken away. Raises StoreUnavailable."""
    known = await desk.store.memos(Shown)
    references = []
    for shown in known:
        if any(showing.message == message for showing in shown.showings):
            references.append(shown.reference)
    await forget_shown(references, message, desk)


async def pass_on(notice: Notice, desk: Desk) -> None:
    """Owe what is due to the next of the ladder, case by case: its reader cannot be reached.

    Raises StoreUnavailable.
    """
    now = desk.now()
    person = await desk.store.person(notice.to)
    day = await _day(person, now, desk)
    for due in day.cases:
        await _pass_on(due, notice, desk)


async def _pass_on(due: DueCase, notice: Notice, desk: Desk) -> None:
    kind = NoticeKind.OVERDUE if due.stage else NoticeKind.BEFORE
    key = f"{due.case.reference} {due.step.key} {notice.key}"
    now = desk.now()
    undelivered = Notice(key, kind, notice.to, now, step=due.step.key, stage=due.stage, waits=True)
    failed = replace(undelivered, settled=now, result=NoticeResult.FAILED)
    case: Case = due.case
    while True:
        passed = await pass_up(case.owe(failed), undelivered, desk)
        try:
            await desk.store.save(passed)
        except Conflict:
            case = await desk.store.case(case.reference)
            continue
        return
