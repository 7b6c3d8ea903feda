"""What a notice says. Its words are chosen when it is sent, and only if the person may still see
the case.

Alerts carry reference, category and urgency; what was said, and by whom, is behind “Open”. Whoever
is told of something overdue without being allowed to see the case reads its reference, its kind,
the step and whose it is, and no more.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from handlers.cases.asking_after import answer_inside, answered_notice, asked_notice
from handlers.cases.evidence.words import describe, similar_cases
from handlers.cases.figures.figures import figures_notice
from handlers.cases.reporting.next_question import next_question
from handlers.cases.reporting.reporter_view import answer
from handlers.cases.retention import retention_notice
from handlers.desk import Desk
from handlers.matter import Matter
from handlers.messages import Brief, Choice, Choices, Heading, Refused, Reply, Text, say
from handlers.notices.steps import step_from_above, step_news, step_notice
from handlers.notices.untaken import (
    is_over,
    seen_choice,
    untaken_notice,
    urgent_from_above,
    waiting_lines,
    whom_to_ring,
)
from handlers.policies.enquiries import answer_notice, enquiry_notice
from handlers.policies.statement import statement_notice, unaccepted_notice
from handlers.rules.access import Act, Relation
from handlers.rules.unfinished import is_unfinished
from handlers.school.digest import digest_notice
from handlers.school.duties import duty_notice
from handlers.school.further_accounts import account_notice
from handlers.school.role_log import role_change_notice
from handlers.school.roles import agreement_notice
from handlers.school.today import KEYS as OF_THE_DAY
from handlers.school.today import brings_digest, today_notice
from handlers.text.briefs import brief_of
from handlers.text.categories import category_name
from handlers.workflow.reach import is_above
from handlers.workflow.telling.alerts import (
    channel_may_know,
    nobody_told,
    recipients,
)
from handlers.workflow.telling.outages import missed_notice
from handlers.workflow.telling.unreadable import unreadable_notice
from store.errors import NotFound
from store.model.address import is_address
from store.model.case import Case
from store.model.kinds import ABOUT_STEPS, FOR_REPORTERS, LETTING_IN, NoticeKind
from store.model.records import Notice, Person, State, Status

URGENT = "Urgent: case {reference}"
NEW = "New case {reference}"
MORE = "More for case {reference}"
GIVEN = "Case {reference} is yours to look after now"
HEADINGS: dict[str, str] = {NoticeKind.MORE: MORE, NoticeKind.GIVEN: GIVEN}
UNCATEGORISED = "Nobody has said yet what it is about."
WITHHELD = (
    "Nobody should pass the picture on, open it again or delete it, and nothing of it can be seen "
    "here. "
    "Speak to the person who reported it now."
)
KEPT_BEFORE = "Some of it had been kept before that was known: “Open” says who had it."
#: Alerts name nobody.
LET_IN = (
    "It is no longer about somebody who was named before, and they can see it now: “Open” says "
    "who changed that."
)
WITH = "Kept with case {reference}."
CHANNEL = "{urgent}Case {reference}: {category}."
ALIKE = "It looks like case {reference}."
JOIN = "Join to {reference}"
WAITING = "Case {reference} still needs one tap of yours. {waits}"
WAITS = "Until you say so, {what} is not fetched. "
TAKEN = (
    "Case {reference}: somebody in leadership is looking after it now. Thank you for passing it on."
)
CLOSED = "Case {reference} is closed: leadership has dealt with it. Thank you for passing it on."
LOST = (
    "Case {reference}: I could not fetch what you sent ({what}). "
    "Please send it to me again, or show it to a leader."
)
NOBODY = "Case {reference} still waits, and nobody has been told. {what}"


async def render_notice(reference: str, notice: Notice, desk: Desk) -> Reply | None:
    """What a notice says now, or None when it is no longer needed, or no longer allowed.

    `reference`: of the case that owes it; empty for a notice of no case.
    """
    reply = await _render(reference, notice, desk)
    if reply is None or reply.briefs:
        return reply
    # What has nothing more to say by mail says that it is there, and of which case.
    return reply.briefly(Brief(notice.kind, notice.reference or reference))


async def _render(reference: str, notice: Notice, desk: Desk) -> Reply | None:
    if not reference:
        return await OF_NO_CASE[notice.kind](notice, desk)
    if notice.kind == NoticeKind.CHANNEL:
        return await _for_channel(await desk.store.case(reference), desk)
    try:
        person = await desk.store.person(notice.to)
    except NotFound:
        return None

    matter = await _matter_seen(person, notice.reference or reference, desk)
    if notice.kind in FOR_REPORTERS:
        return await _for_reporter(notice.kind, person, matter, desk)
    if matter is None or not matter.whole:
        return await _from_above(await desk.store.case(reference), notice, person, desk)
    if notice.kind in ABOUT_STEPS:
        return step_notice(matter, notice, desk)
    if notice.kind in OF_PEOPLE:
        return OF_PEOPLE[notice.kind](notice, person, matter, desk)
    return await _for_leader(notice, person, matter, desk)


async def _matter_seen(person: Person, reference: str, desk: Desk) -> Matter | None:
    """The matter, as its reader may see it; None where they may not."""
    try:
        return await desk.case_for(person, reference, Act.SEE)
    except Refused:
        return None


async def _for_channel(case: Case, desk: Desk) -> Reply | None:
    around = await desk.around(case)
    if case.status == Status.CLOSED or not channel_may_know(around.matter(case), around.people):
        return None
    urgent = "Urgent. " if case.urgent else ""
    return say(
        CHANNEL.format(urgent=urgent, reference=case.reference, category=_category(case, desk))
    )


async def _for_reporter(
    kind: str, reporter: Person, matter: Matter | None, desk: Desk
) -> Reply | None:
    if matter is None or Relation.REPORTER not in matter.relations:
        return None
    reply = await REPORTERS[kind](reporter, matter, desk)
    return reply.mentioning([matter.named.reference]) if reply else None


# --- leaders --------------------------------------------------------------------------------------


async def _for_leader(notice: Notice, person: Person, matter: Matter, desk: Desk) -> Reply | None:
    """In the words of the very case that owes it, also where that was joined to another."""
    if _is_moot(notice, person, matter):
        return None
    similar = await similar_cases(person, matter, desk)
    heading = HEADINGS.get(notice.kind, URGENT if matter.named.urgent else NEW)
    lines = _lines(notice, matter, desk)
    choices = _choices(matter)
    if notice.kind == NoticeKind.URGENT and matter.case.owner is None:
        choices.insert(1, seen_choice(matter.case))
    for other in similar:
        lines.append(ALIKE.format(reference=other.reference))
        join = f"case join {matter.case.reference} to {other.reference}"
        choices.append(Choice(JOIN.format(reference=other.reference), join))
    words = Heading(heading.format(reference=matter.named.reference)), Text("\n".join(lines))
    brief = brief_of(notice.kind, matter.named, desk.procedure)
    ring = whom_to_ring(matter.summaries, matter.people)
    reply = Reply((*words, Choices(tuple(choices))), briefs=(replace(brief, ring=ring),))
    return matter.shown_in(reply).showing(other.reference for other in similar)


def _is_moot(notice: Notice, person: Person, matter: Matter) -> bool:
    """What it would say is no longer so, or is said by another notice."""
    case, root = matter.named, matter.case
    if root.status == Status.CLOSED:
        return not _is_of_later(notice, case, root)
    is_owned = root.owner is not None
    match notice.kind:
        case NoticeKind.ALERT:
            return case.urgent or is_owned
        case NoticeKind.URGENT:
            return notice.stage > 0 and is_over(root, notice)
        case NoticeKind.GIVEN:
            return root.owner not in person.ids
        case NoticeKind.UNCATEGORISED:
            return case.category is not None and not case.waiting
    return False


def _is_of_later(notice: Notice, case: Case, root: Case) -> bool:
    """Whether it tells of what a reporter has added since the case was closed."""
    _, _, after = notice.key.partition(f" {NoticeKind.MORE} ")
    number = after.partition(" ")[0]
    if not number.isdecimal() or not 0 < int(number) <= len(case.chronology):
        return False
    added = case.chronology[int(number) - 1]
    return root.closed_at is not None and added.at >= root.closed_at and added.by in case.reporters


def _lines(notice: Notice, matter: Matter, desk: Desk) -> list[str]:
    case = matter.named
    lines = [_category(case, desk)]
    if matter.case is not case:
        lines.append(WITH.format(reference=matter.case.reference))
    if notice.kind == NoticeKind.MORE:
        lines += _let_in(notice, case)
    if case.withheld:
        lines.append(WITHHELD)
        if any(item.sha256 for item in case.evidence):
            lines.append(KEPT_BEFORE)
    if notice.kind == NoticeKind.URGENT and notice.stage:
        lines += waiting_lines(matter.case, matter.people, desk)
    return lines


def _let_in(notice: Notice, case: Case) -> list[str]:
    """That somebody who was named is not meant, where the notice is of that."""
    *_, number, _ = notice.key.split()
    if not number.isdecimal() or int(number) > len(case.chronology):
        return []
    entry = case.chronology[int(number) - 1]
    if entry.what not in LETTING_IN:
        return []
    return [LET_IN]


def _choices(matter: Matter) -> list[Choice]:
    root = matter.case
    choices = [Choice("Open", f"case {root.reference}")]
    if root.status == Status.CLOSED:
        return choices
    if root.owner is None:
        choices.insert(0, Choice("I'll take it", f"case take {root.reference}", "primary"))
    if not matter.named.urgent:
        choices.append(Choice("Urgent", f"case urgent {root.reference}", "danger"))
    return choices


def _category(case: Case, desk: Desk) -> str:
    return category_name(case.category, desk.procedure, UNCATEGORISED.rstrip("."))


# --- those above ----------------------------------------------------------------------------------


async def _from_above(case: Case, notice: Notice, person: Person, desk: Desk) -> Reply | None:
    """For somebody higher up who may not see the case: its reference, its kind and the step."""
    around = await desk.around(case)
    if case.status == Status.CLOSED or not is_above(person, around.matter(case), desk):
        return None
    match notice.kind:
        case NoticeKind.URGENT if notice.stage and not is_over(case, notice):
            ring = whom_to_ring(around.matter(case), around.people)
            brief = Brief(NoticeKind.URGENT, case.reference, ring=ring)
            choices = Choices((seen_choice(case),))
            return urgent_from_above(case, around, desk) + Reply((choices,), briefs=(brief,))
        case NoticeKind.OVERDUE if not await brings_digest(person, desk):
            return step_from_above(case, around, notice, person, desk)
        case NoticeKind.ANSWERED:
            return answered_notice(case, around.people, notice)
    return None


# --- reporters ------------------------------------------------------------------------------------


async def _card(reporter: Person, matter: Matter, desk: Desk) -> Reply | None:
    """Each reporter's card holds what they said themselves."""
    return None if is_unfinished(matter.named) else await answer(matter, reporter, desk)


