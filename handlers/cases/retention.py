"""How long cases are kept: held back, proposed for erasing when their time is over, and erased on
somebody's word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from handlers.cases.figures.counted import category_of_matter
from handlers.commands import WITH_CASE, command
from handlers.desk import JOINING, Ask, Desk, take_reference
from handlers.matter import Listed, Matter, Summaries
from handlers.messages import (
    LONGEST_QUESTION,
    Choice,
    Choices,
    Confirm,
    Heading,
    Part,
    Prompt,
    Refused,
    Reply,
    Text,
    say,
)
from handlers.rules import access
from handlers.rules.access import Act
from handlers.text.pages import page_number, rows_of_page
from handlers.text.words import counted, full_day, listed, shortened
from handlers.workflow.changes import TOO_BUSY, TRIES, change
from store.errors import Conflict, DamagedCase
from store.model.kinds import EvidenceKind, NoticeKind
from store.model.memos import Counted, Erased, trace_of
from store.model.records import Notice, Person, Subject, Summary
from store.school.procedure import MISTAKE

PAGE = 10
#: Characters.
REASON = 300

WHY_HOLD = "Why should case {reference} be kept beyond its time?"
HELD = "Case {reference} is held: it is not proposed for erasing until somebody lifts that."
LIFTED = "Case {reference} is held no longer. It goes when its time is over, and you say so."

HEADING = "Cases whose time is over"
EXPLAINED = (
    "They were closed as long ago as the school keeps cases. None is erased unless you say so."
)
LINE = "{reference} · {category} · closed {closed}{child}"
CHILD = " · about a pupil: consider holding it"
NOTHING_OVER = "No case’s time is over."

IS_OPEN = "Case {reference} is open. Only a closed case can be erased."
IS_HELD = (
    "Case {reference} is held: {reason}. Whoever wants to erase it lifts that first: /case lift "
    "{reference}"
)
TOO_EARLY = "Case {reference} is kept until {until}, as the school has decided in school.toml."
SURE = "Erase case {reference} for good?"
GONE_WILL_BE = "This deletes all that is kept of it: {what}."
JOINED = "It also deletes what was joined to it: {references}."
LOCKED = (
    "Some of it is locked away. Ask the police or children’s services first whether they still "
    "need "
    "it."
)
FOR_GOOD = "Erase for good"
NOBODY_BRINGS_IT_BACK = "Nobody can bring it back."
NO_WAY_BACK = (
    "Nobody can bring it back. Backups, and the messages in this chat, are not erased with it."
)
STAYS = "What stays here is {stays}, for the counts."
NOTHING_STAYS = "Nothing of it stays here, not even in the counts."
ONE_CASE = "that there was a case of “{category}” in {month}"
UNNAMED = "no category"

#: Slack gives up after hours, Telegram after a day; an old message that is resent by hand has a
#: new key.
MAY_COME_AGAIN = timedelta(days=30)

ERASED = "Erased: {what}."


@command(
    "case hold",
    usage="/case hold REFERENCE REASON",
    bare=WITH_CASE,
    may=Act.WORK,
    summary="keep a case beyond its time",
)
async def hold(ask: Ask, desk: Desk) -> Reply:
    """Keep a case from being erased, with a reason."""
    reference, why = take_reference(ask.words, hold.usage)
    matter = await desk.case_for(ask.person, reference, Act.WORK)
    reference = matter.case.reference
    if not why:
        prompt = Prompt(WHY_HOLD.format(reference=reference), f"case hold {reference}", "Reason")
        return matter.shown_in(Reply((prompt,)))
    reason = shortened(why, REASON)
    await change(
        desk,
        ask.person,
        matter,
        Act.WORK,
        lambda c: c.hold_back(reason, by=ask.person.id, at=ask.at),
    )
    return matter.shown_in(say(HELD.format(reference=reference)))


@command(
    "case lift",
    usage="/case lift REFERENCE",
    bare=WITH_CASE,
    may=Act.ERASE,
    summary="keep a case no longer than its time",
)
async def lift(ask: Ask, desk: Desk) -> Reply:
    """Take back what kept a case beyond its time, of all that was joined to it."""
    reference, _ = take_reference(ask.words, lift.usage)
    matter = await desk.case_for(ask.person, reference, Act.ERASE)
    held = [case.reference for case in matter.cases if case.hold] or [matter.case.reference]
    for each in held:
        await change(
            desk,
            ask.person,
            each,
            Act.ERASE,
            lambda c: c.lift(by=ask.person.id, at=ask.at),
            named=True,
        )
    return matter.shown_in(say(LIFTED.format(reference=matter.case.reference)))


# --- what could go --------------------------------------------------------------------------------


@command(
    "case expired",
    usage="/case expired",
    may=Act.ERASE,
    summary="cases whose time to be kept is over",
)
async def expired(ask: Ask, desk: Desk) -> Reply:
    """What could be erased now."""
    page = page_number(ask.words) or 1
    return await _list(ask.person, page, ask.at, desk) or say(NOTHING_OVER)


async def owe_retention(desk: Desk, now: datetime) -> None:
    """Owe this month's list to whoever may erase, from the first school day's opening on."""
    month = desk.calendar.local(now).date().replace(day=1)
    first = desk.calendar.opening(desk.calendar.school_day_from(month))
    if now < first or not desk.calendar.is_school_time(now):
        return
    for person in await desk.store.having(access.TABLE[Act.ERASE].roles):
        if person.since <= first:
            key = f"retention {month:%Y-%m} {person.id}"
            await desk.store.owe(Notice(key, NoticeKind.RETENTION, person.id, now, waits=True))


async def retention_notice(notice: Notice, desk: Desk) -> Reply | None:
    """The list as it stands when it is sent; where nothing could go, nothing is said."""
    person = await desk.store.person(notice.to)
    return await _list(person, 1, desk.now(), desk)


async def _list(person: Person, page: int, now: datetime, desk: Desk) -> Reply | None:
    over = await expired_matters(person, now, desk)
    if not over:
        return None
    rows = rows_of_page(over, page, PAGE)
    buttons = [await _erase_choice(s.reference, person, desk) for s in rows.shown]
    if rows.following:
        buttons.append(Choice("More", f"case expired {rows.following}"))
    lines = "\n".join(_line(summary, desk) for summary in rows.shown)
    heading = f"{HEADING}: {len(over)}"
    reply = Reply((Heading(heading), Text(EXPLAINED), Text(lines), Choices(tuple(buttons))))
    return reply.showing(summary.reference for summary in rows.shown)


async def _erase_choice(reference: str, person: Person, desk: Desk) -> Choice:
    """The button that erases a case, with what would be gone."""
    label, command = f"Erase {reference}", f"case erase {reference}"
    try:
        matter = await desk.case_for(person, reference, Act.ERASE)
    except (Refused, DamagedCase):
        # Tapped, it says why.
        return Choice(label, command)
    gone = GONE_WILL_BE.format(what=_all_of(matter))
    first = f"{SURE.format(reference=reference)} {NOBODY_BRINGS_IT_BACK}"
    question = f"{first} {gone} {_what_stays(matter, desk)}"
    if matter.withheld or matter.joined or len(question) > LONGEST_QUESTION:
        # There is more to be read first than a dialog holds.
        return Choice(label, command)
    confirm = Confirm(question, f"{command} {_confirmed(matter)}", yes=FOR_GOOD)
    return Choice(label, command, "danger", confirm=confirm)


def _line(summary: Summary, desk: Desk) -> str:
    about_pupil = any(about.subject == Subject.PUPIL for about in summary.concerned)
    return LINE.format(
        reference=summary.reference,
        category=_category(summary.category, desk),
        closed=full_day(desk.calendar.local(summary.closed_at or summary.touched_at)),
        child=CHILD if about_pupil else "",
    )


async def expired_matters(person: Person, now: datetime, desk: Desk) -> Sequence[Summary]:
    """The matters that this person may erase now, longest closed first."""
    if not access.may(person, Act.ERASE):
        return []
    found = []
    everything = await desk.store.summaries()
    known = Summaries(everything)
    for summary in everything:
        until = kept_until(summary, desk)
        is_over = until is not None and until <= now
        if not is_over or summary.joined_to is not None:
            continue
        if _may_erase(person, desk.listed(person, summary, known)):
            found.append((until, summary.reference, summary))
    found.sort(key=lambda row: row[:2])
    return [summary for *_, summary in found]


def _may_erase(person: Person, listed: Listed) -> bool:
    if any(part.held for part in listed.matter):
        return False
    return listed.inside and access.may_with(person, Act.ERASE, listed.relations)


def kept_until(summary: Summary, desk: Desk) -> datetime | None:
    """When a closed case's time is over; None while it is open."""
    if summary.closed_at is None:
        return None
    closed = desk.calendar.local(summary.closed_at).date()
    if (closed.month, closed.day) == (2, 29):
        # The year in which its time is over may have no such day.
        closed = closed.replace(day=28)
    years = desk.calendar.school.retention.years_of(summary.outcome)
    return desk.calendar.midnight(closed.replace(year=closed.year + years))


