"""An urgent case that nobody takes goes round: to one more person, and one more, day and night.

`[untaken]` of `procedure.toml` says how soon. Whoever has not heard of it for longest is next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from handlers.desk import Desk
from handlers.matter import Around
from handlers.workflow.reach import is_above, is_reached
from store.errors import Conflict
from store.model.case import Case
from store.model.kinds import EntryKind, NoticeKind
from store.model.records import Notice, Person, Status
from store.school.procedure import Procedure

NEVER = datetime.min.replace(tzinfo=UTC)


def with_rounds(case: Case, now: datetime, procedure: Procedure) -> Case:
    """The case, going round while it is urgent and nobody has taken it."""
    is_waiting = case.status == Status.OPEN and case.owner is None and not case.joined_to
    goes_round = case.urgent and is_waiting
    if goes_round == bool(case.alarm_at):
        return case
    if not goes_round:
        return case.changed(alarm_at=None, untaken_since=None)
    first = procedure.untaken.next_round(now, now)
    return case.changed(alarm_at=first, untaken_since=now)


def owe_round(case: Case, around: Around, now: datetime, desk: Desk) -> Case:
    """The case, owing it to the next person; nothing where everybody is on it, or nobody is there.

    After hours in which the bot was away it goes to one person, not to all who were missed.
    """
    # An earlier version has not noted since when.
    since = case.untaken_since or now
    following = desk.procedure.untaken.next_round(since, now)
    case = case.changed(alarm_at=following, untaken_since=since)
    person = _next(case, around, now, desk)
    if person is None:
        return case
    rung = case.rung + 1
    key = f"{case.reference} urgent {rung} {person.id}"
    notice = Notice(key, NoticeKind.URGENT, person.id, now, stage=rung)
    return case.changed(rung=rung).owe(notice)


def owe_round_instead(case: Case, notice: Notice, around: Around, desk: Desk) -> Case:
    """The case, going round at once to somebody who can be reached, as this notice cannot go out.

    Nothing where such a person was told since it was due, where there is none, and where somebody
    has taken the case.
    """
    if case.joined_to or not case.urgent:
        # What is joined goes round with the case that it is part of.
        return case
    people = _people_of_ladder(case, around, desk)
    reached = [person.id for person in people if is_reached(person, desk)]
    told = _last_told(case)
    is_told = any(told.get(id, NEVER) >= notice.unsent_since for id in reached)
    if not reached or is_told or case.owner or case.status != Status.OPEN:
        return case
    return owe_round(case, around, desk.now(), desk)


def _next(case: Case, around: Around, now: datetime, desk: Desk) -> Person | None:
    """Whoever has not heard of it for longest; of several, the first of the ladder.

    Those whose chat refuses the bot's token come only where nobody else is there.
    """
    on_it = {seen.by for seen in seen_lately(case, now, desk)}
    heard = _last_told(case)
    found = None
    people = _people_of_ladder(case, around, desk)
    reached = [person for person in people if is_reached(person, desk)]
    for person in reached or people:
        if person.id in on_it:
            continue
        if found is None or heard.get(person.id, NEVER) < heard.get(found.id, NEVER):
            found = person
    return found


def _last_told(case: Case) -> dict[str, datetime]:
    """When each was told last that it is urgent."""
    told: dict[str, datetime] = {}
    for notice in case.notices:
        if notice.kind == NoticeKind.URGENT:
            told[notice.to] = max(notice.due, told.get(notice.to, NEVER))
    return told


def _people_of_ladder(case: Case, around: Around, desk: Desk) -> list[Person]:
    """Who may hear of the case, in the order in which the procedure names their roles."""
    matter = around.matter(case)
    ladder: list[Person] = []
    for role in desk.procedure.ladder:
        for person in around.people.having((role,)):
            if person not in ladder and is_above(person, matter, desk):
                ladder.append(person)
    return ladder


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody has said that they are on it, and when (UTC)."""

    by: str
    at: datetime


def seen_lately(case: Case, now: datetime, desk: Desk) -> Sequence[Seen]:
    """Who is on it without having taken it, and is not told again for a while."""
    quiet = desk.procedure.untaken.quiet.span
    since = case.untaken_since or NEVER
    lately: dict[str, datetime] = {}
    for entry in case.chronology:
        is_recent = entry.at >= since and now < entry.at + quiet
        if entry.what == EntryKind.SEEN and is_recent:
            lately[entry.by] = entry.at
    return [Seen(by, at) for by, at in lately.items()]


def told_of_it(case: Case) -> Sequence[str]:
    """Ids of those who were told that it is urgent, in the order in which they first were."""
    notices = [n for n in case.notices if n.kind == NoticeKind.URGENT and n.message]
    return list(dict.fromkeys(notice.to for notice in notices))


def with_reporters_warned(case: Case, around: Around, desk: Desk) -> Case:
    """The case, owing its reporters that nobody has taken it, if nobody has by then."""
    since = case.untaken_since
    if since is None or case.alarm_at is None:
        return case
    due = since + desk.procedure.untaken.reporter.span
    for part in around.matter(case):
        for id in part.reporters:
            key = f"{part.reference} untaken {since.isoformat()} {id}"
            case = case.owe(Notice(key, NoticeKind.UNTAKEN, id, due, part.reference))
    return case


async def take_away_earlier(reference: str, notice: Notice, desk: Desk) -> None:
    """Owe it to take away what this person was told of the case being urgent before this notice.

    Raises StoreUnavailable.
    """
    while True:
        case = await desk.store.case(reference)
        owing = case.owe(*_withdrawals(case, notice, desk.now()))
        if owing is case:
            return
        try:
            await desk.store.save(owing)
        except Conflict:
            continue
        return


def _withdrawals(case: Case, notice: Notice, now: datetime) -> list[Notice]:
    found = []
    for other in case.notices:
        is_earlier = other.kind == NoticeKind.URGENT and other.key != notice.key
        if is_earlier and other.to == notice.to and other.message:
            key = f"{case.reference} {NoticeKind.WITHDRAW} {other.message} {other.stage}"
            kind = NoticeKind.WITHDRAW
            stage = notice.stage
            found.append(Notice(key, kind, notice.to, now, stage=stage, message=other.message))
    return found