async def _waiting(reporter: Person, matter: Matter, desk: Desk) -> Reply | None:
    case = matter.named
    question = await next_question(reporter, matter, desk)
    if question is None:
        return None
    waits = WAITS.format(what=describe(case.waiting)) if case.waiting else ""
    return say(WAITING.format(reference=case.reference, waits=waits).strip()) + question


async def _taken(reporter: Person, matter: Matter, desk: Desk) -> Reply | None:
    return say(TAKEN.format(reference=matter.named.reference))


async def _closed(reporter: Person, matter: Matter, desk: Desk) -> Reply | None:
    return say(CLOSED.format(reference=matter.named.reference))


async def _lost(reporter: Person, matter: Matter, desk: Desk) -> Reply | None:
    case = matter.named
    lost = [item for item in case.evidence if item.state in (State.LOST, State.TOO_LARGE)]
    return say(LOST.format(reference=case.reference, what=describe(lost))) if lost else None


OF_NO_CASE: dict[str, Callable[[Notice, Desk], Awaitable[Reply | None]]] = {
    NoticeKind.TODAY: today_notice,
    NoticeKind.DIGEST: digest_notice,
    NoticeKind.DUTY: duty_notice,
    NoticeKind.RETENTION: retention_notice,
    NoticeKind.FIGURES: figures_notice,
    NoticeKind.STATEMENT: statement_notice,
    NoticeKind.UNACCEPTED: unaccepted_notice,
    NoticeKind.ENQUIRY: enquiry_notice,
    NoticeKind.ANSWER: answer_notice,
    NoticeKind.MISSED: missed_notice,
    NoticeKind.ROLES: role_change_notice,
    NoticeKind.AGREE: agreement_notice,
    NoticeKind.ACCOUNT: account_notice,
    NoticeKind.UNREADABLE: unreadable_notice,
}


