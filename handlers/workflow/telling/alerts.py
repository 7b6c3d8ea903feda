"""Who is told of a case, and when. What they are told is in `handlers.notices.wording`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from handlers.desk import Desk
from handlers.matter import Around, People
from handlers.rules import access
from handlers.rules.access import is_about_head
from handlers.rules.names.alike import may_mean
from handlers.rules.pause import PAUSE, pause_ends
from handlers.workflow.reach import who_may_be_told
from handlers.workflow.telling.first_told import told_from, waits_for_school
from store.model.case import Case
from store.model.kinds import (
    ADDITIONS,
    LETTING_IN,
    OWNERSHIP,
    EntryKind,
    NoticeKind,
    NoticeResult,
)
from store.model.records import (
    SYSTEM,
    Entry,
    Notice,
    Person,
    Role,
    Status,
    Subject,
    Summary,
    is_known_whom,
)

REMIND_REPORTER = timedelta(minutes=15)
#: Of what was sent with it and is not fetched, as nobody has let it go.
REMIND_LEADERS = timedelta(hours=1)
#: In which a reporter may say that something new is a case of its own.
SETTLING = timedelta(minutes=10)
#: Notices that are owed again where the first came to nothing.
TOLD_ANEW = frozenset(
    {
        NoticeKind.ALERT,
        NoticeKind.URGENT,
        NoticeKind.MORE,
        NoticeKind.UNCATEGORISED,
        NoticeKind.CHANNEL,
    }
)

NOBODY = "Nobody here can be told of it yet, so please tell the headteacher in person."
NOBODY_BUT_HEAD = (
    "Nobody here can be told of it: please tell the chair of governors in person, not the "
    "headteacher."
)
NOBODY_AT_SCHOOL = (
    "Nobody here can be told of it: please tell the local authority’s designated officer, and "
    "neither the headteacher nor the chair of governors."
)


@dataclass(frozen=True, slots=True)
class _Audience:
    """The leaders who are told of a case, and from when."""

    people: Sequence[Person]
    #: UTC; now for what is urgent, else the next minute of school hours, or of a working day's.
    soon: datetime
    #: What is not urgent waits for school hours, also when it is tried again.
    waits: bool
    #: Its reporter still has a moment in which to say whom it is about.
    is_paused: bool

    def told(self, case: Case, kind: NoticeKind, due: datetime | None = None) -> list[Notice]:
        """A notice of a case to each of them; at another time than `soon` where one is given."""
        notices = []
        for person in self.people:
            at = due or self.soon
            notices.append(_to_leader(case, kind, person.id, at, waits=self.waits))
        return notices


def with_alerts(case: Case, around: Around, desk: Desk) -> Case:
    """The case with the notices that its state calls for. Keys make each one owed once."""
    if case.status == Status.CLOSED:
        case = case.owe(*_for_reporters(NoticeKind.CLOSED, case, around, desk))
        return case.owe(*_of_what_was_added(case, _audience(case, around, desk), around))
    case = case.owe(*_of_ownership(case, around, desk))
    audience = _audience(case, around, desk)
    if not audience.is_paused:
        case = case.owe(*_of_what_was_added(case, audience, around))
        case = case.owe(*_of_who_was_let_in(case, audience, around, desk))
    return _with_due(case, audience, around, desk)


def with_due_alerts(case: Case, around: Around, desk: Desk) -> Case:
    """The case with the notices that are due by what it is, whatever was done last."""
    if case.status == Status.CLOSED:
        return case
    return _with_due(case, _audience(case, around, desk), around, desk)


def _with_due(case: Case, audience: _Audience, around: Around, desk: Desk) -> Case:
    owed = _of_an_open_case(case, audience, around, desk)
    return case.settle(*_owed_anew(case, owed, around)).owe(*owed)


def _owed_anew(case: Case, owed: Sequence[Notice], around: Around) -> list[Notice]:
    """Those of these notices that take the place of one that came to nothing: whoever it was for
    may know of the case again.
    """
    to_nothing = {other.key for other in case.notices if other.result == NoticeResult.MOOT}
    if not to_nothing or any(part.owner for part in around.matter(case)):
        return []
    return [each for each in owed if each.key in to_nothing and each.kind in TOLD_ANEW]


def _audience(case: Case, around: Around, desk: Desk) -> _Audience:
    now = desk.now()
    waits = waits_for_school(case)
    # What had its pause has waited enough.
    if waits and not is_known_whom(case.subjects):
        soon = desk.calendar.school_time_from(now)
    else:
        soon = told_from(case, now, desk.calendar)
    matter = around.matter(case)
    return _Audience(
        people=recipients(case, around, desk),
        soon=soon,
        waits=waits,
        is_paused=now < pause_ends(case.summary, matter),
    )


def _of_an_open_case(case: Case, audience: _Audience, around: Around, desk: Desk) -> list[Notice]:
    owed: list[Notice] = []
    if not case.joined_to and not audience.people:
        owed += _that_nobody_is_told(case, desk)
    if audience.is_paused:
        return owed + _for_those_who_have_not_said(case)
    if case.joined_to:
        owed += _of_what_was_joined(case, audience, desk)
        # What is part of another case is told with that one, unless it cannot wait.
        if not case.urgent:
            return owed

    if _can_be_told(case):
        owed += _of_the_case(case, audience)
        if channel_may_know(around.matter(case), around.people):
            owed += _to_channels(case, audience, desk)
    if case.category is None or case.waiting:
        owed += _of_open_questions(case, audience, desk)
    return owed + _for_those_who_have_not_said(case)


def _of_ownership(case: Case, around: Around, desk: Desk) -> list[Notice]:
    """To its reporters that somebody has it, and to an owner who was asked that it is theirs."""
    owner = case.owner
    if owner is None:
        return []
    owed = _for_reporters(NoticeKind.TAKEN, case, around, desk)
    if case.chronology[-1].what == EntryKind.GIVEN:
        key = f"{case.reference} given {len(case.chronology)} {owner}"
        owed.append(Notice(key, NoticeKind.GIVEN, owner, desk.now()))
    return owed


def _that_nobody_is_told(case: Case, desk: Desk) -> list[Notice]:
    """Once a day, a little later, in case somebody can be told by then."""
    now = desk.now()
    key = f"{case.reference} nobody {desk.calendar.local(now):%Y-%m-%d}"
    later = now + REMIND_REPORTER
    return [Notice(f"{key} {id}", NoticeKind.NOBODY, id, later) for id in case.reporters]


def _of_what_was_joined(case: Case, audience: _Audience, desk: Desk) -> list[Notice]:
    """More for another case; not before its reporter has had time to say that it is a case of its
    own.
    """
    settling = desk.now() if case.settled else case.opened_at + SETTLING
    later = told_from(case, settling, desk.calendar)
    owed = audience.told(case, NoticeKind.MORE, later)
    if case.settled and case.waiting:
        owed += _to_say_what_waits(case)
    return owed


def _of_what_was_added(case: Case, audience: _Audience, around: Around) -> list[Notice]:
    """What a reporter added after leadership was told, to everybody but whoever added it."""
    last = _last_said(case)
    after_it = case.chronology[case.chronology.index(last) :]
    is_addition = last.what in ADDITIONS or any(e.what == EntryKind.REOPENED for e in after_it)
    if not is_addition or last.by not in case.reporters:
        return []
    # Of what is closed they hear of nothing else.
    is_closed = around.matter(case)[0].status == Status.CLOSED
    is_told_otherwise = not case.category or (case.joined_to and not case.urgent)
    if is_told_otherwise and not is_closed:
        return []
    return _more_for(audience.people, case, last, audience)


def _of_who_was_let_in(case: Case, audience: _Audience, around: Around, desk: Desk) -> list[Notice]:
    """That who was named was taken back, to everybody who may see it but whoever did that: it lets
    somebody in.
    """
    last = _last_said(case)
    # That a witness is none of those whom it is about is no news where nobody has worked on it.
    is_first_word = "none_of" in last.details and last.by in case.reporters
    if last.what not in LETTING_IN or is_first_word:
        return []
    matter = around.matter(case)
    workers = who_may_be_told(around.people.having(access.WORKERS), matter, desk)
    people = [person for person in workers if not _was_named(person, last)]
    return _more_for(people, case, last, audience)


def _was_named(person: Person, entry: Entry) -> bool:
    """Whether it is this person who was taken back by an entry."""
    names = entry.details.get("before", "").split("\n")
    if Subject.HEAD in names and person.has(Role.HEAD):
        return True
    return any(may_mean(name, person.name) for name in names)


def _last_said(case: Case) -> Entry:
    """The last entry of a person: what follows from it may have entries of its own."""
    said = [entry for entry in case.chronology if entry.by != SYSTEM]
    return said[-1] if said else case.chronology[-1]


def _more_for(
    people: Iterable[Person], case: Case, last: Entry, audience: _Audience
) -> list[Notice]:
    found = []
    number = case.chronology.index(last) + 1
    for person in people:
        if person.id != last.by:
            key = f"{case.reference} more {number} {person.id}"
            waits = audience.waits
            found.append(Notice(key, NoticeKind.MORE, person.id, audience.soon, waits=waits))
    return found


def _can_be_told(case: Case) -> bool:
    """Whether enough is known of it for leaders to be told what it is."""
    return case.category is not None or case.urgent or is_about_head([case])


def _of_the_case(case: Case, audience: _Audience) -> list[Notice]:
    kind = NoticeKind.URGENT if case.urgent else NoticeKind.ALERT
    return audience.told(case, kind)


def _to_channels(case: Case, audience: _Audience, desk: Desk) -> list[Notice]:
    urgent = "urgent " if case.urgent else ""
    found = []
    for place in desk.channels:
        key = f"{case.reference} {urgent}channel {place}"
        waits = audience.waits
        found.append(Notice(key, NoticeKind.CHANNEL, place, audience.soon, waits=waits))
    return found


def _of_open_questions(case: Case, audience: _Audience, desk: Desk) -> list[Notice]:
    """To leaders, that nobody has said what it is about; later, that something still waits."""
    pause = PAUSE if case.category is None else REMIND_LEADERS
    later = desk.calendar.school_time_from(case.opened_at + pause)
    return replace(audience, waits=True).told(case, NoticeKind.UNCATEGORISED, later)


def _for_those_who_have_not_said(case: Case) -> list[Notice]:
    """To its reporters, that nobody has said what it is about."""
    if case.joined_to and not case.urgent:
        return []
    if case.category is not None and not case.waiting:
        return []
    return _to_say_what_waits(case)


def _to_say_what_waits(case: Case) -> list[Notice]:
    """To its reporters; once more for what came in after they had said what the case is about."""
    if case.category is None:
        soon = case.opened_at + REMIND_REPORTER
        return [_to_leader(case, NoticeKind.WAITING, id, soon) for id in case.reporters]
    found = []
    for item in case.waiting:
        key = f"{case.reference} {NoticeKind.WAITING} {item.number} {item.by}"
        due = max(item.at, case.opened_at) + REMIND_REPORTER
        found.append(Notice(key, NoticeKind.WAITING, item.by, due))
    # One asks for all that waits.
    return found[:1]


def _to_leader(
    case: Case, kind: NoticeKind, person: str, due: datetime, *, waits: bool = False
) -> Notice:
    # Whoever was told of it before it was known to be about a child undressed is told again.
    told_as = f"withheld {kind}" if case.withheld else kind
    return Notice(f"{case.reference} {told_as} {person}", kind, person, due, waits=waits)


def _for_reporters(kind: NoticeKind, case: Case, around: Around, desk: Desk) -> list[Notice]:
    """To everybody who reported a part of it, but not to its owner, nor to the one who did it."""
    ways = OWNERSHIP if kind == NoticeKind.TAKEN else {kind}
    done = [entry.by for entry in case.chronology if entry.what in ways]
    by = done[-1] if done else ""
    # A case may be closed again and again; that somebody looks after it is told once.
    times = len(done) if kind == NoticeKind.CLOSED else 1

    found = []
    for part in around.matter(case):
        for person in part.reporters:
            if person not in (by, case.owner):
                key = f"{part.reference} {kind} {times} {person}"
                found.append(Notice(key, kind, person, desk.now(), part.reference))
    return found


def recipients(case: Case, around: Around, desk: Desk) -> list[Person]:
    """Its owner, where there is one; else whom the category names; where that leaves nobody, the
    next of the ladder.
    """
    matter = around.matter(case)
    # Who is told, also where that is not yet.
    at = max(desk.now(), pause_ends(case.summary, matter))
    workers = who_may_be_told(around.people.having(access.WORKERS), matter, desk, at)
    if not workers:
        return []
    owners = [] if case.urgent else _owners_among(workers, matter)
    if owners:
        return owners

    wanted: list[set[str]] = [_roles_alerted(case, matter, desk)]
    wanted += [{role} for role in desk.procedure.ladder]
    for roles in wanted:
        found = [person for person in workers if person.has(*roles)]
        if found:
            return found
    return []


def _owners_among(people: Sequence[Person], matter: Sequence[Summary]) -> list[Person]:
    owners = {part.owner for part in matter} - {None}
    if not owners:
        return []
    return [person for person in people if not owners.isdisjoint(person.ids)]


def _roles_alerted(case: Case, matter: Sequence[Summary], desk: Desk) -> set[str]:
    """Whom the category names; of what is about the head, or whose words may speak of the head, the
    chair of governors instead.
    """
    category = desk.procedure.named(case.category)
    roles: set[str] = set(category.alerts if category else desk.procedure.uncategorised.alerts)
    if not is_about_head(matter):
        if any(part.speaks_of_head for part in matter) and Role.HEAD in roles:
            return roles - {Role.HEAD} | {Role.CHAIR}
        return roles
    # The safeguarding lead hears of a child undressed, whomever else it is about.
    return {Role.CHAIR} | roles if case.withheld else {Role.CHAIR}


def nobody_told(case: Case) -> str:
    """What a reporter does where nobody may be told, or can be reached."""
    if not (is_about_head([case]) or case.speaks_of_head):
        return NOBODY
    return NOBODY_AT_SCHOOL if case.chair_recused else NOBODY_BUT_HEAD


def channel_may_know(matter: Sequence[Summary], people: People) -> bool:
    """Nobody who may be in the channel is, or may be, the subject of any part of it."""
    if is_about_head(matter):
        return False
    workers = people.having(access.WORKERS)
    return not any(access.may_be_about(person, matter) for person in workers)