# --- erasing --------------------------------------------------------------------------------------


@command(
    "case erase",
    usage="/case erase REFERENCE",
    bare=WITH_CASE,
    may=Act.ERASE,
    summary="erase a case whose time is over, for good",
)
async def erase(ask: Ask, desk: Desk) -> Reply:
    """Say what would be gone; said again with the answer to that, for the case as it was then,
    erase it.
    """
    reference, typed = take_reference(ask.words, erase.usage)
    async with desk.store.alone(JOINING):
        for _ in range(TRIES):
            matter = await desk.case_for(ask.person, reference, Act.ERASE)
            _refuse(matter, ask.at, desk)
            if typed != _confirmed(matter):
                return _question(matter, desk)
            try:
                await desk.store.erase(matter.cases, _leaving(matter, ask, desk))
            except Conflict:
                # A notice of it was sent meanwhile, or more.
                continue
            erased = [case.reference for case in matter.cases]
            said = say(ERASED.format(what=listed(erased))).showing(erased)
            return replace(said, replaces=True)
    raise Refused(TOO_BUSY.format(reference=reference))


def _refuse(matter: Matter, now: datetime, desk: Desk) -> None:
    """Raises Refused while it is open or held, or its time is not over."""
    root = matter.case.reference
    until = kept_until(matter.case.summary, desk)
    if until is None:
        raise matter.refusal(IS_OPEN.format(reference=root))
    reasons = [case.hold for case in matter.cases if case.hold]
    if reasons:
        raise matter.refusal(IS_HELD.format(reference=root, reason="; ".join(reasons)))
    if until > now:
        until_day = full_day(desk.calendar.local(until))
        raise matter.refusal(TOO_EARLY.format(reference=root, until=until_day))


