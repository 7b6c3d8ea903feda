"""What the school does every year or term: reminded like follow-ups, until it is done."""

from __future__ import annotations

import hashlib
import re
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from handlers.commands import command
from handlers.desk import Ask, Desk
from handlers.messages import Brief, Choice, Choices, Heading, Refused, Reply, Text, say
from handlers.rules import access
from handlers.rules.access import Act
from handlers.rules.escalation import is_to_know
from handlers.rules.stages import stage_reached
from handlers.school.role_words import role_named
from handlers.text.words import ROLES, full_day, shortened
from store.model.kinds import Clock, NoticeKind
from store.model.memos import DutyDone
from store.model.records import FollowUp, Notice, Person, Role
from store.policies import PolicyText
from store.school.procedure import Delay, Duty, Escalation

HEADING = "What the school does every year or term"
LINE = "{do} · {owner} · due {due}{overdue}"
HOW_DONE = "To say that one is done, type a word or two of it: “/duty done {example}”."
WHICH = "Which one do you mean?"
DONE = "Thank you. “{do}” is done for {due}; next time it is due {next}."
DONE_BEFORE = "“{do}” was done for {due} already. Thank you."
NOT_YET = "“{do}” is not due before {due}. Is it done already?"
DONE_BUTTON = "Done: {do}"
YES, UNDO = "Yes, it is done", "Undo"
UNDONE = "“{do}” is open again, and due {due}."
NOTHING_TO_UNDO = "“{key}” is not noted as done."
REVIEW = "Review “{title}”"
REVIEWED = (
    "Thank you. “{do}” is done. Please have the new review day put into the text; until then, "
    "answers say that its review was due."
)
NO_DUTY = "I know no duty like “{key}”. “/duty” lists them."
NOT_YOURS = "That is for the {owner} or the headteacher to say."
SOON = "Due {due}: {do}"
OVERDUE = "Overdue since {due}, day {day}: {do}"

#: Duties that are offered as buttons.
OFFERED = 6

#: Words of a duty that are typed as an example.
EXAMPLE = 4
#: The stage of a duty that is not due so soon that somebody is told.
NOT_YET_SOON = -1


@dataclass(frozen=True, slots=True)
class Due:
    """A duty, and the day on which it is due next."""

    duty: Duty
    day: date

    def follow_up(self, desk: Desk) -> FollowUp:
        """As a follow-up whose stage 0 begins with the duty's lead time."""
        due = desk.calendar.closing(desk.calendar.school_day_from(self.day))
        return FollowUp(self.duty.key, self.duty.do, self.duty.owner, due, Clock.SCHOOL)


async def all_due(desk: Desk, now: datetime) -> list[Due]:
    """Each duty with the first of its days that has not been done, from when the school began to
    use this.
    """
    since = await _first_day(desk, now)
    done = {(memo.key, memo.due) for memo in await desk.store.memos(DutyDone)}
    found = []
    for duty in desk.procedure.duty:
        # There is a next one for ever.
        first = next(day for day in _days(duty, since) if (duty.key, day) not in done)
        found.append(Due(duty, first))
    for review in _reviews(desk.policies.texts(), since):
        if (review.duty.key, review.day) not in done:
            found.append(review)
    return found


async def _first_day(desk: Desk, now: datetime) -> date:
    """The local day on which the first of all people joined."""
    joined = [person.since for person in await desk.store.people()]
    return desk.calendar.local(min(joined, default=now)).date()


def _reviews(texts: Sequence[PolicyText], since: date) -> list[Due]:
    """The review of each policy text, for whoever keeps it; for the headteacher where its header
    names no role.
    """
    found: dict[str, Due] = {}
    for text in texts:
        if text.review_by:
            day = max(text.review_by, since)
            duty = _review(text, day)
            found[duty.key] = Due(duty, day)
    return list(found.values())


def _review(text: PolicyText, day: date) -> Duty:
    """The duty of reviewing a text."""
    return Duty(
        key=_review_key(text.doc),
        do=REVIEW.format(title=shortened(text.title, 80)),
        owner=_role_called(text.owner),
        due=(f"{day:%m-%d}",),
    )


