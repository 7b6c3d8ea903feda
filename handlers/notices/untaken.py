"""What is said while an urgent case has nobody: to those in turn, and to who reported it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal

from handlers.desk import Desk
from handlers.matter import Around, Matter, People
from handlers.messages import Choice, Reply, say
from handlers.rules.access import is_about_head, is_governors_alone, is_kept_from
from handlers.text.words import counted, listed
from handlers.workflow.concerned.own_words import own_words
from handlers.workflow.telling.alerts import channel_may_know, recipients
from handlers.workflow.telling.rounds import seen_lately, told_of_it
from store.model.case import Case
from store.model.records import Notice, Person, Role, Status, Summary

NOBODY_FOR = "Nobody has taken it for {how_long}."
NOBODY_YET = "Nobody has taken it yet."
TOLD = "Told so far: {names}."
ON_IT = "{name} has seen it and is on it, since {time:%H:%M}."
#: The same whomever it is about: it tells nothing of that.
URGENT_ABOVE = (
    "Urgent: case {reference}. {waits} Please {ring} now, and speak to nobody else about it."
)
RING_THEM = "ring {names}"
RING_AUTHORITY = "ring the local authority’s designated officer{phone}"
SEEN = "Seen, I am on it"

UNTAKEN = "Case {reference}: nobody has taken it yet. {ring} If anybody is in danger, ring 999."
RING = "Ring {phone} now."
RING_SCHOOL = "Ring the school now, and ask for the headteacher or the safeguarding lead."
RING_CHAIR = "Ring the chair of governors now, not the headteacher."
#: Where it may be about another leader, in this order.
RING_ONE = {
    Role.DSL: "Ring the school now, and ask for the safeguarding lead.",
    Role.HEAD: "Ring the school now, and ask for the headteacher.",
}
RING_ANOTHER = "Ring another leader, not the one it is about."


def seen_choice(case: Case) -> Choice:
    """The button of whoever is on it, and is not told again for a while."""
    return Choice(SEEN, f"case seen {case.reference}")


def waiting_lines(case: Case, people: People, desk: Desk) -> list[str]:
    """How long it waits, who has been told, and who is on it."""
    now = desk.now()
    waits = NOBODY_YET
    if case.untaken_since:
        waits = NOBODY_FOR.format(how_long=_how_long(now - case.untaken_since))
    lines = [waits]
    names = [people.name(id) for id in told_of_it(case)]
    if names:
        lines.append(TOLD.format(names=listed(names)))
    for seen in seen_lately(case, now, desk):
        time = desk.calendar.local(seen.at)
        lines.append(ON_IT.format(name=people.name(seen.by), time=time))
    return lines


def _how_long(span: timedelta) -> str:
    """`15 minutes`, `an hour`, `5 hours`, `a day and 3 hours`."""
    minutes = round(span.total_seconds() / 60)
    if minutes < 60:
        return counted(minutes, "minute")
    days, hours = divmod(minutes // 60, 24)
    # English has an hour, and a minute.
    in_hours = counted(hours, "hour")
    if not days:
        return in_hours
    in_days = counted(days, "day")
    return f"{in_days} and {in_hours}" if hours else in_days


def urgent_from_above(case: Case, around: Around, desk: Desk) -> Reply:
    """For whoever may not see the case: whom to ring of those who may."""
    waits = " ".join(waiting_lines(case, around.people, desk))
    ring = _ring_those_inside(case, around, desk)
    return say(URGENT_ABOVE.format(reference=case.reference, waits=waits, ring=ring))


def _ring_those_inside(case: Case, around: Around, desk: Desk) -> str:
    inside = recipients(case, around, desk)
    if inside:
        return RING_THEM.format(names=listed((each.name for each in inside), "or"))
    phone = desk.calendar.school.local_authority_phone
    return RING_AUTHORITY.format(phone=f" on {phone}" if phone else "")


async def untaken_notice(reporter: Person, matter: Matter, desk: Desk) -> Reply | None:
    """To whoever reported it: whom to ring, as nobody has taken it."""
    root = matter.summaries[0]
    if root.status == Status.CLOSED or root.owner or not any(p.urgent for p in matter.summaries):
        return None
    ring = _whom_to_ring(reporter, matter, desk)
    return say(UNTAKEN.format(reference=matter.named.reference, ring=ring))


def _whom_to_ring(reporter: Person, matter: Matter, desk: Desk) -> str:
    """Somebody whom it is not about; without a word of whom others have said that it is about."""
    is_said = is_about_head([own_words(reporter, matter.named)])
    if is_said and not _is_kept_from_any(Role.CHAIR, matter):
        return RING_CHAIR
    # Whoever answers the telephone may be the one whom it is about.
    if channel_may_know(matter.summaries, matter.people):
        phone = desk.calendar.school.urgent_phone
        return RING.format(phone=phone) if phone else RING_SCHOOL
    for role, words in RING_ONE.items():
        if not _is_kept_from_any(role, matter):
            return words
    return RING_ANOTHER


def whom_to_ring(matter: Sequence[Summary], people: People) -> Literal["", "school", "authority"]:
    """Whom somebody who is told of it by mail alone may ring. Whoever answers the school's
    telephone may be the one whom it is about.
    """
    if channel_may_know(matter, people):
        return "school"
    return "authority" if is_governors_alone(matter) else ""


def _is_kept_from_any(role: Role, matter: Matter) -> bool:
    people = matter.people.having((role,))
    return not people or any(is_kept_from(person, matter.summaries) for person in people)


def is_over(case: Case, notice: Notice) -> bool:
    """Whether a round is no longer needed, or its words would be those of a later one."""
    if case.owner is not None:
        return True
    for other in case.notices:
        is_same = other.kind == notice.kind and other.to == notice.to
        if is_same and other.stage > notice.stage:
            return True
    return False