def _confirmed(matter: Matter) -> str:
    """The answer that erases it as it stands: whatever happens in between is to be seen first."""
    return f"for good {sum(len(case.chronology) for case in matter.cases)}"


def _question(matter: Matter, desk: Desk) -> Reply:
    root = matter.case.reference
    parts: list[Part] = [
        Heading(SURE.format(reference=root)),
        Text(GONE_WILL_BE.format(what=_all_of(matter))),
    ]
    if matter.joined:
        parts.append(
            Text(JOINED.format(references=listed(part.reference for part in matter.joined)))
        )
    if matter.withheld:
        parts.append(Text(LOCKED))
    choices = (
        Choice(FOR_GOOD, f"case erase {root} {_confirmed(matter)}", "danger"),
        Choice("Hold it instead", f"case hold {root}"),
        Choice("Open", f"case {root}"),
    )
    left = _what_stays(matter, desk)
    reply = Reply((*parts, Text(f"{NO_WAY_BACK} {left}"), Choices(choices)))
    return reply.showing(case.reference for case in matter.cases)


def _all_of(matter: Matter) -> str:
    """`2 messages, a picture and 14 entries`."""
    names: dict[str, str] = {EvidenceKind.TEXT: "message"}
    kinds = Counter(names.get(item.kind, item.kind) for item in matter.evidence)
    what = [counted(number, kind) for kind, number in kinds.items()]
    entries = sum(len(case.chronology) for case in matter.cases)
    return listed([*what, counted(entries, "entry", "entries")])


def _what_stays(matter: Matter, desk: Desk) -> str:
    stays = listed(dict.fromkeys(_stays(each, desk) for each in _counted(matter, desk)))
    return STAYS.format(stays=stays) if stays else NOTHING_STAYS


def _stays(counted: Counted, desk: Desk) -> str:
    month = f"{date.fromisoformat(f'{counted.month}-01'):%B %Y}"
    return ONE_CASE.format(category=_category(counted.category, desk), month=month)


def _leaving(matter: Matter, ask: Ask, desk: Desk) -> Erased:
    return Erased(
        references=tuple(case.reference for case in matter.cases),
        counted=_counted(matter, desk),
        by=ask.person.id,
        at=ask.at,
        sources=tuple(trace_of(source) for case in matter.cases for source in case.summary.sources),
    )


def _counted(matter: Matter, desk: Desk) -> tuple[Counted, ...]:
    """What stays for the counts: nothing of what was sent by mistake, which is never counted.

    Nor of what was the governors' alone: with one headteacher, its count would say whom it was
    about.
    """
    is_mistake = matter.case.outcome == MISTAKE.key
    if is_mistake or access.is_governors_alone(matter.summaries):
        return ()
    apart = access.may_be_kept_from_somebody(matter.summaries)
    found = []
    for case in matter.cases:
        month = f"{desk.calendar.local(case.opened_at):%Y-%m}"
        category = category_of_matter(matter.summaries) if case is matter.case else case.category
        found.append(Counted(category or "", month, apart))
    return tuple(found)


def _category(key: str | None, desk: Desk) -> str:
    category = desk.procedure.named(key)
    return category.name if category else key or UNNAMED


async def forget_traces(desk: Desk, now: datetime) -> None:
    """Once nothing of an erased case can be sent again, no trace of its messages is remembered."""
    for memo in await desk.store.memos(Erased):
        if memo.sources and now - memo.at > MAY_COME_AGAIN:
            await desk.store.put(replace(memo, sources=()))