def _role_called(owner: str) -> Role:
    """The role that a text gives as its owner, by its key or its name; else the headteacher's."""
    try:
        return role_named(owner)
    except Refused:
        return Role.HEAD


def _review_key(doc: str) -> str:
    """`review-staff-and-vo-hkcd`: four letters that tell it from texts of like names."""
    name = "-".join(re.findall(r"[a-z]+", doc.lower().rpartition(".")[0]))[:12].strip("-")
    digest = hashlib.sha256(doc.encode("utf-8", "surrogatepass")).digest()
    letters = "".join(string.ascii_lowercase[byte % 26] for byte in digest[:4])
    return f"review-{name}-{letters}" if name else f"review-{letters}"


def _days(duty: Duty, since: date) -> Iterator[date]:
    """The days on which it is due from `since` on, endlessly."""
    year = since.year
    while True:
        for text in sorted(duty.due):
            month, day = (int(part) for part in text.split("-"))
            if month == 2:
                day = min(day, 28)
            found = date(year, month, day)
            if found >= since:
                yield found
        year += 1


async def owe_duties(desk: Desk, now: datetime) -> None:
    """Owe it to the owners of a duty that it is due soon, and to those above that it is overdue:
    once, on the day from which they are to know. Each day of being overdue is in `today`.
    """
    if not desk.calendar.is_school_time(now):
        return
    for due in await all_due(desk, now):
        stage = _stage(due, now, desk)
        if stage == 0:
            for person in await _owners(due.duty, desk):
                await desk.store.owe(_notice(due, stage, person, now))
        for rung in desk.procedure.escalation:
            if stage >= rung.day:
                for person in await _above(due.duty, rung, desk):
                    await desk.store.owe(_notice(due, rung.day, person, now))


def _notice(due: Due, stage: int, person: Person, now: datetime) -> Notice:
    key = str(_Told(due.duty.key, str(due.day), stage, person.id))
    step = due.duty.key
    return Notice(key, NoticeKind.DUTY, person.id, now, step=step, stage=stage, waits=True)


@dataclass(frozen=True, slots=True)
class _Told:
    """The key of a duty's notice: which duty, for which of its days, at which stage, to whom."""

    duty: str
    day: str
    stage: int
    person: str

    @classmethod
    def parse(cls, key: str) -> _Told | None:
        """None for a key that is no duty's."""
        match key.split():
            case ["duty", duty, day, stage, person] if stage.isdecimal():
                return cls(duty, day, int(stage), person)
        return None

    def __str__(self) -> str:
        return f"duty {self.duty} {self.day} {self.stage} {self.person}"


def _stage(due: Due, now: datetime, desk: Desk) -> int:
    """1, 2 … for each day that it is overdue; 0 from when it is told that it is due soon; before,
    NOT_YET_SOON.
    """
    # Most are months away, and all are looked at every minute.
    if now < _lead_begins(due, desk):
        return NOT_YET_SOON
    return max(stage_reached(due.follow_up(desk), now, desk.calendar), 0)


def _lead_begins(due: Due, desk: Desk) -> datetime:
    lead: Delay = due.duty.lead
    return desk.calendar.opening(desk.calendar.school_days_after(due.day, -lead.number))


async def _owners(duty: Duty, desk: Desk) -> Sequence[Person]:
    """Whose it is; the headteachers, where nobody has the role."""
    return await desk.store.having((duty.owner,)) or await desk.store.having((Role.HEAD,))


async def _above(duty: Duty, rung: Escalation, desk: Desk) -> list[Person]:
    """Those whom the escalation names, and who hear of it once: whoever answers for it has it in
    the message of each day.
    """
    people = await desk.store.having((rung.to,))
    return [person for person in people if not access.answers_for(person, duty.owner)]


@dataclass(frozen=True, slots=True)
class DueNow:
    """A duty that is due today, or overdue: `stage` 0, or the days for which it is."""

    due: Due
    stage: int