async def _nobody(reporter: Person, matter: Matter, desk: Desk) -> Reply | None:
    case = matter.named
    if case.status == Status.CLOSED or recipients(case, matter.around, desk):
        return None
    # Whom to go to would tell whom it is about what others have said.
    what = "" if matter.is_about(reporter) else nobody_told(case)
    return say(NOBODY.format(reference=case.reference, what=what).strip())


REPORTERS: dict[str, Callable[[Person, Matter, Desk], Awaitable[Reply | None]]] = {
    NoticeKind.CARD: _card,
    NoticeKind.WAITING: _waiting,
    NoticeKind.TAKEN: _taken,
    NoticeKind.CLOSED: _closed,
    NoticeKind.LOST: _lost,
    NoticeKind.NOBODY: _nobody,
    NoticeKind.UNTAKEN: untaken_notice,
}


OF_PEOPLE: dict[str, Callable[[Notice, Person, Matter, Desk], Reply | None]] = {
    NoticeKind.STEPS: step_news,
    NoticeKind.ASKED: asked_notice,
    NoticeKind.ANSWERED: answer_inside,
}


NO_LONGER = "This message is no longer available. “/case status” shows what you may see."
NOT_HERE = "This message is no longer available."
OUT_OF_DATE = "This message is out of date. A newer one may be below; “/case overdue” is as of now."


def gravestone(notice: Notice) -> Reply:
    """What stands where the message was: no word of why, and no button."""
    if is_address(notice.to):
        return say(NOT_HERE)
    is_replaced = notice.stage > 0 or notice.key.split()[0] in OF_THE_DAY
    return say(OUT_OF_DATE if is_replaced else NO_LONGER)