async def duties_now(person: Person, now: datetime, desk: Desk) -> list[DueNow]:
    """What is due or overdue of this person's duties, and of those that they are to know of."""
    today = desk.calendar.local(now).date()
    found = []
    for due in await all_due(desk, now):
        stage = max(_stage(due, now, desk), 0)
        if not stage and due.day > today:
            continue
        is_theirs = person in await _owners(due.duty, desk)
        if is_theirs or is_to_know(person, stage, desk.procedure.escalation):
            found.append(DueNow(due, stage))
    return found


async def duty_notice(notice: Notice, desk: Desk) -> Reply | None:
    """The words of a duty's notice, unless it was done meanwhile or is at another stage now."""
    now = desk.now()
    due = await _due_named(notice.step, now, desk)
    told = _Told.parse(notice.key)
    if due is None or told is None or told.day != str(due.day):
        return None
    stage = max(_stage(due, now, desk), 0)
    if stage < notice.stage or not await _is_still_told(due.duty, notice, stage, desk):
        return None
    words = OVERDUE if stage else SOON
    said = words.format(due=full_day(due.day), day=stage, do=due.duty.do)
    reply = say(said).briefly(Brief(NoticeKind.DUTY, step=due.duty.do, day=stage))
    person = await desk.store.person(notice.to)
    if not access.answers_for(person, due.duty.owner):
        return reply
    done = Choice("Done", f"duty done {due.duty.key} {due.day}", "primary")
    return reply + Reply((Choices((done,)),))


async def _is_still_told(duty: Duty, notice: Notice, stage: int, desk: Desk) -> bool:
    """Whether the duty's notice is for its owner, before it is overdue, or for somebody above."""
    if not notice.stage:
        return not stage and any(notice.to in p.ids for p in await _owners(duty, desk))
    person = await desk.store.person(notice.to)
    return is_to_know(person, stage, desk.procedure.escalation)


async def _due_named(key: str, now: datetime, desk: Desk) -> Due | None:
    for due in await all_due(desk, now):
        if due.duty.key == key:
            return due
    return None


@command("duty", usage="/duty", may=Act.LIST, summary="what the school does every year or term")
async def listing(ask: Ask, desk: Desk) -> Reply:
    """Every duty, whose it is, and when it is due; what is due next comes first."""
    soonest_first = sorted(await all_due(desk, ask.at), key=lambda due: (due.day, due.duty.key))
    lines = [duty_line(due, ask.at, desk) for due in soonest_first]
    reply = Reply((Heading(HEADING), Text("\n".join(lines))))
    theirs = [due for due in soonest_first if access.answers_for(ask.person, due.duty.owner)]
    if not theirs:
        return reply
    first_words = theirs[0].duty.do.lower().split()[:EXAMPLE]
    reply += say(HOW_DONE.format(example=" ".join(first_words)))
    now_due = [due for due in theirs if _stage(due, ask.at, desk) != NOT_YET_SOON]
    return reply + Reply(_done_choices(now_due[:OFFERED]))


def _done_choices(dues: Sequence[Due]) -> tuple[Choices, ...]:
    """A button for each, which says that it is done for its day."""
    choices = []
    for due in dues:
        label = DONE_BUTTON.format(do=shortened(due.duty.do, 40))
        choices.append(Choice(label, f"duty done {due.duty.key} {due.day}"))
    return (Choices(tuple(choices)),) if choices else ()


def duty_line(due: Due, now: datetime, desk: Desk) -> str:
    """One duty on one line."""
    stage = _stage(due, now, desk)
    overdue = f" · overdue, day {stage}" if stage > 0 else ""
    owner = ROLES[Role(due.duty.owner)]
    return LINE.format(do=due.duty.do, owner=owner, due=full_day(due.day), overdue=overdue)


async def _done_before(key: str, desk: Desk) -> set[date]:
    """The days of a duty for which it was done."""
    return {memo.due for memo in await desk.store.memos(DutyDone) if memo.key == key}


@command(
    "duty done",
    usage="/duty done WORDS",
    may=Act.LIST,
    summary="a duty is done, until next time",
    bare=r"[a-z]+(-[a-z0-9]+)+",
)
async def done(ask: Ask, desk: Desk) -> Reply:
    """Note that a duty is done for the day on which it was due; said twice, it is not done for the
    next one too. What is not due for long is asked about first.
    """
    key, _, day = ask.words.strip().lower().partition(" ")
    if not key:
        return await listing.run(ask, desk)
    due = await _due_named(key, ask.at, desk)
    if due is None:
        meant = await _meant(ask.words, ask.at, desk)
        if len(meant) > 1:
            return say(WHICH, _which(meant[:OFFERED]))
        if not meant:
            raise Refused(NO_DUTY.format(key=shortened(ask.words, 40)))
        [due] = meant
        key, day = due.duty.key, ""
    _must_answer_for(due.duty, ask.person)

    do = due.duty.do
    before = await _done_before(key, desk)
    if day and day in map(str, before):
        said = DONE_BEFORE.format(do=do, due=full_day(date.fromisoformat(day)))
        return say(said, _undo(key, day))
    is_early = _stage(due, ask.at, desk) == NOT_YET_SOON
    if is_early and day != str(due.day):
        sure = Choice(YES, f"duty done {key} {due.day}")
        return say(NOT_YET.format(do=do, due=full_day(due.day)), Choices((sure,)))

    await desk.store.put(DutyDone(key, due.day, ask.person.id, ask.at))
    following = await _due_named(key, ask.at, desk)
    undo = _undo(key, str(due.day))
    if following is None:
        return say(REVIEWED.format(do=do), undo)
    said = DONE.format(do=do, due=full_day(due.day), next=full_day(following.day))
    return say(said, undo)


async def _meant(typed: str, now: datetime, desk: Desk) -> list[Due]:
    """The duties whose words begin with each of those that were typed, in any order."""
    wanted = re.findall(r"\w+", typed.casefold())
    found = []
    for due in await all_due(desk, now):
        words = re.findall(r"\w+", due.duty.do.casefold())
        if wanted and all(any(word.startswith(part) for word in words) for part in wanted):
            found.append(due)
    return found


def _which(dues: Sequence[Due]) -> Choices:
    """A button for each that may be meant; it asks first, where that is not due for long."""
    labels = [(shortened(due.duty.do, 60), due.duty.key) for due in dues]
    return Choices(tuple(Choice(label, f"duty done {key}") for label, key in labels))


def _undo(key: str, day: str) -> Choices:
    return Choices((Choice(UNDO, f"duty undone {key} {day}"),))


@command(
    "duty undone",
    usage="/duty undone KEY DAY",
    may=Act.LIST,
    summary="a duty was not done after all",
    typed=False,
)
async def undone(ask: Ask, desk: Desk) -> Reply:
    """Take back that a duty was done for the day on which it was due."""
    key, _, day = ask.words.strip().lower().partition(" ")
    noted = {memo.memo_key: memo for memo in await desk.store.memos(DutyDone)}
    memo = noted.get(f"{key} {day}")
    duty = await _duty_named(key, desk)
    if memo is None or duty is None:
        raise Refused(NOTHING_TO_UNDO.format(key=key[:40]))
    _must_answer_for(duty, ask.person)
    await desk.store.drop(DutyDone, memo.memo_key)
    return say(UNDONE.format(do=duty.do, due=full_day(memo.due)))


async def _duty_named(key: str, desk: Desk) -> Duty | None:
    """A duty, or the review of a text, done or not."""
    since = await _first_day(desk, desk.now())
    reviews = [review.duty for review in _reviews(desk.policies.texts(), since)]
    for duty in (*desk.procedure.duty, *reviews):
        if duty.key == key:
            return duty
    return None


def _must_answer_for(duty: Duty, person: Person) -> None:
    if not access.answers_for(person, duty.owner):
        raise Refused(NOT_YOURS.format(owner=ROLES[Role(duty.owner)]))
